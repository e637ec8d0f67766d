"""The one-file map of any file's clusters in Chromium, with the network blocked."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from typer.testing import CliRunner

from scripts.cli import app
from tests.browsing import WatchedPage, watched_page

_ATTACK = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>${alert(3)}{{ 7*7*1234567 }}"
)


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def units(tmp_path: Path) -> Path:
    """Return units in a plane; those in the lower left corner are often ill."""
    rng = np.random.default_rng(4)
    lines = ["name\te\tn\till\tunits\tday"]
    for number, (x, y) in enumerate(rng.random((200, 2)) * 9_000):
        ill = rng.binomial(1, 0.8 if x + y < 4_000 else 0.05)
        name = f"{_ATTACK}{number}"
        day = f"2012-{number % 12 + 1:02d}-03"
        lines.append(f"{name}\t{500_000 + x:.1f}\t{4_200_000 + y:.1f}\t{ill}\t1\t{day}")
    file = tmp_path / "units & <b>more.tsv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


COLUMNS = ("--x", "e", "--y", "n", "--id", "name", "--cases", "ill", "--replications", "99")


@pytest.mark.parametrize(
    "options",
    [
        ("--population", "units", "--model", "bernoulli"),
        ("--population", "units", "--model", "bernoulli", "--window", "ellipse", "--epsg", "4547"),
        ("--model", "space-time", "--time", "day", "--time-unit", "month"),
    ],
)
def test_the_map_asks_nobody_runs_no_text_and_lists_its_clusters(
    tmp_path: Path, watched: WatchedPage, options: tuple[str, ...]
) -> None:
    page_file = tmp_path / "map.html"
    asked = [
        "clusters",
        "--file",
        str(units(tmp_path)),
        *COLUMNS,
        *options,
        "--map",
        str(page_file),
    ]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output

    page = watched.page
    page.goto(page_file.as_uri())
    page.locator("[data-focus-id='1']").click()
    page.locator(".leaflet-popup .wg-card-title", has_text="聚集区 1").wait_for()
    page.locator("[data-do=language]").click()
    page.locator(".wg-item-title .en", has_text="Cluster 1").first.wait_for()
    assert page.title() == "units & <b>more.tsv: clusters"
    assert "alert(1)" in page.locator(".wg-item-own").first.inner_text()
    scale = page.locator(".leaflet-control-scale").is_visible()
    assert scale == ("--epsg" in options)
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []


def test_a_click_on_a_place_shows_its_counts(tmp_path: Path, watched: WatchedPage) -> None:
    file = tmp_path / "two.csv"
    file.write_text("x,y,ill,people\n0,0,7,100\n1,0,1,100\n0,1,1,100\n", encoding="utf-8")
    page_file = tmp_path / "map.html"
    asked = ["clusters", "--file", str(file), "--x", "x", "--y", "y", "--cases", "ill",
             "--population", "people", "--replications", "9", "--format", "map",
             "--out", str(page_file)]  # fmt: skip
    assert CliRunner().invoke(app, asked).exit_code == 0
    page = watched.page
    page.goto(page_file.as_uri())
    page.wait_for_function("window.wangge.current !== undefined")
    spot = page.evaluate(
        "(() => { const map = wangge.current, b = map.wanggeHome, p = map.latLngToContainerPoint("
        "L.latLng(-0.5, 0.5)), r = map.getContainer().getBoundingClientRect();"
        "return [r.left + p.x, r.top + p.y]; })()"
    )
    page.mouse.click(*spot)
    card = page.locator(".leaflet-popup .wg-card")
    card.wait_for()
    assert "期望的 <0.5 倍" in card.inner_text()
    assert "1, 0" in card.inner_text()


def test_the_map_goes_on_paper_too(tmp_path: Path) -> None:
    sheet = tmp_path / "map.pdf"
    asked = ["clusters", "--file", str(units(tmp_path)), *COLUMNS, "--population", "units"]
    asked += ["--model", "bernoulli", "--map", str(sheet), "--out", str(tmp_path / "x.txt")]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert sheet.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("options", "legend", "title"),
    [
        (("--method", "local-moran", "--neighbours", "6"), "高高：自身高，周围也高", "高高"),
        (("--method", "getis-ord-star", "--band-km", "1"), "热点：一片都高", "热点"),
        (("--method", "dbscan", "--eps-km", "0.8", "--min-samples", "5"), "颜色只为区分", "密集区"),
    ],
)
def test_local_statistics_and_crowds_have_a_map_of_their_own(
    tmp_path: Path, watched: WatchedPage, options: tuple[str, ...], legend: str, title: str
) -> None:
    page_file = tmp_path / "map.html"
    columns = COLUMNS[:-2]  # replications belong to a scan
    asked = ["clusters", "--file", str(units(tmp_path)), *columns, "--population", "units"]
    asked += [*options, "--epsg", "4547", "--map", str(page_file), "--out", str(tmp_path / "t.txt")]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output

    page = watched.page
    page.goto(page_file.as_uri())
    page.locator("[data-focus-id='1']").click()
    page.locator(".leaflet-popup .wg-card-title", has_text=title).wait_for()
    told = page.locator(".wg-legend", has_text="n=").inner_text()
    assert legend in told
    assert "n=200 处" in told
    page.locator("[data-do=language]").click()
    page.locator(".wg-legend .en", has_text="n=200 places").first.wait_for()
    assert "alert(1)" in page.locator(".wg-item-own").first.inner_text()
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []
