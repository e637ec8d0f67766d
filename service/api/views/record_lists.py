"""The rows behind a number: records, enterprises or cells, exactly those that it counts."""

from dataclasses import dataclass
from typing import Any

from pandas import DataFrame

from maps.hotspot_classes import classes_of
from service.api.dependencies import Scope
from service.api.views.asked import ALL, Asked, Choices, Raw, resolve
from service.api.views.chances import CHANCES, Expectation, expectation_of
from service.api.views.cluster_lists import CLUSTER_SETS, members_of
from service.api.views.county_facts import choices_of, figures_of
from service.api.views.empty_lists import Emptiness, why_empty
from service.api.views.figures import ENTERPRISES, SETS, Figures
from service.api.views.planner_lists import PLANNER_SETS, TARGETS, Whose, cell_rows, target_rows
from service.api.views.rows import plain_rows
from service.database import cluster_frames, enterprises, ledger
from service.domain.errors import NotFoundError

PER_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which number was followed.

    Attributes:
        name: One of `figures.SETS` or `CLUSTER_SETS`.
        band: For `areas`: the class of the legend.
        cluster: For the sets of a cluster: its key.
        hint: For the sets of a hint: its position in the cluster's list, from 1.
        cell: Only what belongs to this cell.
        officer: For the sets of an officer: who.
        offset: Rows to skip.
    """

    name: str
    band: int | None = None
    cluster: int | None = None
    hint: int | None = None
    cell: str | None = None
    officer: int | None = None
    offset: int = 0

    def query(self) -> dict[str, object]:
        """Return the address's parameters beside the filters; None for those left out."""
        return {
            "set": self.name,
            "band": self.band,
            "cluster": self.cluster,
            "hint": self.hint,
            "cell": self.cell,
            "officer": self.officer,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of rows, what they are, and how many there are in all.

    Attributes:
        number: Of the cluster that people own, where the rows are those of one.
        expectation: Where the rows are chances: their strata and sum.
        sum_of: Column whose sum the number is, with that sum; None where rows are counted.
        empty: Why there is no row.
    """

    kind: str
    title: tuple[str, str]
    rows: list[dict[str, Any]]
    total: int
    asked: Asked
    choices: Choices
    number: int | None
    offset: int
    next_offset: int | None
    expectation: Expectation | None = None
    sum_of: tuple[str, float] | None = None
    empty: Emptiness | None = None


def listing(scope: Scope, raw: Raw, wanted: Wanted) -> Listing:
    """Return the rows behind a number.

    Raises:
        NotFoundError: There is no such set, class or cluster, or no plan in force.
    """
    choices = choices_of(scope)
    if wanted.name in CLUSTER_SETS:
        behind = _behind_a_cluster(scope, wanted, choices)
    elif wanted.name in PLANNER_SETS:
        behind = _behind_the_desk(scope, wanted, choices)
    else:
        behind = _behind_a_figure(scope, raw, wanted, choices)
    end = wanted.offset + PER_PAGE
    return Listing(
        kind=behind.kind,
        title=behind.title,
        rows=_rows(_with_licences(scope, behind), choices),
        total=behind.total,
        asked=behind.asked,
        choices=choices,
        number=behind.number,
        offset=wanted.offset,
        next_offset=end if end < behind.total else None,
        expectation=behind.expectation,
        sum_of=behind.sum_of,
        empty=behind.empty,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """The rows of a page behind a number, how many there are, and what a listing says of them."""

    kind: str
    title: tuple[str, str]
    found: DataFrame
    total: int
    asked: Asked
    number: int | None = None
    expectation: Expectation | None = None
    sum_of: tuple[str, float] | None = None
    empty: Emptiness | None = None


def _behind_a_cluster(scope: Scope, wanted: Wanted, choices: Choices) -> _Behind:
    # A cluster was found over all its enterprises, whatever the view is narrowed to.
    asked = resolve(Raw(product=ALL), choices)
    kind, zh, en = CLUSTER_SETS[wanted.name]
    own = cluster_frames.row(scope.session, scope.code, scope.on, wanted.cluster or 0)
    if kind == CHANCES:
        made = expectation_of(scope, wanted.cluster or 0)
        return _Behind(
            kind=kind,
            title=(zh, en),
            found=_page(made.rows, wanted),
            total=len(made.rows),
            asked=asked,
            number=own["object_id"],
            expectation=made,
        )
    found, total = _of_cluster(scope, figures_of(scope, asked), wanted, own)
    return _Behind(
        kind=kind, title=(zh, en), found=found, total=total, asked=asked, number=own["object_id"]
    )


def _behind_a_figure(scope: Scope, raw: Raw, wanted: Wanted, choices: Choices) -> _Behind:
    if wanted.name not in SETS:
        raise NotFoundError(f"there is no list {wanted.name!r}; known: {', '.join(SETS)}")
    asked = resolve(raw, choices)
    known, figures = SETS[wanted.name], figures_of(scope, asked, cell=wanted.cell)
    title = known.zh, known.en
    if wanted.band is None:
        found, total = figures.page(wanted.name, limit=PER_PAGE, offset=wanted.offset)
    else:
        title = _band_title(asked, wanted.band)
        rows = figures.areas[figures.areas["band"] == wanted.band]
        rows = rows if wanted.name == "areas" else rows.iloc[:0]
        found, total = _page(rows, wanted), len(rows)
    empty = None
    if not total:
        empty = why_empty(figures, wanted.name, is_class=wanted.band is not None)
    return _Behind(kind=known.kind, title=title, found=found, total=total, asked=asked, empty=empty)


def _behind_the_desk(scope: Scope, wanted: Wanted, choices: Choices) -> _Behind:
    # Cells, officers and targets are of all products.
    asked = resolve(Raw(product=ALL), choices)
    kind, zh, en = PLANNER_SETS[wanted.name]
    whose = Whose(cell=wanted.cell, officer=wanted.officer)
    if kind == TARGETS:
        rows = target_rows(scope, wanted.name, whose)
    else:
        rows = cell_rows(scope, figures_of(scope, asked), wanted.name, whose)
    is_sum = wanted.name == "officer_load"
    return _Behind(
        kind=kind,
        title=(zh, en),
        found=_page(rows, wanted),
        total=len(rows),
        asked=asked,
        sum_of=("per_month", float(rows["per_month"].sum())) if is_sum else None,
    )


def _page(rows: DataFrame, wanted: Wanted) -> DataFrame:
    return rows.iloc[wanted.offset : wanted.offset + PER_PAGE]


def _with_licences(scope: Scope, behind: _Behind) -> DataFrame:
    """Add what each producer of the page lacks; the rule is that of gap G16."""
    found = behind.found
    if behind.kind != ENTERPRISES:
        return found
    short = [int(one) for one in found.loc[found["is_short"].astype(bool), "enterprise_id"]]
    lacked = enterprises.licences_lacked(scope.session, scope.code, scope.on, short)
    texts = [lacked.get(int(one), ("", "")) for one in found["enterprise_id"]]
    return found.assign(short_zh=[zh for zh, _ in texts], short_en=[en for _, en in texts])


def _band_title(asked: Asked, band: int) -> tuple[str, str]:
    classes = classes_of(asked.measure, asked.least)
    if not 0 <= band < len(classes):
        raise NotFoundError(f"the legend has no class {band}; it has 0 to {len(classes) - 1}")
    label = classes[band].label
    places = ("乡镇", "Townships") if asked.unit == "township" else ("网格", "Cells")
    return f"{places[0]}：{label.zh}", f"{places[1]}: {label.en or label.zh}"


def _of_cluster(
    scope: Scope, figures: Figures, wanted: Wanted, own: dict[str, Any]
) -> tuple[DataFrame, int]:
    if wanted.name == "cluster_cells":
        cells = figures.plan_cells
        rows = cells[cells["code"].isin(own["cell_codes"])]
        return _page(rows, wanted), len(rows)
    ids = members_of(scope, wanted.name, own, cluster=wanted.cluster or 0, hint=wanted.hint)
    those = ledger.Wanted(ids=[int(one) for one in ids])
    return figures.enterprises(those, limit=PER_PAGE, offset=wanted.offset)


def _rows(shown: DataFrame, choices: Choices) -> list[dict[str, Any]]:
    return [
        {**row, "township": choices.townships.get(str(row.get("township_code")), "")}
        for row in plain_rows(shown)
    ]
