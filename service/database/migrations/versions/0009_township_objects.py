"""Let a township's producers of one product be a cluster that people own."""

import sqlalchemy as sa
from alembic import op

revision = "township_objects"
down_revision = "cluster_runs"
branch_labels = None
depends_on = None

# A township has no circle: no likelihood ratio over circles, no radius.
_OF_A_WINDOW = ("llr", "p_gumbel", "radius_m")


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "cluster",
        sa.Column("kind", sa.String(), server_default=sa.text("'window'"), nullable=False),
    )
    for name in _OF_A_WINDOW:
        op.alter_column("cluster", name, nullable=True)
    op.create_check_constraint("known_kind", "cluster", "kind IN ('window', 'township')")
    op.create_check_constraint(
        "window_has_a_circle", "cluster", f"kind = 'township' OR num_nulls({_listed()}) = 0"
    )
    op.create_index(
        "uq_cluster_object_township",
        "cluster_object",
        ["county_code", "product", "township_code"],
        unique=True,
        postgresql_where=sa.text("kind = 'township'"),
    )


def downgrade() -> None:
    """Undo, in reverse; what runs saw of townships goes, their objects and history stay."""
    op.drop_index("uq_cluster_object_township", table_name="cluster_object")
    op.drop_constraint(op.f("ck_cluster_window_has_a_circle"), "cluster")
    op.drop_constraint(op.f("ck_cluster_known_kind"), "cluster")
    op.execute("DELETE FROM cluster WHERE kind = 'township'")
    for name in reversed(_OF_A_WINDOW):
        op.alter_column("cluster", name, nullable=False)
    op.drop_column("cluster", "kind")


def _listed() -> str:
    return ", ".join(_OF_A_WINDOW)
