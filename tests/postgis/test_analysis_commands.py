"""`wangge gaps` and `wangge targets` on a county of two enterprises."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import typer
from shapely import box
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from scripts import analysis_commands
from scripts.running import Running, refusals
from service.database import counties
from tests.factories import (
    COUNTY,
    TODAY,
    make_cell,
    make_county,
    make_enterprise,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
)

CELL = "130199100200001"


@pytest.fixture(autouse=True)
def county(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    make_county(session)
    make_township(session)
    cell = make_cell(session, make_plan(session), CELL, box(114.0, 38.0, 114.4, 38.2))
    make_responsibility(session, cell, make_officer(session, "A01"))
    make_enterprise(session, "one", (114.1, 38.1))
    make_enterprise(session, "two")

    @contextmanager
    def running(county: str | None, on: datetime | None, *, commit: bool) -> Iterator[Running]:
        assert commit
        day = on.date() if on else TODAY
        with refusals():
            yield Running(session, counties.get(session, county or COUNTY), day)

    monkeypatch.setattr(analysis_commands, "running", running)


def wangge(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(analysis_commands.gaps)
    app.command()(analysis_commands.targets)
    return CliRunner().invoke(app, list(arguments))


def test_gaps_as_a_table_and_as_json() -> None:
    assert "G4" in wangge("gaps").stdout

    answer = wangge("gaps", "--format", "json", "--on", "2012-05-06")

    kinds = [each["properties"]["kind"] for each in json.loads(answer.stdout)["features"]]
    assert answer.exit_code == 0
    assert kinds.count("G6") == 1
    assert wangge("gaps", "--format", "csv").stdout.startswith("\ufeff类别,")


@pytest.mark.parametrize("whom", [("--cell", CELL), ("--officer", "A01")])
def test_targets_of_a_cell_and_of_an_officer_are_ranked_when_there_are_none(
    whom: tuple[str, str],
) -> None:
    answer = wangge("targets", *whom, "--format", "json")

    names = [each["properties"]["name"] for each in json.loads(answer.stdout)["features"]]
    assert names == ["企业one"]


def test_targets_in_every_form(tmp_path: Path) -> None:
    book = tmp_path / "list.xlsx"

    written = wangge("targets", "--cell", CELL, "--format", "xlsx", "--out", str(book))

    assert written.exit_code == 0
    assert openpyxl.load_workbook(book)["检查对象"].max_row == 2
    assert "企业one" in wangge("targets").stdout
    assert "<wpt " in wangge("targets", "--cell", CELL, "--format", "gpx").stdout
    page = wangge("targets", "--cell", CELL, "--format", "html").stdout
    assert "监管员A01" in page
    assert "<svg" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("targets", "--cell", CELL, "--officer", "A01"), "not both"),
        (("targets", "--cell", "nowhere"), "no cell nowhere"),
        (("targets", "--officer", "nobody"), "no officer nobody"),
        (("gaps", "--on", "2011-01-01"), "no plan"),
        (("gaps", "--format", "csv", "--out", "/nowhere/x.csv"), "cannot write"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(arguments: tuple[str, ...], message: str) -> None:
    answer = wangge(*arguments)

    assert answer.exit_code == 1
    assert message in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
