"""What a gazetteer has beyond villages with points: lines, former names, editions."""

import hashlib
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.bounded import digest
from gis_data.rows import Reading
from gis_data.shapes import is_shape_file, read_shapes
from service.database.loading import gazetteers
from service.domain.addresses.names import plain
from service.domain.datum import datums_differ
from service.workflows.geocoders import geocoder_of
from service.workflows.importing import Intake

FORMER_LEVELS = frozenset({"former_township", "former_village"})
_LOCAL = frozenset({"road", "poi"})


def lines_of(intake: Intake, reading: Reading, rows: pd.DataFrame) -> pd.Series:
    """Return the lines and areas of a file of shapes by line, None where a row is a point."""
    nothing = pd.Series([None] * len(rows), index=rows.index, dtype="object")
    if not is_shape_file(intake.path):
        return nothing
    shapes = read_shapes(intake.path, reading.of_shapes()).features.geometry
    extended = shapes[(shapes.geom_type != "Point") & ~shapes.is_empty & shapes.notna()]
    sound = extended[extended.is_valid]
    for line in sound.index.intersection(rows.index):
        nothing.at[line] = sound.at[line]  # noqa: PD008 - a shape is no sequence to assign from
    return nothing


def with_codes(frame: pd.DataFrame) -> pd.Series:
    """Return the codes; roads and points, which nobody numbers, get one from what they are."""
    lacking = frame["code"].eq("") & frame["level"].isin(list(_LOCAL)) & frame["name"].ne("")
    made = [f"{row['level']}-{_digest_of(row)}" for row in frame[lacking].to_dict("records")]
    return frame["code"].mask(lacking, pd.Series(made, index=frame.index[lacking], dtype="object"))


def _digest_of(row: dict[Any, Any]) -> str:
    shape = row["shape"]
    at = shapely.to_wkt(shape) if isinstance(shape, BaseGeometry) else f"{row['at']}"
    return hashlib.sha256(f"{row['name']}|{row['township']}|{at}".encode()).hexdigest()[:12]


def refuse_doubled(frame: pd.DataFrame, refused: refusals.Collector) -> None:
    """Refuse every line of a code that stands for two names: nobody knows which is right."""
    today = frame[frame["code"].ne("") & ~frame["level"].isin(list(FORMER_LEVELS))]
    for code, group in today[today["code"].duplicated(keep=False)].groupby("code"):
        names = list(dict.fromkeys(group["name"]))
        first = int(group.index[0])
        for line in group.index[1 if len(names) == 1 else 0 :]:
            reason = refusals.twice(first) if len(names) == 1 else _doubled(names)
            refused.add(int(str(line)), "code", str(code), reason)


def _doubled(names: list[str]) -> refusals.Reason:
    said = "、".join(names[:3])
    return refusals.Reason(
        f"一个代码对应多个地名：{said}",
        f"one code stands for several places: {said}",
        "按统计用区划代码核对后只留一行",
        "compare with the official list of codes and keep one line",
    )


def remember(session: Session, intake: Intake, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep what rows would overwrite: the points of places that come without, and former names.

    A row without a point keeps the one that the place of its code and name has already: a list of
    codes has no points, and must not take away those that the county brought.
    """
    there = gazetteers.known_places(session, intake.county_code)
    former = []
    for row in rows:
        before = there.get(row["code"])
        if before is None:
            continue
        if plain(before.name) != plain(row["name"]) and row["level"] in {"township", "village"}:
            former.append(
                {
                    "level": f"former_{row['level']}",
                    "code": row["code"],
                    "name": before.name,
                    "township_code": before.township_place,
                    "source": intake.path.name,
                }
            )
        elif row["location"] is None and row["geometry"] is None:
            row.update(before.where)
    gazetteers.save_former(session, intake.county_code, former)
    return rows


def save_former(session: Session, intake: Intake, frame: pd.DataFrame) -> int:
    """Keep the former names that a file lists itself, and return how many."""
    rows = [
        {
            "level": row["level"],
            "code": row["code"],
            "name": row["name"],
            "township_code": row["township_code"],
            "source": intake.path.name,
        }
        for row in frame.to_dict("records")
    ]
    gazetteers.save_former(session, intake.county_code, rows)
    return len(rows)


def unstated_datum(intake: Intake, reading: Reading, good: pd.DataFrame) -> list[str]:
    """Say what points of places are taken for, where nothing says it: nobody else can."""
    pointed = int((good["lon"].notna() & datums_differ(good["lon"], good["lat"])).sum())
    if reading.datum is not None or is_shape_file(intake.path) or not pointed:
        return []
    said = f"{pointed} points are taken as WGS 84 unless a column says otherwise"
    return [f"{said}; if they come from a map vendor, import them with --datum gcj02 or bd09"]


def keep_version(session: Session, intake: Intake) -> str:
    """Keep the edition of the gazetteer that an import made, and return its name."""
    version = geocoder_of(session, intake.county_code).version
    gazetteers.save_version(
        session,
        county_code=intake.county_code,
        version=version,
        source=intake.path.name,
        sha256=digest(intake.path),
        batch_id=intake.id,
    )
    return version
