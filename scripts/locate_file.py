"""Locate the addresses of any CSV file with any gazetteer; no database, no network."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gis_data.gazetteer import read_gazetteer
from gis_data.whole_tables import WholeTable, read_whole
from service.domain.addresses.context import credit_county
from service.domain.datum_evidence import DatumEvidence, infer_datum, witness
from service.domain.errors import InvalidInputError
from service.domain.gazetteer import Gazetteer
from service.domain.places import Datum, Place, Placement
from service.domain.queries import AddressQuery, ContextKind
from service.geocoding.gazetteer import GazetteerGeocoder

COLUMNS = (
    "level", "confidence", "rule", "status", "reason", "county", "township", "village", "road",
    "number", "lon", "lat", "radius_m", "candidates",
)  # fmt: skip
_ADDRESS = (
    "地址", "address", "住所", "企业地址", "详细地址", "注册地址", "经营地址", "生产地址",
    "生产经营地址", "经营场所", "生产场所", "单位地址", "企业住所", "经营地址(详细)",
    "addr", "场所", "位置",
)  # fmt: skip
_CREDIT = ("统一社会信用代码", "信用代码", "社会信用代码", "credit_code", "uscc", "信用代码/注册号")
_COUNTY = ("county_code", "县代码", "区划代码", "行政区划代码", "adcode")
_LON = ("经度", "given_lon", "lon_in", "lng", "longitude", "lon", "x")
_LAT = ("纬度", "given_lat", "lat_in", "latitude", "lat", "y")
_TOWNSHIP = ("乡镇", "township_hint", "所属乡镇", "乡镇街道", "镇")
# Rows enough to tell a datum by.
_WEIGHED_ROWS = 2_000
_DEGREES_MINUTES = re.compile(r"[°度′'′″\"]|^\s*\d+\s+\d+(\.\d+)?(\s+\d+(\.\d+)?)?\s*[NSEW]?\s*$")


@dataclass(slots=True)
class LocatedFile:
    """How many rows were placed, how many go to a person and why."""

    rows: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    datum: DatumEvidence | None = None  # of coordinates that came without one

    @property
    def placed(self) -> int:
        """How many rows were placed, at whatever level."""
        return self.levels.total()


@dataclass(frozen=True, slots=True)
class _Columns:
    address: int
    credit: int | None
    county: int | None
    township: int | None
    lon: int | None
    lat: int | None


def locate_file(  # noqa: PLR0913 - the options of one command
    source: Path,
    gazetteer: Path,
    out: Path,
    *,
    address_column: str = "",
    county_code: str = "",
    seat_town: str = "",
    datum: Datum | None = None,
    gazetteer_datum: Datum | None = None,
) -> LocatedFile:
    """Write the source's rows, all of them and in their order, with where their addresses are.

    Args:
        source: CSV (UTF-8, GB 18030) or XLSX with an address column.
        gazetteer: CSV (gzipped or not) or GeoJSON with code, name, level and points.
        out: CSV in UTF-8 with a byte order mark; lon and lat are WGS 84 degrees.
        address_column: Its header, if it is none of the usual ones.
        county_code: The register's county; else the gazetteer's only county, else the text, the
            credit code, and at last the county most rows name.
        seat_town: Code or name of the town the county's seat is in.
        datum: Of the source's own coordinates, if it has any; None leaves them out of the
            placing (but where they contradict the text) and weighs which datum they may be in.
        gazetteer_datum: Of the gazetteer's points; see ``read_gazetteer`` for the default.

    Raises:
        InvalidInputError: A file cannot be read, or has no address column.
    """
    table = read_whole(source)
    columns = _find_columns(table.header, address_column)
    frame, known_datum = read_gazetteer(gazetteer, datum=gazetteer_datum)
    places = Gazetteer.from_rows(frame, datum=known_datum)
    geocoder = GazetteerGeocoder(places, county_code=county_code or None, seat_town=seat_town)
    queries = [_query(row, columns, datum) for row in table.rows]
    if not county_code and len(places.county_codes) > 1:
        queries = _with_majority(places, queries)
    report = LocatedFile(rows=len(table.rows))
    if datum is None:
        report.datum = _weigh(geocoder, queries)
    placements = geocoder.locate_many(queries)
    _write(out, table, placements)
    for placement in placements:
        if placement.level is None:
            report.reasons[placement.reason] += 1
        else:
            report.levels[placement.level.value] += 1
    return report


def _find_columns(header: Sequence[str], address_column: str) -> _Columns:
    address = _position(header, (address_column,) if address_column else _ADDRESS)
    if address is None and not address_column:
        loose = [i for i, name in enumerate(header) if "地址" in name or "住所" in name]
        address = loose[0] if loose else None
    if address is None:
        raise InvalidInputError(
            f"no address column among {', '.join(header)}; name it with --address-column"
        )
    return _Columns(
        address=address,
        credit=_position(header, _CREDIT),
        county=_position(header, _COUNTY),
        township=_position(header, _TOWNSHIP),
        lon=_position(header, _LON),
        lat=_position(header, _LAT),
    )


def _position(header: Sequence[str], names: Sequence[str]) -> int | None:
    lowered = [name.lower() for name in header]
    return next((lowered.index(name.lower()) for name in names if name.lower() in lowered), None)


def _query(row: Sequence[str], columns: _Columns, datum: Datum | None) -> AddressQuery:
    def cell(position: int | None) -> str:
        return row[position].strip() if position is not None else ""

    county = cell(columns.county)
    given, flaw = _given(cell(columns.lon), cell(columns.lat), datum or Datum.WGS84)
    return AddressQuery(
        address=row[columns.address],
        county_code=county if county[:6].isdigit() and len(county) >= 6 else None,  # noqa: PLR2004
        township_hint=cell(columns.township),
        credit_code=cell(columns.credit),
        given=given,
        coordinate_flaw=flaw,
        datum_undecided=datum is None and given is not None,
    )


def _given(lon: str, lat: str, datum: Datum) -> tuple[Place | None, str]:
    """Return the coordinates of a row, or the reason they cannot be read; both empty: neither."""
    if not lon and not lat:
        return None, ""
    try:
        return Place(lon=float(lon), lat=float(lat), datum=datum), ""
    except ValueError:
        if _DEGREES_MINUTES.search(lon) or _DEGREES_MINUTES.search(lat):
            return None, "coordinate_degrees_minutes"
        return None, "coordinate_unreadable"


def _with_majority(places: Gazetteer, queries: list[AddressQuery]) -> list[AddressQuery]:
    """Give rows that say no county the one that more than half of the others name."""
    named: Counter[str] = Counter()
    for query in queries:
        prefix = places.regions.read("".join(query.address.split())[:40])
        code = prefix.counties[0] if len(prefix.counties) == 1 else credit_county(query.credit_code)
        if places.holds(code):
            named[code] += 1
    if not named:
        return queries
    code, count = min(named.items(), key=lambda item: (-item[1], item[0]))
    if 2 * count <= named.total():
        return queries
    return [
        query
        if query.county_code
        else replace(query, county_code=code, context=ContextKind.MAJORITY)
        for query in queries
    ]


def _write(out: Path, table: WholeTable, placements: Sequence[Placement]) -> None:
    """Write the table with our columns behind it; one of its own that bears such a name steps back.

    Raises:
        InvalidInputError: The file cannot be written.
    """
    own = [f"{name}_input" if name in COLUMNS else name for name in table.header]
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([*own, *COLUMNS])
            for row, placement in zip(table.rows, placements, strict=True):
                writer.writerow([*row, *_cells(placement)])
    except OSError as error:
        raise InvalidInputError(f"cannot write {out}: {error.strerror or error}") from error


def _weigh(geocoder: GazetteerGeocoder, queries: Sequence[AddressQuery]) -> DatumEvidence | None:
    """Return which datum the file's coordinates are likely in; None where it has none."""
    pointed = [query for query in queries if query.datum_undecided]
    if not pointed:
        return None
    some = pointed[:: max(1, len(pointed) // _WEIGHED_ROWS)]
    texts = [replace(query, given=None, datum_undecided=False) for query in some]
    return infer_datum(
        witness(query.given.lon, query.given.lat, placement)
        for query, placement in zip(some, geocoder.locate_many(texts), strict=True)
        if query.given is not None
    )


def _cells(placement: Placement) -> Iterator[str]:
    yield placement.level.value if placement.level else ""
    yield f"{placement.confidence:.2f}"
    yield from (placement.rule, placement.status, placement.reason)
    yield from (placement.county, placement.township, placement.village)
    yield from (placement.road, placement.number)
    for value, digits in ((placement.lon, 6), (placement.lat, 6), (placement.radius_m, 0)):
        yield "" if value is None else f"{value:.{digits}f}"
    yield json.dumps(
        [
            {
                "code": candidate.code,
                "name": candidate.name,
                "township": candidate.township,
                "county": candidate.county,
                "level": candidate.level.value,
                "confidence": candidate.confidence,
                "lon": None if candidate.lon is None else round(candidate.lon, 6),
                "lat": None if candidate.lat is None else round(candidate.lat, 6),
            }
            for candidate in placement.candidates
        ],
        ensure_ascii=False,
    )
