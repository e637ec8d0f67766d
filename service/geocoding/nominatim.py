"""A server that answers like Nominatim (also Photon's and Pelias' compatible doors): WGS 84."""

import json
from typing import Final
from urllib.parse import urlsplit

from service.domain.datum import distance_m
from service.domain.errors import UnavailableError
from service.domain.places import RADIUS_M, Datum, Level
from service.geocoding.provider import Line, ProviderPoint, number


class Nominatim:
    """Asks ``{url}/search``; a county runs its own server, the public one forbids bulk use."""

    name: Final = "nominatim"
    datum: Final = Datum.WGS84

    def __init__(self, url: str, line: Line) -> None:
        """Take the server's address, without /search, and the way to it."""
        self._url = url.rstrip("/") + "/search"
        self._host = urlsplit(url).hostname or ""
        self._line = line

    def find(self, address: str) -> ProviderPoint | None:
        """Return the first place found; its radius is half the diagonal of its bounding box."""
        asked = {"q": address, "format": "jsonv2", "limit": "1", "accept-language": "zh"}
        return self._line.get(self._url, asked, self._read, secret={})

    def _read(self, text: str) -> ProviderPoint | None:
        try:
            found = json.loads(text)
        except ValueError as error:
            raise UnavailableError(f"{self._host} answered something that is no JSON") from error
        if not isinstance(found, list):
            raise UnavailableError(f"{self._host} answered no list of places")
        if not found:
            return None
        first = found[0] if isinstance(found[0], dict) else {}
        lon, lat = (number(first, key, self._host) for key in ("lon", "lat"))
        label = str(first.get("display_name", ""))
        return ProviderPoint(lon, lat, self.datum, _radius_m(first.get("boundingbox")), label)


def _radius_m(box: object) -> float:
    """Return half the diagonal of [south, north, west, east] degrees; a road's without a box."""
    try:
        south, north, west, east = (float(edge) for edge in box)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return RADIUS_M[Level.ROAD]
    half = float(distance_m(west, south, east, north)) / 2
    return max(RADIUS_M[Level.ROOFTOP], round(half, 0))
