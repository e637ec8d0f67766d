"""What the gazetteer and the register know that helps a person decide about an address."""

from typing import Any

from pandas import DataFrame
from sqlalchemy import ColumnElement, and_, case, func, or_, select, text
from sqlalchemy.orm import Session

from service.database import decisions
from service.database.frames import read_table
from service.database.tables import (
    AnalysisRow,
    EnterpriseRow,
    LocationRow,
    PlaceRow,
    TownshipRow,
)
from service.domain.errors import NotFoundError
from service.domain.places import Level
from service.domain.review_choices import RULE, GazetteerPlace

_FOUND = 20
_SETTLED = (Level.VILLAGE.value, Level.TOWNSHIP.value)


def place_with_town(
    session: Session, county_code: str, code: str
) -> tuple[GazetteerPlace, GazetteerPlace | None]:
    """Return a place of the gazetteer and the township it belongs to.

    Raises:
        NotFoundError: The gazetteer has no such code.
    """
    rows = read_table(session, _places(county_code).where(PlaceRow.code == code))
    if rows.empty:
        raise NotFoundError(f"the gazetteer of {county_code} has no place {code!r}")
    place = _place(rows.to_dict("records")[0])
    towns = read_table(
        session,
        _places(county_code).where(
            PlaceRow.level == Level.TOWNSHIP.value, PlaceRow.township_code == place.township_code
        ),
    )
    return place, None if towns.empty else _place(towns.to_dict("records")[0])


def named_like(session: Session, county_code: str, words: str) -> DataFrame:
    """Return villages and townships whose name holds a text, exact names first.

    Columns: code, name, level, township_code, township, lon, lat, radius_m.
    """
    exact = case((PlaceRow.name == words, 0), else_=1)
    statement = (
        _places(county_code)
        .where(
            PlaceRow.level.in_(_SETTLED),
            or_(func.strpos(PlaceRow.name, words) > 0, PlaceRow.code == words),
        )
        .order_by(exact, func.length(PlaceRow.name), PlaceRow.code)
        .limit(_FOUND)
    )
    return read_table(session, statement)


def towns(session: Session, county_code: str) -> DataFrame:
    """Return the townships of the gazetteer; columns as `named_like`."""
    level = PlaceRow.level == Level.TOWNSHIP.value
    return read_table(session, _places(county_code).where(level).order_by(PlaceRow.code))


def villages_of(session: Session, county_code: str, township_code: str) -> list[GazetteerPlace]:
    """Return the villages of a township, by the township's own code."""
    statement = _places(county_code).where(
        PlaceRow.level == Level.VILLAGE.value, PlaceRow.township_code == township_code
    )
    rows = read_table(session, statement.order_by(PlaceRow.code))
    return [_place(row) for row in rows.to_dict("records")]


def road_towns(session: Session, county_code: str, name: str) -> DataFrame:
    """Return the townships that a named road runs through, the longest stretch first.

    Columns: township_code, metres (geodesic, of the road inside the township).
    """
    return read_table(session, _ROAD_TOWNS, county_code=county_code, name=name)


def placed_with(session: Session, county_code: str, token: str) -> DataFrame:
    """Return where the engine placed other rows whose address holds a text: by township.

    Columns: township_code, rows; the most frequent first.
    """
    statement = (
        select(LocationRow.township_code, func.count().label("rows"))
        .join(
            EnterpriseRow,
            and_(
                EnterpriseRow.county_code == LocationRow.county_code,
                EnterpriseRow.id == LocationRow.enterprise_id,
            ),
        )
        .where(
            LocationRow.county_code == county_code,
            LocationRow.status == "placed",
            LocationRow.rule != RULE,
            LocationRow.township_code.is_not(None),
            func.strpos(EnterpriseRow.address, token) > 0,
        )
        .group_by(LocationRow.township_code)
        .order_by(func.count().desc(), LocationRow.township_code)
    )
    return read_table(session, statement)


def stale_analyses(session: Session, county_code: str) -> list[str]:
    """Return the kinds of analysis whose newest run is older than the last decision."""
    newest = decisions.newest_at(session, county_code)
    if newest is None:
        return []
    statement = (
        select(AnalysisRow.kind)
        .where(AnalysisRow.county_code == county_code)
        .group_by(AnalysisRow.kind)
        .having(func.max(AnalysisRow.created_at) < newest)
        .order_by(AnalysisRow.kind)
    )
    return list(session.scalars(statement))


def _places(county_code: str) -> Any:  # noqa: ANN401 - a statement of eight columns
    return (
        select(
            PlaceRow.code,
            PlaceRow.name,
            PlaceRow.level,
            func.coalesce(PlaceRow.township_code, "").label("township_code"),
            func.coalesce(TownshipRow.name, "").label("township"),
            func.ST_X(PlaceRow.location).label("lon"),
            func.ST_Y(PlaceRow.location).label("lat"),
            PlaceRow.radius_m,
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == PlaceRow.county_code,
                TownshipRow.code == PlaceRow.township_code,
            ),
        )
        .where(PlaceRow.county_code == county_code)
    )


def _place(row: dict[Any, Any]) -> GazetteerPlace:
    def number(name: str) -> float | None:
        value = row[name]
        return None if value is None or value != value else float(value)  # noqa: PLR0124, NaN

    return GazetteerPlace(
        code=str(row["code"]),
        name=str(row["name"]),
        level=str(row["level"]),
        township_code=str(row["township_code"]),
        lon=number("lon"),
        lat=number("lat"),
        radius_m=number("radius_m"),
    )


_ROAD_TOWNS = text(
    """
    SELECT township.code AS township_code,
           sum(ST_Length(ST_Intersection(place.geometry, township.geometry)::geography)) AS metres
    FROM place JOIN township
      ON township.county_code = place.county_code
     AND ST_Intersects(township.geometry, place.geometry)
    WHERE place.county_code = :county_code AND place.level = 'road' AND place.name = :name
    GROUP BY township.code
    ORDER BY metres DESC, township.code
    """
)


def standings(session: Session, county_code: str) -> dict[int, tuple[str, str]]:
    """Return how each enterprise stands: status and rule of its place, by number."""
    return _standings(session, LocationRow.county_code == county_code)


def movable_by_aliases(session: Session, county_code: str) -> dict[int, tuple[str, str]]:
    """Return those that no person placed and that wait, or stand by an alias."""
    return _standings(
        session,
        LocationRow.county_code == county_code,
        LocationRow.rule != RULE,
        or_(LocationRow.status == "review", LocationRow.rule == "confirmed_alias"),
    )


def _standings(session: Session, *conditions: ColumnElement[bool]) -> dict[int, tuple[str, str]]:
    columns = (LocationRow.enterprise_id, LocationRow.status, LocationRow.rule)
    rows = session.execute(select(*columns).where(*conditions))
    return {row.enterprise_id: (row.status, row.rule) for row in rows}
