"""Keep visits by cell and week, so that a live map of a million enterprises opens at once."""

import sqlalchemy as sa
from alembic import op

revision = "tile_weeks"
down_revision = "gazetteer_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Counts made before lack the new figures, and are made anew when asked for."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM tile_snapshot")
    for column in ("samples", "passed"):
        op.add_column("tile_total", sa.Column(column, sa.BigInteger(), nullable=False))
    op.create_table(
        "tile_week",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("cell_code", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("risk_class", sa.SmallInteger(), nullable=False),
        sa.Column("week", sa.SmallInteger(), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "snapshot_id"],
            ["tile_snapshot.county_code", "tile_snapshot.id"],
            name=op.f("fk_tile_week_county_code_snapshot_id_tile_snapshot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_tile_week")),
    )
    op.create_index(
        "ix_tile_week_county_code_snapshot_id", "tile_week", ["county_code", "snapshot_id"]
    )


def downgrade() -> None:
    """Undo in the opposite order."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_tile_week_county_code_snapshot_id", table_name="tile_week")
    op.drop_table("tile_week")
    for column in ("passed", "samples"):
        op.drop_column("tile_total", column)
