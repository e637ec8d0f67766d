"""Leadership's figures: what PostgreSQL counts and lists is what plain Python finds, row by row."""

from itertools import product as every

import pytest
from sqlalchemy.orm import Session

from service.api.dependencies import Scope
from service.api.views.asked import Raw, resolve
from service.api.views.county_facts import choices_of, figures_of
from service.api.views.figures import SETS, Figures
from service.database import counties, enterprises
from service.domain.scoring_licences import examine, names_en, names_zh
from tests.factories import COUNTY, EAST, TODAY, WEST
from tests.plain_ledger import ENTERPRISE_SETS, EVENT_SETS, PlainLedger, plain_ledger
from tests.random_county import RandomCounty, make_random_county

_WEEKS = ((None, None), ("2012-W09", None), ("2012-W14", None), ("2012-W14", "week"))
_VIEWS = [
    Raw(product=product, township=township, risk_class=risk, week=week, span=span)
    for product, township, risk, (week, span) in every(
        ("all", "baijiu"), (None, WEST, EAST), (None, "4"), _WEEKS
    )
]


@pytest.fixture(params=[1, 2])
def county(session: Session, request: pytest.FixtureRequest) -> RandomCounty:
    """Return a county of the seed."""
    return make_random_county(session, seed=request.param)


def _scope(county: RandomCounty) -> Scope:
    return Scope(county.session, counties.get(county.session, COUNTY), TODAY)


def _both(county: RandomCounty, view: Raw) -> tuple[Figures, PlainLedger]:
    scope = _scope(county)
    figures = figures_of(scope, resolve(view, choices_of(scope)))
    return figures, plain_ledger(county.session, figures.period, county.plan_id)


def _listed(figures: Figures, name: str, key: str) -> list[int]:
    """Return the rows of a set by their number, a small page after another."""
    found: list[int] = []
    while True:
        page, total = figures.page(name, limit=37, offset=len(found))
        found += [int(one) for one in page[key]]
        if page.empty:
            assert len(found) == total
            return found


def test_every_figure_of_every_view_is_the_plain_count(county: RandomCounty) -> None:
    seen = 0
    for view in _VIEWS:
        figures, plain = _both(county, view)
        for name in (*EVENT_SETS, *ENTERPRISE_SETS):
            rows = plain.rows(name)
            assert figures.count(name) == len(rows), (view, name)
            by_township = {code: n for code, n in figures.by_township(name).items() if n}
            assert by_township == rows["township_code"].value_counts().to_dict(), (view, name)
            seen += len(rows)
    assert seen > 5_000


def test_every_figure_lists_exactly_the_rows_that_it_counts(county: RandomCounty) -> None:
    for view in _VIEWS[::5]:
        figures, plain = _both(county, view)
        for name in EVENT_SETS:
            assert _listed(figures, name, "event_id") == list(plain.rows(name)["event_id"])
        for name in ENTERPRISE_SETS:
            rows = plain.rows(name)
            assert _listed(figures, name, "enterprise_id") == list(rows["enterprise_id"])


def test_cells_count_what_lies_in_them(county: RandomCounty) -> None:
    figures, plain = _both(county, Raw(product="all"))
    seen = plain.rows("visits").groupby("cell_code")["is_problem"].agg(["size", "sum"])
    firms = plain.register.groupby("cell_code").size()

    cells = figures.plan_cells.set_index("code")

    assert len(cells) == 8
    assert cells["enterprises"].to_dict() == firms.reindex(cells.index, fill_value=0).to_dict()
    for ours, theirs in (("visits", "size"), ("problems", "sum")):
        assert cells[ours].to_dict() == seen[theirs].reindex(cells.index, fill_value=0).to_dict()
    assert figures.count("work") <= figures.count("cells") == len(cells)
    assert set(SETS) >= {*EVENT_SETS, *ENTERPRISE_SETS, "blind", "led", "unled", "areas"}


def test_a_list_says_what_each_producer_lacks(county: RandomCounty) -> None:
    figures, plain = _both(county, Raw(product="all"))
    short = plain.rows("unlicensed")
    held = enterprises.licences_held(county.session, COUNTY, TODAY)

    lacked = enterprises.licences_lacked(
        county.session, COUNTY, TODAY, [int(one) for one in short["enterprise_id"]]
    )

    assert len(lacked) == len(short) == figures.count("unlicensed") > 20
    for one, product, facts in zip(
        short["enterprise_id"], short["product"], short["attributes"], strict=True
    ):
        found = examine("producer", product, facts, held.get(one, ()), on=TODAY)
        kinds = [*found.missing, *(kind for kind, _ in found.expired)]
        assert lacked[one] == (names_zh(kinds), names_en(kinds))
