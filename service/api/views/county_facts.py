"""What leadership's page and its records read, once for both."""

import pandas as pd

from maps.hotspot_classes import LOCAL
from maps.model import PRODUCTS
from service.api.dependencies import Scope
from service.api.views.asked import ALL, Asked, Choices
from service.api.views.figures import Figures
from service.database import (
    analyses,
    areas,
    cells,
    clusters,
    counties,
    ledger,
    officers,
    tile_rollup,
    townships,
)
from service.database.ledger import Period
from service.domain.special_areas import AreaKind, area_label

_ORDER = {label.key: number for number, label in enumerate(PRODUCTS)}


def choices_of(scope: Scope) -> Choices:
    """Return what the county has to choose from on the day."""
    found = {*ledger.products(scope.session, scope.code, scope.on), ALL}
    shapes = townships.of_county(scope.session, scope.code)
    return Choices(
        # Known products first, all of them together last: the order of the map's switch.
        products=tuple(
            sorted(found, key=lambda key: (key == ALL, _ORDER.get(key, len(_ORDER)), key))
        ),
        townships=dict(zip(shapes["code"].astype(str), shapes["name"].astype(str), strict=True)),
        areas=_areas(scope),
        weeks=tuple(counties.weeks_on(scope.session, scope.code, scope.on)),
        on=scope.on,
    )


def figures_of(scope: Scope, asked: Asked, *, cell: str | None = None) -> Figures:
    """Return the rows behind the figures of a view, of one cell if it is named.

    Raises:
        NotFoundError: No plan is in force on the day.
    """
    plan_id = scope.plan_id
    every_cell = cells.of_plan(scope.session, scope.code, plan_id)
    held = officers.responsible_on(scope.session, scope.code, plan_id, scope.on)
    leads = held[held["duty"] == "lead"].groupby("cell_code")["name"].unique().map("、".join)
    columns = ["code", "name", "township_code", "township_name"]
    if asked.measure == LOCAL:
        every_cell = every_cell.assign(local_class=_local_classes(scope, asked, every_cell["code"]))
        columns = [*columns, "local_class"]
    return Figures(
        session=scope.session,
        asked=asked,
        period=_period(scope, asked, cell),
        every_cell=every_cell[columns].assign(
            leads=every_cell["code"].map(leads).astype(object).fillna("")
        ),
    )


def _local_classes(scope: Scope, asked: Asked, codes: "pd.Series[str]") -> "pd.Series[str]":
    """Return the class of each cell by the newest test of the day; missing where there is none."""
    if analyses.latest_or_none(scope.session, scope.code, "clusters", scope.on) is None:
        return pd.Series(None, index=codes.index, dtype="object")
    found = clusters.cell_statistics(scope.session, scope.code, scope.on)
    own = found[found["product"] == asked.product].set_index("cell_code")["local_class"]
    return codes.map(own)


def cells_of(scope: Scope, asked: Asked) -> tuple[str, ...] | None:
    """Return the codes of the cells that a view's area leaves; None for all."""
    if not asked.area:
        return None
    held = areas.of_county(scope.session, scope.code, scope.on)
    own = areas.cells_of(scope.session, scope.code, scope.plan_id, held[held["code"] == asked.area])
    inside = own.get(asked.area, frozenset())
    if not asked.is_outside:
        return tuple(sorted(inside))
    every = cells.codes(scope.session, scope.code, scope.plan_id)
    return tuple(code for code in every if code not in inside)


def _areas(scope: Scope) -> dict[str, tuple[str, str]]:
    held = areas.of_county(scope.session, scope.code, scope.on)
    named = zip(held["code"], held["kind"], held["name"], strict=True)
    return {str(code): area_label(AreaKind(kind), str(name)) for code, kind, name in named}


def _period(scope: Scope, asked: Asked, cell: str | None) -> Period:
    weeks = counties.weeks_on(scope.session, scope.code, scope.on)
    return Period(
        county_code=scope.code,
        snapshot=tile_rollup.refresh(scope.session, scope.code, scope.on),
        since=asked.since,
        until=asked.until,
        first_week=sum(week.first < asked.since for week in weeks),
        last_week=sum(week.first <= asked.until for week in weeks) - 1,
        product=None if asked.product == ALL else asked.product,
        township=asked.township or None,
        risk_class=asked.risk_class or None,
        cell=cell,
        cells=cells_of(scope, asked),
    )
