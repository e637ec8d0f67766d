"""Every script and style that a map needs, from packages installed beside the code; fail-closed.

Folium names its assets by address on other people's hosts. Nothing here asks a network for
anything: an address is looked up in a short table of locked packages (`package.json`), and one
that is not in the table raises `UnvendoredAssetError` before a map can be written.
"""

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from service.domain.errors import InvalidInputError, NotFoundError, UnavailableError

_MAPS = Path(__file__).resolve().parent
_PACKAGES = _MAPS.parent / "node_modules"

# Asset name → (package, file in it). The name is also the path below /static/.
_VENDORED = {
    "vendor/leaflet/leaflet.js": ("leaflet", "dist/leaflet.js"),
    "vendor/leaflet/leaflet.css": ("leaflet", "dist/leaflet.css"),
    "vendor/leaflet/images/layers.png": ("leaflet", "dist/images/layers.png"),
    "vendor/leaflet/images/layers-2x.png": ("leaflet", "dist/images/layers-2x.png"),
    "vendor/leaflet/images/marker-icon.png": ("leaflet", "dist/images/marker-icon.png"),
    "vendor/protomaps/protomaps-leaflet.js": ("protomaps-leaflet", "dist/protomaps-leaflet.js"),
    "vendor/vectorgrid/vectorgrid.js": (
        "leaflet.vectorgrid",
        "dist/Leaflet.VectorGrid.bundled.min.js",
    ),
}
_OWN = frozenset(
    {
        "maps/css/map.css",
        "maps/css/page.css",
        *(
            f"maps/js/{name}.js"
            for name in (
                "areas",
                "base",
                "cells",
                "cell_tiles",
                "clusters",
                "core",
                "labels",
                "lookup",
                "page",
                "pick",
                "spots",
                "pmtiles",
                "points",
                "tianditu",
                "timeline",
                "weeks",
                "townships",
                "zones",
                "tiles",
            )
        ),
    }
)
# Addresses by which Folium and its plugins know what we have; any host, any patch release,
# because what counts is the file that is put in their place.
_ADDRESSES = ((re.compile(r"/leaflet@1\.9\.\d+/dist/(leaflet\.(?:js|css))$"), "vendor/leaflet/"),)

_CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


class UnvendoredAssetError(InvalidInputError):
    """A map element wants a file from another host, and we hold no copy of it."""

    def __init__(self, address: str) -> None:
        """Keep the address, so that a report can name it."""
        super().__init__(
            f"this map element loads {address}, which is not among the installed packages; leave "
            "the element out, or add its package to package.json and its file to maps/assets.py"
        )
        self.address = address


class AssetNotFoundError(NotFoundError):
    """No asset has this name."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file for the browser; `name` is its path below `/static/`."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """The media type that the file's ending stands for."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def digest(self) -> str:
        """The first 12 hex digits of SHA-256: changes when the content does."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def text(self) -> str:
        """The content of a script or style, with the line ends that a browser hashes."""
        return self.content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def link(self) -> str:
        """The address under which the service hands the file out; safe to cache for ever."""
        return f"/static/{self.name}?v={self.digest}"


@lru_cache(maxsize=64)
def read_asset(name: str) -> Asset:
    """Return an asset by name, such as `vendor/leaflet/leaflet.js` or `maps/js/core.js`.

    Raises:
        AssetNotFoundError: No asset has this name. Only names of the table are looked up, so a
            path that climbs out of the folder finds nothing.
        UnavailableError: The browser packages are not installed.
    """
    if name in _OWN:
        return Asset(name, (_MAPS / name.removeprefix("maps/")).read_bytes())
    if name not in _VENDORED:
        raise AssetNotFoundError(f"there is no asset {name!r}")
    package, file = _VENDORED[name]
    path = _PACKAGES / package / file
    if not path.is_file():
        raise UnavailableError(
            f"the browser package {package!r} is not installed: run scripts/run, or `npm ci` in "
            "the folder that holds package.json"
        )
    return Asset(name, path.read_bytes())


def resolve(address: str) -> Asset:
    """Return the asset that stands in for an address, or for an asset name.

    Raises:
        UnvendoredAssetError: We hold no copy; nothing is fetched instead.
    """
    if address in _OWN or address in _VENDORED:
        return read_asset(address)
    path = urlsplit(address).path
    for pattern, folder in _ADDRESSES:
        if found := pattern.search(path):
            return read_asset(folder + found.group(1))
    raise UnvendoredAssetError(address)


def inline_script(asset: Asset) -> str:
    r"""Return a script that can stand between `<script>` tags.

    `<\/script` and `<\!--` mean the same inside a string or a regular expression, and do not
    end or re-enter the script element.
    """
    return asset.text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def inline_style(asset: Asset) -> str:
    """Return a style sheet whose own files (images, fonts) are inside it as data addresses.

    Raises:
        UnvendoredAssetError: The style sheet points to a file that we do not hold.
    """

    def embed(match: re.Match[str]) -> str:
        target = match.group(1)
        if target.startswith(("data:", "#")):
            return match.group(0)
        name = f"{asset.name.rpartition('/')[0]}/{target}"
        if name not in _VENDORED:
            raise UnvendoredAssetError(target)
        held = read_asset(name)
        return f"url(data:{held.media_type};base64,{base64.b64encode(held.content).decode()})"

    text = asset.text
    if "@import" in text:
        raise UnvendoredAssetError(f"@import in {asset.name}")
    return _CSS_ADDRESS.sub(embed, text).replace("</style", "<\\/style")
