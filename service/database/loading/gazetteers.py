"""Editions of a county's gazetteer, and what its places were called before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from pandas import DataFrame
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import FormerPlaceRow, GazetteerVersionRow, PlaceRow

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place that is there: its name, its township's code in the gazetteer, and where it is."""

    name: str
    township_place: str
    where: dict[str, Any]


def known_places(session: Session, county_code: str) -> dict[str, KnownPlace]:
    """Return the county's places by code; `where` has location, datum and radius_m."""
    row = PlaceRow
    towns = {
        found.township_code: found.code
        for found in session.execute(
            select(row.code, row.township_code).where(
                row.county_code == county_code, row.level == "township"
            )
        )
    }
    statement = select(
        row.code,
        row.name,
        row.township_code,
        row.datum,
        row.radius_m,
        func.ST_AsBinary(row.location),
        func.ST_AsBinary(row.geometry),
    ).where(row.county_code == county_code)
    return {
        code: KnownPlace(
            name,
            towns.get(township, township or "") or "",
            {
                "datum": datum,
                "radius_m": radius_m,
                "location": None if location is None else shapely.from_wkb(bytes(location)),
                "geometry": None if geometry is None else shapely.from_wkb(bytes(geometry)),
            },
        )
        for code, name, township, datum, radius_m, location, geometry in session.execute(statement)
    }


def save_former(session: Session, county_code: str, rows: Sequence[dict[str, Any]]) -> None:
    """Keep former names (level, code, name, township_code, source); known ones stay as they are."""
    distinct = {(row["level"], row["code"], row["name"], row["township_code"]): row for row in rows}
    values = [{"county_code": county_code, **row} for row in distinct.values()]
    for start in range(0, len(values), _CHUNK):
        statement = insert(FormerPlaceRow).values(values[start : start + _CHUNK])
        session.execute(statement.on_conflict_do_nothing())


def save_version(session: Session, **values: object) -> None:
    """Keep an edition by its version, with how many places it has; a known one stays."""
    row = PlaceRow
    counts = session.execute(
        select(func.count(), func.count(row.location)).where(
            row.county_code == values["county_code"]
        )
    ).one()
    statement = insert(GazetteerVersionRow).values(**values, places=counts[0], with_point=counts[1])
    session.execute(statement.on_conflict_do_nothing())


def former(session: Session, county_code: str) -> DataFrame:
    """Return the county's former names, as the geocoder takes them.

    Columns: code, name, level (former_township / former_village), parent.
    """
    row = FormerPlaceRow
    statement = (
        select(row.code, row.name, row.level, row.township_code.label("parent"))
        .where(row.county_code == county_code)
        .order_by(row.level, row.code, row.name, row.township_code)
    )
    return read_table(session, statement)


def versions(session: Session, county_code: str) -> DataFrame:
    """Return the editions a county has had, the newest first.

    Columns: version, source, sha256, batch_id, places, with_point, created_at.
    """
    row = GazetteerVersionRow
    statement = select(
        row.version,
        row.source,
        row.sha256,
        row.batch_id,
        row.places,
        row.with_point,
        row.created_at,
    ).where(row.county_code == county_code)
    return read_table(session, statement.order_by(row.created_at.desc(), row.version))
