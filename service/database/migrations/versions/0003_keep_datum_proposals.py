"""Keep what is proposed, and decided, about the datum of a file's coordinates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "datum_proposals"
down_revision = "cluster_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "datum_proposal",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("stated", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("proposed", sa.String(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'refused')",
            name=op.f("ck_datum_proposal_known_status"),
        ),
        sa.CheckConstraint(
            "(status = 'accepted') = (decided IS NOT NULL)",
            name=op.f("ck_datum_proposal_accepted_is_named"),
        ),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)",
            name=op.f("ck_datum_proposal_decision_has_a_time"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "batch_id"],
            ["import_batch.county_code", "import_batch.id"],
            name=op.f("fk_datum_proposal_county_code_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_datum_proposal")),
        sa.UniqueConstraint(
            "county_code",
            "batch_id",
            "stated",
            name=op.f("uq_datum_proposal_county_code_batch_id_stated"),
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("datum_proposal")
