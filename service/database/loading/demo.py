"""What only the demo county needs: cells spoilt as planted, and its roads, river and campaign."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from geopandas import GeoDataFrame
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.database.tables import CampaignRow, CellRow, CountyRow, PlaceRow


def fictional_counties(session: Session) -> dict[str, date]:
    """Return the day that each fictional county speaks of, by its code."""
    statement = select(CountyRow).where(
        CountyRow.is_fictional, CountyRow.reference_date.is_not(None)
    )
    return {
        county.code: county.reference_date
        for county in session.scalars(statement)
        if county.reference_date is not None
    }


def reshape_cells(
    session: Session, county_code: str, plan_id: int, shapes: Mapping[str, shapely.MultiPolygon]
) -> None:
    """Give cells of a plan other shapes (WGS 84), by code; nothing asks whether they overlap."""
    for code, shape in shapes.items():
        session.execute(
            update(CellRow)
            .where(
                CellRow.county_code == county_code, CellRow.plan_id == plan_id, CellRow.code == code
            )
            .values(geometry=from_shape(shape, srid=4326))
        )


def drop_cells(session: Session, county_code: str, plan_id: int, codes: Collection[str]) -> None:
    """Delete cells of a plan, so that nobody answers for where they were."""
    session.execute(
        delete(CellRow).where(
            CellRow.county_code == county_code,
            CellRow.plan_id == plan_id,
            CellRow.code.in_(codes),
        )
    )


def replace_lines(session: Session, county_code: str, level: str, lines: GeoDataFrame) -> None:
    """Put named lines (WGS 84) in the place of those of a level: `road` or `river`."""
    session.execute(
        delete(PlaceRow).where(PlaceRow.county_code == county_code, PlaceRow.level == level)
    )
    session.add_all(
        PlaceRow(
            county_code=county_code,
            code=f"{level}-{number}",
            code_system="local",
            level=level,
            name=name,
            geometry=from_shape(shape, srid=4326),
        )
        for number, (name, shape) in enumerate(
            zip(lines["name"], lines.geometry, strict=True), start=1
        )
    )


def save_campaign(session: Session, county_code: str, told: Mapping[str, Any]) -> None:
    """Save a campaign as its file tells it, or change the one of the same code."""
    session.merge(
        CampaignRow(
            county_code=county_code,
            code=told["code"],
            name=told["name"],
            basis=told.get("basis", ""),
            starts_on=date.fromisoformat(told["starts_on"]),
            ends_on=date.fromisoformat(told["ends_on"]),
            phases=told["phases"],
        )
    )
