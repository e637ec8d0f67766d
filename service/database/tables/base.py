"""What every mapped row shares: constraint names, geometry columns, and their soundness."""

from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common metadata: constraint names by one convention, JSON as jsonb."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {dict[str, Any]: JSONB, list[Any]: JSONB}


def shape(kind: str) -> Geometry:
    """Return a geometry column of a kind, in WGS 84."""
    # The GiST index is declared by name beside each table, so that migrations and models agree.
    return Geometry(kind, srid=4326, spatial_index=False)


def sound(column: str, name: str) -> CheckConstraint:
    """Return the check that a geometry can be found by an index search."""
    # A NaN or out-of-range coordinate passes PostGIS and is then found by no index search.
    return CheckConstraint(
        f"{column} IS NULL OR (NOT ST_IsEmpty({column}) AND ST_IsValid({column})"
        f" AND ST_XMin({column}) >= -180 AND ST_XMax({column}) <= 180"
        f" AND ST_YMin({column}) >= -90 AND ST_YMax({column}) <= 90)",
        name=name,
    )
