"""Index generations: built beside the one that answers, swapped in, rolled back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(32)
MOMENT = sa.String(27)


def upgrade() -> None:
    """Add the tables; the first generation is recorded when the owner opens the index."""
    op.create_table(
        "generations",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(16), nullable=False),
        sa.Column("model", sa.JSON, nullable=False),
        sa.Column("rechunking", sa.JSON),
        sa.Column("documents", sa.Integer, nullable=False),
        sa.Column("prepared", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("problem_code", sa.String(64)),
        sa.Column("problem_detail", sa.Text),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("activated_at", MOMENT),
    )
    op.create_table(
        "generation_versions",
        sa.Column(
            "generation",
            sa.Integer,
            sa.ForeignKey("generations.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "version_id", ID, sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "source_version_id",
            ID,
            sa.ForeignKey("versions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("terms", sa.LargeBinary),
        sa.Column("source_terms", sa.LargeBinary),
        sa.UniqueConstraint("generation", "source_version_id"),
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("generation_versions")
    op.drop_table("generations")
