"""The review queue: groups of addresses that one decision can serve, and their rows."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from pandas import DataFrame
from sqlalchemy import ColumnElement, Select, and_, cast, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Session

from service.database.decisions import Key
from service.database.frames import read_table
from service.database.loading.bulk import upsert
from service.database.tables import (
    EnterpriseRow,
    LocationRow,
    ReviewItemRow,
    TownshipRow,
)
from service.domain.review_choices import RULE

_CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of the queue is asked for; None and '' narrow nothing.

    Attributes:
        state: `open` for what waits, `decided` for what a person has decided.
        township: Code as registered; `-` for rows without one.
        group: Key of one group.
        text: Part of the token, the address or the name.
    """

    state: str = "open"
    township: str = ""
    reason: str = ""
    product: str = ""
    group: str = ""
    text: str = ""


def replace_items(
    session: Session, county_code: str, rows: Sequence[dict[str, Any]], *, among: Collection[int]
) -> None:
    """Keep these review items (by column), and no others of the enterprises that were located."""
    kept = {row["enterprise_id"] for row in rows}
    present = session.scalars(
        select(ReviewItemRow.enterprise_id).where(ReviewItemRow.county_code == county_code)
    )
    gone = sorted((set(present) - kept) & set(among))
    for start in range(0, len(gone), _CHUNK):
        session.execute(
            delete(ReviewItemRow).where(
                ReviewItemRow.county_code == county_code,
                ReviewItemRow.enterprise_id.in_(gone[start : start + _CHUNK]),
            )
        )
    upsert(session, ReviewItemRow, rows, key=("county_code", "enterprise_id"))


def groups(
    session: Session, county_code: str, wanted: Filter, *, limit: int, offset: int
) -> tuple[DataFrame, int, int]:
    """Return a page of groups, the largest first, how many there are, and how many rows in all.

    Columns: group_key, reason, reason_zh, token_kind, token, rows, townships, sample.
    """
    base = _joined(county_code).where(*_conditions(county_code, wanted)).subquery()
    grouped = (
        select(
            base.c.group_key,
            base.c.reason,
            func.min(base.c.engine["reason_zh"].astext).label("reason_zh"),
            base.c.token_kind,
            base.c.token,
            func.count().label("rows"),
            func.count(base.c.township_code.distinct()).label("townships"),
            func.min(base.c.address).label("sample"),
        )
        .group_by(base.c.group_key, base.c.reason, base.c.token_kind, base.c.token)
        .subquery()
    )
    total, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(grouped.c.rows), 0)).select_from(grouped)
    ).one()
    page = select(grouped).order_by(grouped.c.rows.desc(), grouped.c.group_key)
    return read_table(session, page.limit(limit).offset(offset)), int(total), int(rows)


def items(
    session: Session,
    county_code: str,
    wanted: Filter,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[DataFrame, int]:
    """Return a page of rows in review in order of group and number, and how many there are.

    Columns: enterprise_id, register_key, code, name, address, product, kind, township_code,
    township, given_lon, given_lat, given_datum, fingerprint, witness, normalised, group_key,
    reason, reason_zh, token_kind, token, candidates, engine, status, rule, location_reason,
    location_reason_zh, level, located_township_code, version.
    """
    conditions = _conditions(county_code, wanted)
    base = _joined(county_code).where(*conditions)
    total = session.scalar(select(func.count()).select_from(base.subquery()))
    page = base.order_by(ReviewItemRow.group_key, ReviewItemRow.enterprise_id)
    if limit is not None:
        page = page.limit(limit).offset(offset)
    return _with_versions(read_table(session, page)), int(total or 0)


def of_enterprises(session: Session, county_code: str, numbers: Collection[int]) -> DataFrame:
    """Return the rows of some enterprises, in any state, held until the transaction ends."""
    statement = _joined(county_code).where(ReviewItemRow.enterprise_id.in_(list(numbers)))
    locked = statement.with_for_update(of=(ReviewItemRow, EnterpriseRow))
    return _with_versions(read_table(session, locked))


def of_addresses(session: Session, county_code: str, keys: Collection[Key]) -> DataFrame:
    """Return every row that has one of these addresses (fingerprint, witness)."""
    pair = tuple_(ReviewItemRow.fingerprint, ReviewItemRow.witness)
    statement = _joined(county_code).where(pair.in_(list(keys)))
    return _with_versions(read_table(session, statement.order_by(ReviewItemRow.enterprise_id)))


def reasons(session: Session, county_code: str, state: str) -> DataFrame:
    """Return reason, reason_zh and rows of the queue, the most frequent first."""
    base = _joined(county_code).where(*_conditions(county_code, Filter(state=state))).subquery()
    statement = (
        select(
            base.c.reason,
            func.min(base.c.engine["reason_zh"].astext).label("reason_zh"),
            func.count().label("rows"),
        )
        .group_by(base.c.reason)
        .order_by(func.count().desc(), base.c.reason)
    )
    return read_table(session, statement)


def ungrouped(session: Session, county_code: str) -> int:
    """Return how many locations in review have no group yet: located before groups were kept."""
    there = (
        select(ReviewItemRow.enterprise_id)
        .where(
            ReviewItemRow.county_code == county_code,
            ReviewItemRow.enterprise_id == LocationRow.enterprise_id,
        )
        .exists()
    )
    statement = select(func.count()).where(
        LocationRow.county_code == county_code, LocationRow.status == "review", ~there
    )
    return int(session.scalar(statement) or 0)


def move(session: Session, county_code: str, locations: Mapping[int, Mapping[str, Any]]) -> None:
    """Give enterprises (by number) the locations that were decided, or the engine's again."""
    for number, location in locations.items():
        columns = {key: value for key, value in location.items() if key not in ("lon", "lat")}
        point = None
        if location["lon"] is not None and location["lat"] is not None:
            point = from_shape(shapely.Point(location["lon"], location["lat"]), srid=4326)
        session.execute(
            update(LocationRow)
            .where(LocationRow.county_code == county_code, LocationRow.enterprise_id == number)
            .values(**columns, geometry=point)
        )


def _joined(county_code: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ReviewItemRow.enterprise_id,
            EnterpriseRow.register_key,
            EnterpriseRow.code,
            EnterpriseRow.name,
            EnterpriseRow.address,
            EnterpriseRow.product,
            EnterpriseRow.kind,
            EnterpriseRow.township_code,
            func.coalesce(TownshipRow.name, "").label("township"),
            EnterpriseRow.given_lon,
            EnterpriseRow.given_lat,
            EnterpriseRow.given_datum,
            ReviewItemRow.fingerprint,
            ReviewItemRow.witness,
            ReviewItemRow.normalised,
            ReviewItemRow.group_key,
            ReviewItemRow.reason,
            ReviewItemRow.engine["reason_zh"].astext.label("reason_zh"),
            ReviewItemRow.token_kind,
            ReviewItemRow.token,
            ReviewItemRow.engine["candidates"].label("candidates"),
            ReviewItemRow.engine,
            LocationRow.status,
            LocationRow.rule,
            LocationRow.reason.label("location_reason"),
            LocationRow.reason_zh.label("location_reason_zh"),
            LocationRow.level,
            LocationRow.township_code.label("located_township_code"),
        )
        .join(
            EnterpriseRow,
            and_(
                EnterpriseRow.county_code == ReviewItemRow.county_code,
                EnterpriseRow.id == ReviewItemRow.enterprise_id,
            ),
        )
        .join(
            LocationRow,
            and_(
                LocationRow.county_code == ReviewItemRow.county_code,
                LocationRow.enterprise_id == ReviewItemRow.enterprise_id,
            ),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == EnterpriseRow.county_code,
                TownshipRow.code == EnterpriseRow.township_code,
            ),
        )
        .where(ReviewItemRow.county_code == county_code)
    )


def _conditions(county_code: str, wanted: Filter) -> list[ColumnElement[bool]]:
    del county_code
    decided = LocationRow.rule == RULE
    found = [decided if wanted.state == "decided" else ~decided]
    if wanted.township == "-":
        found.append(EnterpriseRow.township_code.is_(None))
    elif wanted.township:
        found.append(EnterpriseRow.township_code == wanted.township)
    for column, value in (
        (ReviewItemRow.reason, wanted.reason),
        (EnterpriseRow.product, wanted.product),
        (ReviewItemRow.group_key, wanted.group),
    ):
        if value:
            found.append(column == value)
    if wanted.text:
        columns = (ReviewItemRow.token, EnterpriseRow.address, EnterpriseRow.name)
        part = cast(wanted.text, TEXT)
        found.append(or_(*(func.strpos(column, part) > 0 for column in columns)))
    return found


def _with_versions(table: DataFrame) -> DataFrame:
    """Add what changes when a row is imported, located or decided anew."""
    columns = ("fingerprint", "witness", "group_key", "status", "rule", "location_reason", "engine")
    told = zip(*(table[column] for column in columns), strict=True)
    versions = [hashlib.sha256(repr(row).encode()).hexdigest()[:12] for row in told]
    return table.assign(version=versions)
