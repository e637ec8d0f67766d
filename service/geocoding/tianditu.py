"""Tianditu, the nation's own map service: CGCS2000, a key needed."""

import json
from typing import Final
from urllib.parse import urlsplit

from service.domain.errors import UnavailableError
from service.domain.places import RADIUS_M, Datum, Level
from service.geocoding.provider import Line, ProviderPoint, number

URL: Final = "https://api.tianditu.gov.cn/geocoder"
_FOUND, _NOTHING = "0", {"101", "404"}
# What the service says it found, and how far off that may be.
_LEVELS = {
    "门址": Level.ROOFTOP,
    "兴趣点": Level.ROOFTOP,
    "地名地址": Level.ROAD,
    "道路": Level.ROAD,
    "村": Level.VILLAGE,
    "村级": Level.VILLAGE,
    "乡镇": Level.TOWNSHIP,
    "乡镇级": Level.TOWNSHIP,
    "区县": Level.COUNTY,
    "区县级": Level.COUNTY,
}


class Tianditu:
    """Asks the geocoder with a key of one's own."""

    name: Final = "tianditu"
    datum: Final = Datum.CGCS2000

    def __init__(self, key: str, line: Line, *, url: str = URL) -> None:
        """Take the key, the way to the service, and its address if it is another."""
        self._key = key
        self._url = url
        self._host = urlsplit(url).hostname or ""
        self._line = line

    def find(self, address: str) -> ProviderPoint | None:
        """Return the point found; an unknown level counts as a township's."""
        asked = {"ds": json.dumps({"keyWord": address}, ensure_ascii=False)}

        def read(text: str) -> ProviderPoint | None:
            return self._read(text, address)

        return self._line.get(self._url, asked, read, secret={"tk": self._key})

    def _read(self, text: str, address: str) -> ProviderPoint | None:
        try:
            told = json.loads(text)
            status = str(told["status"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnavailableError(f"{self._host} answered something else than a place") from error
        if status in _NOTHING:
            return None
        place = told.get("location")
        if status != _FOUND or not isinstance(place, dict):
            raise UnavailableError(f"{self._host} refused: status {status}; check the key")
        lon, lat = (number(place, key, self._host) for key in ("lon", "lat"))
        level = _LEVELS.get(str(place.get("level", "")), Level.TOWNSHIP)
        label = str(place.get("keyWord") or address)
        return ProviderPoint(lon, lat, self.datum, RADIUS_M[level], label)
