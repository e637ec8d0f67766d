from datetime import date
from pathlib import Path

import pytest

from gis_data.events import read_events
from gis_data.officers import read_officers, read_responsibilities
from gis_data.rows import Reading
from gis_data.values import date_of
from tests.unit.gis_data.files import csv_bytes, write

HEADER = ["编号", "企业", "类型", "产品", "日期", "是否问题", "结果"]
DAY = date(2012, 5, 6)


@pytest.mark.parametrize(
    "text", ["2012-03-05", "2012/3/5", "2012.3.5", "2012年3月5日", "20120305", "40973",
             "2012-03-05 14:30:00"]
)  # fmt: skip
def test_a_day_is_read_in_every_writing(text: str) -> None:
    assert date_of(text) == date(2012, 3, 5)


@pytest.mark.parametrize("text", ["2012-13-05", "5 March", "03/05/2012", "12", "2012-02-30"])
def test_what_is_no_day_or_could_be_two_is_refused(text: str) -> None:
    assert date_of(text) is None


def test_events_are_read_and_the_impossible_refused(tmp_path: Path) -> None:
    rows = [
        ["E1", "甲厂", "检查", "白酒", "2012/3/5", "否", "合格"],
        ["E2", "甲厂", "抽检", "白酒", "2012年4月1日", "是", "不合格"],
        ["E3", "甲厂", "举报", "", "2012-05-07", "是", ""],  # after the day of the import
        ["E4", "", "检查", "", "2012-05-01", "否", ""],  # nowhere
        ["E1", "甲厂", "检查", "白酒", "2012/3/5", "否", "合格"],  # word for word
        ["E2", "乙厂", "抽检", "白酒", "2012年4月1日", "是", "不合格"],  # same key
        ["E5", "甲厂", "检查", "", "不详", "否", ""],
        ["E6", "甲厂", "围观", "", "2012-05-01", "也许", ""],
    ]
    path = write(tmp_path / "e.csv", csv_bytes(rows, HEADER))

    found = read_events(path, Reading(), as_of=DAY)

    assert list(found.events["event_key"]) == ["E1", "E2"]
    assert list(found.events["is_problem"]) == [False, True]
    assert found.identical == [6]
    assert list(zip(found.refused["line"], found.refused["field"], strict=True)) == [
        (4, "occurred_on"),
        (5, "enterprise"),
        (7, "event_key"),
        (8, "occurred_on"),
        (9, "kind"),
        (9, "is_problem"),
    ]


def test_problems_are_told_by_the_words_given(tmp_path: Path) -> None:
    header = ["License", "Inspection_Date", "Results"]
    rows = [["7", "2012-01-02", word] for word in ("Pass", "Fail", "Out of Business")]
    path = write(tmp_path / "e.csv", csv_bytes(rows, header))

    found = read_events(path, Reading(), as_of=DAY, problems=["fail", "out of business"])

    assert list(found.events["is_problem"]) == [False, True, True]


def test_the_same_record_without_a_number_gets_the_same_key(tmp_path: Path) -> None:
    rows = [["甲厂", "2012-01-02", "合格"], ["甲厂", "2012-01-03", "合格"]]
    path = write(tmp_path / "e.csv", csv_bytes(rows, ["企业", "日期", "结果"]))

    once = read_events(path, Reading(), as_of=DAY).events["event_key"]
    again = read_events(path, Reading(), as_of=DAY).events["event_key"]

    assert list(once) == list(again)
    assert once.is_unique


def test_officers_need_a_number_and_end_after_they_begin(tmp_path: Path) -> None:
    header = ["工号", "姓名", "角色", "电话", "执法", "每月检查能力", "到岗", "离岗"]
    rows = [
        ["A1", "张三", "执法", "+86 1", "是", "30", "2012-01-01", ""],
        ["A2", "李四", "协管员", "", "", "", "", ""],
        ["", "王五", "执法", "", "是", "30", "2012-01-01", ""],
        ["A3", "赵六", "执法", "", "是", "三十", "2012-02-01", "2012-01-01"],
        ["A1", "张三", "执法", "", "是", "30", "2012-01-01", ""],
    ]
    path = write(tmp_path / "o.csv", csv_bytes(rows, header))

    found = read_officers(path, Reading(), default_from=DAY)

    assert list(found.frame["staff_no"]) == ["A1", "A2"]
    assert list(found.frame["is_enforcement"]) == [True, False]
    assert found.frame["active_from"].loc[3] == DAY
    assert set(found.refused["line"]) == {4, 5, 6}


def test_duties_are_read_with_their_days(tmp_path: Path) -> None:
    header = ["网格编码", "职责", "监管事项", "工号", "起", "止"]
    rows = [
        ["130199101201001", "网格长", "全部", "A1", "2012-01-01", "2012-06-01"],
        ["130199101201001", "村长", "白酒", "A1", "2012-01-01", ""],
    ]
    path = write(tmp_path / "d.csv", csv_bytes(rows, header))

    found = read_responsibilities(path, Reading())

    assert found.frame[["duty", "matter"]].to_numpy().tolist() == [["lead", "all"]]
    assert list(found.refused["field"]) == ["duty"]
