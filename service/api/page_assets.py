"""Scripts and styles of the pages, beside those of the maps; nothing else can be named."""

from functools import lru_cache
from pathlib import Path

from maps.assets import Asset, read_asset

_FOLDER = Path(__file__).resolve().parent / "static"
_OWN = frozenset({"pages/page.css", "pages/page.js", "pages/review.css", "pages/review.js"})


@lru_cache(maxsize=16)
def page_asset(name: str) -> Asset:
    """Return a script or style of the pages, or of the maps and packages.

    Raises:
        AssetNotFoundError: No asset has this name.
    """
    if name in _OWN:
        return Asset(name, (_FOLDER / name.removeprefix("pages/")).read_bytes())
    return read_asset(name)
