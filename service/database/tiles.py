"""Vector tiles (MVT) of cells, townships and enterprises; no tile is above half a megabyte.

Enterprises are rolled up to squares of 8 pixels at the zooms up to 9, thinned to one mark for 4
pixels at 10 and 11, and drawn one by one from 12, unless a tile holds too many of them: then they
are thinned there too. A mark says how many enterprises it stands for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

from service.database import analyses, plans, tile_rollup, tile_sql
from service.domain.errors import InvalidInputError, UnavailableError
from service.domain.pass_rates import MINIMUM_SAMPLES
from service.domain.readers import Reader
from service.domain.tile_address import HALF_M, TileAddress

MAX_BYTES: Final = 500_000
LAYERS: Final = ("cells", "enterprises", "townships")
ALL: Final = "all"
# A cell with fewer visits is blind on every map.
CELL_MINIMUM_VISITS: Final = 3
# So many cells in one tile are specks of three pixels: their townships say more.
_CELLS_AT_MOST: Final = 7_000
# Units across a tile, finest first: below 256 a corner would move by more than a pixel.
_EXTENTS: Final = (4096, 1024, 256)
_FIRST_THINNED, _FIRST_SINGLE = 10, 12
_ROLL_UP_LEVELS: Final = (10, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFilter:
    """What is asked for: a day, a product (None for all), a township, a risk class (1 to 4)."""

    on: date
    product: str | None = None
    township: str | None = None
    risk_class: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TileQuestion:
    """A tile of a county, as one reader may see it."""

    county_code: str
    layer: str
    address: TileAddress
    wanted: TileFilter
    reader: Reader


def cut(session: Session, question: TileQuestion) -> bytes:
    """Return the tile that is asked for, empty where there is nothing.

    Raises:
        NotFoundError: No plan is in force on the day (cells), or a class is asked for and targets
            of the day have not been ranked.
        InvalidInputError: An unknown layer, or a class where there is none to see.
    """
    _check(question)
    if question.layer == "cells":
        return _of_cells(session, question)
    if question.layer == "townships":
        return _of_townships(session, question)
    return _of_enterprises(session, question)


def _check(question: TileQuestion) -> None:
    if question.layer not in LAYERS:
        raise InvalidInputError(
            f"there is no layer {question.layer!r}; choose one of {', '.join(LAYERS)}"
        )
    if question.wanted.risk_class is None:
        return
    if question.layer != "enterprises":
        raise InvalidInputError(f"only enterprises have a risk class, {question.layer} have none")
    if question.reader.is_public:
        raise InvalidInputError("risk classes are internal: leave the class out")


def _of_cells(session: Session, question: TileQuestion) -> bytes:
    on, county_code = question.wanted.on, question.county_code
    values = {
        **statement_values(question),
        "plan_id": plans.in_force(session, county_code, on),
        "clusters": analyses.latest_or_none(session, county_code, "clusters", on),
        "minimum_visits": CELL_MINIMUM_VISITS,
    }
    few = int(session.scalar(tile_sql.CELL_COUNT, values) or 0) <= _CELLS_AT_MOST
    content = _finest_that_fits(session, tile_sql.CELLS, values) if few else None
    return _of_townships(session, question) if content is None else content


def _of_townships(session: Session, question: TileQuestion) -> bytes:
    snapshot = tile_rollup.refresh(session, question.county_code, question.wanted.on)
    values = {**statement_values(question), "snapshot_id": snapshot.id}
    content = _finest_that_fits(session, tile_sql.TOWNSHIPS, values)
    if content is None:
        raise UnavailableError("too many townships for one tile; zoom in")
    return content


def _finest_that_fits(
    session: Session, statement: TextClause, values: Mapping[str, Any]
) -> bytes | None:
    """Return areas with as much detail as fits, None if they are too many at any detail."""
    for extent in _EXTENTS:
        content = _run(session, statement, {**values, "extent": extent})
        if len(content) <= MAX_BYTES:
            return content
    return None


def _of_enterprises(session: Session, question: TileQuestion) -> bytes:
    wanted, county_code = question.wanted, question.county_code
    snapshot = tile_rollup.refresh(session, county_code, wanted.on)
    values = {**statement_values(question), "snapshot_id": snapshot.id, "targets": None}
    if not question.reader.is_public:
        needs_class = wanted.risk_class is not None
        ask = analyses.latest if needs_class else analyses.latest_or_none
        values["targets"] = ask(session, county_code, "targets", wanted.on)
    values |= session.execute(tile_sql.TOTALS, values).one()._asdict()
    if question.reader.is_public or question.address.z < _FIRST_THINNED:
        return _rolled_up(session, question, values)
    if question.address.z < _FIRST_SINGLE:
        level = question.address.z + 6
        return _thinned(session, _at(question, level, values))
    return _single(session, question, values)


def _rolled_up(session: Session, question: TileQuestion, values: Mapping[str, Any]) -> bytes:
    coarsest, finest = _ROLL_UP_LEVELS
    level = min(max(question.address.z + 5, coarsest), finest)
    statement = tile_sql.PUBLIC if question.reader.is_public else tile_sql.ROLLED_UP
    squares = _at(question, level, values)
    return _run(session, statement, {**squares, "cut": _cut(squares), "shown_as": "rollup"})


def _thinned(session: Session, values: Mapping[str, Any]) -> bytes:
    cut_by = _cut(values)
    others = (values["townships"], values["risk_class"])
    if cut_by == "each" and values["level"] == tile_rollup.DENSE_LEVEL and others == (None, None):
        cut_by = "product"
    return _run(session, tile_sql.THINNED, {**values, "cut": cut_by, "shown_as": "thinned"})


def _single(session: Session, question: TileQuestion, values: Mapping[str, Any]) -> bytes:
    """Return enterprises one by one, or thinned where they are too many for a tile."""
    level = tile_rollup.DENSE_LEVEL
    # Inside its edges: the squares of a full neighbour do not make this tile a full one.
    own = _at(question, level, values, margin_pixels=-0.01)
    # A full tile is full under every filter: what the filter leaves need not be sought among all.
    if int(session.scalar(tile_sql.DENSE, own) or 0) > tile_rollup.RAW_LIMIT:
        return _thinned(session, _at(question, level, values))
    content = _run(session, tile_sql.SINGLES, {**values, "shown_as": "single"})
    if len(content) <= MAX_BYTES:
        return content
    side_m = 2 * HALF_M / 2**question.address.z
    thinning = {"square_m": side_m / 64, "shown_as": "thinned"}
    return _run(session, tile_sql.THINNED_SINGLES, {**values, **thinning})


def _at(
    question: TileQuestion,
    level: int,
    values: Mapping[str, Any],
    *,
    margin_pixels: float = tile_sql.MARGIN_PIXELS,
) -> dict[str, Any]:
    first, last, first_row, last_row = question.address.squares(level, margin_pixels)
    columns = list(range(first, last + 1))
    rows = {"first_row": first_row, "last_row": last_row}
    return {**values, "level": level, "columns": columns, **rows}


def _cut(values: Mapping[str, Any]) -> str:
    filters = (values["product"], values["townships"], values["risk_class"])
    return "all" if all(one is None for one in filters) else "each"


def statement_values(question: TileQuestion) -> dict[str, Any]:
    """Return what every statement of `tile_sql` is told about a question."""
    address, wanted = question.address, question.wanted
    sides = ("west", "south", "east", "north")
    own = dict(zip((f"own_{side}" for side in sides), address.bounds_m(), strict=True))
    wide = dict(zip(sides, address.bounds_m(tile_sql.MARGIN_PIXELS), strict=True))
    return {
        "county_code": question.county_code,
        "z": address.z,
        "x": address.x,
        "y": address.y,
        **own,
        **wide,
        "product": None if wanted.product == ALL else wanted.product,
        "townships": question.reader.townships_shown(wanted.township),
        "risk_class": wanted.risk_class,
        "minimum_visits": MINIMUM_SAMPLES,
    }


def _run(session: Session, statement: TextClause, values: Mapping[str, Any]) -> bytes:
    return bytes(session.scalar(statement, values) or b"")
