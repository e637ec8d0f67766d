"""The figures of leadership's page: each counted in the database, each with the rows it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd
from pandas import DataFrame
from sqlalchemy.orm import Session

from maps.hotspot_classes import bands
from service.api.views.asked import MINIMUM_VISITS, Asked
from service.database import ledger
from service.database.ledger import Period, Wanted
from service.domain.batches import Batch, batch_of_disposition, open_batch

EVENTS, ENTERPRISES, AREAS = "events", "enterprises", "areas"
BATCHES: Final = {
    Batch.STANDARDISED: ("规范一批", "Batch to put right"),
    Batch.LICENSED: ("办证一批", "Batch to license"),
    Batch.BANNED: ("取缔一批", "Batch to ban"),
}
COUNTS: Final = ["enterprises", "visits", "problems"]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The ledger narrowed to a view. Nothing is read before it is asked for.

    Attributes:
        session: An open session.
        asked: The view.
        period: The same as the ledger takes it.
        every_cell: code, name, township_code, township_name, leads (names, '' nobody) of the plan.
    """

    session: Session
    asked: Asked
    period: Period
    every_cell: DataFrame

    @cached_property
    def visits(self) -> DataFrame:
        """Visits and sample tests counted by cell, township and product."""
        return ledger.visits(self.session, self.period)

    @cached_property
    def register(self) -> DataFrame:
        """Enterprises counted by cell, township, kind and licences."""
        return ledger.register(self.session, self.period)

    @cached_property
    def batches(self) -> DataFrame:
        """Return township_code, batch, is_done, enterprises: the three batches counted."""
        # Everybody without an outcome of the period, then those with one, moved from there.
        columns = ["township_code", "kind", "is_active", "is_short"]
        quiet = self.register.assign(has_problem=False, disposition=None)
        told = ledger.outcomes(self.session, self.period)
        before = told.assign(has_problem=False, disposition=None, enterprises=-told["enterprises"])
        rows = pd.concat([quiet, before, told], ignore_index=True)
        rows = rows[[*columns, "has_problem", "disposition", "enterprises"]]
        # A list: pandas would turn what is missing into a number.
        ends = [
            batch_of_disposition(one) if isinstance(one, str) else None
            for one in rows["disposition"]
        ]
        open_ones = [
            open_batch(kind=kind, is_short=is_short, has_problem=problem) if active else None
            for kind, active, is_short, problem in zip(
                rows["kind"], rows["is_active"], rows["is_short"], rows["has_problem"], strict=True
            )
        ]
        batch = [str(end or left or "") for end, left in zip(ends, open_ones, strict=True)]
        return rows.assign(batch=batch, is_done=[end is not None for end in ends])

    @cached_property
    def plan_cells(self) -> DataFrame:
        """The cells of the township, or all, with enterprises, visits and problems."""
        in_cells = self.visits.groupby("cell_code")[["visits", "problems"]].sum()
        firms = self.register.groupby("cell_code")["enterprises"].sum()
        codes = self.every_cell["code"]
        counted = self.every_cell.assign(
            enterprises=codes.map(firms).fillna(0).astype(int),
            visits=codes.map(in_cells["visits"]).fillna(0).astype(int),
            problems=codes.map(in_cells["problems"]).fillna(0).astype(int),
        )
        if self.period.cells is not None:
            counted = counted[counted["code"].isin(set(self.period.cells))]
        wanted = self.asked.township
        return counted[counted["township_code"] == wanted] if wanted else counted

    @cached_property
    def areas(self) -> DataFrame:
        """The cells, or the townships where the view is by township, with their class `band`."""
        areas = self.plan_cells
        if self.asked.unit == "township":
            names = ["township_code", "township_name"]
            areas = areas.groupby(names, as_index=False)[COUNTS].sum()
            areas = areas.assign(code=areas["township_code"], name=areas["township_name"], leads="")
        return areas.assign(band=bands(self.asked.measure, areas, self.asked.least))

    def count(self, name: str) -> int:
        """Return how many rows a set has; `name` is one of `SETS`."""
        return int(SETS[name].counted(self)["n"].sum())

    def by_township(self, name: str) -> dict[str, int]:
        """Return how many rows of a set each township has."""
        counted = SETS[name].counted(self).groupby("township_code")["n"].sum()
        return {str(code): int(n) for code, n in counted.items()}

    def page(self, name: str, *, limit: int, offset: int) -> tuple[DataFrame, int]:
        """Return some of a set's rows, and how many there are."""
        known = SETS[name]
        if known.kind == EVENTS:
            return (
                ledger.list_events(self.session, self.period, name, limit=limit, offset=offset),
                ledger.count_events(self.session, self.period, name),
            )
        if known.kind == ENTERPRISES:
            return self.enterprises(known.wanted, limit=limit, offset=offset)
        rows = known.areas(self)
        return rows.iloc[offset : offset + limit], len(rows)

    def enterprises(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[DataFrame, int]:
        """Return some of the enterprises wanted, and how many there are."""
        return (
            ledger.list_enterprises(self.session, self.period, wanted, limit=limit, offset=offset),
            ledger.count_enterprises(self.session, self.period, wanted),
        )


Counted = Callable[[Figures], DataFrame]
EVERYONE: Final = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSet:
    """A set of rows with its name in the two languages, how it is counted and how it is listed.

    Attributes:
        counted: township_code and n.
        wanted: For enterprises: which.
        areas: For areas: their rows.
    """

    kind: str
    zh: str
    en: str
    counted: Counted
    wanted: Wanted = EVERYONE
    areas: Counted = lambda given: given.plan_cells


def _events(zh: str, en: str, column: str, *, in_no_cell: bool = False) -> FigureSet:
    def counted(given: Figures) -> DataFrame:
        rows = given.visits
        rows = rows[rows["cell_code"].isna()] if in_no_cell else rows
        return rows.assign(n=rows[column])

    return FigureSet(kind=EVENTS, zh=zh, en=en, counted=counted)


def _enterprises(zh: str, en: str, wanted: Wanted) -> FigureSet:
    def counted(given: Figures) -> DataFrame:
        rows = given.register
        for name in ("kind", "is_active", "is_short"):
            if (value := getattr(wanted, name)) is not None:
                rows = rows[rows[name] == value]
        return rows.assign(n=rows["enterprises"])

    return FigureSet(kind=ENTERPRISES, zh=zh, en=en, counted=counted, wanted=wanted)


def _batch(zh: str, en: str, batch: Batch, *, is_done: bool | None) -> FigureSet:
    def counted(given: Figures) -> DataFrame:
        rows = given.batches
        rows = rows[rows["batch"] == batch]
        rows = rows if is_done is None else rows[rows["is_done"] == is_done]
        return rows.assign(n=rows["enterprises"])

    wanted = Wanted(batch=str(batch), is_done=is_done)
    return FigureSet(kind=ENTERPRISES, zh=zh, en=en, counted=counted, wanted=wanted)


def _areas(zh: str, en: str, areas: Counted) -> FigureSet:
    def counted(given: Figures) -> DataFrame:
        return areas(given).assign(n=1)

    return FigureSet(kind=AREAS, zh=zh, en=en, counted=counted, areas=areas)


def _with_work(given: Figures) -> DataFrame:
    cells = given.plan_cells
    return cells[(cells["enterprises"] > 0) | (cells["visits"] > 0)]


def _blind(given: Figures) -> DataFrame:
    found = _with_work(given)
    return found[found["visits"] < MINIMUM_VISITS]


def _led(given: Figures) -> DataFrame:
    return given.plan_cells[given.plan_cells["leads"] != ""]


def _unled(given: Figures) -> DataFrame:
    return given.plan_cells[given.plan_cells["leads"] == ""]


def _batches() -> dict[str, FigureSet]:
    sets = {}
    for batch, (zh, en) in BATCHES.items():
        sets[str(batch)] = _batch(zh, en, batch, is_done=None)
        sets[f"{batch}_done"] = _batch(f"{zh}（已完成）", f"{en}, done", batch, is_done=True)
    return sets


SETS: Final[dict[str, FigureSet]] = {
    "visits": _events("检查与抽检", "Visits and sample tests", "visits"),
    "problems": _events("发现问题的检查", "Visits with a problem", "problems"),
    "unplaced": _events(
        "未落格企业的检查", "Visits to enterprises in no cell", "visits", in_no_cell=True
    ),
    "samples": _events("抽检", "Sample tests", "samples"),
    "failed": _events("抽检不合格", "Failed sample tests", "failed"),
    "register": _enterprises("登记企业", "Enterprises", EVERYONE),
    "working": _enterprises("在营企业", "Working enterprises", Wanted(is_active=True)),
    "producers": _enterprises("生产企业", "Producers", Wanted(kind="producer", is_active=True)),
    "unlicensed": _enterprises(
        "缺证或过期的生产企业",
        "Producers short of a licence",
        Wanted(kind="producer", is_active=True, is_short=True),
    ),
    **_batches(),
    "cells": _areas("网格", "Cells", lambda given: given.plan_cells),
    "led": _areas("有责任人的网格", "Cells with a lead", _led),
    "unled": _areas("无责任人的网格", "Cells without a lead", _unled),
    "work": _areas("有企业的网格", "Cells with enterprises", _with_work),
    "blind": _areas("盲区网格", "Blind cells", _blind),
    "areas": _areas("分级", "Class", lambda given: given.areas),
}
