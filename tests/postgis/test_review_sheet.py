"""The queue as a workbook: written, filled in by the office, and read back as decisions."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from service.database import decisions
from service.database.reviews import Filter
from service.database.tables import EnterpriseRow
from service.domain.errors import InvalidInputError
from service.domain.review_sheet import SHEET_HEADERS
from service.exports.spreadsheet import as_xlsx
from service.workflows.review_sheet import SheetReport, apply_sheet, sheet_of
from tests.factories import COUNTY, EAST, WEST, make_enterprise, make_place
from tests.postgis.test_review_locations import a_county_with_a_road, locate, location

FIELDS = list(SHEET_HEADERS)


def fill(session: Session, path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Write the queue and fill in what is said of each address."""
    content = as_xlsx(sheet_of(session, COUNTY, Filter()), SHEET_HEADERS, title="待核实")
    path.write_bytes(content)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        said = answers.get(str(row[FIELDS.index("address")].value or ""), {})
        for field, value in said.items():
            row[FIELDS.index(field)].value = value
    book.save(path)


def read(session: Session, path: Path) -> SheetReport:
    return apply_sheet(session, COUNTY, path, by="办公室")


def faults(report: SheetReport) -> list[tuple[str, str]]:
    return list(zip(report.refused["field"], report.refused["reason_zh"], strict=True))


def test_a_filled_workbook_is_decisions_and_equal_lines_are_one(
    session: Session, tmp_path: Path
) -> None:
    numbers = a_county_with_a_road(session, rows=4)
    path = tmp_path / "queue.xlsx"
    answers = {
        "青石县微矿路1号": {"place": "龙泉乡"},
        "青石县微矿路2号": {"place": f"{WEST}000"},
        "青石县微矿路3号": {"place": "龙泉乡北沟村", "note": "问过村里"},
        "青石县微矿路4号": {"lon": "114.25", "lat": "38.1", "datum": "GCJ-02"},
    }

    fill(session, path, answers)
    report = read(session, path)

    assert (report.rows, report.empty, len(report.refused)) == (4, 0, 0)
    rows = [location(session, number) for number in numbers]
    assert [row.level for row in rows] == ["township", "township", "village", "rooftop"]
    assert {row.rule for row in rows} == {"decided"}
    told, _ = decisions.history(session, COUNTY)
    assert set(told["decided_by"]) == {"办公室"}
    assert "问过村里" in set(told["note"])


def test_lines_that_cannot_be_used_come_back_and_hold_back_no_other(
    session: Session, tmp_path: Path
) -> None:
    numbers = a_county_with_a_road(session, rows=8)
    for code in (f"{WEST}202", f"{EAST}202"):
        make_place(session, code, name="南沟村", township_code=code[:9])
    path = tmp_path / "queue.xlsx"
    said: list[dict[str, str]] = [
        {"place": "龙泉乡"},
        {"place": "没有村"},
        {"place": "南沟村"},
        {"place": "龙泉乡", "why": "外县"},
        {"why": "不想去"},
        {"lon": "东", "lat": "38"},
        {"lon": "10", "lat": "10"},
        {"lon": "114.1", "lat": "38.1", "datum": "火星"},
    ]

    fill(session, path, {f"青石县微矿路{n + 1}号": each for n, each in enumerate(said)})
    report = read(session, path)

    assert report.rows == 1
    assert location(session, numbers[0]).rule == "decided"
    assert all(location(session, number).status == "review" for number in numbers[1:])
    assert [field for field, _ in faults(report)] == [
        "place", "place", "place", "why", "lon", "lon", "datum",
    ]  # fmt: skip
    reasons = [reason for _, reason in faults(report)]
    assert "没有 没有村" in reasons[0]
    assert "龙泉乡南沟村、东岭乡南沟村" in reasons[1]
    assert (report.refused["fix_zh"] != "").all()


def test_a_line_that_changed_since_the_workbook_was_written_is_refused(
    session: Session, tmp_path: Path
) -> None:
    numbers = a_county_with_a_road(session, rows=2)
    path = tmp_path / "queue.xlsx"
    fill(session, path, {f"青石县微矿路{n}号": {"why": "外县"} for n in (1, 2)})
    session.get_one(EnterpriseRow, (COUNTY, numbers[0])).address = "青石县北沟村"
    locate(session)

    report = read(session, path)

    # Both lines are one decision, so neither is taken: what was seen is no longer so.
    assert report.rows == 0
    assert "changed" in faults(report)[0][1]
    assert location(session, numbers[1]).rule != "decided"


def test_a_workbook_sent_twice_decides_once(session: Session, tmp_path: Path) -> None:
    a_county_with_a_road(session, rows=2)
    path = tmp_path / "queue.xlsx"
    fill(session, path, {"青石县微矿路1号": {"why": "实地核查"}})

    first, second = read(session, path), read(session, path)

    assert (first.rows, second.rows, len(second.refused)) == (1, 0, 1)
    assert decisions.history(session, COUNTY)[1] == 1


def test_another_table_and_nobody_are_refused(session: Session, tmp_path: Path) -> None:
    a_county_with_a_road(session, rows=1)
    path = tmp_path / "other.csv"
    path.write_text("企业名称,地址\n甲,乙\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match="review export"):
        read(session, path)
    with pytest.raises(InvalidInputError, match="--by"):
        apply_sheet(session, COUNTY, path, by=" ")


def test_a_name_that_looks_like_a_formula_stays_text(session: Session, tmp_path: Path) -> None:
    a_county_with_a_road(session, rows=0)
    make_enterprise(session, "x", name="=1+1", address="")
    locate(session)
    path = tmp_path / "queue.xlsx"

    fill(session, path, {})

    value = load_workbook(path).worksheets[0].cell(2, FIELDS.index("name") + 1)
    assert (value.data_type, value.value) == ("s", "'=1+1")
