"""Any file, any gazetteer: every row comes back, the same bytes each time."""

import csv
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from openpyxl import Workbook

from scripts.locate_file import COLUMNS, locate_file
from service.domain.errors import InvalidInputError
from service.domain.places import Datum
from service.settings import PROJECT_ROOT

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "hebei_gazetteer"
GAZETTEER = (
    "code,name,level,longitude,latitude\n139921000000,青石县,county,114,38\n"
    "139921001000,云溪镇,town,114,38\n139921001200,北良都村委会,village,114.01,38.01\n"
)


@pytest.fixture
def gazetteer(tmp_path: Path) -> Path:
    path = tmp_path / "gazetteer.csv"
    path.write_text(GAZETTEER, encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_row_comes_back_in_its_order(tmp_path: Path, gazetteer: Path, encoding: str) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("名称,地址\n甲,云溪镇北良都村\n乙,\n丙,别处\n", encoding=encoding)

    report = locate_file(source, gazetteer, out)

    rows = read(out)
    assert [row["名称"] for row in rows] == ["甲", "乙", "丙"]
    assert list(rows[0]) == ["名称", "地址", *COLUMNS]
    assert [row["status"] for row in rows] == ["placed", "review", "review"]
    assert (report.rows, report.placed) == (3, 1)
    assert json.loads(rows[0]["candidates"])[0]["code"] == "139921001200"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, gazetteer: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("address\n云溪镇北良都村\n云溪镇北粮都村\n何庄村\n", encoding="utf-8")
    outs = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for out in outs:
        locate_file(source, gazetteer, out)

    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_columns_of_the_same_name_step_back(tmp_path: Path, gazetteer: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("level,地址,备注,备注\nA,云溪镇北良都村,一,二\n", encoding="utf-8")

    locate_file(source, gazetteer, out)

    header, row = csv.reader(out.read_text(encoding="utf-8-sig").splitlines())
    assert header == ["level_input", "地址", "备注", "备注", *COLUMNS]
    assert row[:5] == ["A", "云溪镇北良都村", "一", "二", "village"]


def test_a_spreadsheet_a_tab_file_and_ragged_rows_are_read(tmp_path: Path, gazetteer: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("表", 0)
    for line in (("编号", "详细地址"), (1.0, "云溪镇北良都村"), (2, None)):
        sheet.append(line)
    book.save(tmp_path / "in.xlsx")
    (tmp_path / "in.tsv").write_text(
        "编号\t详细地址\n1\t云溪镇北良都村\n2\n\n3\t云溪镇\t多余\n", encoding="utf-16"
    )
    for name, ids in (("in.xlsx", ["1", "2"]), ("in.tsv", ["1", "2", "3"])):
        out = tmp_path / "out.csv"
        locate_file(tmp_path / name, gazetteer, out)

        rows = read(out)
        assert [row["编号"] for row in rows] == ids
        assert [row["status"] for row in rows][:2] == ["placed", "review"]
        assert rows[1]["reason"] == "empty"


BAD = {
    "": "empty",
    "县" * 10_000: "too_long",
    "12 Main Street": "no_chinese",
    "😀🎉": "no_chinese",
    "123456": "only_digits",
    "１２３４５６": "only_digits",
    "云溪镇与石桥乡交界处": "multiple_places",
    "北京市朝阳区建国路1号": "outside_register_county",
}


def test_bad_addresses_each_get_a_status_and_a_reason(tmp_path: Path, gazetteer: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with gazetteer.open("a", encoding="utf-8") as stream:
        stream.write("139921002000,石桥乡,town,114.1,38\n")
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["地址", "编号"], *([text, "1"] for text in BAD)])

    report = locate_file(source, gazetteer, out)

    rows = read(out)
    assert [row["status"] for row in rows] == ["review"] * len(BAD)
    assert [row["reason"] for row in rows] == list(BAD.values())
    assert report.rows == report.reasons.total() == len(BAD)


def test_full_width_and_traditional_are_the_same_address(tmp_path: Path, gazetteer: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("地址\n雲溪鎮北良都村\n云溪镇　北良都村（１２号）\n", encoding="utf-8")

    locate_file(source, gazetteer, out)

    assert [row["village"] for row in read(out)] == ["北良都村委会"] * 2


COORDINATES = [
    ("114.0101", "38.0101", "village", ""),
    ("38.01", "114.01", "", "coordinate_swapped"),
    ("nan", "38.01", "", "coordinate_not_finite"),
    ("114°00′36″", "38°00′36″", "", "coordinate_degrees_minutes"),
    ("114.01", "", "", "coordinate_unreadable"),
    ("东经", "北纬", "", "coordinate_unreadable"),
    ("114.3", "38.01", "", "coordinate_outside_county"),
    ("114.09", "38.01", "", "coordinate_text_conflict"),
]


@pytest.mark.parametrize(("datum", "level"), [(None, "village"), (Datum.WGS84, "rooftop")])
def test_coordinates_are_checked_and_used_only_when_their_datum_is_said(
    tmp_path: Path, gazetteer: Path, datum: Datum | None, level: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["地址", "经度", "纬度"])
        writer.writerows(["云溪镇北良都村", lon, lat] for lon, lat, *_ in COORDINATES)

    report = locate_file(source, gazetteer, out, datum=datum)

    rows = read(out)
    assert [row["reason"] for row in rows] == [reason for *_, reason in COORDINATES]
    assert rows[0]["level"] == level
    assert (report.datum is None) == (datum is not None)


def test_degrees_and_minutes_get_a_reason(tmp_path: Path, gazetteer: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("地址,经度,纬度\n云溪镇北良都村,114°08′,38°02′\n", encoding="utf-8")

    locate_file(source, gazetteer, out)

    assert read(out)[0]["reason"] == "coordinate_degrees_minutes"


def test_a_file_without_addresses_is_refused_with_advice(tmp_path: Path, gazetteer: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match="--address-column"):
        locate_file(source, gazetteer, tmp_path / "out.csv")


@pytest.mark.skipif(not REAL.exists(), reason="the real gazetteer is not beside the project")
def test_real_addresses_of_a_province_are_placed_in_their_towns(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    locate_file(REAL / "addresses_with_truth.csv", REAL / "gazetteer_2016.csv.gz", out)

    rows = read(out)
    truth = read(REAL / "addresses_with_truth.csv")
    placed = [
        (row, true) for row, true in zip(rows, truth, strict=True) if row["status"] == "placed"
    ]
    assert len(placed) >= 0.98 * len(rows)
    wrong = [
        row["address"]
        for row, true in placed
        if row["township"] != true["town"]
        or (true["village"] and row["village"] not in {"", true["village"]})
    ]
    assert wrong == []


def test_every_process_writes_the_same_bytes(tmp_path: Path, gazetteer: Path) -> None:
    """Sets and dictionaries are ordered otherwise in each process unless their order is told."""
    source = tmp_path / "in.csv"
    texts = ("云溪镇北良都村", "云溪镇北粮都村", "何庄村", "青石县良都村", "云溪镇与石桥乡之间")
    source.write_text("address\n" + "\n".join(texts), encoding="utf-8")
    written = []
    for seed in ("0", "1", "42"):
        out = tmp_path / f"{seed}.csv"
        command = [sys.executable, "-m", "scripts.cli", "locate", "--file", str(source)]
        subprocess.run(
            [*command, "--gazetteer", str(gazetteer), "--out", str(out)],
            check=True,
            capture_output=True,
            cwd=PROJECT_ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        written.append(out.read_bytes())

    assert written[0] == written[1] == written[2]


def test_a_file_is_located_without_a_socket(
    tmp_path: Path, gazetteer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("address\n云溪镇北粮都村\n别处\n", encoding="utf-8")

    assert locate_file(source, gazetteer, out).rows == 2
