"""Keep what people decide about the register, and what the engine said before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "keep_decisions"
down_revision = "datum_proposals"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("decision", "decided_address")


def upgrade() -> None:
    """Apply."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_decision()
    _create_decided_address()
    _create_review_item()
    _create_register_redirect()
    op.execute(
        """
        CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only ever added to; undo a decision by another one',
                TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_history BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()"
        )


def downgrade() -> None:
    """Undo in the opposite order."""
    op.drop_table("register_redirect")
    op.drop_table("review_item")
    op.drop_table("decided_address")
    op.drop_table("decision")
    op.execute("DROP FUNCTION refuse_to_change_history()")


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.Column("choice", postgresql.JSONB(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("gazetteer_version", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('place', 'alias', 'merge', 'distinct', 'undo')",
            name=op.f("ck_decision_known_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_decision_undo_names_what")
        ),
        sa.CheckConstraint("decided_by <> ''", name=op.f("ck_decision_somebody_decided")),
        sa.ForeignKeyConstraint(
            ["county_code"], ["county.code"], name=op.f("fk_decision_county_code_county")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "undoes"],
            ["decision.county_code", "decision.id"],
            name=op.f("fk_decision_county_code_undoes_decision"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_decision")),
        sa.UniqueConstraint("county_code", "undoes", name=op.f("uq_decision_county_code_undoes")),
    )
    op.create_index("ix_decision_county_code_kind", "decision", ["county_code", "kind"])


def _create_decided_address() -> None:
    op.create_table(
        "decided_address",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("choice", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "decision_id"],
            ["decision.county_code", "decision.id"],
            name=op.f("fk_decided_address_county_code_decision_id_decision"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code",
            "decision_id",
            "fingerprint",
            "witness",
            name=op.f("pk_decided_address"),
        ),
    )
    op.create_index(
        "ix_decided_address_county_code_fingerprint_witness",
        "decided_address",
        ["county_code", "fingerprint", "witness"],
    )


def _create_review_item() -> None:
    op.create_table(
        "review_item",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("normalised", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("token_kind", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("engine", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "enterprise_id"],
            ["enterprise.county_code", "enterprise.id"],
            name=op.f("fk_review_item_county_code_enterprise_id_enterprise"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("county_code", "enterprise_id", name=op.f("pk_review_item")),
    )
    op.create_index(
        "ix_review_item_county_code_group_key", "review_item", ["county_code", "group_key"]
    )
    op.create_index(
        "ix_review_item_county_code_fingerprint_witness",
        "review_item",
        ["county_code", "fingerprint", "witness"],
    )


def _create_register_redirect() -> None:
    op.create_table(
        "register_redirect",
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("register_key", sa.String(), nullable=False),
        sa.Column("survivor_key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("licences", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "decision_id"],
            ["decision.county_code", "decision.id"],
            name=op.f("fk_register_redirect_county_code_decision_id_decision"),
        ),
        sa.PrimaryKeyConstraint("county_code", "register_key", name=op.f("pk_register_redirect")),
    )
    op.create_index(
        "ix_register_redirect_county_code_survivor_key",
        "register_redirect",
        ["county_code", "survivor_key"],
    )
