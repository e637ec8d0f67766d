"""Records of visits, tests, complaints … → quality events of the enterprises they name."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.events import Events, read_events
from gis_data.rows import Reading
from service.database import counties
from service.database.loading import enterprises
from service.domain.datum import to_wgs84
from service.domain.places import Datum
from service.workflows.follow_merges import merges_of
from service.workflows.importing import ImportReport, Intake, begin, finish

_COLUMNS: Final = (
    "event_key",
    "kind",
    "occurred_on",
    "is_problem",
    "result",
    "inspector",
    "level",
    "due_on",
    "closed_on",
    "disposition",
    "details",
)
_UNKNOWN: Final = refusals.Reason(
    "本县名录中没有这家企业",
    "the county's register has no such enterprise",
    "先导入该企业，或改正代码、名称",
    "import the enterprise first, or correct its code or name",
)
_SEVERAL: Final = refusals.Reason(
    "有多家企业同名",
    "several enterprises bear this name",
    "改填统一社会信用代码",
    "give the code of the one that is meant",
)
_NO_PRODUCT: Final = "other"


def import_events(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: str | None = None,
    as_of: date | None = None,
    problems: Collection[str] = (),
) -> ImportReport:
    """Load quality events; one that is there already, by its key, is brought up to date.

    Args:
        session: Its transaction is the import's.
        path: CSV, XLSX or points.
        reading: How to read it.
        county: None is the only one loaded.
        as_of: Nothing happened after this day; None is the real day.
        problems: Words that make a record a problem, in its column `is_problem`, else `result`.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read, or its columns are shifted.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "events", at.code, path, reading, problems=sorted(problems))
    if already is not None:
        return already
    day = as_of or datetime.now(tz=UTC).astimezone().date()
    read = read_events(path, reading, as_of=day, problems=problems)
    known = merges_of(session, at.code).known(enterprises.enterprise_ids(session, at.code))
    linked, unknown = _linked(read.events, known)
    counts = enterprises.save_events(session, _rows(intake, linked))
    return finish(
        session,
        intake,
        read.rows,
        kept=len(linked),
        refused=refusals.together(read.refused, unknown),
        warned=read.warned,
        notes=[
            *read.rows.notes,
            counts.in_words(),
            f"{int(linked['is_problem'].sum())} records tell of a problem",
            *_remarks(read, linked),
        ],
    )


def _linked(events: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return events with the number of their enterprise, and the refusals of unknown ones.

    What a record calls its enterprise is tried as register key, then as code, then as full name.
    """
    found = pd.Series(np.nan, index=events.index, dtype="float64")
    ambiguous: set[str] = set()
    for column in ("register_key", "code", "name"):
        # A merged row and its survivor are one, even where they bear one name.
        each = known.drop_duplicates([column, "id"])
        once = each.drop_duplicates(column, keep=False).set_index(column)["id"]
        twice = each.loc[each[column].duplicated(keep=False), column].dropna()
        ambiguous |= set(twice)
        found = found.fillna(events["enterprise"].map(once))
    refused = refusals.Collector()
    lost = events.loc[found.isna() & events["enterprise"].ne(""), "enterprise"]
    for line, said in lost.items():
        reason = _SEVERAL if said in ambiguous else _UNKNOWN
        refused.add(int(str(line)), "enterprise", said, reason)
    products = known.drop_duplicates("id").set_index("id")["product"]
    product = events["product"].where(events["product"].ne(""), found.map(products))
    linked = events.assign(enterprise_id=found, product=product.fillna(_NO_PRODUCT))
    return linked.drop(index=lost.index), refused.frame()


def _rows(intake: Intake, events: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [events[name].astype("object") for name in (*_COLUMNS, "product")]
    return [
        {
            "county_code": intake.county_code,
            **dict(zip((*_COLUMNS, "product"), row, strict=True)),
            "enterprise_id": None if np.isnan(number) else int(number),
            "location": point,
            "batch_id": intake.id,
        }
        for row, number, point in zip(
            zip(*columns, strict=True), events["enterprise_id"], _points(events), strict=True
        )
    ]


def _points(events: pd.DataFrame) -> list[shapely.Point | None]:
    """Return the points of events in WGS 84, None where none is given."""
    lon, lat = events["lon"].to_numpy(), events["lat"].to_numpy()
    east, north = lon.copy(), lat.copy()
    for datum in (Datum.GCJ02, Datum.BD09):
        here = (events["datum"] == str(datum)).to_numpy()
        east[here], north[here] = to_wgs84(lon[here], lat[here], datum)
    return [None if np.isnan(x) else shapely.Point(x, y) for x, y in zip(east, north, strict=True)]


def _remarks(read: Events, linked: pd.DataFrame) -> list[str]:
    remarks = []
    if read.identical:
        shown = ", ".join(map(str, read.identical[:5]))
        remarks.append(f"{len(read.identical)} lines are there twice, word for word ({shown} …)")
    pointless = int(linked["lon"].isna().sum())
    if pointless:
        remarks.append(f"{pointless} records have no point of their own")
    of_one = linked[linked["enterprise_id"].notna() & linked["kind"].eq("visit")]
    again = int(of_one.duplicated(["enterprise_id", "occurred_on", "product"]).sum())
    if again:
        remarks.append(f"{again} visits are a second one to the same enterprise on the same day")
    return remarks
