"""Statements to frames: one round trip each, geometry decoded all at once."""

from typing import Any

import geopandas
import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import Integer, Select, TextClause
from sqlalchemy.orm import Session

Statement = Select[*tuple[Any, ...]] | TextClause


def read_table(session: Session, statement: Statement, **values: object) -> DataFrame:
    """Return the rows of a statement; whole numbers stay whole where some are missing."""
    result = session.execute(statement, values)
    # Plain tuples: pandas asks each row of SQLAlchemy whether it is something else.
    rows = list(map(tuple, result.all()))
    frame = DataFrame.from_records(rows, columns=list(result.keys()))
    if isinstance(statement, Select):
        for column in statement.selected_columns:
            if isinstance(column.type, Integer):
                frame[column.name] = frame[column.name].astype("Int64")
    return frame


def read_shapes(session: Session, statement: Statement, **values: object) -> GeoDataFrame:
    """Return the rows of a statement whose column `geometry` is well-known binary in WGS 84.

    Ask for it as ``ST_AsBinary(…)``: shapes made one by one take ten times as long.
    """
    table = read_table(session, statement, **values)
    # An all-missing column has no bytes to infer a type from.
    shapes = geopandas.GeoSeries.from_wkb(table["geometry"].astype(object), crs=4326)
    return GeoDataFrame(table.drop(columns="geometry"), geometry=shapes, crs=4326)


def missing_as_none(frame: DataFrame) -> DataFrame:
    """Return the frame with None for whatever is missing, as the database takes it."""
    plain = frame.astype(object)
    return plain.where(pd.notna(plain), None)
