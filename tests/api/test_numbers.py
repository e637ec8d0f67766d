"""Every number of every page opens its records: exactly the rows that it counts, or its making."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest
from fastapi.testclient import TestClient

from tests.factories import EAST, WEST
from tests.web import EAST_CELL, WEST_CELL

_PAGES = (
    "/", "/?product=cement", f"/?township={WEST}&product=all", "/?product=all&class=1",
    "/?product=all&week=2012-W16&span=week", "/?product=all&unit=township&measure=blind",
    f"/?product=all&township={EAST}&unit=township",
    "/?product=all&week=2012-W15", "/planner", "/planner?kind=G16&severity=high&view=gap",
    "/gaps", f"/gaps?township={EAST}", f"/inspector?cell={WEST_CELL}",
    f"/inspector?cell={EAST_CELL}", "/inspector?officer=1", "/exposure?product=all",
    "/exposure?product=cement", "/clusters/1", "/clusters/2", "/enterprises/1", "/enterprises/20",
    "/records?set=blind&product=all", "/records?set=areas&product=all&unit=township", "/plans",
    "/records?set=cluster_expected&cluster=1",
)  # fmt: skip
_VOID = {"meta", "link", "input", "br", "img", "hr"}
# Text that counts nothing: days, weeks, kinds of gap, goals, names of the test county, attacks.
_NO_FIGURE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{4}-W\d\d|\d\d-\d\d|[≥≤<>]\s?[\d.]+\s?%?|(?:85|95)\s?%|目标 0|G\d+"
    r"|\d{9,}|酒厂\d+|聚集区 \d+|不足 ?3 ?次|3 次以上|alert\(\d\)|window\.ran=1|7\*7\*1234567"
    # A rule, a setting of the analysis, and the length of the list that the page itself is.
    r"|网格\d+|21 天|\d+ 次模拟|种子 \d+|共 \d+ 处"
)
# Rows that say something of one enterprise, gap or rule, and open it; ranks; what is printed small.
_OF_A_ROW = {"no", "sub", "fix", "gap-what", "look", "reasons", "facts", "no-plain", "where"}


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]


@dataclass
class _Page(HTMLParser):
    """Links with a count, links to a making, rows below an id, and text outside of any link."""

    counts: list[tuple[str, int]] = field(default_factory=list)
    makings: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    bare: list[str] = field(default_factory=list)
    total: int | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag == "a" and "data-n" in found:
            self.counts.append((found["href"], int(found["data-n"])))
        elif tag == "a" and "made" in found.get("class", ""):
            self.makings.append(found["href"])
        if "data-total" in found:
            self.total = int(found["data-total"])
        if tag not in _VOID:
            self._open.append(_Element(tag, found))
        is_foot = any(one.tag == "tfoot" for one in self._open)
        is_row = tag == "article" or (found.get("scope") == "row" and not is_foot)
        for name in {one.attributes["id"] for one in self._open if "id" in one.attributes}:
            self.rows[name] = self.rows.get(name, 0) + is_row

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {one.tag for one in self._open}
        classes = {name for one in self._open for name in one.attributes.get("class", "").split()}
        is_content = "main" in tags or "top" in classes
        is_plain = tags & {"a", "button", "select", "script", "svg", "code", "label", "caption"}
        if is_content and not is_plain and not classes & _OF_A_ROW:
            text = " ".join(_NO_FIGURE.sub("", data).split())
            if re.search(r"\d", text) and not self._is_cell_of_a_record():
                self.bare.append(text)

    def _is_cell_of_a_record(self) -> bool:
        """Whether it is said of one record: its row opens it."""
        tables = [one.attributes.get("id", "") for one in self._open if one.tag == "table"]
        return bool(tables) and tables[-1] in {
            "",
            "events",
            "licences",
            "units",
            "history",
            "list-plans",
        }


def _read(client: TestClient, address: str) -> _Page:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = _Page()
    page.feed(answer.text)
    return page


@pytest.mark.parametrize("path", _PAGES)
def test_every_count_opens_exactly_the_rows_that_it_counts(client: TestClient, path: str) -> None:
    page = _read(client, path)

    assert page.counts
    for address, n in dict(page.counts).items():
        place, anchor = urldefrag(address)
        counted = page.rows[anchor] if not place else _read(client, place).total
        assert counted == n, address


@pytest.mark.parametrize("path", ["/", "/?product=all", "/clusters/1", "/clusters/2"])
def test_what_counts_nothing_opens_what_it_is_made_of(client: TestClient, path: str) -> None:
    makings = set(_read(client, path).makings)

    assert makings
    for address in makings:
        place, anchor = urldefrag(address)
        opened = _read(client, place)
        assert not anchor or anchor in opened.rows, address


def test_an_expectation_is_the_sum_of_the_chances_that_it_opens(client: TestClient) -> None:
    for one in client.get("/api/v1/clusters/objects").json()["items"]:
        text = client.get(f"/records?set=cluster_expected&cluster={one['cluster_id']}").text
        chances = [float(each) for each in re.findall(r"<td>(\d\.\d\d)</td></tr>", text)]

        assert f"<b data-sum>{one['expected']:.1f}</b>" in text
        # The strata add up to it, and so do the producers: the table holds both.
        assert sum(chances) == pytest.approx(2 * one["expected"], abs=0.005 * len(chances))
        assert "该次运行存下的是" not in text


def test_a_load_is_the_sum_of_the_visits_that_it_opens(client: TestClient) -> None:
    text = client.get("/records?set=officer_load&officer=1").text
    visits = [float(each) for each in re.findall(r"<td>(\d+\.\d\d)</td>", text)]
    shown = re.search(r"<b data-sum>([\d.]+)</b>", text)

    assert len(visits) == 8
    assert shown
    assert float(shown[1]) == pytest.approx(sum(visits), abs=0.1)
    assert re.search(rf">{sum(visits):.0f}/\d+<", client.get("/planner").text)


@pytest.mark.parametrize("path", [one for one in _PAGES if "records" not in one])
def test_no_figure_stands_outside_of_a_link(client: TestClient, path: str) -> None:
    assert _read(client, path).bare == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"set=problems&product=cement&township={EAST}", "都没有发现问题"),
        (f"set=failed&product=all&township={EAST}", "全部合格"),
        ("set=failed&product=all&week=2012-W13", "0</a> 次抽检，所以这里是空的"),
        (f"set=unled&product=all&township={WEST}", "每一格都有责任人"),
        ("set=areas&band=4&product=all", "没有一处属于这一级"),
        ("set=banned&product=all", "没有一户属于这一批"),
        ("set=overdue&cell=nowhere", "没有这样的记录"),
    ],
)
def test_a_zero_says_why_there_is_nothing(client: TestClient, query: str, said: str) -> None:
    text = " ".join(client.get(f"/records?{query}").text.split())

    assert 'data-total="0"' in text
    assert said in text


def test_the_clusters_that_warn_are_open_ones_with_a_reason(client: TestClient) -> None:
    known = {
        one["object_id"]: one for one in client.get("/api/v1/clusters/objects").json()["items"]
    }
    answer = client.get("/api/v1/clusters/warnings")
    assert answer.status_code == 200
    for one in answer.json()["items"]:
        assert one["warning"] in {"red", "orange"}
        assert one["warning_zh"]
        assert one["warning_en"]
        assert known[one["object_id"]]["state"] == "open"
        assert len(one["unresolved_ids"]) >= 3
    assert answer.json()["total"] == sum(
        one["state"] == "open" and one["trend"] in {"new", "growing"}
        and len(one["unresolved_ids"]) >= 3
        for one in known.values()
    )  # fmt: skip
