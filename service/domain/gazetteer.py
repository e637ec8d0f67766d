"""A gazetteer: the official places of one county or of many, with codes, names and points."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas import DataFrame

from service.domain.addresses.former import Former, FormerNames, split_former
from service.domain.addresses.index import (
    CountyIndex,
    Town,
    Village,
    build_index,
    make_village,
)
from service.domain.addresses.landmarks import Landmark, Landmarks, build_landmarks
from service.domain.addresses.names import without_regions
from service.domain.addresses.regions import RegionBook
from service.domain.datum import distance_m, to_wgs84
from service.domain.errors import InvalidInputError
from service.domain.gazetteer_marks import split_landmarks
from service.domain.places import RADIUS_M, Datum, Level

_LEVELS = {
    "province": "province",
    "省": "province",
    "city": "city",
    "prefecture": "city",
    "市": "city",
    "county": "county",
    "县": "county",
    "town": "town",
    "township": "town",
    "乡镇": "town",
    "village": "village",
    "community": "village",
    "村": "village",
}
_COLUMNS = {"longitude": "lon", "latitude": "lat", "lng": "lon"}
_CODE_DIGITS = 12
_TOWN_DIGITS = 9
_MIN_POINTS_FOR_RADIUS = 5


class _Row(NamedTuple):
    key: str  # twelve digits
    code: str  # as the gazetteer has it
    name: str
    lon: float | None
    lat: float | None
    doubled: bool


@dataclass(slots=True)
class Gazetteer:
    """Places by county; an index is built when a county is first asked for."""

    version: str
    regions: RegionBook
    county_codes: tuple[str, ...]  # six digits, of the counties that have towns here, in order
    _towns: dict[str, list[_Row]]
    _villages: dict[str, list[_Row]]
    _counties: dict[str, _Row] = field(default_factory=dict)
    _marks: dict[str, list[Landmark]] = field(default_factory=dict)
    _former: dict[str, FormerNames] = field(default_factory=dict)
    _built_marks: dict[str, Landmarks | None] = field(default_factory=dict)
    _built: dict[str, CountyIndex] = field(default_factory=dict)

    @classmethod
    def from_rows(
        cls, rows: DataFrame, *, version: str | None = None, datum: Datum = Datum.WGS84
    ) -> "Gazetteer":
        """Build a gazetteer from place rows.

        Args:
            rows: code (6, 9 or 12 digits, the statistics office's hierarchy), name, level
                (province, city, county, town or township, village, road, poi), and where known
                longitude (or lon) and latitude (or lat) in degrees of ``datum``, and parent (a
                town's code). province and city columns, if any, name what the county lies in;
                geometry, if there, holds the lines of roads (WGS 84).
            version: Kept in every placement; by default a hash of the rows.
            datum: What the coordinates are measured against.

        Raises:
            InvalidInputError: A column is missing, or no row is a town.
        """
        rows, marks = split_landmarks(rows, datum)
        rows, former = split_former(rows)
        frame = _checked(rows)
        frame["lon"], frame["lat"] = to_wgs84(frame["lon"], frame["lat"], datum)
        by_level = {str(level): _rows(part) for level, part in frame.groupby("level", sort=True)}
        if not by_level.get("town"):
            raise InvalidInputError("the gazetteer has no town; give rows of level 'town'")
        parents = dict(zip(frame["key"], frame["parent"], strict=True))
        counties = {row.key[:6]: row for row in by_level.get("county", [])}
        towns: defaultdict[str, list[_Row]] = defaultdict(list)
        for row in by_level["town"]:
            towns[_county_key(row, parents, counties)].append(row)
        villages: defaultdict[str, list[_Row]] = defaultdict(list)
        known = {row.key for row in by_level["town"]}
        for row in by_level.get("village", []):
            villages[_town_key(row, parents, known)].append(row)
        regions = RegionBook.from_names(_region_names(frame, by_level, towns))
        codes = tuple(sorted(towns))
        by_county: defaultdict[str, list[Landmark]] = defaultdict(list)
        town_codes = {row.key: (code, row.code) for code in codes for row in towns[code]}
        for mark in marks:
            county, town = town_codes.get(mark.town_code, (mark.code[:6], ""))
            # A county's own file need not give codes that say which county a road is in.
            county = county if county in towns else codes[0]
            by_county[county].append(mark._replace(town_code=town))
        edition = version or _fingerprint(frame, marks, former)
        names = _former_names(former, codes)
        return cls(edition, regions, codes, towns, villages, counties, by_county, names)

    def county(self, code: str) -> CountyIndex | None:
        """Return one county's index by its code (six digits or more); None if it has no towns."""
        key = code[:6]
        if key not in self._towns:
            return None
        if key not in self._built:
            self._built[key] = self._build(key)
        return self._built[key]

    def landmarks(self, code: str) -> Landmarks | None:
        """Return one county's roads and named points; None if the gazetteer has none."""
        key = code[:6]
        if key not in self._marks:
            return None
        if key not in self._built_marks:
            self._built_marks[key] = build_landmarks(self._marks[key])
        return self._built_marks[key]

    def former(self, code: str) -> FormerNames | None:
        """Return what one county's places were called before; None if nothing is known of it."""
        return self._former.get(code[:6])

    def holds(self, code: str) -> bool:
        """Whether this gazetteer has towns of a county (six digits or more)."""
        return code[:6] in self._towns

    def names(self) -> Iterator[str]:
        """Yield every place's name, in no particular order."""
        for rows in (*self._towns.values(), *self._villages.values()):
            for row in rows:
                yield row.name
        for row in self._counties.values():
            yield row.name

    def county_point(self, code: str) -> tuple[float, float] | None:
        """Return the county's own point in WGS 84 degrees, usually its government's seat."""
        row = self._counties.get(code[:6])
        return None if row is None or row.lon is None or row.lat is None else (row.lon, row.lat)

    def _build(self, key: str) -> CountyIndex:
        towns: list[Town] = []
        villages: list[Village] = []
        regions = [self.regions.name(key[:digits]) for digits in (2, 4, 6)]
        for row in self._towns[key]:
            members = self._villages.get(row.key, [])
            town = Town(
                code=row.code,
                name=row.name,
                lon=row.lon,
                lat=row.lat,
                radius_m=_town_radius_m(row, members),
                doubled=row.doubled,
                called=without_regions(row.name, regions),
            )
            towns.append(town)
            for member in members:
                village = make_village(
                    code=member.code,
                    name=member.name,
                    town=town,
                    lon=member.lon,
                    lat=member.lat,
                    called=without_regions(member.name, [*regions, town.called]),
                )
                village.doubled = member.doubled
                villages.append(village)
        return build_index(key, self.regions.county_name(key), towns, villages)


def _checked(rows: DataFrame) -> DataFrame:
    """Return the rows with the columns key, code, name, level, lon, lat, parent; doubles noted."""
    frame = rows.rename(columns={k: v for k, v in _COLUMNS.items() if v not in rows.columns})
    missing = {"code", "name", "level"} - set(frame.columns)
    if missing:
        raise InvalidInputError(
            f"the gazetteer has no column {', '.join(sorted(missing))}; it needs code, name, level"
        )
    frame = frame.assign(
        code=frame["code"].astype(str).str.strip().str.replace(r"\.0$", "", regex=True),
        name=frame["name"].fillna("").astype(str).str.strip(),
        level=frame["level"].astype(str).str.strip().str.lower().map(_LEVELS),
    )
    for column in ("lon", "lat"):
        values = frame[column] if column in frame else pd.Series(np.nan, index=frame.index)
        frame[column] = pd.to_numeric(values, errors="coerce").astype(float)
    for column in ("parent", "province", "city"):
        values = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame[column] = values.fillna("").astype(str).str.replace(r"\.0$", "", regex=True)
    known = frame["level"].notna() & frame["name"].ne("") & frame["code"].str.isdigit()
    frame = frame[known].copy()
    frame["key"] = frame["code"].str.ljust(_CODE_DIGITS, "0")
    frame["parent"] = frame["parent"].str.ljust(_CODE_DIGITS, "0").where(frame["parent"].ne(""), "")
    frame = frame.drop_duplicates(["key", "name", "level"]).sort_values(["key", "name"])
    # One code with two names is an error of the file: both are kept, and neither is trusted.
    frame["doubled"] = frame.duplicated(["key", "level"], keep=False)
    return frame


def _rows(part: DataFrame) -> list[_Row]:
    lon = [None if np.isnan(value) else float(value) for value in part["lon"]]
    lat = [None if np.isnan(value) else float(value) for value in part["lat"]]
    columns = (part["key"], part["code"], part["name"], lon, lat, part["doubled"])
    return [_Row(*values) for values in zip(*columns, strict=True)]


def _county_key(row: _Row, parents: dict[str, str], counties: dict[str, _Row]) -> str:
    parent = parents.get(row.key, "")[:6]
    return parent if parent in counties else row.key[:6]


def _town_key(row: _Row, parents: dict[str, str], towns: set[str]) -> str:
    parent = parents.get(row.key, "")
    return parent if parent in towns else row.key[:_TOWN_DIGITS].ljust(_CODE_DIGITS, "0")


def _region_names(
    frame: DataFrame, by_level: dict[str, list[_Row]], towns: dict[str, list[_Row]]
) -> list[tuple[str, str]]:
    """Return (code of 2, 4 or 6 digits, name) for all that an address may begin with."""
    names: dict[str, str] = {}
    for level, digits in (("province", 2), ("city", 4), ("county", 6)):
        names |= {row.key[:digits]: row.name for row in by_level.get(level, [])}
    for code in towns:
        # A prefecture without counties has its towns below a county code of its own.
        names.setdefault(code, names.get(code[:4], ""))
    # A county's own file names its province and city only beside the places.
    for column, digits in (("province", 2), ("city", 4)):
        named = frame[frame[column].ne("")]
        for code, name in zip(named["key"].str[:digits], named[column], strict=True):
            names.setdefault(code, name)
    return sorted(names.items())


def _town_radius_m(town: _Row, villages: Sequence[_Row]) -> float:
    """Return the distance from the town's point to its farthest village, or the usual one."""
    points = [(v.lon, v.lat) for v in villages if v.lon is not None and v.lat is not None]
    if town.lon is None or town.lat is None or len(points) < _MIN_POINTS_FOR_RADIUS:
        return RADIUS_M[Level.TOWNSHIP]
    lon, lat = zip(*points, strict=True)
    farthest = float(distance_m(town.lon, town.lat, lon, lat).max())
    return max(RADIUS_M[Level.TOWNSHIP], round(farthest, -2))


def _former_names(former: Sequence[Former], codes: tuple[str, ...]) -> dict[str, FormerNames]:
    by_county: defaultdict[str, list[Former]] = defaultdict(list)
    for each in former:
        by_county[each.code[:6] if each.code[:6] in codes else codes[0]].append(each)
    return {code: FormerNames(names) for code, names in by_county.items()}


def _fingerprint(frame: DataFrame, marks: Sequence[Landmark], former: Sequence[Former]) -> str:
    columns = ["key", "name", "level", "lon", "lat"]
    text = frame[columns].to_csv(index=False, float_format="%.6f", lineterminator="\n")
    if former:
        text += DataFrame(former).to_csv(lineterminator="\n")
    if marks:
        text += DataFrame(sorted(marks)).to_csv(float_format="%.6f", lineterminator="\n")
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
