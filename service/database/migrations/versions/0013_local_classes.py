"""Keep each cell's local Moran, its class, and how many draws are behind its p."""

import sqlalchemy as sa
from alembic import op

revision = "local_classes"
down_revision = "areas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was computed before has none of them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("cell_statistic", sa.Column("local_moran", sa.Float()))
    op.add_column("cell_statistic", sa.Column("local_class", sa.String()))
    op.add_column("cell_statistic", sa.Column("draws", sa.Integer()))


def downgrade() -> None:
    """Drop them again."""
    for name in ("local_moran", "local_class", "draws"):
        op.drop_column("cell_statistic", name)
