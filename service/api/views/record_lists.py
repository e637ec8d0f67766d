"""The rows behind a number: records, enterprises or cells, exactly those that it counts."""

from dataclasses import dataclass
from typing import Any

from pandas import DataFrame

from maps.hotspot_classes import classes_of
from service.api.dependencies import Scope
from service.api.views.asked import ALL, Asked, Choices, Raw, resolve
from service.api.views.county_facts import choices_of, figures_of
from service.api.views.figures import AREAS, ENTERPRISES, SETS, Figures
from service.api.views.rows import plain_rows
from service.database import cluster_frames, enterprises, ledger
from service.domain.errors import NotFoundError

PER_PAGE = 200
CLUSTER_SETS = {
    "cluster_members": (ENTERPRISES, "聚集区内查过的企业", "Enterprises visited in the cluster"),
    "cluster_cases": (ENTERPRISES, "聚集区内有问题的企业", "Problem enterprises in the cluster"),
    "cluster_unresolved": (
        ENTERPRISES,
        "聚集区内尚未复查合格的企业",
        "Enterprises of the cluster whose newest result is a problem",
    ),
    "cluster_hint": (
        ENTERPRISES,
        "聚集区内有共同点的问题企业",
        "Problem enterprises of the cluster that share the value",
    ),
    "cluster_hint_known": (
        ENTERPRISES,
        "聚集区内该项有登记的问题企业",
        "Problem enterprises of the cluster with that column filled",
    ),
    "cluster_cells": (AREAS, "聚集区的网格", "Cells of the cluster"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which number was followed.

    Attributes:
        name: One of `figures.SETS` or `CLUSTER_SETS`.
        band: For `areas`: the class of the legend.
        cluster: For the sets of a cluster: its key.
        hint: For the sets of a hint: its position in the cluster's list, from 1.
        offset: Rows to skip.
    """

    name: str
    band: int | None = None
    cluster: int | None = None
    hint: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of rows, what they are, and how many there are in all.

    Attributes:
        number: Of the cluster that people own, where the rows are those of one.
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


def listing(scope: Scope, raw: Raw, wanted: Wanted) -> Listing:
    """Return the rows behind a number.

    Raises:
        NotFoundError: There is no such set, class or cluster, or no plan in force.
    """
    choices = choices_of(scope)
    ask = _behind_a_cluster if wanted.name in CLUSTER_SETS else _behind_a_figure
    behind = ask(scope, raw, wanted, choices)
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


def _behind_a_cluster(scope: Scope, _: Raw, wanted: Wanted, choices: Choices) -> _Behind:
    # A cluster was found over all its enterprises, whatever the view is narrowed to.
    asked = resolve(Raw(product=ALL), choices)
    kind, zh, en = CLUSTER_SETS[wanted.name]
    own = cluster_frames.row(scope.session, scope.code, scope.on, wanted.cluster or 0)
    found, total = _of_cluster(scope, figures_of(scope, asked), wanted, own)
    return _Behind(
        kind=kind, title=(zh, en), found=found, total=total, asked=asked, number=own["object_id"]
    )


def _behind_a_figure(scope: Scope, raw: Raw, wanted: Wanted, choices: Choices) -> _Behind:
    if wanted.name not in SETS:
        raise NotFoundError(f"there is no list {wanted.name!r}; known: {', '.join(SETS)}")
    asked = resolve(raw, choices)
    known, figures = SETS[wanted.name], figures_of(scope, asked)
    title = known.zh, known.en
    if wanted.band is None:
        found, total = figures.page(wanted.name, limit=PER_PAGE, offset=wanted.offset)
    else:
        title = _band_title(asked, wanted.band)
        rows = figures.areas[figures.areas["band"] == wanted.band]
        rows = rows if wanted.name == "areas" else rows.iloc[:0]
        found, total = _page(rows, wanted), len(rows)
    return _Behind(kind=known.kind, title=title, found=found, total=total, asked=asked)


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
    if wanted.name in ("cluster_hint", "cluster_hint_known"):
        ids = _of_hint(scope, own, wanted)
    else:
        ids = own[_MEMBERS[wanted.name]]
    those = ledger.Wanted(ids=[int(one) for one in ids])
    return figures.enterprises(those, limit=PER_PAGE, offset=wanted.offset)


def _of_hint(scope: Scope, own: dict[str, Any], wanted: Wanted) -> list[int]:
    """Return the problem producers that a hint counts: with its value, or with any."""
    position = (wanted.hint or 0) - 1
    if not 0 <= position < len(own["hints"]):
        raise NotFoundError(f"the cluster has no hint {wanted.hint}; it has {len(own['hints'])}")
    hint = own["hints"][position]
    values = enterprises.attribute_values(
        scope.session, scope.code, own["problem_ids"], hint["attribute"]
    )
    if wanted.name == "cluster_hint":
        return [one for one, value in values.items() if value == hint["value"]]
    return list(values)


_MEMBERS = {
    "cluster_members": "enterprise_ids",
    "cluster_cases": "problem_ids",
    "cluster_unresolved": "unresolved_ids",
}


def _rows(shown: DataFrame, choices: Choices) -> list[dict[str, Any]]:
    return [
        {**row, "township": choices.townships.get(str(row["township_code"]), "")}
        for row in plain_rows(shown)
    ]
