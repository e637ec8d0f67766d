"""What the gazetteer says of names that may become aliases: who bears them, where roads run."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from service.database.tables import PlaceRow, TownshipRow
from service.domain.aliases import AliasKind
from service.domain.errors import NotFoundError

_SETTLED = ("village", "township")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A village or township by the code that decisions keep, with its township's name."""

    code: str
    name: str
    township: str


def places(session: Session, county_code: str) -> dict[str, NamedPlace]:
    """Return villages by their code and townships by the code that the register uses."""
    statement = (
        select(
            PlaceRow.level,
            PlaceRow.code,
            PlaceRow.name,
            PlaceRow.township_code,
            func.coalesce(TownshipRow.name, "").label("township"),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == PlaceRow.county_code,
                TownshipRow.code == PlaceRow.township_code,
            ),
        )
        .where(
            PlaceRow.county_code == county_code,
            or_(PlaceRow.level == "village", PlaceRow.township_code.is_not(None)),
            PlaceRow.level.in_(_SETTLED),
        )
    )
    found = {}
    for row in session.execute(statement):
        code = row.code if row.level == "village" else row.township_code
        found[code] = NamedPlace(code=code, name=row.name, township=row.township)
    return found


def place(session: Session, county_code: str, code: str, kind: AliasKind) -> NamedPlace:
    """Return the place that an alias of a kind may stand for.

    Raises:
        NotFoundError: The gazetteer has no village (or township) of this code.
    """
    found = places(session, county_code).get(code)
    is_village = found is not None and found.name != found.township
    if found is None or is_village != (kind is AliasKind.VILLAGE):
        wanted = "village" if kind is AliasKind.VILLAGE else "township"
        raise NotFoundError(f"the gazetteer of {county_code} has no {wanted} {code!r}")
    return found


def official_names(session: Session, county_code: str) -> frozenset[str]:
    """Return every name that a village or township bears."""
    statement = select(PlaceRow.name).where(
        PlaceRow.county_code == county_code, PlaceRow.level.in_(_SETTLED)
    )
    return frozenset(session.scalars(statement))


def road_stretches(session: Session, county_code: str) -> dict[str, dict[str, float]]:
    """Return how many metres of each named road lie in each township (geodesic)."""
    found: dict[str, dict[str, float]] = {}
    for row in session.execute(_STRETCHES, {"county_code": county_code}):
        found.setdefault(row.name, {})[row.township_code] = float(row.metres)
    return found


_STRETCHES = text(
    """
    SELECT place.name, township.code AS township_code,
           sum(ST_Length(ST_Intersection(place.geometry, township.geometry)::geography)) AS metres
    FROM place JOIN township
      ON township.county_code = place.county_code
     AND ST_Intersects(township.geometry, place.geometry)
    WHERE place.county_code = :county_code AND place.level = 'road'
    GROUP BY place.name, township.code
    """
)
