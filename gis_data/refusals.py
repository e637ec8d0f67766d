"""Why a row of a file is refused, in Chinese and English, and what its sender should do."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from service.domain.errors import InvalidInputError

COLUMNS = ("line", "field", "value", "reason_zh", "reason_en", "fix_zh", "fix_en")


class Reason(NamedTuple):
    """One fault and its smallest cure, in both languages."""

    reason_zh: str
    reason_en: str
    fix_zh: str
    fix_en: str


class Collector:
    """Refusals as they are found, line by line."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: list[tuple[int, str, str, str, str, str, str]] = []
        self._lines: set[int] = set()

    def add(self, line: int, field: str, value: object, reason: Reason) -> None:
        """Refuse a value of a line."""
        self._rows.append((int(line), field, str(value), *reason))
        self._lines.add(int(line))

    def add_all(
        self, lines: Iterable[int], field: str, values: Iterable[object], reason: Reason
    ) -> None:
        """Refuse a value of several lines for the same reason."""
        for line, value in zip(lines, values, strict=True):
            self.add(line, field, value, reason)

    @property
    def lines(self) -> set[int]:
        """Return the lines refused so far."""
        return self._lines

    def frame(self) -> pd.DataFrame:
        """Return them in the order of the file; columns as in the data dictionary."""
        frame = pd.DataFrame(self._rows, columns=list(COLUMNS))
        return frame.sort_values("line", kind="stable", ignore_index=True)


def none() -> pd.DataFrame:
    """Return an empty refusal frame."""
    return Collector().frame()


def together(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return several refusal frames as one, in the order of the file."""
    filled = [frame for frame in frames if not frame.empty]
    if not filled:
        return none()
    return pd.concat(filled).sort_values("line", kind="stable", ignore_index=True)


def ragged(fields: int, width: int) -> Reason:
    """Return the reason for a line with another number of fields than the header."""
    return Reason(
        f"本行有{fields}个字段，表头有{width}个",
        f"the line has {fields} fields, the header {width}",
        "检查本行的分隔符和引号",
        "check the delimiters and quotes of this line",
    )


def missing(label: str) -> Reason:
    """Return the reason for an empty value that must be there."""
    return Reason(
        f"缺少{label}", "the value is missing", f"补填{label}", "fill it in and send the row again"
    )


def no_date() -> Reason:
    """Return the reason for a value that is no date."""
    return Reason(
        "不是日期",
        "this is not a date",
        "写成 2012-03-05、2012/3/5 或 2012年3月5日",
        "write it as 2012-03-05, 2012/3/5 or 2012年3月5日",
    )


def future(on: str) -> Reason:
    """Return the reason for something that happened after the day of the import."""
    return Reason(
        f"日期在{on}之后",
        f"the date lies after {on}",
        "改正日期；历史或演示数据用 --as-of 指定日期",
        "correct the date; for another 'today' give --as-of",
    )


def no_number() -> Reason:
    """Return the reason for a value that is no number."""
    return Reason("不是数字", "this is not a number", "只填数字", "write digits only")


def unknown_word(known: Iterable[str]) -> Reason:
    """Return the reason for a value outside a list."""
    words = "、".join(known)
    return Reason(
        "不在允许的取值之内",
        "this value is not known",
        f"用其中之一：{words}",
        f"use one of: {words}",
    )


def twice(first: int) -> Reason:
    """Return the reason for a key that an earlier line has with other content."""
    return Reason(
        f"与第{first}行的编码相同而内容不同",
        f"line {first} has the same key with other content",
        "核对两行，只保留正确的一行",
        "compare the two lines and keep the right one",
    )


def bad_point(reason_zh: str, reason_en: str) -> Reason:
    """Return the reason for coordinates that cannot be a place."""
    return Reason(
        reason_zh,
        reason_en,
        "填经纬度(度)，经度在前；没有就留空",
        "give degrees, longitude and latitude; leave both empty when unknown",
    )


class FileRefusedError(InvalidInputError):
    """The whole file is refused; `refused` holds every finding, `source` the file's rows."""

    def __init__(
        self, message: str, refused: pd.DataFrame, source: pd.DataFrame | None = None
    ) -> None:
        """Keep the findings beside the one line that sums them up."""
        super().__init__(message)
        self.refused = refused
        self.source = pd.DataFrame() if source is None else source
