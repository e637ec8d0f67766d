"""Rows for tests: one obvious value for everything that is not under test.

Each function inserts one row and returns its key; any column may be given by name. The county spans
114.0 to 114.4 degrees east and 38.0 to 38.2 degrees north; a degree is about 88 km there west to
east and 111 km south to north.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from service.database.tables import (
    AnalysisRow,
    AreaRow,
    Base,
    CampaignRow,
    CellRow,
    ClusterRow,
    CountyRow,
    EnterpriseRow,
    InspectionPolicyRow,
    LicenceRow,
    LocationRow,
    OfficerRow,
    PlaceRow,
    PlanRow,
    QualityEventRow,
    ResponsibilityRow,
    TownshipRow,
)

COUNTY = "130199"
WEST, EAST = "130199100", "130199101"
FIRST_DAY = date(2012, 1, 1)
TODAY = date(2012, 5, 6)
Row = TypeVar("Row", bound=Base)
COUNTY_SHAPE = box(114.0, 38.0, 114.4, 38.2)


def make_county(session: Session, code: str = COUNTY, **columns: object) -> str:
    """Insert a county of 0.4 by 0.2 degrees (about 35 by 22 km)."""
    obvious = {
        "name": "青石县",
        "code_system": "gbt2260",
        "is_fictional": True,
        "reference_date": TODAY,
        "metric_epsg": 4547,
        "geometry": shape(COUNTY_SHAPE),
    }
    _insert(session, CountyRow, {"code": code}, obvious, columns)
    return code


def make_township(session: Session, code: str = WEST, **columns: object) -> str:
    """Insert a township that fills the county, unless told otherwise."""
    obvious = {
        "county_code": COUNTY,
        "code_system": "gbt10114",
        "name": f"乡镇{code[-3:]}",
        "geometry": shape(COUNTY_SHAPE),
    }
    _insert(session, TownshipRow, {"code": code}, obvious, columns)
    return code


def make_place(session: Session, code: str, **columns: object) -> str:
    """Insert a village of the gazetteer at the county's centre."""
    obvious = {
        "county_code": COUNTY,
        "code_system": "stat12",
        "level": "village",
        "name": "村庄",
        "township_code": WEST,
        "radius_m": 800.0,
        "location": shape(Point(114.2, 38.1)),
    }
    _insert(session, PlaceRow, {"code": code}, obvious, columns)
    return code


def make_plan(session: Session, code: str = "2012", **columns: object) -> int:
    """Insert a plan in force from the first day of 2012."""
    obvious = {
        "county_code": COUNTY,
        "status": "published",
        "method": "villages",
        "parameters": {},
        "valid_from": FIRST_DAY,
    }
    return _insert(session, PlanRow, {"code": code}, obvious, columns).id


def make_cell(
    session: Session, plan_id: int, code: str, geometry: BaseGeometry, **columns: object
) -> int:
    """Insert a cell of the western township."""
    obvious = {
        "county_code": COUNTY,
        "code_system": "unit15",
        "township_code": WEST,
        "name": f"网格{code[-3:]}",
        "area_m2": 1_000_000.0,
    }
    given = {"plan_id": plan_id, "code": code, "geometry": shape(geometry)}
    return _insert(session, CellRow, given, obvious, columns).id


def make_area(session: Session, code: str, geometry: BaseGeometry, **columns: object) -> str:
    """Insert a border zone that holds from 2000 on."""
    obvious = {
        "county_code": COUNTY,
        "name": f"区域{code}",
        "kind": "border",
        "valid_from": date(2000, 1, 1),
        "batch_id": uuid.UUID(int=0),
    }
    _insert(session, AreaRow, {"code": code, "geometry": shape(geometry)}, obvious, columns)
    return code


def make_officer(session: Session, staff_no: str = "A01", **columns: object) -> int:
    """Insert an enforcement officer with much time, whose office is at the county's centre."""
    obvious = {
        "county_code": COUNTY,
        "name": f"监管员{staff_no}",
        "role": "enforcement",
        "is_enforcement": True,
        "capacity_visits_per_month": 100.0,
        "active_from": date(2010, 1, 1),
        "base": shape(Point(114.2, 38.1)),
    }
    return _insert(session, OfficerRow, {"staff_no": staff_no}, obvious, columns).id


def make_responsibility(
    session: Session, cell_id: int, officer_id: int, duty: str = "lead", **columns: object
) -> int:
    """Make an officer answer for a cell in all matters, from the plan's first day on."""
    obvious = {"county_code": COUNTY, "matter": "all", "during": days(FIRST_DAY)}
    given = {"cell_id": cell_id, "officer_id": officer_id, "duty": duty}
    return _insert(session, ResponsibilityRow, given, obvious, columns).id


def make_enterprise(
    session: Session, register_key: str, at: tuple[float, float] | None = None, **columns: object
) -> int:
    """Insert a baijiu producer; with `at` (degrees east, north) also its rooftop location."""
    obvious = {
        "county_code": COUNTY,
        "name": f"企业{register_key}",
        "kind": "producer",
        "product": "baijiu",
        "township_code": WEST,
        "attributes": {},
    }
    row = _insert(session, EnterpriseRow, {"register_key": register_key}, obvious, columns)
    if at is not None:
        make_location(session, row.id, geometry=shape(Point(at)), county_code=row.county_code)
    return row.id


def make_location(session: Session, enterprise_id: int, **columns: object) -> int:
    """Place an enterprise at the county's centre, to its rooftop."""
    obvious = {
        "county_code": COUNTY,
        "status": "placed",
        "level": "rooftop",
        "confidence": 0.95,
        "rule": "given",
        "radius_m": 30.0,
        "candidates": [],
        "gazetteer_version": "test",
        "geometry": shape(Point(114.2, 38.1)),
    }
    _insert(session, LocationRow, {"enterprise_id": enterprise_id}, obvious, columns)
    return enterprise_id


def make_licence(session: Session, enterprise_id: int, kind: str, **columns: object) -> int:
    """Insert a licence without an end."""
    obvious = {
        "county_code": COUNTY,
        "number": f"{kind}-{enterprise_id}",
        "issued_on": date(2010, 1, 1),
    }
    given = {"enterprise_id": enterprise_id, "kind": kind}
    return _insert(session, LicenceRow, given, obvious, columns).id


def make_licences(session: Session, enterprise_id: int) -> None:
    """Give a baijiu producer all that it must hold, and the water licence that it may need."""
    for kind in ("business", "food_production", "discharge", "water_intake"):
        make_licence(session, enterprise_id, kind)


def make_event(
    session: Session,
    enterprise_id: int | None,
    occurred_on: date = date(2012, 4, 10),
    **columns: object,
) -> int:
    """Insert a visit that found nothing."""
    obvious = {
        "county_code": COUNTY,
        "event_key": uuid.uuid4().hex,
        "kind": "visit",
        "product": "baijiu",
        "is_problem": False,
        "inspector": "A01",
        "level": "county",
        "details": {},
    }
    given = {"enterprise_id": enterprise_id, "occurred_on": occurred_on}
    return _insert(session, QualityEventRow, given, obvious, columns).id


def make_campaign(session: Session, code: str = "2012", **columns: object) -> str:
    """Insert the campaign of March to June 2012 with its three phases."""
    phases = [
        _phase("survey", date(2012, 3, 1), date(2012, 3, 31)),
        _phase("campaign", date(2012, 4, 1), date(2012, 5, 31)),
        _phase("look_back", date(2012, 6, 1), date(2012, 6, 30)),
    ]
    obvious = {
        "county_code": COUNTY,
        "name": "重点产品质量整治",
        "starts_on": date(2012, 3, 1),
        "ends_on": date(2012, 6, 30),
        "phases": phases,
    }
    _insert(session, CampaignRow, {"code": code}, obvious, columns)
    return code


def make_policy(
    session: Session, risk_class: int, product: str = "baijiu", **columns: object
) -> None:
    """Insert a policy of one visit a year for a class of a product."""
    obvious = {
        "county_code": COUNTY,
        "regime": "test",
        "label": "ABCD"[risk_class - 1],
        "min_per_year": 1.0,
        "max_interval_days": 365,
    }
    given = {"risk_class": risk_class, "product": product}
    _insert(session, InspectionPolicyRow, given, obvious, columns)


def make_analysis(session: Session, kind: str, **columns: object) -> uuid.UUID:
    """Insert an analysis of today."""
    obvious = {
        "county_code": COUNTY,
        "id": uuid.uuid4(),
        "as_of": TODAY,
        "inputs": {},
        "parameters": {},
        "summary": {},
    }
    return _insert(session, AnalysisRow, {"kind": kind}, obvious, columns).id


def make_cluster(session: Session, analysis_id: uuid.UUID, **columns: object) -> int:
    """Insert a significant cluster of baijiu around the county's centre, with nobody in it."""
    centre = Point(114.2, 38.1)
    obvious = {
        "county_code": COUNTY,
        "product": "baijiu",
        "rank": 1,
        "llr": 12.0,
        "p": 0.001,
        "p_gumbel": 0.0002,
        "q": 0.002,
        "cases": 9,
        "expected": 2.5,
        "population": 20.0,
        "relative_risk": 4.1,
        "radius_m": 1200.0,
        "crosses_township": False,
        "township_codes": [WEST],
        "cell_codes": [],
        "enterprise_ids": [],
        "officer_shares": [],
        "robustness": {},
        "centre": shape(centre),
        "geometry": shape(centre.buffer(0.01)),
    }
    return _insert(session, ClusterRow, {"analysis_id": analysis_id}, obvious, columns).id


def days(first: date, end: date | None = None) -> Range[date]:
    """Return a range of days that holds its first and not its end."""
    return Range(first, end, bounds="[)")


def shape(geometry: BaseGeometry) -> WKBElement:
    """Return a geometry in WGS 84 as the database takes it; polygons become multipolygons."""
    if isinstance(geometry, Polygon):
        geometry = MultiPolygon([geometry])
    return from_shape(geometry, srid=4326)


def _phase(code: str, starts_on: date, ends_on: date) -> dict[str, str]:
    first, last = starts_on.isoformat(), ends_on.isoformat()
    return {"code": code, "name_zh": code, "name_en": code, "starts_on": first, "ends_on": last}


def _insert(
    session: Session,
    row_type: type[Row],
    key: Mapping[str, object],
    obvious: Mapping[str, object],
    columns: Mapping[str, object],
) -> Row:
    row = row_type(**{**obvious, **key, **columns})
    session.add(row)
    session.flush()
    return row
