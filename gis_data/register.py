"""Enterprise register (CSV, XLSX, points) → enterprise frame, refused rows apart.

Columns that no field takes are not read: registers carry names and telephone numbers of people
whom nobody asked for.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gis_data import headers, refusals, values
from gis_data.given_points import read_points
from gis_data.rows import FieldRows, Reading, read_rows, text
from gis_data.shifts import refuse_shifted
from gis_data.words import translated, translated_or_kept
from service.domain import codes
from service.domain.enterprises import (
    KINDS,
    LICENCE_KINDS,
    PRODUCTS,
    SCALES,
    STATUSES,
    collapse,
    den_key,
    register_key,
)

# Kept beside the fields because clusters are explained by them: who supplied whom, whose water.
ATTRIBUTES: Final = ("supplier", "agent", "water", "building")
_CREDIT_CLASSES: Final = {
    **{str(rank): rank for rank in range(1, 5)},
    **dict(zip("abcd", range(1, 5), strict=True)),
}
_LICENCE_CHECKS: Final = {
    "food_production": codes.food_licence_fault,
    "industrial_product": codes.industrial_licence_fault,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What a register file holds.

    Attributes:
        enterprises: Columns of the data dictionary plus `township` as written; index is the line.
        refused: Rows not taken.
        warned: Rows taken although something in them is doubtful.
        rows: The file: what was read, which columns were left.
        merged: How many lines were merged into each enterprise named more than once.
    """

    enterprises: pd.DataFrame
    refused: pd.DataFrame
    warned: pd.DataFrame
    rows: FieldRows
    merged: pd.Series


def read_register(path: Path, reading: Reading) -> Register:
    """Read a register of enterprises.

    Raises:
        InvalidInputError: The file cannot be used at all: its kind, its columns, or a shift.
    """
    file = read_rows(path, reading, headers.ENTERPRISES, needed=["name", "product"])
    system = reading.code_system or codes.USCC
    refuse_shifted(path.name, file.source, file.columns, _shapes(system))
    refused, warned = refusals.Collector(), refusals.Collector()
    frame = _described(file.rows, refused)
    frame["code"], frame["kind"] = _codes_and_kinds(file.rows, system, refused)
    # A column of text turns None into NaN, and NaN is a den that has a code.
    frame["code"] = frame["code"].astype(object).where(frame["code"].notna(), None)
    frame["code_system"] = pd.Series(
        [None if code is None else system for code in frame["code"]], frame.index, dtype=object
    )
    points = read_points(
        file.rows, datum=reading.datum, unstated=None, refused=refused, warned=warned
    )
    frame[["given_lon", "given_lat", "given_datum"]] = points[["lon", "lat", "datum"]]
    frame["attributes"] = _attributes(file.rows)
    frame["licences"] = _licences(file.rows, refused, warned)
    order = values.dates(file.rows["date"]) if "date" in file.rows else None
    good = frame.drop(index=list(refused.lines))
    good["register_key"] = _keys(good, system)
    kept, merged = _one_row_each(good, order, refused)
    return Register(
        enterprises=kept,
        refused=refusals.together(file.refused, refused.frame()),
        warned=warned.frame(),
        rows=file,
        merged=merged,
    )


def _shapes(system: str) -> dict[str, str]:
    """Return what the values of typed fields must look like, to notice a shifted file."""
    expiries = {f"{kind}_expires": "a date" for kind in LICENCE_KINDS}
    code = "a credit code" if system == codes.USCC else "a code"
    return {"code": code, "lon": "a number", "lat": "a number", "date": "a date", **expiries}


def _described(rows: pd.DataFrame, refused: refusals.Collector) -> pd.DataFrame:
    """Return the fields that need no more than their words translated."""
    names, products = text(rows, "name"), text(rows, "product")
    for field, column, label in (("name", names, "企业名称"), ("product", products, "产品")):
        empty = column.eq("")
        refused.add_all(rows.index[empty], field, column[empty], refusals.missing(label))
    status = translated_or_kept(text(rows, "status"), STATUSES)
    classes = values.mapped(
        text(rows, "credit_class"), lambda word: _CREDIT_CLASSES.get(word.casefold()[:1])
    )
    return pd.DataFrame(
        {
            "name": names,
            "product": translated_or_kept(products, PRODUCTS),
            "address": text(rows, "address"),
            "township": values.codes(text(rows, "township")),
            "status": status.where(status != "", "active"),
            "scale": translated_or_kept(text(rows, "scale"), SCALES),
            "credit_class": classes,
            "principal": text(rows, "principal"),
        },
        index=rows.index,
    )


def _codes_and_kinds(
    rows: pd.DataFrame, system: str, refused: refusals.Collector
) -> tuple[pd.Series, pd.Series]:
    """Return the checked code (None for a den) and the kind of every row."""
    given = values.codes(text(rows, "code"))
    kind = translated(text(rows, "kind"), KINDS, field="kind", refused=refused)
    kind = kind.where(kind != "", "producer")
    is_den = kind.eq("den")
    lacking = given.eq("") & ~is_den
    reason = refusals.Reason(
        "缺少统一社会信用代码",
        "an enterprise that is no den needs a code",
        "补填代码；确无证照的填类别为黑窝点",
        "fill in the code, or give the kind 'den' (黑窝点) where there is no licence",
    )
    refused.add_all(rows.index[lacking], "code", given[lacking], reason)
    rounded = given.map(values.is_scientific)
    refused.add_all(rows.index[rounded], "code", given[rounded], _ROUNDED)
    if system == codes.USCC:
        given = given.str.upper()
        _refuse_wrong_codes(given[given.ne("") & ~rounded], refused)
    return given.map(lambda code: code or None).astype("object"), kind


_ROUNDED = refusals.Reason(
    "电子表格把代码当成数字，已丢失位数",
    "a spreadsheet took the code for a number and lost digits",
    "把该列设为文本后重新填写代码",
    "format the column as text and enter the code again",
)


def _refuse_wrong_codes(given: pd.Series, refused: refusals.Collector) -> None:
    for line, code in given.items():
        fault = codes.credit_code_fault(str(code))
        if fault is not None:
            refused.add(int(str(line)), "code", code, _reason(fault))


def _reason(fault: codes.CodeFault) -> refusals.Reason:
    return refusals.Reason(fault.reason_zh, fault.reason_en, fault.fix_zh, fault.fix_en)


def _attributes(rows: pd.DataFrame) -> pd.Series:
    present = [name for name in ATTRIBUTES if name in rows]
    columns = [rows[name] for name in present]
    return pd.Series(
        [
            {name: value for name, value in zip(present, row, strict=True) if value}
            for row in zip(*columns, strict=True)
        ]
        if columns
        else [{} for _ in rows.index],
        index=rows.index,
        dtype="object",
    )


def _licences(
    rows: pd.DataFrame, refused: refusals.Collector, warned: refusals.Collector
) -> pd.Series:
    """Return the licences of every row; a number of the wrong build is kept, and warned of."""
    held: dict[int, list[dict[str, Any]]] = {int(line): [] for line in rows.index}
    for kind in LICENCE_KINDS:
        numbers, until = text(rows, kind), text(rows, f"{kind}_expires")
        expires = values.dates(until)
        bad = until.ne("") & expires.isna()
        refused.add_all(rows.index[bad], f"{kind}_expires", until[bad], refusals.no_date())
        check = _LICENCE_CHECKS.get(kind)
        for line, number in numbers[numbers.ne("")].items():
            place = int(str(line))
            held[place].append(
                {
                    "kind": kind,
                    "number": number,
                    "issued_on": None,
                    "expires_on": expires.loc[place],
                }
            )
            fault = None if check is None else check(number)
            if fault is not None:
                warned.add(place, kind, number, _reason(fault))
    return pd.Series(list(held.values()), index=rows.index, dtype="object")


def _keys(frame: pd.DataFrame, system: str) -> list[str]:
    return [
        den_key(name, address) if code is None else register_key(code, system)
        for code, name, address in zip(frame["code"], frame["name"], frame["address"], strict=True)
    ]


def _one_row_each(
    frame: pd.DataFrame, order: pd.Series | None, refused: refusals.Collector
) -> tuple[pd.DataFrame, pd.Series]:
    """Return one row for each enterprise; without dates, lines that contradict are refused."""
    if order is not None:
        return collapse(frame, order=order.loc[frame.index])
    repeats = frame[frame["register_key"].duplicated(keep=False)]
    first_lines = repeats.groupby("register_key", sort=False)
    for _, group in first_lines:
        first = group.iloc[0].drop(["township"])
        for line, row in group.iloc[1:].iterrows():
            if _same(first, row):
                continue
            reason = refusals.twice(int(group.index[0]))
            refused.add(int(str(line)), "code", row["code"] or row["name"], reason)
    return collapse(frame.drop(index=list(refused.lines & set(frame.index))), order=None)


def _same(first: pd.Series, other: pd.Series) -> bool:
    """Whether two rows say the same; NaN, which differs from itself, counts as equal."""
    return all(
        value == other[str(name)]
        or (pd.api.types.is_float(value) and pd.isna(value) and pd.isna(other[str(name)]))
        for name, value in first.items()
    )
