"""Keep runs asked for over the API, and the queue of jobs behind them in a schema of its own."""

from typing import cast

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from psycopg import Connection
from sqlalchemy.dialects import postgresql

revision = "cluster_runs"
down_revision = "tile_weeks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs, public")
    # Many statements at once, with percent signs: the driver takes them as they are.
    driver = cast("Connection[tuple[object, ...]]", op.get_bind().connection.driver_connection)
    driver.execute(SchemaManager.get_schema())
    op.execute("RESET search_path")
    _create_runs()


def downgrade() -> None:
    """Undo, in reverse."""
    op.drop_table("cluster_run")
    op.execute("DROP SCHEMA jobs CASCADE")


def _create_runs() -> None:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "cluster_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("county_code", sa.String(), nullable=True),
        sa.Column("request", jsonb, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("result", jsonb, nullable=True),
        sa.Column(
            "created_at", moment, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.CheckConstraint(
            "source IN ('county', 'points')", name=op.f("ck_cluster_run_known_source")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'stopped')",
            name=op.f("ck_cluster_run_known_state"),
        ),
        sa.CheckConstraint(
            "(source = 'county') = (county_code IS NOT NULL)",
            name=op.f("ck_cluster_run_county_is_named"),
        ),
        sa.CheckConstraint(
            "(state = 'succeeded') = (result IS NOT NULL)",
            name=op.f("ck_cluster_run_success_has_result"),
        ),
        sa.CheckConstraint(
            "progress >= 0 AND progress <= 1", name=op.f("ck_cluster_run_progress_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_cluster_run_county_code_county")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_run")),
    )
    op.create_index("ix_cluster_run_created_at", "cluster_run", ["created_at"])
