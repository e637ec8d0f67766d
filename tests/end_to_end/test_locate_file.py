"""Any file, any gazetteer: every row comes back, the same bytes each time."""

import csv
import json
from pathlib import Path

import pytest

from scripts.locate_file import COLUMNS, locate_file
from service.domain.errors import InvalidInputError

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
        if row.get("township") != true["town"]
        or (true["village"] and row["village_located"] not in {"", true["village"]})
    ]
    assert wrong == []
