"""The command line as people meet it: help everywhere, one clear line, exit codes 0, 1, 2."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from scripts.cli import COMMANDS, app, load
from service.settings import PROJECT_ROOT
from tests.conftest import temporary_database

RUNNER = CliRunner()


@pytest.fixture
def empty_database(admin_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with temporary_database(admin_url) as url:
        monkeypatch.setenv("WANGGE_DATABASE_URL", url.render_as_string(hide_password=False))
        yield


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    result = RUNNER.invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_list_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    said = (load(name).help or "").split("\n\n")[0]
    assert COMMANDS[name].help == " ".join(said.split())


def test_the_list_of_commands_imports_none_of_them() -> None:
    asked = "import sys; from scripts.cli import app; app(['--help'], standalone_mode=False); "
    told = "print([name for name in ('pandas', 'numba', 'sqlalchemy') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked + told], cwd=PROJECT_ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.rstrip().endswith("\n[]")


def test_the_commands_are_listed_in_the_order_of_the_flow() -> None:
    output = RUNNER.invoke(app, ["--help"]).output
    places = [output.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_an_unknown_command_is_wrong_usage() -> None:
    assert RUNNER.invoke(app, ["fly"]).exit_code == 2


def test_a_missing_option_is_wrong_usage() -> None:
    assert RUNNER.invoke(app, ["grid", "build"]).exit_code == 2


@pytest.mark.usefixtures("empty_database")
def test_without_a_county_one_line_says_what_to_run() -> None:
    assert RUNNER.invoke(app, ["db", "migrate"]).exit_code == 0
    result = RUNNER.invoke(app, ["gaps", "--on", "2012-05-06"])
    assert result.exit_code == 1
    assert "wangge demo" in result.output
    assert "Traceback" not in result.output


def test_clusters_of_a_file_need_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql+psycopg://nobody@/none?host=/nowhere")
    points = tmp_path / "points.csv"
    rows = [f"{x},{y},{int(x < 3 and y < 3)},1" for x in range(10) for y in range(10)]
    points.write_text("x,y,ill,people\n" + "\n".join(rows), encoding="utf-8")
    result = RUNNER.invoke(
        app,
        [
            *("clusters", "--file", str(points), "--x", "x", "--y", "y"),
            *("--cases", "ill", "--population", "people", "--model", "bernoulli"),
            *("--replications", "99", "--format", "json"),
        ],
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert len(found["clusters"][0]["members"]) == 9
    assert found["clusters"][0]["p"] == pytest.approx(0.01)


def test_a_file_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("a,b\n1,2\n", encoding="utf-8")
    result = RUNNER.invoke(
        app,
        [
            *("clusters", "--file", str(points), "--x", "x", "--y", "y"),
            *("--cases", "ill", "--population", "people"),
        ],
    )
    assert result.exit_code == 1
    assert "no column" in result.output
