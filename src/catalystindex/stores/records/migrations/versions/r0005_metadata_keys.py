"""The type that the first use of a metadata key fixes in its knowledge base."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. Keys of documents that are there already are typed by their next use."""
    op.create_table(
        "metadata_keys",
        sa.Column(
            "knowledge_base_id",
            sa.String(32),
            sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("first_seen_at", sa.String(27), nullable=False),
        sa.Column("first_document_id", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("metadata_keys")
