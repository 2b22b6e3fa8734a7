"""The ground floor: knowledge bases, documents, chunks, statistics, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.String(27)
ID = sa.String(32)


def upgrade() -> None:
    """Create every table."""
    _create_documents()
    _create_evidence()
    _create_audit()


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "audit_entries",
        "removals",
        "term_stats",
        "chunks",
        "versions",
        "documents",
        "knowledge_bases",
    ):
        op.drop_table(table)


def _create_documents() -> None:
    op.create_table(
        "knowledge_bases",
        sa.Column("id", ID, primary_key=True),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant", "name", name="uq_knowledge_bases_tenant_name"),
    )
    op.create_table(
        "documents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("knowledge_base_id", ID, _cascade("knowledge_bases"), nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("latest_version_id", ID, nullable=False),
        sa.Column("current_version_id", ID),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem_code", sa.String(64)),
        sa.Column("problem_detail", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("knowledge_base_id", "key", name="uq_documents_knowledge_base_id_key"),
    )
    op.create_index(
        "ix_documents_tenant_created_at_id", "documents", ["tenant", "created_at", "id"]
    )
    op.create_index("ix_documents_status_updated_at", "documents", ["status", "updated_at"])


def _create_evidence() -> None:
    op.create_table(
        "versions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("document_id", ID, _cascade("documents"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("declared_type", sa.String(128)),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("policy", sa.JSON, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("terms", sa.LargeBinary),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("document_id", "number", name="uq_versions_document_id_number"),
    )
    op.create_table(
        "chunks",
        sa.Column("id", ID, primary_key=True),
        sa.Column("version_id", ID, _cascade("versions"), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("heading_path", sa.JSON, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("first_page", sa.Integer),
        sa.Column("last_page", sa.Integer),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.UniqueConstraint("version_id", "ordinal", name="uq_chunks_version_id_ordinal"),
    )
    op.create_table(
        "term_stats",
        sa.Column("knowledge_base_id", ID, _cascade("knowledge_bases"), primary_key=True),
        sa.Column("term", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("frequency", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("knowledge_base_id", ID, nullable=False),
        sa.Column("document_id", ID),
        sqlite_autoincrement=True,
    )


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("tenant", sa.String(129), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name != "sqlite":
        return  # revision 0003 brings the triggers of PostgreSQL
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entries_refuse_{verb.lower()} BEFORE {verb} ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def _cascade(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
