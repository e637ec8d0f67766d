"""Whether the demo county stands as today's code makes it: asked at every start, imports little."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.setup_stamp import digest
from service.database import analyses
from service.database.loading import demo
from service.database.session import open_session
from service.settings import PROJECT_ROOT, Settings

MAPS = ("hotspot", "coverage", "cell", "lookup")
_ANALYSES = ("gaps", "clusters", "targets")
_MARK = "made_by.txt"

# What the demo county's places, analyses and maps come from; pages and exports change none of it.
MAKERS: Final = (
    "gis_data",
    "maps",
    "service/database",
    "service/domain",
    "service/geocoding",
    "service/workflows",
)
FILES: Final = ("scripts/demo_job.py", "requirements.lock", "package-lock.json")
_KINDS: Final = frozenset({".py", ".js", ".css", ".html", ".json", ".toml", ".csv"})


def map_paths(settings: Settings) -> dict[str, Path]:
    """Return where the one-file maps of the demo county go."""
    return {kind: settings.home / "maps" / f"{kind}.html" for kind in MAPS}


def is_done(settings: Settings) -> bool:
    """Say whether all of it is computed, and by code and data like today's."""
    return _mark(settings) == makers_digest(PROJECT_ROOT) and is_computed(settings)


def is_computed(settings: Settings) -> bool:
    """Say whether a fictional county has every analysis of its day, and its maps are written."""
    has_base = any((settings.home / "base").glob("*.pmtiles"))
    if not has_base or not all(path.exists() for path in map_paths(settings).values()):
        return False
    with open_session(settings, commit=False) as session:
        return any(
            all(analyses.latest_or_none(session, code, kind, on) for kind in _ANALYSES)
            for code, on in demo.fictional_counties(session).items()
        )


def remember(settings: Settings) -> None:
    """Keep what it was made by, when it is complete; an interrupted start begins anew."""
    path = settings.home / "demo" / _MARK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(makers_digest(PROJECT_ROOT), encoding="utf-8")


def makers_digest(root: Path) -> str:
    """Return the check sum of everything that the demo county is computed by and from."""
    return digest(path for path in _makers(root) if path.is_file())


def _makers(root: Path) -> Iterator[Path]:
    yield from (root / name for name in FILES)
    for name in MAKERS:
        found = (path for path in (root / name).rglob("*") if path.suffix in _KINDS)
        # Maps that people wrote into the checkout make nothing.
        yield from sorted(path for path in found if root / "maps" / "output" not in path.parents)


def _mark(settings: Settings) -> str:
    try:
        return (settings.home / "demo" / _MARK).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
