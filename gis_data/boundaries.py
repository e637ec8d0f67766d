"""Boundary files → area frames: townships, villages, cells, the county's outline."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from geopandas import GeoDataFrame

from gis_data import headers
from gis_data.rows import Reading
from gis_data.shapes import read_shapes
from gis_data.values import codes
from service.domain.crs import STORAGE_EPSG
from service.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Features of a boundary file under the names of the fields, unchecked.

    Attributes:
        features: One text column per field of the kind ('' where the file has none) and WGS 84
            geometry as it is in the file; indexed by feature number from 1.
        columns: Column of each field found.
        unused: Attributes that were not taken.
        notes: What is worth knowing.
    """

    features: GeoDataFrame
    columns: dict[str, str]
    unused: tuple[str, ...]
    notes: tuple[str, ...]


def read_areas(path: Path, reading: Reading, synonyms: headers.Synonyms) -> Areas:
    """Read the areas of a boundary file with their attributes under our names.

    Raises:
        InvalidInputError: The file cannot be read, or none of its columns is the code.
    """
    shapes = read_shapes(path, reading.of_shapes())
    attributes = pd.DataFrame(shapes.features.drop(columns="geometry"))
    needed = [] if "code" in reading.constants else ["code"]
    found = headers.resolve(attributes.columns, synonyms, told=reading.fields, needed=needed)
    rows = headers.rename(attributes, found, reading.constants)
    for field in synonyms:
        rows[field] = codes(rows[field].astype("str")) if field in rows else ""
    features = GeoDataFrame(rows, geometry=shapes.features.geometry, crs=STORAGE_EPSG)
    return Areas(features=features, columns=found.columns, unused=found.unused, notes=shapes.notes)


def read_outline(path: Path, reading: Reading) -> GeoDataFrame:
    """Read the one outline of a county; its attributes are left out.

    Raises:
        InvalidInputError: The file cannot be read, or has more than one feature.
    """
    features = read_shapes(path, reading.of_shapes()).features
    if len(features) != 1:
        raise InvalidInputError(
            f"{path.name} has {len(features)} features; the county's outline is one"
        )
    return features[["geometry"]]
