"""Leadership's page: figures are what records say, and nonsense in the address is answered."""

from datetime import date
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.dependencies import request_session
from service.workflows.find_clusters import ClusterOptions, find_clusters
from tests.factories import COUNTY, WEST
from tests.web import settings

BROWSER = {"accept": "text/html"}


class _Links(HTMLParser):
    """Reads the total that a page of records states."""

    def __init__(self) -> None:
        super().__init__()
        self.total: int | None = None

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("data-total") is not None:
            self.total = int(str(found["data-total"]))


def _read(client: TestClient, address: str) -> _Links:
    answer = client.get(address)
    assert answer.status_code == 200, address
    links = _Links()
    links.feed(answer.text)
    return links


def test_records_list_as_many_rows_as_they_state(client: TestClient) -> None:
    text = client.get("/records?set=samples&product=all").text

    assert 'data-total="120"' in text
    assert text.count("<tr>") == 121  # with the heading


def test_the_rate_is_what_its_records_say(client: TestClient) -> None:
    samples = _read(client, "/records?set=samples&product=baijiu").total
    failed = _read(client, "/records?set=failed&product=baijiu").total

    assert samples
    assert failed is not None
    assert f"{100 * (1 - failed / samples):.1f}%" in client.get("/").text


def test_a_week_counts_what_happened_up_to_it_and_alone_what_happened_in_it(
    client: TestClient,
) -> None:
    def visits(query: str) -> int | None:
        return _read(client, f"/records?set=visits&product=all{query}").total

    # Each of 40 enterprises was tested on 3, 10 and 17 April.
    assert visits("&week=2012-W15") == 80
    assert visits("&week=2012-W15&span=week") == 40
    assert visits("&week=2012-W13") == 0
    assert visits("") == 120


def test_a_township_with_fewer_than_five_samples_is_not_judged(client: TestClient) -> None:
    text = client.get(f"/?product=cement&week=2012-W14&township={WEST}").text

    assert "n&lt;5 不评价" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("product=wine", "没有产品“wine”"),
        ("township=999", "没有乡镇“999”"),
        ("week=2099-W01", "不在统计的周内"),
        ("week=nonsense", "不在统计的周内"),
        ("measure=colour", "没有图层“colour”"),
        ("class=9", "没有风险等级“9”"),
        ("unit=house", "没有单元“house”"),
    ],
)
def test_what_does_not_exist_is_said_and_the_page_shown(
    client: TestClient, query: str, said: str
) -> None:
    for path in ("/", "/records"):
        answer = client.get(f"{path}?{query}")

        assert answer.status_code == 200
        assert said in answer.text


def test_a_hostile_filter_is_shown_as_text(client: TestClient) -> None:
    text = client.get("/", params={"product": "<img src=x onerror=alert(1)>${7*7}{{7*7}}"}).text

    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;${7*7}{{7*7}}" in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?on=2011-01-01", 200),  # no analysis: the page names the command
        ("/records?on=2011-01-01", 404),  # no plan in force
        ("/?on=abc", 422),
        ("/records?set=nothing", 404),
        ("/records?set=areas&band=35", 404),
        ("/records?set=cluster_cases&cluster=99999", 404),
        ("/records?set=cluster_hint&cluster=1&hint=99", 404),
        ("/records?set=cluster_hint&cluster=1&hint=0", 422),
        ("/enterprises/999999", 404),
        ("/inspector?cell=nowhere", 404),
        ("/nowhere", 404),
    ],
)
def test_a_person_gets_a_page_that_says_what_is_the_matter(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path, headers=BROWSER)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1" in answer.text


def test_the_proposal_for_publication_names_no_person_and_no_address(client: TestClient) -> None:
    text = client.get("/exposure?product=all").text

    assert "未经批准" in text
    assert "负责人" not in text
    assert "酒厂0" not in text  # its failed tests are not closed
    assert "西乡" in text  # its whole interval lies below the goal


def test_townships_beyond_chance_are_listed_apart_from_the_scan(client: TestClient) -> None:
    town = next(
        one
        for one in client.get("/api/v1/clusters/objects").json()["items"]
        if one["kind"] == "township"
    )
    address = f"/clusters/{town['object_id']}"

    assert address in client.get("/?product=baijiu").text
    assert address not in client.get("/?product=cement").text


def test_rows_of_a_cluster_lead_back_to_its_page(client: TestClient) -> None:
    town = client.get("/api/v1/clusters/objects").json()["items"][0]
    listed = client.get(f"/records?set=cluster_unresolved&cluster={town['cluster_id']}").text

    assert f'href="/clusters/{town["object_id"]}"' in listed
    assert f'data-total="{len(town["unresolved_ids"])}"' in listed


def test_a_past_week_shows_the_figures_of_its_own_run_and_says_so(
    county_engine: Engine, client: TestClient
) -> None:
    earlier = date(2012, 4, 15)  # the Sunday of 2012-W15
    assert "属于截至 2012-05-06 的分析" in client.get("/?product=baijiu&week=2012-W15").text
    with county_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            options = ClusterOptions(replications=49, variants=0, seed=7)
            find_clusters(session, COUNTY, on=earlier, options=options)
            session.commit()
        app = create_app(settings(), county_engine)
        app.dependency_overrides[request_session] = lambda: Session(
            connection, join_transaction_mode="create_savepoint"
        )
        own = TestClient(app, base_url="http://127.0.0.1")

        week = own.get("/?product=baijiu&week=2012-W15").text
        today = own.get("/?product=baijiu").text
        drawn = own.get("/api/v1/maps/hotspot").text
        outer.rollback()

    assert "是这一周 2012-04-15 那次运行的，不是今天的" in week
    assert "49 次模拟" in " ".join(week.split())
    assert 'data-focus-id="2012-W15-baijiu-baijiu-1"' in week
    assert "99 次模拟" in " ".join(today.split())
    # The map draws the same ring under the same name.
    assert '"id":"2012-W15-baijiu-baijiu-1"' in drawn


def test_without_areas_the_page_says_so_and_offers_none(client: TestClient) -> None:
    page = client.get("/?product=all").text

    assert "未载入边界带、重点区域界线" in page
    assert 'name="area"' not in page
