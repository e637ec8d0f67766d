"""The lists beside the difference map: cells, leads and enterprises that change."""

from collections import Counter
from typing import Any

import pandas as pd
from markupsafe import Markup

from maps.difference_model import KINDS, DifferenceInput, Leads, kind_of, moving_by_cell
from maps.enterprise_points import is_placed
from maps.figure import templates
from maps.sheet import SheetRow
from maps.words import Words
from service.domain.plan_difference import CellChange

_CELLS_LISTED = 80
_ENTERPRISES_LISTED = 200
_LONGEST_NAME = 60


def panel_of(given: DifferenceInput, leads: Leads, *, is_public: bool) -> Markup:
    """Return the lists as HTML; a public one names neither people nor enterprises."""
    rows = cell_rows(given, leads)
    moving = given.enterprises[given.enterprises["changes"]]
    listed = moving.head(0 if is_public else _ENTERPRISES_LISTED)
    text = templates.get_template("difference_panel.html").render(
        is_public=is_public,
        cells=rows[:_CELLS_LISTED],
        total=len(rows),
        officers=[] if is_public else officer_rows(given, leads),
        enterprises=[
            {
                "id": int(row["enterprise_id"]),
                "name": str(row["name"])[:_LONGEST_NAME],
                "placed": bool(placed),
                "before": leads.name(row["lead_before"]),
                "after": leads.name(row["lead_after"]),
            }
            for row, placed in zip(listed.to_dict("records"), is_placed(listed), strict=True)
        ],
        moving=len(moving),
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def cell_rows(given: DifferenceInput, leads: Leads) -> list[dict[str, Any]]:
    """Return every cell that changes, those with most enterprises changing officer first."""
    moving = moving_by_cell(given)
    townships = dict(
        zip(
            given.geography.townships["code"].astype(str),
            given.geography.townships["name"],
            strict=True,
        )
    )
    known = pd.concat([given.after.cells, given.before.cells]).drop_duplicates("code")
    rows = []
    for code, name, township in zip(
        known["code"].astype(str), known["name"], known["township_code"].astype(str), strict=True
    ):
        kind = kind_of(given, leads, code)
        if kind is None:
            continue
        rows.append(
            {
                "code": code,
                "name": str(name),
                "township_code": township,
                "township": str(townships.get(township, township)),
                "removed": kind == CellChange.REMOVED,
                "added": kind == CellChange.ADDED,
                "kind": KINDS[kind][1],
                "before": leads.text(leads.before.get(code)),
                "after": leads.text(leads.after.get(code)),
                "hands": code in leads.changed,
                "moving": moving[code],
            }
        )
    return sorted(rows, key=lambda row: (-row["moving"], row["code"]))


def sheet_row(row: dict[str, Any], *, is_public: bool) -> SheetRow:
    """Return a cell that changes as a line on paper."""
    zh = f"{row['township']} · {row['kind'].zh} · {row['moving']} 户换人"
    en = f"{row['township']} · {row['kind'].en} · {row['moving']} enterprises change"
    if not is_public and not row["removed"]:
        before = Words("") if row["added"] else row["before"]
        after = row["after"]
        zh += f" · {before.zh}→{after.zh}"
        en += f" · {before.en or before.zh}→{after.en or after.zh}"
    return SheetRow(title=Words(row["name"]), text=Words(zh, en))


def officer_rows(given: DifferenceInput, leads: Leads) -> list[dict[str, Any]]:
    """Return cells and enterprises of every lead under both plans, the largest change first."""
    counts: dict[str, dict[str, int]] = {}
    for when, held in (("before", leads.before), ("after", leads.after)):
        cells = Counter(staff for each in held.values() for staff in each)
        firms = given.enterprises[f"lead_{when}"].dropna().value_counts()
        for staff in {*cells, *(str(one) for one in firms.index)}:
            row = counts.setdefault(staff, {})
            row[f"cells_{when}"] = cells[staff]
            row[f"firms_{when}"] = int(firms.get(staff, 0))
    rows = [
        {
            "name": leads.name(staff),
            **{
                key: row.get(key, 0)
                for key in ("cells_before", "cells_after", "firms_before", "firms_after")
            },
        }
        for staff, row in sorted(counts.items())
    ]
    return sorted(rows, key=lambda row: -abs(row["firms_after"] - row["firms_before"]))
