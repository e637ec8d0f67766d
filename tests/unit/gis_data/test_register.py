import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from gis_data.bounded import Limits
from gis_data.register import read_register
from gis_data.rows import Reading
from gis_data.tables import read_table
from service.domain.errors import InvalidInputError
from tests.unit.gis_data.files import HEADER, credit_code, csv_bytes, register_rows, write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_register_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    content = csv_bytes(register_rows(5)).decode().encode(encoding)

    found = read_register(write(tmp_path / "r.csv", content), Reading())

    assert found.refused.empty
    assert list(found.enterprises["name"])[:1] == ["第1酒厂"]
    assert set(found.enterprises["product"]) == {"baijiu"}


def test_a_gzip_and_a_spreadsheet_read_like_the_csv(tmp_path: Path) -> None:
    rows = register_rows(4)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["青石县企业名录"])  # a title in one cell, as official tables have
    for row in (HEADER, *rows):
        sheet.append(row)
    book.save(tmp_path / "r.xlsx")
    packed = write(tmp_path / "r.csv.gz", gzip.compress(csv_bytes(rows)))

    from_sheet = read_register(tmp_path / "r.xlsx", Reading()).enterprises
    from_gzip = read_register(packed, Reading()).enterprises

    assert list(from_sheet["code"]) == list(from_gzip["code"])
    assert from_sheet.index[0] == 3  # the line in the file as its sender sees it


def test_ten_bad_rows_of_a_thousand_come_back_with_line_field_and_reason(tmp_path: Path) -> None:
    rows = register_rows(1000)
    for place in range(10):
        code = rows[place * 100][1]
        rows[place * 100][1] = code[:-1] + ("0" if code[-1] != "0" else "1")

    found = read_register(write(tmp_path / "r.csv", csv_bytes(rows)), Reading())

    assert len(found.enterprises) == 990
    assert list(found.refused["line"]) == [2 + place * 100 for place in range(10)]
    assert set(found.refused["field"]) == {"code"}
    assert f"should be {credit_code(1)[-1]}" in found.refused["reason_en"].iloc[0]


def test_a_shifted_column_is_named_with_what_it_holds(tmp_path: Path) -> None:
    shifted = [["x", *row[:-1]] for row in register_rows(20)]

    with pytest.raises(InvalidInputError, match=r"'统一社会信用代码'.*look like names.*'类别'"):
        read_register(write(tmp_path / "r.csv", csv_bytes(shifted)), Reading())


def test_a_line_with_too_few_fields_is_refused_alone(tmp_path: Path) -> None:
    content = csv_bytes(register_rows(6)) + "孤行,1\r\n".encode()

    found = read_register(write(tmp_path / "r.csv", content), Reading())

    assert len(found.enterprises) == 6
    assert list(found.refused["line"]) == [8]


def test_impossible_points_are_refused_and_unknown_ones_forgotten(tmp_path: Path) -> None:
    rows = register_rows(6)
    rows[0][6:] = ["38.1", "114.2"]  # swapped
    rows[1][6:] = ["0", "0"]
    rows[2][6:] = ["nan", "nan"]
    rows[3][6:] = ["500123", "4212345"]
    rows[4][6:] = ["114.2", ""]

    found = read_register(write(tmp_path / "r.csv", csv_bytes(rows)), Reading())

    assert dict(zip(found.refused["line"], found.refused["reason_en"], strict=True)) == {
        2: "longitude and latitude look swapped",
        5: "the coordinates look like metres, not degrees",
        6: "only one of the two coordinates is given",
    }
    assert list(found.warned["line"]) == [3]
    assert found.enterprises["given_lon"].isna().sum() == 2


def test_a_den_needs_no_code_and_a_producer_does(tmp_path: Path) -> None:
    rows = register_rows(4)
    rows[0][1:3] = ["", "黑窝点"]
    rows[1][1] = ""

    found = read_register(write(tmp_path / "r.csv", csv_bytes(rows)), Reading())

    assert list(found.refused["line"]) == [3]
    den = found.enterprises.loc[2]
    assert den["code"] is None
    assert den["register_key"].startswith("den:")


def test_repeats_are_merged_when_alike_and_refused_when_they_contradict(tmp_path: Path) -> None:
    rows = register_rows(4)
    rows.append(list(rows[0]))
    rows.append([*rows[1][:4], "另一处", *rows[1][5:]])

    found = read_register(write(tmp_path / "r.csv", csv_bytes(rows)), Reading())

    assert len(found.enterprises) == 4
    assert list(found.refused["line"]) == [7]
    assert found.merged.sum() == 2


def test_with_dates_the_latest_line_of_an_enterprise_is_kept(tmp_path: Path) -> None:
    header = [*HEADER, "更新日期"]
    rows = [[*row, "2011-05-01"] for row in register_rows(3)]
    rows.append([*rows[0][:4], "新址", *rows[0][5:8], "2012年3月5日"])

    content = csv_bytes(rows, header)
    found = read_register(write(tmp_path / "r.csv", content), Reading()).enterprises

    assert len(found) == 3
    assert "新址" in set(found["address"])


def test_columns_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    header = [*HEADER, "家属电话", "水源"]
    rows = [[*row, "13800000000", "清水河"] for row in register_rows(3)]

    found = read_register(write(tmp_path / "r.csv", csv_bytes(rows, header)), Reading())

    assert found.rows.unused == ("家属电话",)
    assert found.enterprises["attributes"].iloc[0] == {"water": "清水河"}
    assert "13800000000" not in found.enterprises.astype(str).to_string()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.4 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "save it as XLSX"),
        (b"\x00\x01\x02table", "not a text file"),
        (b'{"type": "x"}', "JSON"),
        (b"<html><table></table></html>", "save it as XLSX"),
        (b"", "empty"),
        (b"caf\xe9,na\xefve\n1,2\n", "--encoding"),
        ("企业名称,产品\n".encode(), "no rows"),
        ("甲,乙\n1,2\n".encode(), "--map name=COLUMN"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_in_words(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_register(write(tmp_path / "r.csv", content), Reading())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    limits = Limits(max_bytes=1_000_000)
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2_000_000)
    for name, content in (("b.xlsx", bomb.getvalue()), ("b.gz", gzip.compress(b"0" * 2_000_000))):
        with pytest.raises(InvalidInputError, match="more than 1 MB once unpacked"):
            read_table(write(tmp_path / name, content), limits=limits)


def test_a_mistyped_map_suggests_the_column(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", csv_bytes(register_rows(3)))

    with pytest.raises(InvalidInputError, match="did you mean '企业名称'"):
        read_register(path, Reading(fields={"name": "企业名"}))
    with pytest.raises(InvalidInputError, match="did you mean address"):
        read_register(path, Reading(fields={"adress": "地址"}))
