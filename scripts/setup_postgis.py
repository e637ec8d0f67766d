"""Make sure that there is a PostGIS: the one of the settings, an installed one, or a new one."""

from scripts import setup_system
from scripts.setup_console import step
from service.database import server_binaries
from service.domain.errors import UnavailableError
from service.settings import Settings


def ensure_postgis(settings: Settings) -> None:
    """Install PostgreSQL with PostGIS unless there is one, or an address to use instead.

    Raises:
        UnavailableError: There is none and none can be installed; the message says what to do.
    """
    if settings.database_url is not None or _is_there(settings):
        return
    if settings.postgres_bin is not None or not setup_system.can_install():
        server_binaries.find(preferred=settings.postgres_bin)  # says why, and the ways forward
    with step("PostgreSQL with PostGIS, by the system's package manager") as current:
        try:
            setup_system.install_postgis(current)
        except UnavailableError as error:
            raise UnavailableError(f"{server_binaries.WAYS_FORWARD}\n{error}") from error
    server_binaries.find()


def _is_there(settings: Settings) -> bool:
    try:
        server_binaries.find(preferred=settings.postgres_bin)
    except UnavailableError:
        return False
    return True
