"""Import every module once, and run every kernel: what Python and numba compile, they keep.

Of the packages only what ours import is compiled: it is a third of them, without their tests.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import gis_data
import maps
import service
from scripts import cli

# Imported inside functions alone.
_LATER = (
    "openpyxl",
    "structlog",
    "scripts.cluster_objects",
    "scripts.clusters_file",
    "scripts.county_clusters",
    "scripts.locate_register",
    "scripts.start",
)
# The environment of Alembic runs when it is imported, and migrations when they are needed.
_NOT = "service.database.migrations"


def main(arguments: list[str]) -> None:
    """Compile `modules`, or the machine code of the scans (`kernels`), or both."""
    if "modules" in arguments:
        for name in _modules():
            print(name)  # noqa: T201 - the line that the step of the set-up shows
            import_module(name)
    if "kernels" in arguments:
        print("kernels")  # noqa: T201
        import_module("service.domain.scan").warm_up()
        import_module("service.domain.local_permutation").warm_up()


def _modules() -> Iterator[str]:
    for package in (gis_data, maps, service):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(_NOT):
                yield found.name
    yield from (place.module for place in cli.COMMANDS.values())
    yield from _LATER


if __name__ == "__main__":
    main(sys.argv[1:])
