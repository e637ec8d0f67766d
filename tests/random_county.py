"""A small county thrown by a seed: every kind of enterprise, place, licence and record."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from shapely import Point, box
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import (
    COUNTY,
    EAST,
    TODAY,
    WEST,
    make_analysis,
    make_campaign,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_licence,
    make_location,
    make_plan,
    make_township,
    shape,
)

_KINDS = (
    "visit", "visit", "sample_test", "violation", "complaint", "media", "control_system",
)  # fmt: skip
_DISPOSITIONS = (None, None, None, "standardised", "licensed", "banned", "merged", "fined")
_STATUSES = ("active", "active", "active", "closed", "revoked", "")
_ATTRIBUTES: tuple[dict[str, object], ...] = (
    {},
    {},
    {"fertiliser_type": "　Organic\t"},
    {"fertiliser_type": "有机肥"},
    {"water": 1},
)


@dataclass(frozen=True, slots=True)
class RandomCounty:
    """A county, its plan and enterprises, and the generator that goes on changing it."""

    session: Session
    random: np.random.Generator
    plan_id: int
    ids: list[int]

    def change(self) -> None:
        """Change something that counts depend on, of one enterprise or of several."""
        one = int(self.random.choice(self.ids))
        changes = (
            self._move, self._rename, self._forget_records, self._record, self._judge,
            self._license, self._leave, self._review, self._expire,
        )  # fmt: skip
        changes[int(self.random.integers(len(changes)))](one)

    def _run(self, statement: str, one: int, **values: object) -> None:
        self.session.execute(text(statement), {"one": one, **values})

    def _move(self, one: int) -> None:
        self._run(
            "UPDATE location SET status = 'placed', level = 'village', township_code = :town,"
            " geometry = ST_SetSRID(ST_MakePoint(:lon, 38.1), 4326) WHERE enterprise_id = :one",
            one,
            lon=float(self.random.uniform(113.99, 114.41)),
            town=WEST,
        )

    def _rename(self, one: int) -> None:
        product, kind = _product(self.random), _kind(self.random)
        self._run(
            "UPDATE enterprise SET product = :product, kind = :kind WHERE id = :one",
            one,
            product=product,
            kind=kind,
        )

    def _forget_records(self, one: int) -> None:
        self._run("DELETE FROM quality_event WHERE enterprise_id = :one", one)

    def _record(self, one: int) -> None:
        _event(self.session, self.random, one)

    def _judge(self, one: int) -> None:
        other = int(self.random.choice(self.ids))
        self._run(
            "UPDATE quality_event SET enterprise_id = :other, is_problem = NOT is_problem"
            " WHERE enterprise_id = :one AND EXISTS (SELECT FROM enterprise WHERE id = :other)",
            one,
            other=other,
        )

    def _license(self, one: int) -> None:
        self._run("DELETE FROM licence WHERE enterprise_id = :one", one)
        if self.session.scalar(text("SELECT 1 FROM enterprise WHERE id = :one"), {"one": one}):
            _licences(self.session, self.random, one)

    def _leave(self, one: int) -> None:
        self._run("DELETE FROM enterprise WHERE id = :one", one)

    def _review(self, one: int) -> None:
        self._run("UPDATE location SET status = 'review' WHERE enterprise_id = :one", one)

    def _expire(self, one: int) -> None:
        self._run(
            "UPDATE licence SET expires_on = :day WHERE enterprise_id = :one",
            one,
            day=TODAY - timedelta(days=int(self.random.integers(-1, 2))),
        )


def make_random_county(session: Session, seed: int, *, enterprises: int = 150) -> RandomCounty:
    """Insert a county whose cells overlap, with records before, in and after its campaign."""
    random = np.random.default_rng(seed)
    make_county(session)
    make_campaign(session)
    make_township(session, WEST, geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    plan = make_plan(session)
    for number in range(8):
        west = 114.0 + 0.05 * number
        town = WEST if number < 4 else EAST
        ground = box(west, 38.0, west + 0.06, 38.2)
        make_cell(session, plan, f"cell{number}", ground, township_code=town)
    ids = [_enterprise(session, random, number) for number in range(enterprises)]
    analysis = make_analysis(session, "targets")
    for number in ids:
        if random.random() < 0.8:
            _target(session, analysis, number, int(random.integers(1, 5)))
    return RandomCounty(session, random, plan, ids)


def _product(random: np.random.Generator) -> str:
    return str(random.choice(["baijiu", "cement", "fertiliser", "tea"]))


def _kind(random: np.random.Generator) -> str:
    return str(random.choice(["producer", "producer", "producer", "seller", "den"]))


def _enterprise(session: Session, random: np.random.Generator, number: int) -> int:
    one = make_enterprise(
        session,
        f"r{number}",
        name=f"企业{number}",
        kind=_kind(random),
        product=_product(random),
        status=str(random.choice(_STATUSES)),
        township_code=[WEST, EAST, None][int(random.integers(3))],
        attributes=_ATTRIBUTES[int(random.integers(len(_ATTRIBUTES)))],
    )
    if random.random() < 0.9:
        lon, lat = random.uniform(113.99, 114.41), random.uniform(37.99, 38.21)
        make_location(
            session,
            one,
            status=str(random.choice(["placed", "placed", "placed", "review"])),
            level=str(random.choice(["rooftop", "road", "village", "township"])),
            township_code=[WEST, EAST, None][int(random.integers(3))],
            geometry=shape(Point(lon, lat)),
        )
    _licences(session, random, one)
    for _ in range(int(random.integers(0, 6))):
        _event(session, random, one)
    return one


def _licences(session: Session, random: np.random.Generator, one: int) -> None:
    for kind in ("business", "food_production", "discharge", "industrial_product"):
        for copy in range(int(random.integers(0, 3))):
            if random.random() < 0.75:
                ends = TODAY + timedelta(days=int(random.integers(-2, 4)))
                begun = TODAY + timedelta(days=int(random.integers(-9, 2)))
                make_licence(
                    session,
                    one,
                    kind,
                    number=f"{kind}{copy}-{random.integers(2**40)}",
                    expires_on=ends if random.random() < 0.5 else None,
                    issued_on=begun if random.random() < 0.8 else None,
                )


def _event(session: Session, random: np.random.Generator, one: int) -> None:
    if not session.scalar(text("SELECT 1 FROM enterprise WHERE id = :one"), {"one": one}):
        return
    day = date(2012, 2, 20) + timedelta(days=int(random.integers(0, 90)))
    closed = day + timedelta(days=int(random.integers(0, 30)))
    make_event(
        session,
        one,
        day,
        kind=str(random.choice(_KINDS)),
        is_problem=bool(random.random() < 0.4),
        disposition=_DISPOSITIONS[int(random.integers(len(_DISPOSITIONS)))],
        closed_on=closed if random.random() < 0.5 else None,
    )


def _target(session: Session, analysis: object, one: int, risk_class: int) -> None:
    session.execute(
        text(
            "INSERT INTO target (county_code, analysis_id, enterprise_id, rank_in_cell,"
            " rank_in_county, score, risk_class, check_zh, check_en, reasons)"
            " VALUES (:county, :analysis, :one, 1, 1, 1, :risk_class, '', '', '[]')"
        ),
        {"county": COUNTY, "analysis": analysis, "one": one, "risk_class": risk_class},
    )
