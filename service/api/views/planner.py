"""What the planner sees: officers and their load, gaps by kind with their smallest fix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame

from maps.gap_spots import PlaceNames, spot_of
from service.api.dependencies import Scope
from service.api.views.rows import plain_rows
from service.database import cells, gaps, officers, policies, targets, townships
from service.domain.gaps import NAMES

LISTED = 60
PER_PAGE = 100
_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """An officer with the cells that they lead and the visits a month that these require."""

    officer_id: int
    name: str
    township: str
    cells: int
    enterprises: int
    required: float
    capacity: float
    cell_codes: str

    @property
    def share(self) -> float:
        """Required visits over capacity; 1 is full."""
        return self.required / self.capacity if self.capacity > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unled:
    """A cell for which nobody answers, with what lies in it."""

    code: str
    name: str
    township: str
    enterprises: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """Some gaps, how many there are in all, and how many of each kind and severity.

    `counts` are within the severity asked for, `severities` within the kind asked for.
    """

    rows: list[dict[str, Any]]
    total: int
    counts: list[tuple[str, tuple[str, str], int]]
    severities: dict[str, int]
    offset: int
    next_offset: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything on the planner's page."""

    loads: list[Load]
    gaps: GapList
    unled: list[Unled]
    cells: int
    held: int


def desk(scope: Scope, kind: str | None, severity: str | None = None) -> Desk:
    """Return the planner's page, its gaps narrowed to a kind and severity."""
    plan_id = scope.plan_id
    held = officers.responsible_on(scope.session, scope.code, plan_id, scope.on)
    leads = held[held["duty"] == "lead"]
    every_cell = cells.of_plan(scope.session, scope.code, plan_id)
    return Desk(
        loads=_loads(scope, leads),
        gaps=gap_list(scope, kind=kind, severity=severity, limit=LISTED),
        unled=_unled(scope, every_cell, leads),
        cells=len(every_cell),
        held=int(leads["cell_code"].nunique()),
    )


def _unled(scope: Scope, every_cell: DataFrame, leads: DataFrame) -> list[Unled]:
    """Return the cells without a lead, those with the most enterprises first."""
    without = every_cell[~every_cell["code"].isin(leads["cell_code"])]
    tallies = targets.tallies(scope.session, scope.code, scope.on)
    counts = tallies.groupby("cell_code")["enterprises"].sum()
    found = [
        Unled(
            code=str(code),
            name=str(name),
            township=str(township),
            enterprises=int(counts.get(code, 0)),
        )
        for code, name, township in without[["code", "name", "township_name"]].itertuples(
            index=False, name=None
        )
    ]
    return sorted(found, key=lambda cell: (-cell.enterprises, cell.code))


def gap_list(  # noqa: PLR0913 - a question with its narrowings
    scope: Scope,
    *,
    kind: str | None = None,
    severity: str | None = None,
    township: str | None = None,
    within: Sequence[str] | None = None,
    offset: int = 0,
    limit: int = PER_PAGE,
) -> GapList:
    """Return gaps, the most severe first, of a kind, severity, township or cells if asked."""
    found = gaps.latest(scope.session, scope.code, scope.on)
    if within is not None:
        found = found[found["cell_code"].isin(set(within))]
    here = found[(found["township_code"] == township) | (township is None)]
    of_kind = (here["kind"] == kind) | (kind is None)
    of_severity = (here["severity"] == severity) | (severity is None)
    chosen = here[of_kind & of_severity]
    ranked = chosen.assign(step=chosen["severity"].map(_ORDER)).sort_values(
        ["step", "gap_id"], kind="stable"
    )
    end = offset + limit
    return GapList(
        rows=_rows(scope, ranked.iloc[offset:end]),
        total=len(ranked),
        counts=[
            (str(each), names, int(((here["kind"] == str(each)) & of_severity).sum()))
            for each, names in NAMES.items()
        ],
        severities={key: int(((here["severity"] == key) & of_kind).sum()) for key in _ORDER},
        offset=offset,
        next_offset=end if end < len(ranked) else None,
    )


def _rows(scope: Scope, shown: GeoDataFrame) -> list[dict[str, Any]]:
    names = _place_names(scope)
    kinds = {str(kind): words for kind, words in NAMES.items()}
    return [
        {
            **row,
            "name": kinds.get(str(row["kind"]), (str(row["kind"]), str(row["kind"]))),
            "place": names.townships.get(str(row["township_code"]), ""),
            "spot": spot_of(row, shape, names),
        }
        for row, shape in zip(plain_rows(shown), shown.geometry, strict=True)
    ]


def _place_names(scope: Scope) -> PlaceNames:
    every_cell = cells.of_plan(scope.session, scope.code, scope.plan_id)
    held = officers.responsible_on(scope.session, scope.code, scope.plan_id, scope.on)
    led: dict[int, list[str]] = {}
    pairs = held.loc[held["duty"] == "lead", ["officer_id", "cell_code"]].drop_duplicates()
    for officer, code in pairs.itertuples(index=False, name=None):
        led.setdefault(int(officer), []).append(str(code))
    return PlaceNames(
        cells=dict(zip(every_cell["code"].astype(str), every_cell["name"], strict=True)),
        townships=_township_names(scope),
        cells_of=led,
    )


def _township_names(scope: Scope) -> dict[str, str]:
    shapes = townships.of_county(scope.session, scope.code)
    return dict(zip(shapes["code"].astype(str), shapes["name"].astype(str), strict=True))


def _loads(scope: Scope, leads: DataFrame) -> list[Load]:
    """Return each lead's load, the fullest first; the definition is that of gap G5."""
    names = _township_names(scope)
    people = officers.of_county(scope.session, scope.code).set_index("officer_id")
    work = _required(scope)
    loads = []
    for officer_id in (int(each) for each in leads["officer_id"].unique()):
        rows = leads[leads["officer_id"] == officer_id]
        enterprises, required = work.get(officer_id, (0, 0.0))
        loads.append(
            Load(
                officer_id=officer_id,
                name=str(rows["name"].iloc[0]),
                township=names.get(str(people["township_code"].get(officer_id)), ""),
                cells=int(rows["cell_code"].nunique()),
                enterprises=enterprises,
                required=required,
                capacity=float(rows["capacity_visits_per_month"].iloc[0]),
                cell_codes=",".join(dict.fromkeys(rows["cell_code"].astype(str))),
            )
        )
    return sorted(loads, key=lambda each: (-each.share, each.name))


def _required(scope: Scope) -> dict[int, tuple[int, float]]:
    """Return enterprises and the visits a month that the policy requires, by officer."""
    policy = policies.inspection_policies(scope.session, scope.code)
    tallies = targets.tallies(scope.session, scope.code, scope.on)
    mine = tallies[tallies["officer_id"].notna() & tallies["cell_code"].notna()]
    totals: dict[int, tuple[int, float]] = {}
    for officer_id, product, risk_class, enterprises in zip(
        mine["officer_id"], mine["product"], mine["risk_class"], mine["enterprises"], strict=True
    ):
        count, visits = totals.get(int(officer_id), (0, 0.0))
        each = policy.visits_per_month(str(product), int(risk_class))
        totals[int(officer_id)] = (count + int(enterprises), visits + enterprises * each)
    return totals
