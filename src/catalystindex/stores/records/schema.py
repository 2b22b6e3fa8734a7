"""The tables. Migrations change them; a test holds the two together."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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
    text,
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
    Column("problem_code", String(64)),
    Column("problem_detail", Text),
    Column("submitted_at", MOMENT, comment="When what is latest was handed in or fetched."),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("knowledge_base_id", "key"),
    # With the knowledge base: a listing passes over texts of events without reading them.
    Index(None, "tenant", "created_at", "id", "knowledge_base_id"),
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
    Column(
        "redo",
        Integer,
        nullable=False,
        server_default="0",
        comment="How often the same content was done anew on demand; part of the id.",
    ),
    Column("pages", Integer),
    Column("chunks", Integer, nullable=False),
    Column("reading", JSON, comment="How it was read; a DocumentReading."),
    Column("terms", LargeBinary, comment="Document frequencies this version adds; see terms.py."),
    Column("created_by", String(64), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column(
        "event",
        JSON(none_as_null=True),
        comment="The event whose text it is; see event_texts.py.",
    ),
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

event_stamps = Table(
    "event_stamps",
    metadata,
    Column("document_id", ID, primary_key=True),
    Column(
        "knowledge_base_id",
        ID,
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("version", LARGE, nullable=False),
    Column("event_id", ID, nullable=False),
    comment="The newest event applied to each entity that had texts; outlives the document.",
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

jobs = Table(
    "jobs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tenant", String(129), nullable=False),
    Column(
        "knowledge_base_id",
        ID,
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("label", String(200), nullable=False),
    Column("state", String(16), nullable=False, comment="A JobState."),
    Column("sequence", LARGE, nullable=False, comment="Rises with every change of its documents."),
    Column("cancel_requested", Boolean, nullable=False),
    Column("tallies", JSON(none_as_null=True), comment="Of an ended job."),
    Column("idempotency_key", String(255)),
    Column("fingerprint", String(64), comment="Of the request that came with the key."),
    Column("created_by", String(64), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    UniqueConstraint("tenant", "idempotency_key"),
    Index(None, "tenant", "created_at", "id"),
    Index(None, "state", "tenant"),
    Index(None, "finished_at"),
)

job_documents = Table(
    "job_documents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("job_id", ID, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("tenant", String(129), nullable=False),
    Column("knowledge_base_id", ID, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("sequence", LARGE, nullable=False, comment="The job's, when this last changed."),
    Column("kind", String(24), nullable=False),
    Column("place", Text, nullable=False, comment="Where it comes from, for people."),
    Column("source", JSON, nullable=False, comment="A StoredSource."),
    Column("key", String(512)),
    Column("title", String(500)),
    Column("metadata", JSON, nullable=False),
    Column("policy", String(64)),
    Column("force", Boolean, nullable=False),
    Column("document_id", ID),
    Column("version_id", ID),
    Column("state", String(16), nullable=False, comment="An ItemState; retrying is queued."),
    Column("stage", String(16), comment="The last stage that was done."),
    Column("lane", String(16), nullable=False),
    Column("priority", Integer, nullable=False, comment="Lower goes first."),
    Column("due_at", MOMENT, nullable=False),
    Column("attempts", Integer, nullable=False, comment="Of the stage it is at."),
    Column("total_attempts", Integer, nullable=False),
    Column("lease_token", LARGE, nullable=False, comment="Fencing: only the newest may commit."),
    Column("lease_expires_at", MOMENT),
    Column("holder", String(64), comment="The worker that has it in hand."),
    Column("steps_done", Integer),
    Column("steps_total", Integer),
    Column("outcome", String(16)),
    Column("problem_code", String(64)),
    Column("problem_detail", Text),
    Column("problem_class", String(16)),
    Column("artifacts", JSON, nullable=False),
    Column("seconds", JSON, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    UniqueConstraint("job_id", "ordinal"),
    Index(None, "job_id", "sequence", "ordinal"),
    Index(None, "job_id", "state"),
    Index(
        "ix_job_documents_unacquired",
        "job_id",
        "kind",
        "state",
        sqlite_where=text("stage IS NULL"),
        postgresql_where=text("stage IS NULL"),
    ),
    Index(
        "ix_job_documents_line",
        "tenant",
        "lane",
        "state",
        "priority",
        "due_at",
        "ordinal",
    ),
    Index(None, "state", "lane", "due_at"),
    Index(None, "tenant", "state", "finished_at", "id"),
    Index(None, "document_id", "state"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("lane", String(16), nullable=False),
    Column("local", Boolean, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("heartbeat_at", MOMENT, nullable=False),
    comment="Workers that were heard of; local ones end with their owner.",
)

fetches = Table(
    "fetches",
    metadata,
    Column(
        "document_id",
        ID,
        ForeignKey("documents.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("version_id", ID, ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("place", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("filename", String(255), nullable=False),
    Column("media_type", String(128)),
    Column("title", String(500)),
    Column("metadata", JSON, nullable=False),
    comment="What the source of a document said when it was last fetched: asks conditionally.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", LARGE, primary_key=True, autoincrement=False, comment="Only for links."),
    Column("tenant", String(129), nullable=False),
    Column("id", ID, nullable=False, comment="Two workspaces may have it of the same events."),
    Column("detector", String(64), nullable=False),
    Column("typology", String(64), nullable=False),
    Column("severity", Integer, nullable=False, comment="Place in the order of Severity."),
    Column("score", Integer, nullable=False),
    Column("state", String(16), nullable=False, comment="An AlertState."),
    Column("start", LARGE, nullable=False, comment="Microseconds since 1970 in UTC, as all here."),
    Column("end", LARGE, nullable=False),
    Column("revision", LARGE, nullable=False, comment="An earlier one never replaces a later."),
    Column("body", Text, nullable=False, comment="An AlertRecord as JSON."),
    UniqueConstraint("tenant", "id"),
    Index(None, "tenant", "end", "id"),
    Index(None, "tenant", "score", "end", "id"),
    Index(None, "tenant", "detector", "end", "id"),
    Index(None, "tenant", "typology", "severity", "state"),
)

alert_links = Table(
    "alert_links",
    metadata,
    Column("key", LARGE, primary_key=True, autoincrement=False, comment="See alert_links.py."),
    Column("alert", LARGE, primary_key=True, autoincrement=False, comment="Its number."),
    comment="Who plays a part in which alert, and which events are its evidence.",
    sqlite_with_rowid=False,
)
