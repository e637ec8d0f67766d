"""Tiles over HTTP: validators, cache, filters, and problem documents for what cannot be."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.readers import requested_reader
from service.api.tile_cache import TileCache
from service.domain.readers import Reader
from tests.factories import EAST, WEST, make_enterprise
from tests.mvt import read_tile
from tests.web import WEST_CELL, settings

# Around the failing distillery e0 at 114.1 E, 38.1 N.
TILE = "/api/v1/tiles/enterprises/12/3346/1578.mvt"
OVERVIEW = "/api/v1/tiles/enterprises/6/52/24.mvt"


@pytest.fixture
def app(county_engine: Engine) -> FastAPI:
    return create_app(settings(), county_engine)


@pytest.fixture
def mine(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1")


def _existing(client: TestClient, address: str = TILE) -> int:
    summary = read_tile(client.get(address).content)["summary"]
    return int(summary[0].properties["existing"])


def test_a_tile_is_a_vector_tile_that_a_browser_must_ask_about(mine: TestClient) -> None:
    answer = mine.get(TILE)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert answer.headers["content-encoding"] == "gzip"
    assert len(read_tile(answer.content)["enterprises"]) > 0


def test_without_gzip_the_tile_is_the_same(mine: TestClient) -> None:
    plain = mine.get(TILE, headers={"Accept-Encoding": "identity"})

    assert "content-encoding" not in plain.headers
    assert plain.content == mine.get(TILE).content


@pytest.mark.parametrize("address", [TILE, OVERVIEW, TILE.replace("enterprises", "cells")])
def test_a_tile_that_the_browser_has_is_not_sent_again(mine: TestClient, address: str) -> None:
    tag = mine.get(address).headers["etag"]

    again = mine.get(address, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag


def test_another_filter_is_another_tile(mine: TestClient) -> None:
    tags = {mine.get(f"{TILE}?{query}").headers["etag"] for query in (
        "", "product=baijiu", f"township={WEST}", "class=4", "on=2012-04-01")}  # fmt: skip

    assert len(tags) == 5
    assert mine.get(TILE).headers["etag"] == mine.get(f"{TILE}?product=all").headers["etag"]


def test_a_new_enterprise_is_on_the_next_tile(mine: TestClient, county_engine: Engine) -> None:
    first = mine.get(TILE)
    with Session(county_engine) as session:
        number = make_enterprise(session, "appears", (114.1, 38.1))
        session.commit()
    try:
        second = mine.get(TILE, headers={"If-None-Match": first.headers["etag"]})

        assert second.status_code == 200
        numbers = [one.number for one in read_tile(second.content)["enterprises"]]
        assert number in numbers
    finally:
        with Session(county_engine) as session:
            session.execute(text("DELETE FROM enterprise WHERE register_key = 'appears'"))
            session.commit()
    assert mine.get(TILE).content == first.content


def test_filters_narrow_what_exists(mine: TestClient) -> None:
    every = _existing(mine)

    by_product = [_existing(mine, f"{TILE}?product={one}") for one in ("baijiu", "cement")]
    by_township = [_existing(mine, f"{TILE}?township={one}") for one in (WEST, EAST)]
    by_class = [_existing(mine, f"{TILE}?class={one}") for one in (1, 2, 3, 4)]

    assert every == sum(by_product) == sum(by_township) == sum(by_class) == 40
    assert by_township == [8, 32]


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("enterprises/3/8/0.mvt", 422, "zoom 3 has tiles 0 to 7"),
        ("enterprises/23/0/0.mvt", 422, "z"),
        ("enterprises/-1/0/0.mvt", 422, "z"),
        ("enterprises/5/-1/0.mvt", 422, "x"),
        ("enterprises/5/9999999999999999999999/0.mvt", 422, "x"),
        ("people/5/1/1.mvt", 422, "layer"),
        ("enterprises/5/1/one.mvt", 422, "y"),
        ("enterprises/5/1/1.mvt?class=5", 422, "class"),
        ("enterprises/5/1/1.mvt?class=nan", 422, "class"),
        ("cells/5/1/1.mvt?class=3", 422, "only enterprises have a risk class"),
        ("enterprises/5/1/1.mvt?on=yesterday", 422, "on"),
        ("enterprises/5/1/1.mvt?on=2012-04-01&class=3", 404, "wangge targets --on 2012-04-01"),
        ("cells/5/1/1.mvt?on=2001-01-01", 404, "no plan"),
        ("enterprises/5/1/1.mvt?county=999999", 404, "not loaded"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_document(
    mine: TestClient, address: str, status: int, says: str
) -> None:
    answer = mine.get(f"/api/v1/tiles/{address}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_day_before_anything_happened_says_so(mine: TestClient) -> None:
    (summary,) = read_tile(mine.get(f"{OVERVIEW}?on=2001-01-01").content)["summary"]

    assert summary.properties["n"] == 40
    features = read_tile(mine.get(f"{OVERVIEW}?on=2001-01-01").content)["enterprises"]
    assert sum(int(one.properties["visits"]) for one in features) == 0


def test_a_reader_gets_the_tiles_of_their_townships_alone(app: FastAPI) -> None:
    everybody = TestClient(app, base_url="http://127.0.0.1")
    whole = everybody.get(TILE)
    app.dependency_overrides[requested_reader] = lambda: Reader(township_codes=frozenset({EAST}))

    narrow = everybody.get(TILE, headers={"If-None-Match": whole.headers["etag"]})

    assert narrow.status_code == 200  # not the tile that the cache or the browser holds
    assert _existing(everybody) == 32
    assert _existing(everybody, f"{TILE}?township={WEST}") == 0


def test_the_public_may_not_ask_for_a_class(app: FastAPI) -> None:
    app.dependency_overrides[requested_reader] = lambda: Reader(is_public=True)
    public = TestClient(app, base_url="http://127.0.0.1")

    refused = public.get(f"{TILE}?class=4")
    tile = read_tile(public.get(TILE).content)

    assert refused.status_code == 422
    assert "internal" in refused.json()["detail"]
    assert all(one.number is None for one in tile["enterprises"])
    assert all("risk_class" not in one.properties for one in tile["enterprises"])


def test_the_cache_forgets_what_was_asked_for_least_recently() -> None:
    cache = TileCache(max_bytes=3 * 1400)
    for name in "abc":
        cache.put(name, bytes(1000))
    cache.get("a")

    cache.put("d", bytes(1000))

    assert cache.get("b") is None
    assert [cache.get(name) is not None for name in "acd"] == [True, True, True]
    assert cache.size_bytes == 3 * 1400


def test_the_cache_keeps_nothing_larger_than_itself() -> None:
    cache = TileCache(max_bytes=1000)

    cache.put("small", bytes(100))
    cache.put("large", bytes(1000))
    cache.put("small", bytes(200))

    assert cache.get("large") is None
    assert cache.size_bytes == 600


def test_enterprises_are_listed_by_number_box_and_cell(mine: TestClient) -> None:
    """What the live map's cards ask for."""
    every = mine.get("/api/v1/enterprises?limit=100").json()["items"]
    first, other = every[0], every[9]

    def numbers(query: str) -> list[int]:
        answer = mine.get(f"/api/v1/enterprises?{query}")
        assert answer.status_code == 200
        return [one["enterprise_id"] for one in answer.json()["items"]]

    assert numbers(f"id={other['enterprise_id']}&id={first['enterprise_id']}") == [
        first["enterprise_id"],
        other["enterprise_id"],
    ]
    # The first eight stand 0.001 degrees apart from 114.1 E on.
    assert len(numbers("bbox=114.0995,38.09,114.1025,38.11")) == 3
    assert numbers("bbox=1,1,2,2") == []
    assert numbers(f"cell={WEST_CELL}") == [one["enterprise_id"] for one in every[:8]]


def test_a_page_of_a_list_is_that_part_of_the_whole(mine: TestClient) -> None:
    whole = mine.get("/api/v1/enterprises?limit=100&product=baijiu").json()
    part = mine.get("/api/v1/enterprises?limit=7&offset=5&product=baijiu").json()

    assert part["total"] == whole["total"] == 30
    assert part["items"] == whole["items"][5:12]


@pytest.mark.parametrize(
    "box", ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "3,0,1,1", "0,0,181,1", "0,0,1,1,1"]
)
def test_a_box_that_is_none_is_refused(mine: TestClient, box: str) -> None:
    answer = mine.get(f"/api/v1/enterprises?bbox={box}")

    assert answer.status_code == 422
    assert "bbox" in answer.json()["detail"]
