"""Paper counts a view as the browser does: the same n and the same number of places in a class."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser

from maps.hotspot import build_hotspot_map
from maps.hotspot_themes import counts_by_product, hotspot_themes
from maps.model import HotspotInput
from maps.narrowed import View, narrowed
from maps.publish import to_html
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import make_hotspot_input
from tests.unit.maps.weekly import make_week_counts


@pytest.fixture(scope="module")
def given() -> HotspotInput:
    plain = make_hotspot_input()
    return make_hotspot_input(counts=make_week_counts(plain, np.random.default_rng(5)))


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def test_paper_and_browser_count_the_same(
    watched: WatchedPage, given: HotspotInput, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    path.write_text(to_html(build_hotspot_map(given)), encoding="utf-8")
    code = str(given.geography.townships["code"].iloc[1])
    views = {
        "week=2012-W18": View(week="2012-W18"),
        "week=2012-W15": View(week="2012-W15"),
        "week=2012-W14&span=week": View(week="2012-W14", is_single=True),
        f"township={code}&class=4": View(township=code, risk_class=4),
        "unit=township&week=2012-W16": View(is_by_township=True, week="2012-W16"),
        f"unit=township&township={code}": View(is_by_township=True, township=code),
    }
    page = watched.page
    for query, view in views.items():
        for measure in ("rate", "effort", "blind"):
            asked = urlencode({"product": "baijiu", "measure": measure})
            page.goto("about:blank")
            page.goto(f"{path.as_uri()}#{asked}&{query}")
            page.wait_for_selector(".wg-legend-title")
            shown = page.locator("#wg-legend .wg-legend-n").all_inner_texts()

            assert [int(n) for n in shown] == _classes(narrowed(given, view), measure), query


def _classes(shown: HotspotInput, measure: str) -> list[int]:
    """Return the number of places in each class of the legend that is listed."""
    themes = hotspot_themes(shown, counts_by_product(shown))
    wanted = {"product": "baijiu", "measure": measure}
    theme = next(one for one in themes if one.switches == wanted)
    counts = np.bincount(theme.assigned, minlength=len(theme.classes))
    return [
        int(n)
        for n, entry in zip(counts, theme.classes, strict=True)
        if entry.listed and (entry.always or n > 0)
    ]
