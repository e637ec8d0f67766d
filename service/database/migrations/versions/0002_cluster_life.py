"""Let clusters live from week to week: objects, an append-only history, township figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cluster_life"
down_revision = "0001"
branch_labels = None
depends_on = None

_LISTS = ("problem_ids", "unresolved_ids", "hints")


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_objects()
    _create_changes()
    _create_township_statistics()
    op.drop_constraint(op.f("fk_cluster_county_code_lead_officer_id_officer"), "cluster")
    op.drop_column("cluster", "lead_officer_id")
    op.add_column("cluster", sa.Column("object_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "cluster", sa.Column("proposed_second_officer_id", sa.BigInteger(), nullable=True)
    )
    for name in _LISTS:
        op.add_column("cluster", _list_column(name, server_default=sa.text("'[]'::jsonb")))
    op.create_foreign_key(
        op.f("fk_cluster_county_code_object_id_cluster_object"),
        "cluster",
        "cluster_object",
        ["county_code", "object_id"],
        ["county_code", "id"],
    )
    op.create_index("ix_cluster_county_code_object_id", "cluster", ["county_code", "object_id"])


def downgrade() -> None:
    """Undo, in reverse."""
    op.drop_index("ix_cluster_county_code_object_id", table_name="cluster")
    op.drop_constraint(op.f("fk_cluster_county_code_object_id_cluster_object"), "cluster")
    for name in reversed(_LISTS):
        op.drop_column("cluster", name)
    op.drop_column("cluster", "proposed_second_officer_id")
    op.drop_column("cluster", "object_id")
    op.add_column("cluster", sa.Column("lead_officer_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_cluster_county_code_lead_officer_id_officer"),
        "cluster",
        "officer",
        ["county_code", "lead_officer_id"],
        ["county_code", "id"],
    )
    op.drop_table("township_statistic")
    op.drop_table("cluster_change")
    op.execute("DROP FUNCTION refuse_change_of_history()")
    op.drop_table("cluster_object")


def _list_column(name: str, **options: object) -> "sa.Column[object]":
    kind = postgresql.JSONB(astext_type=sa.Text())
    return sa.Column(name, kind, nullable=False, **options)  # type: ignore[arg-type]


def _create_objects() -> None:
    op.create_table(
        "cluster_object",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("township_code", sa.String(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('window', 'township')", name=op.f("ck_cluster_object_known_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'township') = (township_code IS NOT NULL)",
            name=op.f("ck_cluster_object_township_has_a_code"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_cluster_object_county_code_county")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_cluster_object")),
    )


def _create_changes() -> None:
    op.create_table(
        "cluster_change",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("now_is", sa.String(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("why_zh", sa.String(), nullable=False),
        sa.Column("why_en", sa.String(), nullable=False),
        sa.Column("by_whom", sa.String(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "what IN ('state', 'lead', 'second')", name=op.f("ck_cluster_change_known_what")
        ),
        sa.CheckConstraint(
            "what <> 'state' OR now_is IN ('open', 'closed')",
            name=op.f("ck_cluster_change_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "object_id"],
            ["cluster_object.county_code", "cluster_object.id"],
            name=op.f("fk_cluster_change_county_code_object_id_cluster_object"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "officer_id"],
            ["officer.county_code", "officer.id"],
            name=op.f("fk_cluster_change_county_code_officer_id_officer"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_cluster_change")),
    )
    op.create_index(
        "ix_cluster_change_county_code_object_id", "cluster_change", ["county_code", "object_id"]
    )
    op.execute(
        "CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the history of clusters is only ever added to'; END$$"
    )
    op.execute(
        "CREATE TRIGGER cluster_change_is_append_only BEFORE UPDATE OR DELETE ON cluster_change "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history()"
    )


def _create_township_statistics() -> None:
    op.create_table(
        "township_statistic",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("analysis_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("township_code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("producers", sa.Integer(), nullable=False),
        sa.Column("concentration", sa.Float(), nullable=False),
        sa.Column("inspected", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("ratio", sa.Float(), nullable=True),
        sa.Column("p", sa.Float(), nullable=True),
        sa.Column("q", sa.Float(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        _list_column("problem_ids"),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('key', 'high', 'ordinary', 'few', 'blind')",
            name=op.f("ck_township_statistic_known_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "analysis_id"],
            ["analysis.county_code", "analysis.id"],
            name=op.f("fk_township_statistic_county_code_analysis_id_analysis"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "object_id"],
            ["cluster_object.county_code", "cluster_object.id"],
            name=op.f("fk_township_statistic_county_code_object_id_cluster_object"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code",
            "analysis_id",
            "product",
            "township_code",
            name=op.f("pk_township_statistic"),
        ),
    )
