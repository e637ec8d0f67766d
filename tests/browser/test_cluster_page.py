"""The page of one cluster: its numbers open their records, a lead is agreed by its form."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import URL

from tests.browsing import WatchedPage, watched_page
from tests.web import computed_county, served


@pytest.fixture(scope="module")
def host(admin_url: URL) -> Iterator[str]:
    with computed_county(admin_url) as engine, served(engine) as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        yield page


def _assert_numbers_open_their_records(page: Page, host: str) -> None:
    """Follow every number of the page shown."""
    links = [
        (link.get_attribute("href") or "", int(link.get_attribute("data-n") or 0))
        for link in page.locator("main a[data-n][href^='/']").all()
    ]

    assert len(links) >= 10
    for address, number in dict(links).items():
        page.goto(f"http://{host}{address}")
        assert page.locator("tbody tr").count() == number


def test_every_number_opens_as_many_records(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/clusters/1")
    _assert_numbers_open_their_records(page, host)


def test_the_map_leads_to_every_enterprise_inside(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/clusters/1")
    points = page.locator("svg.place a")

    members = page.locator("main a[data-n]").nth(1).get_attribute("data-n")
    assert points.count() == int(members or 0) > 0
    page.goto(f"http://{host}{points.first.get_attribute('href')}")
    assert page.locator("h1").inner_text()


def test_a_lead_is_agreed_and_stays(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/clusters/1?lang=zh")
    assert "尚未商定牵头人" in page.locator("main").inner_text()

    page.get_by_label("批准人").fill("县领导小组")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/clusters/1#lead")

    told = page.locator("#lead").inner_text()
    assert "批准：县领导小组" in told
    assert "尚未商定牵头人" not in page.locator("main").inner_text()
    assert "县领导小组" in page.locator("table").last.inner_text()
    assert watched.errors == []
    assert watched.dialogs == []


def test_a_form_that_says_too_little_is_told_so(watched: WatchedPage, host: str) -> None:
    answer = watched.page.request.post(
        f"http://{host}/clusters/1/lead", form={"lead": "A01", "approved_by": " "}
    )

    assert answer.status == 422
    assert "未保存" in answer.text()


def test_a_cluster_that_does_not_exist_is_not_found(watched: WatchedPage, host: str) -> None:
    assert watched.page.request.get(f"http://{host}/clusters/999").status == 404


def township_number(watched: WatchedPage, host: str) -> int:
    listed = watched.page.request.get(f"http://{host}/api/v1/clusters/objects").json()["items"]
    (number,) = (one["object_id"] for one in listed if one["kind"] == "township")
    return int(number)


def test_a_township_has_a_page_of_the_same_kind(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/clusters/{township_number(watched, host)}?lang=zh")
    told = page.locator("main").inner_text()

    assert "乡镇 × 产品" in told
    assert "重点乡镇" in told
    assert "按全部乡镇 × 产品校正" in told
    assert page.locator("svg.place path.edge").count() == 1
    assert page.locator("svg.place a").count() == int(
        page.locator("main a[data-n]").nth(1).get_attribute("data-n") or 0
    )
    assert page.locator(".chart g").count() == 1
    assert "酒厂" in page.locator("table").first.inner_text()  # whom to visit next
    assert watched.errors == []
    assert watched.dialogs == []


def test_every_number_of_a_township_opens_as_many_records(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/clusters/{township_number(watched, host)}")
    _assert_numbers_open_their_records(page, host)


def test_a_township_s_lead_is_agreed_by_the_same_form(watched: WatchedPage, host: str) -> None:
    page = watched.page
    number = township_number(watched, host)
    page.goto(f"http://{host}/clusters/{number}?lang=zh")
    assert "尚未商定牵头人" in page.locator("main").inner_text()

    page.get_by_label("批准人").fill("县领导小组")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(f"**/clusters/{number}#lead")

    assert "批准：县领导小组" in page.locator("#lead").inner_text()
