"""Policies of workspaces, and what was drawn from the text of each chunk."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column; chunks cut before have nothing drawn from them."""
    op.add_column("chunks", sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "policies",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("tenant", "name", "revision", name="uq_policies_tenant_name_revision"),
    )


def downgrade() -> None:
    """Remove both."""
    op.drop_table("policies")
    op.drop_column("chunks", "metadata")
