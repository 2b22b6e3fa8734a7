"""How each version was read, and where each chunk stands on its pages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; versions read before say nothing about it."""
    op.add_column("versions", sa.Column("reading", sa.JSON))
    op.add_column("chunks", sa.Column("boxes", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("chunks", sa.Column("ocr_confidence", sa.Float))


def downgrade() -> None:
    """Remove the columns."""
    op.drop_column("chunks", "ocr_confidence")
    op.drop_column("chunks", "boxes")
    op.drop_column("versions", "reading")
