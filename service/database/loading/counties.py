"""The county that files are loaded into: found, or made from its townships."""

from dataclasses import dataclass
from datetime import date

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.loading.defaults import fill_defaults
from service.database.tables import CountyRow, TownshipRow
from service.domain import codes
from service.domain.coverage_checks import polygonal
from service.domain.crs import metric_epsg
from service.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCounty:
    """What is said of a county when it is made.

    Attributes:
        code: Six digits of GB/T 2260, or a code of another system.
        name: As registered.
        name_en: In English, when there is one.
        code_system: Of a code that is not six digits.
        reference_date: The county's 'today' where a command gives none; None is the real day.
        is_fictional: Whether every page must say that it is invented.
    """

    code: str
    name: str = ""
    name_en: str = ""
    code_system: str | None = None
    reference_date: date | None = None
    is_fictional: bool = False


def exists(session: Session, code: str) -> bool:
    """Whether a county is loaded."""
    return session.get(CountyRow, code) is not None


def create(session: Session, new: NewCounty, outline: shapely.MultiPolygon) -> None:
    """Make a county with its default policies and weights.

    Raises:
        InvalidInputError: Its code is none of its system.
    """
    system = new.code_system or codes.COUNTY
    fault = codes.area_code_fault(new.code, system)
    if fault is not None:
        raise InvalidInputError(
            f"--county {new.code}: {fault.reason_en}; name the system of another code with "
            f"--county-system"
        )
    middle = outline.centroid
    session.add(
        CountyRow(
            code=new.code,
            name=new.name or new.code,
            name_en=new.name_en,
            code_system=system,
            is_fictional=new.is_fictional,
            reference_date=new.reference_date,
            metric_epsg=metric_epsg(middle.x, middle.y),
            geometry=from_shape(outline, srid=4326),
        )
    )
    session.flush()
    fill_defaults(session, new.code)


def set_outline(session: Session, code: str, outline: shapely.MultiPolygon) -> None:
    """Give a county its outline."""
    row = session.get_one(CountyRow, code)
    row.geometry = from_shape(outline, srid=4326)
    session.flush()


def outline_of(session: Session, code: str) -> shapely.MultiPolygon:
    """Return the county's outline in WGS 84."""
    statement = select(func.ST_AsBinary(CountyRow.geometry)).where(CountyRow.code == code)
    return polygonal(shapely.from_wkb(bytes(session.scalars(statement).one())))


def united_townships(session: Session, code: str) -> shapely.MultiPolygon:
    """Return the ground that the county's townships cover together, in WGS 84."""
    shapes = session.scalars(
        select(func.ST_AsBinary(TownshipRow.geometry)).where(TownshipRow.county_code == code)
    )
    return polygonal(shapely.union_all(shapely.from_wkb([bytes(shape) for shape in shapes])))
