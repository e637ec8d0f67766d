"""Maps on paper over HTTP: what a page links to is printed, and nobody can keep others waiting."""

import re
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.dependencies import request_session
from service.api.paper_press import PaperPress
from service.api.routers import paper
from service.database.tables import CountyRow
from service.domain.errors import UnavailableError
from service.workflows import print_maps
from tests.factories import EAST, WEST
from tests.web import WEST_CELL, settings

_PAPER = "/api/v1/maps/hotspot/paper"


@pytest.mark.parametrize(
    "page", ["/?product=all", f"/?product=all&township={WEST}&week=2012-W15&unit=township&points=1",
             "/planner?view=gap", f"/inspector?cell={WEST_CELL}", "/inspector?officer=1",
             "/lookup"],
)  # fmt: skip
def test_every_map_of_a_page_links_to_its_paper(client: TestClient, page: str) -> None:
    text = client.get(page).text.replace("&amp;", "&")
    links = re.findall(r'href="(/api/v1/maps/\w+/paper[^"]*)"', text)

    assert [re.findall(r"format=\w+&paper=\w+", link)[0] for link in links] == [
        "format=pdf&paper=a4", "format=pdf&paper=a3", "format=png&paper=a4",
    ]  # fmt: skip
    assert client.get(links[0]).headers["content-type"] == "application/pdf"


def test_paper_shows_the_filters_of_the_address(client: TestClient) -> None:
    asked = f"{_PAPER}?format=png&product=cement"
    sheets = {
        client.get(f"{asked}{more}").content
        for more in ("", f"&township={EAST}", "&week=2012-W15", "&measure=effort", "&class=4",
                     "&unit=township", "&points=1", "&week=2012-W15&span=week", "&lang=en")
    }  # fmt: skip

    assert len(sheets) == 9


def test_a3_is_twice_a4(client: TestClient) -> None:
    areas = []
    for size in ("a4", "a3"):
        wide, tall = struct.unpack(
            ">II", client.get(f"{_PAPER}?format=png&paper={size}").content[16:24]
        )
        areas.append(wide * tall)

    assert areas[1] / areas[0] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("format=svg", 422, "format"),
        ("paper=a0", 422, "paper"),
        ("week=2099-W01", 422, "there is no week 2099-W01"),
        ("township=999", 422, "there is no township 999"),
        ("class=9", 422, "there is no risk class 9"),
        ("unit=house", 422, "not house"),
        ("product=wine", 422, "no product=wine"),
        ("audience=public&class=4", 422, "risk classes are internal"),
        ("on=2011-01-01", 404, "no analysis of clusters"),
    ],
)
def test_what_cannot_be_printed_is_said(
    client: TestClient, query: str, status: int, said: str
) -> None:
    answer = client.get(f"{_PAPER}?{query}")

    assert answer.status_code == status
    assert said in answer.text


def test_a_public_sheet_of_a_real_county_needs_its_review_number(
    county_engine: Engine,
) -> None:
    with county_engine.connect() as connection:
        outer = connection.begin()
        connection.execute(update(CountyRow).values(is_fictional=False))
        app = create_app(settings(), county_engine)
        app.dependency_overrides[request_session] = lambda: Session(
            connection, join_transaction_mode="create_savepoint"
        )
        client = TestClient(app, base_url="http://127.0.0.1")

        refused = client.get(f"{_PAPER}?audience=public")
        printed = client.get(f"{_PAPER}?audience=public&review_number=冀S(2012)001")
        outer.rollback()

    assert refused.status_code == 422
    assert "审图号" in refused.json()["detail"]
    assert printed.status_code == 200


def test_a_county_too_large_for_a_sheet_is_refused_before_it_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_maps, "MOST_ENTERPRISES", 10)

    assert "leave out the enterprises" in client.get(f"{_PAPER}?points=1").json()["detail"]
    assert client.get("/api/v1/maps/lookup/paper").status_code == 422
    assert client.get(_PAPER).status_code == 200
    monkeypatch.setattr(print_maps, "MOST_CELLS", 1)
    assert "wangge map hotspot" in client.get(_PAPER).json()["detail"]


def test_while_a_sheet_is_drawn_pages_are_answered_and_too_many_others_sent_away(
    county_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings(), county_engine)
    app.state.paper_press = PaperPress(most_waiting=1)
    drawing, may_end = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> bytes:
        drawing.set()
        assert may_end.wait(timeout=60)
        return b"%PDF"

    monkeypatch.setattr(paper, "print_within_limits", slow)
    client = TestClient(app, base_url="http://127.0.0.1")
    with ThreadPoolExecutor(2) as readers:
        first = readers.submit(client.get, _PAPER)
        assert drawing.wait(timeout=60)
        second = readers.submit(client.get, _PAPER)
        while not app.state.paper_press.is_full:
            time.sleep(0.01)

        page, third = client.get("/planner"), client.get(_PAPER)
        may_end.set()

        assert page.status_code == 200
        assert third.status_code == 503
        assert "ask again" in third.json()["detail"]
        assert [first.result().status_code, second.result().status_code] == [200, 200]
    assert client.get(_PAPER).status_code == 200


def test_whoever_waits_too_long_is_told_to_come_back() -> None:
    press = PaperPress(patience_s=0.01)
    with press.turn(), pytest.raises(UnavailableError, match="ask again"), press.turn():
        pass
    with press.turn():
        pass
