"""Keep key areas, border zones and urban fringes; a change of them is a change of the county."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "areas"
down_revision = "counts_by_change"
branch_labels = None
depends_on = None

_EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
_SOUND = (
    "geometry IS NULL OR (NOT ST_IsEmpty(geometry) AND ST_IsValid(geometry)"
    " AND ST_XMin(geometry) >= -180 AND ST_XMax(geometry) <= 180"
    " AND ST_YMin(geometry) >= -90 AND ST_YMax(geometry) <= 90)"
)


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "area",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("buffer_m", sa.Float(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "geometry", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False
        ),
        sa.CheckConstraint("kind IN ('key', 'border', 'fringe')", name=op.f("ck_area_known_kind")),
        sa.CheckConstraint(
            "buffer_m > 0 AND buffer_m <= 100000", name=op.f("ck_area_buffer_in_range")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_area_days_in_order")
        ),
        sa.CheckConstraint(_SOUND, name=op.f("ck_area_sound_geometry")),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_area_county_code_county")
        ),
        sa.PrimaryKeyConstraint("county_code", "code", name=op.f("pk_area")),
    )
    op.create_index("ix_area_geometry", "area", ["geometry"], postgresql_using="gist")
    for event, rows in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON area "
            f"REFERENCING {rows} TABLE AS changed "
            "FOR EACH STATEMENT EXECUTE FUNCTION wangge_note_change()"
        )


def downgrade() -> None:
    """Undo, in reverse."""
    op.drop_table("area")
