"""Keep the editions of the gazetteer, and the names that places had before."""

import sqlalchemy as sa
from alembic import op

revision = "gazetteer_versions"
down_revision = "tiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gazetteer_version",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("with_point", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_gazetteer_version_county_code_county")
        ),
        sa.PrimaryKeyConstraint("county_code", "version", name=op.f("pk_gazetteer_version")),
    )
    op.create_table(
        "former_place",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("township_code", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_former_place_county_code_county")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_former_place")),
        sa.UniqueConstraint(
            "county_code",
            "level",
            "code",
            "name",
            "township_code",
            name=op.f("uq_former_place_county_code_level_code_name_township_code"),
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("former_place")
    op.drop_table("gazetteer_version")
