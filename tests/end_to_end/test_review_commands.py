"""`wangge review` and `wangge duplicates` as the office runs them, on a county of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.engine import URL
from typer.testing import CliRunner, Result

from scripts.cli import app
from service.domain.review_sheet import SHEET_HEADERS
from tests.factories import WEST
from tests.review_county import review_county

ROAD = "road_in_several_towns:road:微矿路"
OLD = "township_hint_conflict:unknown_town:老山乡"


@pytest.fixture(scope="module", autouse=True)
def database(admin_url: URL) -> Iterator[None]:
    with review_county(admin_url) as engine, pytest.MonkeyPatch.context() as patch:
        url = engine.url.render_as_string(hide_password=False)
        patch.setenv("WANGGE_DATABASE_URL", url)
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_group_is_listed_tried_decided_and_taken_back() -> None:
    decide = ("review", "accept", ROAD, "--by", "李静", "--place", f"{WEST}000")
    assert "17 rows in 3 groups" in done("review", "list")

    assert "dry run" in done(*decide, "--dry-run")
    assert "17 rows in 3 groups" in done("review", "list")
    said = done(*decide)
    assert "14 rows" in said
    assert "3 rows in 2 groups" in done("review", "list")
    number = said.split()[1].rstrip(":")
    assert "undone" in done("review", "undo", number, "--by", "王芳")

    assert "17 rows in 3 groups" in done("review", "list")
    assert "undo" in done("review", "history")


def test_an_alias_is_learnt_accepted_and_taken_back() -> None:
    first = done("review", "accept", OLD, "--by", "李静", "--place", f"{WEST}000").split()[1]
    assert "suggested" in done("review", "aliases")

    said = done("review", "alias", "town", "老山乡", WEST, "--by", "李静")
    assert "accepted" in done("review", "aliases")

    done("review", "undo", said.split()[1].rstrip(":"), "--by", "李静")
    done("review", "undo", first.rstrip(":"), "--by", "李静")


def test_a_workbook_goes_out_and_comes_back(tmp_path: Path) -> None:
    path, refused = tmp_path / "queue.xlsx", tmp_path / "refused.xlsx"
    done("review", "export", str(path))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    fields = list(SHEET_HEADERS)
    for row in range(2, sheet.max_row + 1):
        group = str(sheet.cell(row, 1).value)
        if group == "empty:none:":
            sheet.cell(row, fields.index("why") + 1).value = "实地核查"
        elif group == OLD:
            sheet.cell(row, fields.index("place") + 1).value = "没有村"
    book.save(path)

    said = done("review", "import", str(path), "--by", "办公室", "--refused", str(refused))

    assert "1 lines decided in 1 decisions, 14 left empty" in said
    assert load_workbook(refused).worksheets[0].max_row == 3


def test_a_pair_is_listed_merged_and_separated() -> None:
    listed = done("duplicates", "list")
    assert "1 pairs" in listed
    one, other = "18", "19"

    said = done("duplicates", "merge", one, other, "--by", "李静", "--take", "place")
    assert "0 pairs" in done("duplicates", "list")
    done("review", "undo", said.split()[1].rstrip(":"), "--by", "王芳")
    assert "1 pairs" in done("duplicates", "list")
    done("duplicates", "distinct", one, other, "--by", "李静")
    assert "0 pairs" in done("duplicates", "list")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("review", "accept", ROAD, "--by", "x"), 2),
        (("review", "accept", ROAD, "--by", "x", "--place", "1", "--why", "needs_visit"), 2),
        (("review", "accept", ROAD, "--place", "1"), 2),
        (("review", "accept", "nothing", "--by", "x", "--place", "1"), 1),
        (("review", "accept", ROAD, "--by", "x", "--place", "nowhere"), 1),
        (("review", "undo", "9999", "--by", "x"), 1),
        (("review", "import", "nowhere.xlsx", "--by", "x"), 1),
        (("review", "export", "/nowhere/queue.xlsx"), 1),
        (("duplicates", "merge", "1", "1", "--by", "x"), 1),
        (("duplicates", "merge", "1", "2", "--by", "x", "--take", "colour"), 1),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)

    assert result.exit_code == code
    assert "Traceback" not in result.output
    if code == 1:
        assert result.output.startswith("wangge: ")
