"""Bring a database to the newest schema, or say how far behind it is."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_LOCATION = "service.database:migrations"


def alembic_config(engine: Engine) -> Config:
    """Return an Alembic configuration bound to an engine; no file is read."""
    config = Config()
    config.set_main_option("script_location", _LOCATION)
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Apply every migration that the database lacks."""
    command.upgrade(alembic_config(engine), "head")


def pending(engine: Engine) -> list[str]:
    """Return the revisions not yet applied, oldest first."""
    script = ScriptDirectory.from_config(alembic_config(engine))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    revisions = list(script.iterate_revisions("head", current or "base"))
    return [revision.revision for revision in reversed(revisions)]
