"""Keep what counts know of each enterprise, so that a changed row changes them and no more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "counts_by_change"
down_revision = "dense_by_filter"
branch_labels = None
depends_on = None

# More rows than this in one statement: the county is counted anew.
_MANY = 20_000
_NOTE_ROWS = """
CREATE FUNCTION wangge_note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) > {many} THEN
        INSERT INTO enterprise_change (county_code) SELECT DISTINCT county_code FROM changed;
        RETURN NULL;
    END IF;
    INSERT INTO enterprise_change (county_code, enterprise_id)
    SELECT DISTINCT county_code, {column} FROM changed WHERE {column} IS NOT NULL;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO enterprise_change (county_code, enterprise_id)
        SELECT county_code, {column} FROM former WHERE {column} IS NOT NULL
        EXCEPT SELECT county_code, {column} FROM changed;
    END IF;
    RETURN NULL;
END
$$
"""
_NOTE_ALL = """
CREATE FUNCTION wangge_note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO enterprise_change (county_code)
    SELECT DISTINCT county_code FROM changed {condition};
    RETURN NULL;
END
$$
"""
_FUNCTIONS = {
    "enterprise": _NOTE_ROWS.format(name="enterprise", column="id", many=_MANY),
    "of_enterprise": _NOTE_ROWS.format(name="of_enterprise", column="enterprise_id", many=_MANY),
    "frame": _NOTE_ALL.format(name="frame", condition=""),
    # Only the classes of targets enter the counts.
    "targets": _NOTE_ALL.format(name="targets", condition="WHERE kind = 'targets'"),
}
_BY_TABLE = {
    "enterprise": "enterprise",
    "location": "of_enterprise",
    "licence": "of_enterprise",
    "quality_event": "of_enterprise",
    "campaign": "frame",
    "cell": "frame",
    "plan": "frame",
    "analysis": "targets",
}
_EVENTS = {
    "insert": "NEW TABLE AS changed",
    "update": "OLD TABLE AS former NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}


def upgrade() -> None:
    """Apply. What was counted before is counted anew when it is asked for."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM tile_snapshot")
    _create_tables()
    _change_tiles()
    op.create_index(
        "ix_quality_event_outcome",
        "quality_event",
        ["county_code", "occurred_on"],
        postgresql_where=sa.text("is_problem OR disposition IS NOT NULL"),
    )
    for function in _FUNCTIONS.values():
        op.execute(function)
    for table, function in _BY_TABLE.items():
        for event, rows in _EVENTS.items():
            op.execute(
                f"CREATE TRIGGER note_rows_{event} AFTER {event.upper()} ON {table} "
                f"REFERENCING {rows} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION wangge_note_{function}()"
            )
    # Licences enter the counts from here on, so a change of them is one of the data.
    for event in _EVENTS:
        op.execute(
            f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON licence "
            f"REFERENCING {'OLD' if event == 'delete' else 'NEW'} TABLE AS changed "
            "FOR EACH STATEMENT EXECUTE FUNCTION wangge_note_change()"
        )


def _create_tables() -> None:
    op.create_table(
        "enterprise_change",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_enterprise_change")),
    )
    op.create_table(
        "enterprise_fact",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_short", sa.Boolean(), nullable=False),
        sa.Column("risk_class", sa.SmallInteger(), nullable=False),
        sa.Column("township_code", sa.String(), nullable=False),
        sa.Column("home_code", sa.String(), nullable=True),
        sa.Column("cell_code", sa.String(), nullable=True),
        sa.Column("is_placed", sa.Boolean(), nullable=False),
        sa.Column("is_rough", sa.Boolean(), nullable=False),
        sa.Column("x", sa.BigInteger(), nullable=True),
        sa.Column("y", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("visits", "problems", "samples", "failed")
        ),
        sa.Column("results", postgresql.ARRAY(sa.SmallInteger()), nullable=True),
        _of_snapshot("enterprise_fact"),
        sa.PrimaryKeyConstraint(
            "county_code", "snapshot_id", "enterprise_id", name=op.f("pk_enterprise_fact")
        ),
    )
    op.create_table(
        "register_count",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("cell_code", sa.String(), nullable=True),
        sa.Column("home_code", sa.String(), nullable=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("risk_class", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_short", sa.Boolean(), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        _of_snapshot("register_count"),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_register_count")),
    )
    op.create_index(
        "ix_register_count_county_code_snapshot_id",
        "register_count",
        ["county_code", "snapshot_id"],
    )


def _of_snapshot(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["county_code", "snapshot_id"],
        ["tile_snapshot.county_code", "tile_snapshot.id"],
        name=op.f(f"fk_{table}_county_code_snapshot_id_tile_snapshot"),
        ondelete="CASCADE",
    )


def _change_tiles() -> None:
    for column in ("x", "y"):
        op.alter_column(
            "tile_bin", column, type_=sa.BigInteger(), postgresql_using=f"{column}::bigint"
        )
    op.drop_column("tile_bin", "enterprise_id")
    op.add_column("tile_bin", sa.Column("ids", sa.BigInteger(), nullable=False))
    op.drop_column("tile_week", "enterprises")
    op.alter_column("tile_week", "cell_code", nullable=True)
    op.add_column("tile_week", sa.Column("home_code", sa.String(), nullable=True))
    for column in ("samples", "failed"):
        op.add_column("tile_week", sa.Column(column, sa.BigInteger(), nullable=False))


def downgrade() -> None:
    """Undo in the opposite order."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM tile_snapshot")
    for event in reversed(_EVENTS):
        op.execute(f"DROP TRIGGER note_{event} ON licence")
    for table in reversed(_BY_TABLE):
        for event in reversed(_EVENTS):
            op.execute(f"DROP TRIGGER note_rows_{event} ON {table}")
    for name in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION wangge_note_{name}()")
    op.drop_index("ix_quality_event_outcome", table_name="quality_event")
    for column in ("failed", "samples", "home_code"):
        op.drop_column("tile_week", column)
    op.alter_column("tile_week", "cell_code", nullable=False)
    op.add_column("tile_week", sa.Column("enterprises", sa.Integer(), nullable=False))
    op.drop_column("tile_bin", "ids")
    op.add_column("tile_bin", sa.Column("enterprise_id", sa.BigInteger(), nullable=True))
    for column in ("y", "x"):
        op.alter_column("tile_bin", column, type_=sa.Float())
    op.drop_index("ix_register_count_county_code_snapshot_id", table_name="register_count")
    op.drop_table("register_count")
    op.drop_table("enterprise_fact")
    op.drop_table("enterprise_change")
