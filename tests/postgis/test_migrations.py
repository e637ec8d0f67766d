"""The migrations build the tables the code maps, and can be taken back."""

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.engine import URL

from service.database.migrate import alembic_config, pending, upgrade
from tests.conftest import temporary_database


def test_models_and_migrations_do_not_drift(engine: Engine) -> None:
    command.check(alembic_config(engine))


def test_nothing_is_pending_after_an_upgrade(engine: Engine) -> None:
    assert pending(engine) == []


def test_every_migration_can_be_undone_and_done_again(admin_url: URL) -> None:
    with temporary_database(admin_url) as url:
        engine = create_engine(url)
        try:
            upgrade(engine)
            command.downgrade(alembic_config(engine), "base")
            left = set(inspect(engine).get_table_names()) - {"spatial_ref_sys", "alembic_version"}
            assert left == set()
            assert pending(engine)
            upgrade(engine)
        finally:
            engine.dispose()


@pytest.mark.parametrize("table", ["county", "cell", "enterprise", "location", "quality_event"])
def test_the_county_leads_the_key(engine: Engine, table: str) -> None:
    key = inspect(engine).get_pk_constraint(table)["constrained_columns"]
    assert key[0] in ("county_code", "code")
