"""What a database server needs: numbers beyond 31 bits, its triggers, and who owns it.

SQLite holds large numbers in the columns it has, and has its triggers since revision 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LARGE = (
    ("knowledge_bases", "chunks"),
    ("versions", "size_bytes"),
    ("term_stats", "term"),
    ("term_stats", "frequency"),
    ("removals", "id"),
    ("audit_entries", "sequence"),
)
SERIAL = "removals_id_seq"
TRIGGERS = (("change", "UPDATE OR DELETE"), ("truncate", "TRUNCATE"))


def upgrade() -> None:
    """Add the table; on a server also the rest."""
    op.create_table(
        "ownership",
        sa.Column(
            "epoch",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("holder", sa.String(500), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column in LARGE:
        op.alter_column(table, column, type_=sa.BigInteger, existing_type=sa.Integer)
    op.execute(f"ALTER SEQUENCE {SERIAL} AS bigint")
    _refuse_changes_of_the_audit_log()


def downgrade() -> None:
    """Remove all of it; numbers that are too large for 31 bits refuse to go."""
    if op.get_bind().dialect.name != "sqlite":
        for name, _ in TRIGGERS:
            op.execute(f"DROP TRIGGER audit_entries_refuse_{name} ON audit_entries")
        op.execute("DROP FUNCTION audit_entries_refuse()")
        op.execute(f"ALTER SEQUENCE {SERIAL} AS integer")
        for table, column in LARGE:
            op.alter_column(table, column, type_=sa.Integer, existing_type=sa.BigInteger)
    op.drop_table("ownership")


def _refuse_changes_of_the_audit_log() -> None:
    op.execute(
        "CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the audit log is append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, verbs in TRIGGERS:
        trigger = f"audit_entries_refuse_{name}"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {verbs} ON audit_entries "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()"
        )
        # ALWAYS: also in a session that says it replays a replica's changes.
        op.execute(f"ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER {trigger}")
