"""Keep counts by square for vector tiles, and notice by triggers when a county's data change."""

import sqlalchemy as sa
from alembic import op

revision = "tiles"
down_revision = "keep_decisions"
branch_labels = None
depends_on = None

# Whatever a tile shows or is filtered by. Who writes it need not know that tiles exist.
_WATCHED = (
    "analysis",
    "campaign",
    "cell",
    "enterprise",
    "location",
    "plan",
    "quality_event",
    "township",
)
_EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
_NOTE_CHANGE = """
CREATE FUNCTION wangge_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO data_change AS there (county_code, xact, changes)
    SELECT DISTINCT changed.county_code, pg_current_xact_id()::text::bigint, 1 FROM changed
    ON CONFLICT (county_code, xact) DO UPDATE SET changes = there.changes + 1;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "data_change",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("xact", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "xact", name=op.f("pk_data_change")),
    )
    op.create_table(
        "tile_snapshot",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("data_version", sa.BigInteger(), nullable=False),
        sa.Column(
            "built_at", sa.DateTime(), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_tile_snapshot_county_code_county")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_tile_snapshot")),
        sa.UniqueConstraint(
            "county_code", "as_of", name=op.f("uq_tile_snapshot_county_code_as_of")
        ),
    )
    _create_bins()
    _create_totals()
    op.execute(_NOTE_CHANGE)
    for table in _WATCHED:
        for event, rows in _EVENTS.items():
            op.execute(
                f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON {table} "
                f"REFERENCING {rows} TABLE AS changed "
                "FOR EACH STATEMENT EXECUTE FUNCTION wangge_note_change()"
            )


def _create_bins() -> None:
    op.create_table(
        "tile_bin",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("cut", sa.String(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("township_code", sa.String(), nullable=True),
        sa.Column("risk_class", sa.SmallInteger(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("rough", sa.Integer(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Float(), nullable=False),
        sa.Column("y", sa.Float(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code", "snapshot_id"],
            ["tile_snapshot.county_code", "tile_snapshot.id"],
            name=op.f("fk_tile_bin_county_code_snapshot_id_tile_snapshot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_tile_bin")),
    )
    op.create_index(
        "ix_tile_bin_square",
        "tile_bin",
        ["county_code", "snapshot_id", "level", "cut", "column", "row"],
    )


def _create_totals() -> None:
    op.create_table(
        "tile_total",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("township_code", sa.String(), nullable=False),
        sa.Column("risk_class", sa.SmallInteger(), nullable=False),
        sa.Column("existing", sa.Integer(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("area_only", sa.Integer(), nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "snapshot_id"],
            ["tile_snapshot.county_code", "tile_snapshot.id"],
            name=op.f("fk_tile_total_county_code_snapshot_id_tile_snapshot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_tile_total")),
    )
    op.create_index(
        "ix_tile_total_county_code_snapshot_id", "tile_total", ["county_code", "snapshot_id"]
    )


def downgrade() -> None:
    """Undo in the opposite order."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(_WATCHED):
        for event in reversed(_EVENTS):
            op.execute(f"DROP TRIGGER note_{event} ON {table}")
    op.execute("DROP FUNCTION wangge_note_change()")
    op.drop_index("ix_tile_total_county_code_snapshot_id", table_name="tile_total")
    op.drop_table("tile_total")
    op.drop_index("ix_tile_bin_square", table_name="tile_bin")
    op.drop_table("tile_bin")
    op.drop_table("tile_snapshot")
    op.drop_table("data_change")
