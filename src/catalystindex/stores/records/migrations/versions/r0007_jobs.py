"""Jobs: submissions, their documents with leases, the workers, and what sources said."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(32)
MOMENT = sa.String(27)
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables. Documents that wait are given a job by the first start after this."""
    op.drop_column("documents", "attempts")
    op.add_column("documents", sa.Column("submitted_at", MOMENT))
    op.add_column("versions", sa.Column("redo", sa.Integer, nullable=False, server_default="0"))
    _jobs()
    _job_documents()
    op.create_table(
        "workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("local", sa.Boolean, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
    )
    op.create_table(
        "fetches",
        sa.Column(
            "document_id", ID, sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "version_id", ID, sa.ForeignKey("versions.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(128)),
        sa.Column("title", sa.String(500)),
        sa.Column("metadata", sa.JSON, nullable=False),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column(
            "knowledge_base_id",
            ID,
            sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sequence", LARGE, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("tallies", sa.JSON),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.UniqueConstraint("tenant", "idempotency_key"),
    )
    op.create_index(None, "jobs", ["tenant", "created_at", "id"])
    op.create_index(None, "jobs", ["state", "tenant"])
    op.create_index(None, "jobs", ["finished_at"])


def _job_documents() -> None:
    op.create_table(
        "job_documents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("job_id", ID, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("knowledge_base_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("sequence", LARGE, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("source", sa.JSON, nullable=False),
        sa.Column("key", sa.String(512)),
        sa.Column("title", sa.String(500)),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("policy", sa.String(64)),
        sa.Column("force", sa.Boolean, nullable=False),
        sa.Column("document_id", ID),
        sa.Column("version_id", ID),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16)),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("total_attempts", sa.Integer, nullable=False),
        sa.Column("lease_token", LARGE, nullable=False),
        sa.Column("lease_expires_at", MOMENT),
        sa.Column("holder", sa.String(64)),
        sa.Column("steps_done", sa.Integer),
        sa.Column("steps_total", sa.Integer),
        sa.Column("outcome", sa.String(16)),
        sa.Column("problem_code", sa.String(64)),
        sa.Column("problem_detail", sa.Text),
        sa.Column("problem_class", sa.String(16)),
        sa.Column("artifacts", sa.JSON, nullable=False),
        sa.Column("seconds", sa.JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.UniqueConstraint("job_id", "ordinal"),
    )
    for columns in (
        ["job_id", "sequence", "ordinal"],
        ["job_id", "state"],
        ["state", "lane", "due_at"],
        ["tenant", "state", "finished_at", "id"],
        ["document_id", "state"],
    ):
        op.create_index(None, "job_documents", columns)
    op.create_index(
        "ix_job_documents_unacquired",
        "job_documents",
        ["job_id", "kind", "state"],
        sqlite_where=sa.text("stage IS NULL"),
        postgresql_where=sa.text("stage IS NULL"),
    )
    line = ["tenant", "lane", "state", "priority", "due_at", "ordinal"]
    op.create_index("ix_job_documents_line", "job_documents", line)


def downgrade() -> None:
    """Remove the tables; documents that wait are processed by the older version as before.

    It knows no cancelled documents: they have failed.
    """
    op.execute(
        "UPDATE documents SET status = 'failed', problem_code = 'job.cancelled', "
        "problem_detail = 'The job was cancelled.' WHERE status = 'cancelled'"
    )
    for table in ("fetches", "workers", "job_documents", "jobs"):
        op.drop_table(table)
    op.drop_column("versions", "redo")
    op.drop_column("documents", "submitted_at")
    op.add_column(
        "documents", sa.Column("attempts", sa.Integer, nullable=False, server_default="0")
    )
