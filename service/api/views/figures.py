"""The rows behind leadership's figures: every figure is the length of one of these sets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd
from pandas import DataFrame

from maps.hotspot_classes import bands
from service.api.views.asked import ALL, MINIMUM_VISITS, Asked
from service.database.events import INSPECTIONS
from service.database.ledger import Ledger
from service.domain.batches import Batch

EVENTS, ENTERPRISES, AREAS = "events", "enterprises", "areas"
BATCHES: Final = {
    Batch.STANDARDISED: ("规范一批", "Batch to put right"),
    Batch.LICENSED: ("办证一批", "Batch to license"),
    Batch.BANNED: ("取缔一批", "Batch to ban"),
}
COUNTS: Final = ["enterprises", "visits", "problems"]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The ledger narrowed to a view.

    Attributes:
        asked: The view.
        ledger: Of the view's period.
        cells: code, name, township_code, township_name, leads (names, '' nobody) of the plan.
    """

    asked: Asked
    ledger: Ledger
    cells: DataFrame

    @cached_property
    def register(self) -> DataFrame:
        """The enterprises of the product, township and class."""
        return self._narrowed(self.ledger.register)

    @cached_property
    def events(self) -> DataFrame:
        """The records of these enterprises in the period, the newest first."""
        return self._narrowed(self.ledger.events)

    @cached_property
    def inspections(self) -> DataFrame:
        """Visits and sample tests."""
        return self.events[self.events["kind"].isin(INSPECTIONS)]

    @cached_property
    def plan_cells(self) -> DataFrame:
        """The cells of the township, or all, with enterprises, visits and problems."""
        in_cells = self.inspections.groupby("cell_code")["is_problem"].agg(["size", "sum"])
        firms = self.register.groupby("cell_code").size()
        codes = self.cells["code"]
        counted = self.cells.assign(
            enterprises=codes.map(firms).fillna(0).astype(int),
            visits=codes.map(in_cells["size"]).fillna(0).astype(int),
            problems=codes.map(in_cells["sum"]).fillna(0).astype(int),
        )
        return self._of_township(counted)

    @cached_property
    def areas(self) -> DataFrame:
        """The cells, or the townships where the view is by township, with their class `band`."""
        areas = self.plan_cells
        if self.asked.unit == "township":
            names = ["township_code", "township_name"]
            areas = areas.groupby(names, as_index=False)[COUNTS].sum()
            areas = areas.assign(code=areas["township_code"], name=areas["township_name"], leads="")
        return areas.assign(band=bands(self.asked.measure, areas, self.asked.least))

    def rows(self, name: str) -> DataFrame:
        """Return the rows of a set; `name` is one of `SETS`."""
        return SETS[name].rows(self)

    def _narrowed(self, frame: DataFrame) -> DataFrame:
        kept = pd.Series(data=True, index=frame.index)
        if self.asked.product != ALL:
            kept &= frame["product"] == self.asked.product
        if self.asked.risk_class:
            kept &= frame["risk_class"] == self.asked.risk_class
        return self._of_township(frame[kept])

    def _of_township(self, frame: DataFrame) -> DataFrame:
        wanted = self.asked.township
        return frame[frame["township_code"] == wanted] if wanted else frame


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSet:
    """A set of rows with its name in the two languages, and how its rows are listed."""

    kind: str
    zh: str
    en: str
    rows: Callable[[Figures], DataFrame]


def _producers(given: Figures) -> DataFrame:
    register = given.register
    return register[(register["kind"] == "producer") & register["is_active"]]


def _samples(given: Figures) -> DataFrame:
    return given.inspections[given.inspections["kind"] == "sample_test"]


def _with_work(given: Figures) -> DataFrame:
    cells = given.plan_cells
    return cells[(cells["enterprises"] > 0) | (cells["visits"] > 0)]


def _blind(given: Figures) -> DataFrame:
    found = _with_work(given)
    return found[found["visits"] < MINIMUM_VISITS]


def _where(
    source: Callable[[Figures], DataFrame], condition: Callable[[DataFrame], "pd.Series[bool]"]
) -> Callable[[Figures], DataFrame]:
    def rows(given: Figures) -> DataFrame:
        found = source(given)
        return found[condition(found)]

    return rows


def _of_batch(batch: Batch, *, done: bool) -> Callable[[Figures], DataFrame]:
    def rows(given: Figures) -> DataFrame:
        found = given.register[given.register["batch"] == batch]
        return found[found["is_done"]] if done else found

    return rows


def _batches() -> dict[str, FigureSet]:
    sets = {}
    for batch, (zh, en) in BATCHES.items():
        sets[str(batch)] = FigureSet(
            kind=ENTERPRISES, zh=zh, en=en, rows=_of_batch(batch, done=False)
        )
        sets[f"{batch}_done"] = FigureSet(
            kind=ENTERPRISES,
            zh=f"{zh}（已完成）",
            en=f"{en}, done",
            rows=_of_batch(batch, done=True),
        )
    return sets


SETS: Final[dict[str, FigureSet]] = {
    "visits": FigureSet(
        kind=EVENTS,
        zh="检查与抽检",
        en="Visits and sample tests",
        rows=lambda given: given.inspections,
    ),
    "problems": FigureSet(
        kind=EVENTS,
        zh="发现问题的检查",
        en="Visits with a problem",
        rows=_where(lambda given: given.inspections, lambda rows: rows["is_problem"]),
    ),
    "unplaced": FigureSet(
        kind=EVENTS,
        zh="未落格企业的检查",
        en="Visits to enterprises in no cell",
        rows=_where(lambda given: given.inspections, lambda rows: rows["cell_code"].isna()),
    ),
    "samples": FigureSet(kind=EVENTS, zh="抽检", en="Sample tests", rows=_samples),
    "failed": FigureSet(
        kind=EVENTS,
        zh="抽检不合格",
        en="Failed sample tests",
        rows=_where(_samples, lambda rows: rows["is_problem"]),
    ),
    "register": FigureSet(
        kind=ENTERPRISES, zh="登记企业", en="Enterprises", rows=lambda given: given.register
    ),
    "producers": FigureSet(kind=ENTERPRISES, zh="生产企业", en="Producers", rows=_producers),
    "unlicensed": FigureSet(
        kind=ENTERPRISES,
        zh="缺证或过期的生产企业",
        en="Producers short of a licence",
        rows=_where(_producers, lambda rows: rows["is_short"]),
    ),
    **_batches(),
    "cells": FigureSet(kind=AREAS, zh="网格", en="Cells", rows=lambda given: given.plan_cells),
    "led": FigureSet(
        kind=AREAS,
        zh="有责任人的网格",
        en="Cells with a lead",
        rows=_where(lambda given: given.plan_cells, lambda rows: rows["leads"] != ""),
    ),
    "unled": FigureSet(
        kind=AREAS,
        zh="无责任人的网格",
        en="Cells without a lead",
        rows=_where(lambda given: given.plan_cells, lambda rows: rows["leads"] == ""),
    ),
    "work": FigureSet(kind=AREAS, zh="有企业的网格", en="Cells with enterprises", rows=_with_work),
    "blind": FigureSet(kind=AREAS, zh="盲区网格", en="Blind cells", rows=_blind),
    "areas": FigureSet(kind=AREAS, zh="分级", en="Class", rows=lambda given: given.areas),
}
