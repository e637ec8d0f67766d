"""The one-file hotspot map: the slider moves the township table and the clusters' figures too."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from maps.hotspot import build_hotspot_map
from maps.model import HotspotInput, PastRun
from maps.publish import to_html
from service.domain.pass_rates import wilson_interval
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import make_hotspot_input
from tests.unit.maps.weekly import WEEKS, make_week_counts


@pytest.fixture(scope="module")
def given() -> HotspotInput:
    plain = make_hotspot_input()
    assert plain.clusters is not None
    first = plain.clusters.head(1).drop(columns="lead")
    run = PastRun(
        as_of=date(2012, 4, 15),
        clusters=first.assign(p=0.012, cases=7, expected=2.0, relative_risk=3.7),
    )
    none = PastRun(as_of=date(2012, 4, 22), clusters=first.iloc[:0])
    return make_hotspot_input(
        counts=make_week_counts(plain, np.random.default_rng(9)),
        past_runs={WEEKS[1]: run, WEEKS[2]: none},
    )


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def _open(watched: WatchedPage, folder: Path, given: HotspotInput, state: str) -> Page:
    path = folder / "map.html"
    path.write_text(to_html(build_hotspot_map(given)), encoding="utf-8")
    # Another anchor of the page that is shown would not load it again.
    watched.page.goto("about:blank")
    watched.page.goto(f"{path.as_uri()}#{state}")
    watched.page.wait_for_selector(".wg-legend-title")
    return watched.page


@pytest.mark.parametrize(
    ("state", "weeks", "product"),
    [
        ("product=all", range(5), None),
        ("product=baijiu&week=2012-W15", range(2), "baijiu"),
        ("product=cement&week=2012-W16&span=week", range(2, 3), "cement"),
    ],
)
def test_the_township_table_counts_the_weeks_shown(
    watched: WatchedPage,
    given: HotspotInput,
    tmp_path: Path,
    state: str,
    weeks: range,
    product: str | None,
) -> None:
    page = _open(watched, tmp_path, given, state)
    assert given.counts is not None
    assert given.counts.samples is not None
    rows = given.counts.samples
    rows = rows[rows["week"].isin(weeks) & ((rows["product"] == product) | (product is None))]
    wanted = rows.groupby("township_code")[["samples", "failed"]].sum()
    names = dict(zip(given.geography.townships["code"].astype(str),
                     given.geography.townships["name"], strict=True))  # fmt: skip

    shown = {
        line.locator("th").inner_text(): line.locator("td").all_inner_texts()
        for line in page.locator("#wg-townships tbody tr").all()
    }

    assert set(shown) == set(names.values())
    for code, name in names.items():
        samples, failed = (int(wanted[key].get(code, 0)) for key in ("samples", "failed"))
        rate = f"{100 * (samples - failed) / samples:.1f}%" if samples >= 5 else "n<5 不评价"
        assert shown[name][0] == rate
        assert shown[name][-1] == str(samples)
    first, last = (given.counts.weeks[at] for at in (weeks[0], weeks[-1]))
    assert page.locator("#wg-townships-period").inner_text() == f"{first[1]} – {last[2]}"
    assert watched.errors == []


def test_the_interval_is_the_one_of_the_domain(
    watched: WatchedPage, given: HotspotInput, tmp_path: Path
) -> None:
    page = _open(watched, tmp_path, given, "product=all")
    for passed, n in ((0, 5), (5, 5), (3, 7), (40, 50), (999, 1000)):
        assert page.evaluate(f"wangge.wilson({passed}, {n})") == pytest.approx(
            wilson_interval(passed, n), abs=1e-12
        )


def test_a_week_shows_the_figures_of_its_own_run(
    watched: WatchedPage, given: HotspotInput, tmp_path: Path
) -> None:
    page = _open(watched, tmp_path, given, "product=baijiu")
    assert page.locator(".wg-badge-holder").count() == 3
    assert "2012-05-06" in page.locator(".wg-side .wg-note:visible").first.inner_text()

    page = _open(watched, tmp_path, given, "product=baijiu&week=2012-W15")
    page.wait_for_selector(".wg-badge-holder")
    assert page.locator(".wg-badge-holder").count() == 1
    told = page.locator(".wg-side").inner_text()
    assert "3.7×" in told
    assert "p 0.012" in told
    assert "截至 2012-04-15" in told
    page.locator("[data-focus-kind=cluster]:visible").first.click()
    assert "3.7×" in page.locator(".leaflet-popup .wg-card").inner_text()

    # A run that found nothing, and a week without a run.
    page.evaluate("wangge.change({week: '2012-W16'})")
    assert page.locator(".wg-badge-holder").count() == 0
    assert "没有超出偶然的聚集区" in page.locator(".wg-side .wg-empty:visible").inner_text()
    page.evaluate("wangge.change({week: '2012-W17'})")
    assert page.locator(".wg-badge-holder").count() == 3
    assert watched.errors == []
