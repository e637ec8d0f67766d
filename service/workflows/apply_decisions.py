"""What people decided about addresses → the locations of a register that is located anew."""

from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy.orm import Session

from service.database import decisions, reviews
from service.database.tables import EnterpriseRow
from service.domain.places import Placement
from service.domain.review_choices import location_of
from service.domain.review_groups import Subject, cause_of, subject_of

Row = dict[str, Any]


def settled(
    session: Session,
    county_code: str,
    register: Sequence[EnterpriseRow],
    placements: Sequence[Placement],
    rows: Sequence[Row],
) -> list[Row]:
    """Return location rows with every decision in force applied; keeps the queue up to date.

    Args:
        session: Its transaction holds the work.
        county_code: The county.
        register: The enterprises, in order.
        placements: The engine's answer to each.
        rows: The location that each answer makes.
    """
    active = decisions.active_places(session, county_code)
    result, items = [], []
    for enterprise, placement, row in zip(register, placements, rows, strict=True):
        if placement.status == "placed" and not active:
            result.append(row)
            continue
        subject = subject_of_row(enterprise)
        held = active.get((subject.fingerprint, subject.witness))
        engine = engine_answer(row)
        if placement.status == "review" or held is not None:
            items.append(_item(county_code, enterprise.id, subject, placement, engine))
        result.append(row if held is None else _moved(row, location_of(held.choice, engine)))
    located = {enterprise.id for enterprise in register}
    reviews.replace_items(session, county_code, items, among=located)
    return result


def subject_of_row(enterprise: EnterpriseRow) -> Subject:
    """Return what a decision about an enterprise's place is kept under."""
    point = ""
    if enterprise.given_lon is not None and enterprise.given_lat is not None:
        datum = enterprise.given_datum or ""
        point = f"{enterprise.given_lon:.6f},{enterprise.given_lat:.6f},{datum}"
    return subject_of(
        enterprise.address,
        county_code=enterprise.county_code,
        township_code=enterprise.township_code,
        point=point,
        register_key=enterprise.register_key,
    )


def engine_answer(row: Row) -> Row:
    """Return a location as JSON can keep it: its point as two numbers, without its keys."""
    point = row["geometry"]
    kept = {
        key: value
        for key, value in row.items()
        if key not in ("county_code", "enterprise_id", "geometry")
    }
    return {
        **kept,
        "lon": None if point is None else point.x,
        "lat": None if point is None else point.y,
    }


def _moved(row: Row, location: Row) -> Row:
    lon, lat = location["lon"], location["lat"]
    columns = {key: value for key, value in location.items() if key not in ("lon", "lat")}
    point = None if lon is None or lat is None else shapely.Point(lon, lat)
    return {**row, **columns, "geometry": point}


def _item(
    county_code: str, enterprise_id: int, subject: Subject, placement: Placement, engine: Row
) -> Row:
    cause = cause_of(placement)
    return {
        "county_code": county_code,
        "enterprise_id": enterprise_id,
        "fingerprint": subject.fingerprint,
        "witness": subject.witness,
        "normalised": subject.normalised,
        "group_key": cause.key,
        "reason": cause.reason,
        "token_kind": cause.kind,
        "token": cause.token,
        "engine": engine,
    }
