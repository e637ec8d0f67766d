"""Areas as a filter: in the address, in every number and the rows behind it, and compared."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from shapely import box
from sqlalchemy import URL
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.domain.pass_rates import wilson_interval
from service.workflows.find_gaps import find_gaps
from tests.factories import COUNTY, EAST, TODAY, WEST, make_area
from tests.web import EAST_CELL, WEST_CELL, computed_county, settings

_VIEWS = (
    "/?product=all&area=west", "/?product=all&area=west&side=outside",
    "/?product=baijiu&area=west&measure=blind&unit=township",
    f"/?product=all&area=west&township={EAST}", "/?product=all&area=west&week=2012-W15&span=week",
)  # fmt: skip


class _Links(HTMLParser):
    """Collects the numbers that are links, and the total that a page of records states."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, int] = {}
        self.total: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        address = str(found.get("href"))
        if tag == "a" and found.get("data-n") and address.startswith(("/records", "/gaps")):
            self.numbers[address] = int(str(found["data-n"]))
        if found.get("data-total") is not None:
            self.total = int(str(found["data-total"]))


def read_links(client: TestClient, address: str) -> _Links:
    answer = client.get(address)
    assert answer.status_code == 200, address
    links = _Links()
    links.feed(answer.text)
    return links


@pytest.fixture(scope="module")
def client(admin_url: URL) -> Iterator[TestClient]:
    with computed_county(admin_url) as engine:
        with Session(engine) as session:
            # A little of the eastern cell too: less than half is none of it.
            make_area(session, "west", box(114.0, 38.0, 114.25, 38.2), name="西界", buffer_m=3000)
            make_area(session, "key", box(114.2, 38.0, 114.4, 38.2), name="东片", kind="key")
            find_gaps(session, COUNTY, on=TODAY)
            session.commit()
        yield TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")


def test_areas_are_listed_with_their_cells(client: TestClient) -> None:
    listed = client.get("/api/v1/areas").json()
    shapes = client.get("/api/v1/areas?format=geojson").json()

    assert listed["total"] == 2
    assert {one["code"]: one["cells"] for one in listed["items"]} == {
        "west": [WEST_CELL],
        "key": [EAST_CELL],
    }
    assert {one["kind"]: one["buffer_m"] for one in listed["items"]} == {
        "border": 3000.0,
        "key": None,
    }
    assert {one["geometry"]["type"] for one in shapes["features"]} == {"MultiPolygon"}
    assert client.get("/api/v1/areas?on=1999-12-31").json()["total"] == 0


@pytest.mark.parametrize("view", _VIEWS)
def test_every_number_of_an_area_opens_exactly_its_rows(client: TestClient, view: str) -> None:
    numbers = read_links(client, view).numbers

    assert len(numbers) >= 5
    assert {address: read_links(client, address).total for address in numbers} == numbers


@pytest.mark.parametrize("name", ["visits", "failed", "working", "cells", "unlicensed"])
def test_inside_and_outside_make_up_the_county(client: TestClient, name: str) -> None:
    def total(rest: str) -> int:
        return read_links(client, f"/records?product=all&set={name}{rest}").total or 0

    assert total("&area=west") + total("&area=west&side=outside") == total("") > 0


def test_an_area_is_what_its_cells_are(client: TestClient) -> None:
    of_area = client.get("/records?set=register&product=all&area=west").text
    of_cell = client.get(f"/api/v1/enterprises?cell={WEST_CELL}&limit=100").json()

    assert f'data-total="{of_cell["total"]}"' in of_area
    for one in of_cell["items"]:
        assert f"/enterprises/{one['enterprise_id']}" in of_area


def test_the_two_sides_are_compared_with_n_and_interval(client: TestClient) -> None:
    found = client.get("/api/v1/areas/west/comparison?product=all").json()
    inside, outside = found["sides"]

    assert (inside["working"], inside["visits"], inside["problems"]) == (8, 24, 24)
    assert (outside["working"], outside["visits"], outside["problems"]) == (32, 96, 0)
    assert inside["visits_each"] == outside["visits_each"] == 3.0
    assert (inside["rate"], outside["rate"]) == (1.0, 0.0)
    assert [inside["low"], inside["high"]] == pytest.approx(list(wilson_interval(24, 24)))
    # One week with two visits is no basis for a rate.
    few = client.get("/api/v1/areas/west/comparison?product=cement&week=2012-W14&span=week").json()
    assert few["sides"][0]["visits"] == 2
    assert few["sides"][0]["rate"] is few["sides"][0]["low"] is None


def test_clusters_of_an_area_are_those_that_reach_into_it(client: TestClient) -> None:
    for code, n in (("west", 1), ("key", 0)):
        page = client.get(f"/?product=all&area={code}").text
        assert f'<a href="#list-clusters" data-n="{n}">' in page


def test_the_page_says_that_areas_are_loaded(client: TestClient) -> None:
    page = client.get("/?product=all").text

    assert "未载入边界带" not in page
    assert "已载入区域 2" in page


def test_an_area_that_does_not_exist_is_said_and_the_county_shown(client: TestClient) -> None:
    page = client.get("/?product=all&area=nowhere<b>").text

    assert "没有区域“nowhere&lt;b&gt;”" in page
    assert client.get("/api/v1/areas/nowhere/comparison").status_code == 404
    answer = client.get("/api/v1/maps/hotspot/paper?area=nowhere")
    assert answer.status_code == 422
    assert "there is no area nowhere" in answer.json()["detail"]


def test_gaps_of_an_area_are_those_of_its_cells(client: TestClient) -> None:
    listed = client.get("/api/v1/gaps?limit=5000").json()["items"]
    own = [one for one in listed if one["cell_code"] == EAST_CELL]

    assert read_links(client, "/gaps?area=key").total == len(own) > 0
    assert read_links(client, f"/gaps?area=key&township={WEST}").total == 0
    outside = read_links(client, "/gaps?area=key&side=outside").total
    assert outside == len([one for one in listed if one["cell_code"] == WEST_CELL])
