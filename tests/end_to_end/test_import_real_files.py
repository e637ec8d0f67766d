"""The documented commands on files that nobody here made, through the command line."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import URL, Engine, text
from typer.testing import CliRunner

from scripts import examples
from scripts.import_commands import import_app
from tests.conftest import migrated_database
from tests.unit.gis_data.files import csv_bytes, register_rows, write


@pytest.fixture
def database(admin_url: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Engine]:
    """Give the commands a database of their own, and a folder for what they write."""
    with migrated_database(admin_url) as engine:
        monkeypatch.setenv(
            "WANGGE_DATABASE_URL",
            engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        )
        monkeypatch.chdir(tmp_path)
        yield engine


def _ask(engine: Engine, question: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def test_chicago_comes_in_whole(
    database: Engine, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples.chicago(shared_data, year_2013_only=True)

    said = capsys.readouterr().out
    assert "code 31 comes in 3 features" in said
    assert "27 records have no point of their own" in said
    assert "4 visits are a second one to the same enterprise on the same day" in said
    assert _ask(
        database,
        "SELECT (SELECT count(*) FROM township), (SELECT count(*) FROM cell),"
        " (SELECT count(*) FROM enterprise), (SELECT count(*) FROM quality_event),"
        " (SELECT count(*) FROM quality_event WHERE is_problem)",
    ) == [(23, 275, 8384, 8811, 1609)]
    # Repaired, no inspection falls in two beats.
    twice = (
        "SELECT count(*) FROM (SELECT event_key FROM quality_event JOIN cell"
        " ON ST_Contains(cell.geometry, location) GROUP BY event_key HAVING count(*) > 1) t"
    )
    assert _ask(database, twice) == [(0,)]
    # Every beat lies in the district that its number begins with.
    beats = "SELECT count(*) FROM cell WHERE code NOT LIKE lpad(township_code, 2, '0') || '%'"
    assert _ask(database, beats) == [(0,)]

    examples.chicago(shared_data, year_2013_only=True)
    assert capsys.readouterr().out.count("already imported") == len(examples.CHICAGO)


def test_pujiang_comes_in_and_its_overlapping_zones_do_not(
    database: Engine, shared_data: Path
) -> None:
    examples.pujiang(shared_data)
    assert _ask(database, "SELECT count(*) FROM township") == [(15,)]

    arguments = examples.PUJIANG_REFUSED.format(data=shared_data).split()
    refused = CliRunner().invoke(import_app, arguments)

    assert refused.exit_code == 1
    assert "仙华街道 and 经济开发区 overlap by 10.86 km²" in refused.output
    assert _ask(database, "SELECT count(*) FROM township") == [(15,)]
    findings = openpyxl.load_workbook("townships_with_2_overlapping_zones_refused.xlsx")
    assert findings.worksheets[0].max_row == 10  # the header and nine overlaps


def test_the_county_line_in_another_datum_is_refused(database: Engine, shared_data: Path) -> None:
    folder = shared_data / "pujiang_townships"
    arguments = [
        *["townships", f"{folder}/townships.geojson", "--map", "code=nbs2023_code9"],
        *["--county-file", f"{folder}/county_gcj02.geojson"],
    ]

    refused = CliRunner().invoke(import_app, arguments)

    assert refused.exit_code == 1
    assert "seems to be in gcj02" in refused.output
    assert _ask(database, "SELECT count(*) FROM county") == [(0,)]


def test_refused_rows_come_back_to_be_corrected_and_sent_again(
    database: Engine, shared_data: Path, tmp_path: Path
) -> None:
    examples.pujiang(shared_data)
    rows = register_rows(1000)
    for place in range(0, 1000, 100):
        rows[place][1] = f"{rows[place][1][:-1]}O"  # no code holds the letter O
    rows[0][0] = "=cmd|'/c calc'!A1"
    path = str(write(tmp_path / "register.csv", csv_bytes(rows)))
    runner = CliRunner()

    tried = runner.invoke(import_app, ["enterprises", path, "--dry-run"])
    assert "dry run: nothing was saved" in tried.output
    assert _ask(database, "SELECT count(*) FROM enterprise") == [(0,)]

    taken = runner.invoke(import_app, ["enterprises", path, "--refused", "back.xlsx"])
    assert taken.exit_code == 0
    assert "1000 read, 990 kept, 10 refused" in taken.output
    assert _ask(database, "SELECT count(*) FROM enterprise") == [(990,)]

    book = openpyxl.load_workbook("back.xlsx")
    assert [row[0].value for row in book["退回 refused"].iter_rows(min_row=2)] == list(
        range(2, 1002, 100)
    )
    returned = book["原行 rows"]
    assert returned["A2"].value == "'=cmd|'/c calc'!A1"
    assert returned["A2"].data_type == "s"

    # The returned rows are a file that the same command reads.
    again = runner.invoke(import_app, ["enterprises", "back.xlsx", "--layer", "原行 rows"])
    assert again.exit_code == 1
    assert "none of its 10 rows can be used" in again.output


def test_wrong_usage_and_missing_files_have_their_own_exit_codes(database: Engine) -> None:
    assert database is not None
    runner = CliRunner()

    assert runner.invoke(import_app, ["events", "no.csv", "--map", "x"]).exit_code == 2
    assert runner.invoke(import_app, ["events"]).exit_code == 2
    missing = runner.invoke(import_app, ["townships", "no.geojson"])
    assert missing.exit_code == 1
    assert "there is no file no.geojson" in missing.output
