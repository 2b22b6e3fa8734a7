"""Alerts, and what they are found by: who plays a part in them, and their evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables; detection fills them from the event log."""
    op.create_table(
        "alerts",
        sa.Column("number", LARGE, primary_key=True, autoincrement=False),
        sa.Column("tenant", sa.String(129), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("detector", sa.String(64), nullable=False),
        sa.Column("typology", sa.String(64), nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("start", LARGE, nullable=False),
        sa.Column("end", LARGE, nullable=False),
        sa.Column("revision", LARGE, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("tenant", "id", name="uq_alerts_tenant_id"),
    )
    for columns in (
        ["tenant", "end", "id"],
        ["tenant", "score", "end", "id"],
        ["tenant", "detector", "end", "id"],
        ["tenant", "typology", "severity", "state"],
    ):
        op.create_index(f"ix_alerts_{'_'.join(columns)}", "alerts", columns)
    op.create_table(
        "alert_links",
        sa.Column("key", LARGE, primary_key=True, autoincrement=False),
        sa.Column("alert", LARGE, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove them: alerts can be made anew from the event log."""
    op.drop_table("alert_links")
    op.drop_table("alerts")
