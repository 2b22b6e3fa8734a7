"""The tables. Migrations change them; a test holds the two together."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
MOMENT = String(27)
"""RFC 3339 in UTC with microseconds: sorts as text, and is the form the audit hash covers."""

knowledge_bases = Table(
    "knowledge_bases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column("name", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("chunks", Integer, nullable=False, comment="Searchable chunks; moves with term_stats."),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("tenant", "name"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column(
        "knowledge_base_id",
        ID,
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("key", String(512), nullable=False),
    Column("status", String(16), nullable=False),
    Column("latest_version_id", ID, nullable=False),
    Column("current_version_id", ID, comment="The version that answers searches."),
    Column("attempts", Integer, nullable=False, comment="Failed runs of the latest version."),
    Column("problem_code", String(64)),
    Column("problem_detail", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("knowledge_base_id", "key"),
    Index(None, "tenant", "created_at", "id"),
    Index(None, "status", "updated_at"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", String(500), nullable=False),
    Column("filename", String(255), nullable=False),
    Column("declared_type", String(128)),
    Column("media_type", String(128), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("pages", Integer),
    Column("chunks", Integer, nullable=False),
    Column("reading", JSON, comment="How it was read; a DocumentReading."),
    Column("terms", LargeBinary, comment="Document frequencies this version adds; see terms.py."),
    Column("created_by", String(64), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("document_id", "number"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("version_id", ID, ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("tier", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("first_page", Integer),
    Column("last_page", Integer),
    Column("boxes", JSON, nullable=False, server_default="[]"),
    Column("ocr_confidence", Float),
    Column("tokens", Integer, nullable=False),
    Column("metadata", JSON, nullable=False, server_default="{}"),
    UniqueConstraint("version_id", "ordinal"),
)

policies = Table(
    "policies",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column("name", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("tenant", "name", "revision"),
)

term_stats = Table(
    "term_stats",
    metadata,
    Column(
        "knowledge_base_id",
        ID,
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("term", Integer, primary_key=True, autoincrement=False),
    Column("frequency", Integer, nullable=False, comment="Chunks that hold the term."),
    sqlite_with_rowid=False,
)

removals = Table(
    "removals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column("knowledge_base_id", ID, nullable=False),
    Column("document_id", ID, comment="Absent: the whole knowledge base."),
    sqlite_autoincrement=True,
    comment="Deletions that records have made and vectors and artifacts may still have to make.",
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("tenant", String(129), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", MOMENT, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
