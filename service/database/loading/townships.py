"""Townships, places and the lookups that rows of other files need."""

from collections.abc import Sequence
from typing import Any

import geopandas
from geopandas import GeoDataFrame
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.loading.bulk import Counts, upsert
from service.database.tables import PlaceRow, TownshipRow


def save_townships(
    session: Session, county_code: str, areas: GeoDataFrame, *, code_system: str
) -> Counts:
    """Save townships (code, name, name_en, geometry); one with the same code is replaced."""
    rows = [
        {
            "county_code": county_code,
            "code": code,
            "code_system": code_system,
            "name": name or code,
            "name_en": name_en,
            "geometry": geometry,
        }
        for code, name, name_en, geometry in zip(
            areas["code"], areas["name"], areas["name_en"], areas.geometry, strict=True
        )
    ]
    return upsert(session, TownshipRow, rows, key=("county_code", "code"))


def save_places(session: Session, rows: Sequence[dict[str, Any]]) -> Counts:
    """Save gazetteer entries; one with the same code is replaced."""
    return upsert(session, PlaceRow, rows, key=("county_code", "code"))


def all_townships(session: Session, county_code: str) -> GeoDataFrame:
    """Return code, name and geometry (WGS 84) of the county's townships."""
    statement = select(TownshipRow.code, TownshipRow.name, TownshipRow.geometry).where(
        TownshipRow.county_code == county_code
    )
    return geopandas.read_postgis(
        statement.order_by(TownshipRow.code), session.connection(), geom_col="geometry"
    )


def township_codes(session: Session, county_code: str) -> dict[str, str]:
    """Return the code of a township by everything it may be called: code, name, English name.

    A name that two townships bear leads to neither.
    """
    statement = select(TownshipRow.code, TownshipRow.name, TownshipRow.name_en).where(
        TownshipRow.county_code == county_code
    )
    found: dict[str, str | None] = {}
    for code, name, name_en in session.execute(statement):
        for word in {name, name_en} - {""}:
            found[word] = code if found.get(word, code) == code else None
        found[code] = code
    return {word: code for word, code in found.items() if code is not None}
