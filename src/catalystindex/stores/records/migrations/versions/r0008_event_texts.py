"""Texts of events: what a version cites, and the newest event that was applied to each entity."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column, the table and the index; no document has an event yet."""
    op.create_index(
        "ix_documents_tenant_created_at_id_knowledge_base_id",
        "documents",
        ["tenant", "created_at", "id", "knowledge_base_id"],
    )
    op.drop_index("ix_documents_tenant_created_at_id", "documents")
    op.add_column("versions", sa.Column("event", sa.JSON(none_as_null=True)))
    op.create_table(
        "event_stamps",
        sa.Column("document_id", sa.String(32), primary_key=True),
        sa.Column(
            "knowledge_base_id",
            sa.String(32),
            sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("version", LARGE, nullable=False),
        sa.Column("event_id", sa.String(32), nullable=False),
    )
    op.create_index("ix_event_stamps_knowledge_base_id", "event_stamps", ["knowledge_base_id"])


def downgrade() -> None:
    """Remove them; what was indexed stays as plain documents."""
    op.create_index(
        "ix_documents_tenant_created_at_id", "documents", ["tenant", "created_at", "id"]
    )
    op.drop_index("ix_documents_tenant_created_at_id_knowledge_base_id", "documents")
    op.drop_table("event_stamps")
    op.drop_column("versions", "event")
