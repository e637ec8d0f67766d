"""Alembic's entry: runs the migrations on the engine that service.database.migrate hands in."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Engine

from service.database.tables import Base


def run() -> None:
    """Run inside one transaction, so that a failing migration leaves nothing behind."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            # Without these, autogenerate drops PostGIS's own tables.
            include_object=alembic_helpers.include_object,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
