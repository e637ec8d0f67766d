"""Whether the demo county is loaded and computed: asked at every start, so it imports little."""

from pathlib import Path

from service.database import analyses
from service.database.loading import demo
from service.database.session import open_session
from service.settings import Settings

MAPS = ("hotspot", "coverage", "cell", "lookup")
_ANALYSES = ("gaps", "clusters", "targets")


def map_paths(settings: Settings) -> dict[str, Path]:
    """Return where the one-file maps of the demo county go."""
    return {kind: settings.home / "maps" / f"{kind}.html" for kind in MAPS}


def is_done(settings: Settings) -> bool:
    """Say whether a fictional county has every analysis of its day, and its maps are written."""
    has_base = any((settings.home / "base").glob("*.pmtiles"))
    if not has_base or not all(path.exists() for path in map_paths(settings).values()):
        return False
    with open_session(settings, commit=False) as session:
        return any(
            all(analyses.latest_or_none(session, code, kind, on) for kind in _ANALYSES)
            for code, on in demo.fictional_counties(session).items()
        )
