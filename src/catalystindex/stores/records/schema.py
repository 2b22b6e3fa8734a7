"""The tables. Migrations change them; a test holds the two together."""

from sqlalchemy import (
    JSON,
    BigInteger,
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

LARGE = BigInteger().with_variant(Integer(), "sqlite")
"""Beyond 31 bits: SQLite's INTEGER holds 64, and only that name makes a row id of it."""

knowledge_bases = Table(
    "knowledge_bases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column("name", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("chunks", LARGE, nullable=False, comment="Searchable chunks; moves with term_stats."),
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
    Column("size_bytes", LARGE, nullable=False),
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
    Column("term", LARGE, primary_key=True, autoincrement=False),
    Column("frequency", LARGE, nullable=False, comment="Chunks that hold the term."),
    sqlite_with_rowid=False,
)

metadata_keys = Table(
    "metadata_keys",
    metadata,
    Column(
        "knowledge_base_id",
        ID,
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("key", String(64), primary_key=True),
    Column("type", String(16), nullable=False, comment="A MetadataType."),
    Column("first_seen_at", MOMENT, nullable=False),
    Column("first_document_id", ID, nullable=False, comment="It may be deleted since."),
)

removals = Table(
    "removals",
    metadata,
    Column("id", LARGE, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column("knowledge_base_id", ID, nullable=False),
    Column("document_id", ID, comment="Absent: the whole knowledge base."),
    sqlite_autoincrement=True,
    comment="Deletions that records have made and vectors and artifacts may still have to make.",
)

generations = Table(
    "generations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("engine", String(16), nullable=False),
    Column("model", JSON, nullable=False, comment="The encoder; a ModelRef."),
    Column("rechunking", JSON, comment="Whose documents are chunked anew, and by which policy."),
    Column("documents", Integer, nullable=False, comment="Documents it is to hold."),
    Column("prepared", Integer, nullable=False, comment="Of these, with chunks and vectors."),
    Column("points", Integer, nullable=False, comment="Points in its index."),
    Column("problem_code", String(64)),
    Column("problem_detail", Text),
    Column("created_by", String(64), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("activated_at", MOMENT),
    comment="Index generations: each is the whole index, for one encoder on one engine.",
)

generation_versions = Table(
    "generation_versions",
    metadata,
    Column(
        "generation",
        Integer,
        ForeignKey("generations.number", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("version_id", ID, ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "source_version_id",
        ID,
        ForeignKey("versions.id", ondelete="CASCADE"),
        nullable=False,
        comment="The version it was chunked anew from, which answers if this one is rolled back.",
    ),
    Column("terms", LargeBinary, comment="What the version adds when it answers searches."),
    Column("source_terms", LargeBinary, comment="What its source adds when that answers them."),
    UniqueConstraint("generation", "source_version_id"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("tenant", String(129), primary_key=True),
    Column("sequence", LARGE, primary_key=True, autoincrement=False),
    Column("at", MOMENT, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

ownership = Table(
    "ownership",
    metadata,
    Column("epoch", LARGE, primary_key=True, autoincrement=False),
    Column("holder", String(500), nullable=False),
    Column("since", MOMENT, nullable=False),
    comment="The owner of a database server; of a file it is said beside the file.",
)
