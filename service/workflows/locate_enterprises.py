"""Enterprises' addresses and given points → locations with their precision, or a reason."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database import counties, places
from service.database.loading.bulk import upsert
from service.database.tables import EnterpriseRow, LocationRow, PlaceRow, TownshipRow
from service.domain.gazetteer import Gazetteer
from service.domain.places import Datum, Level, Place, Placement
from service.geocoding.gazetteer import GazetteerGeocoder
from service.geocoding.given import GivenPointGeocoder
from service.geocoding.port import AddressQuery, Geocoder

_CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatingReport:
    """What became of the register.

    Attributes:
        placed: Enterprises with a point, by level.
        review: Enterprises that a person must look at, by reason.
        gazetteer_version: What they were looked up in.
    """

    placed: dict[str, int]
    review: dict[str, int]
    gazetteer_version: str


def geocoder_of(session: Session, county_code: str) -> Geocoder:
    """Return the offline geocoder of a county: its gazetteer, or else the given points alone."""
    county = counties.get(session, county_code)
    rows = places.gazetteer(session, county_code)
    if len(rows) == 0 or not (rows["level"] == "township").any():
        return GivenPointGeocoder(county.geometry)
    own = pd.DataFrame([{"code": county_code, "name": county.name, "level": "county"}])
    gazetteer = Gazetteer.from_rows(
        pd.concat([own, rows.drop(columns=["datum", "radius_m", "township_code"])])
    )
    return GazetteerGeocoder(gazetteer, county_code=county_code, boundary=county.geometry)


def locate_enterprises(
    session: Session,
    county_code: str,
    geocoder: Geocoder,
    *,
    progress: Callable[[float], None] | None = None,
) -> LocatingReport:
    """Locate every enterprise of the register again; the caller commits.

    The same register and gazetteer give the same places: running again changes nothing.
    """
    register = _register(session, county_code)
    townships, seats = _township_names(session, county_code), _township_places(session, county_code)
    placements: list[Placement] = []
    for start in range(0, len(register), _CHUNK):
        chunk = register[start : start + _CHUNK]
        placements += geocoder.locate_many([_query(row, county_code, townships) for row in chunk])
        if progress is not None:
            progress(min(1.0, (start + _CHUNK) / len(register)))
    rows = [
        _as_row(county_code, enterprise.id, placement, seats)
        for enterprise, placement in zip(register, placements, strict=True)
    ]
    upsert(session, LocationRow, rows, key=("county_code", "enterprise_id"))
    return LocatingReport(
        placed=dict(Counter(str(one.level) for one in placements if one.status == "placed")),
        review=dict(Counter(one.reason for one in placements if one.status == "review")),
        gazetteer_version=placements[0].gazetteer_version if placements else "",
    )


def _register(session: Session, county_code: str) -> Sequence[EnterpriseRow]:
    statement = select(EnterpriseRow).where(EnterpriseRow.county_code == county_code)
    return session.scalars(statement.order_by(EnterpriseRow.id)).all()


def _township_names(session: Session, county_code: str) -> dict[str, str]:
    statement = select(TownshipRow.code, TownshipRow.name).where(
        TownshipRow.county_code == county_code
    )
    return {row.code: row.name for row in session.execute(statement)}


def _township_places(session: Session, county_code: str) -> dict[str, str]:
    """Return the township's own code by its code in the gazetteer, which may be of 12 digits."""
    statement = select(PlaceRow.code, PlaceRow.township_code).where(
        PlaceRow.county_code == county_code,
        PlaceRow.level == Level.TOWNSHIP.value,
        PlaceRow.township_code.is_not(None),
    )
    return {row.code: row.township_code for row in session.execute(statement)}


def _query(row: EnterpriseRow, county_code: str, townships: dict[str, str]) -> AddressQuery:
    given = None
    if row.given_lon is not None and row.given_lat is not None:
        datum = Datum(row.given_datum or Datum.WGS84)
        given = Place(lon=row.given_lon, lat=row.given_lat, datum=datum)
    return AddressQuery(
        address=row.address,
        county_code=county_code,
        township_hint=townships.get(row.township_code or "", ""),
        given=given,
    )


def _as_row(
    county_code: str, enterprise_id: int, placement: Placement, seats: dict[str, str]
) -> dict[str, Any]:
    return {
        "county_code": county_code,
        "enterprise_id": enterprise_id,
        "status": placement.status,
        "level": None if placement.level is None else placement.level.value,
        "confidence": placement.confidence,
        "rule": placement.rule,
        "reason": placement.reason,
        "reason_zh": placement.reason_zh,
        "township_code": seats.get(placement.township_code, placement.township_code) or None,
        "village_code": placement.village_code or None,
        "radius_m": placement.radius_m,
        "candidates": [asdict(candidate) for candidate in placement.candidates],
        "gazetteer_version": placement.gazetteer_version,
        "geometry": _point(placement),
    }


def _point(placement: Placement) -> shapely.Point | None:
    if placement.lon is None or placement.lat is None:
        return None
    return shapely.Point(placement.lon, placement.lat)
