"""Enterprises' addresses and given points → locations with their precision, or a reason."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy.orm import Session

from service.database import datums, places
from service.database.loading import locations
from service.database.tables import EnterpriseRow
from service.domain.places import Datum, Place, Placement
from service.geocoding.port import AddressQuery, Geocoder
from service.workflows.apply_decisions import settled
from service.workflows.geocoders import geocoder_of
from service.workflows.propose_datums import propose_datums

__all__ = ["LocatingReport", "geocoder_of", "locate_enterprises"]

_CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatingReport:
    """What became of the register.

    Attributes:
        placed: Enterprises with a point, by level.
        review: Enterprises that a person must look at, by reason.
        gazetteer_version: What they were looked up in.
        datums_to_decide: Files whose coordinates wait for a person to say their datum.
    """

    placed: dict[str, int]
    review: dict[str, int]
    gazetteer_version: str
    datums_to_decide: int = 0


def locate_enterprises(
    session: Session,
    county_code: str,
    geocoder: Geocoder,
    *,
    only: Collection[int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> LocatingReport:
    """Locate every enterprise of the register again; the caller commits.

    The same register, gazetteer and decisions give the same places: running again changes nothing.

    Args:
        session: Its transaction holds the work.
        county_code: The county.
        geocoder: Looks the addresses up.
        only: Numbers of the enterprises to locate; None is all.
        progress: Told the share that is done.
    """
    waiting = propose_datums(session, county_code, geocoder)
    decided = datums.decisions(session, county_code)
    register = locations.register(session, county_code, only=only)
    townships = places.township_names(session, county_code)
    seats = places.township_codes_of_places(session, county_code)
    placements: list[Placement] = []
    for start in range(0, len(register), _CHUNK):
        chunk = register[start : start + _CHUNK]
        placements += geocoder.locate_many([_query(row, decided, townships) for row in chunk])
        if progress is not None:
            progress(min(1.0, (start + _CHUNK) / len(register)))
    rows = [
        _as_row(county_code, enterprise.id, placement, seats)
        for enterprise, placement in zip(register, placements, strict=True)
    ]
    rows = settled(session, county_code, register, placements, rows)
    locations.save(session, rows)
    return LocatingReport(
        placed=dict(Counter(row["level"] for row in rows if row["status"] == "placed")),
        review=dict(Counter(row["reason"] for row in rows if row["status"] == "review")),
        gazetteer_version=placements[0].gazetteer_version if placements else "",
        datums_to_decide=waiting,
    )


def _query(
    row: EnterpriseRow, decided: datums.DatumDecisions, townships: dict[str, str]
) -> AddressQuery:
    """Return what is known of an enterprise; coordinates of an unknown datum are marked so."""
    given, datum = None, decided.of(row.batch_id, row.given_datum)
    refused = decided.refuses(row.batch_id, row.given_datum)
    if row.given_lon is not None and row.given_lat is not None and not refused:
        given = Place(lon=row.given_lon, lat=row.given_lat, datum=datum or Datum.WGS84)
    return AddressQuery(
        address=row.address,
        county_code=row.county_code,
        name=row.name,
        township_hint=townships.get(row.township_code or "", ""),
        given=given,
        datum_undecided=given is not None and datum is None,
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
        "candidates": [candidate.as_json() for candidate in placement.candidates],
        "gazetteer_version": placement.gazetteer_version,
        "geometry": _point(placement),
    }


def _point(placement: Placement) -> shapely.Point | None:
    if placement.lon is None or placement.lat is None:
        return None
    return shapely.Point(placement.lon, placement.lat)
