"""The gaps of a coverage map: which cells have which, the list beside it, what may be public."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame

from maps.gap_spots import GROUND, PlaceNames, spot_of
from maps.layers import Column, FillClass, SpotShape, Theme
from maps.model import CoverageInput
from maps.palette import NO_REGISTER, SEVERITY
from maps.sheet import SheetRow
from maps.words import Words
from service.domain.gap_model import NAMES, GapKind

GAPS_LISTED: Final = 60
# Classes of the cells by gap after those of severity: nobody answers (G3), and none found.
NOBODY, NONE = "nobody", "none"
_SEVERITIES: Final = {"critical": "危急", "high": "高", "medium": "中", "low": "低"}
_PUBLIC_GAPS: Final[dict[str, tuple[str, str]]] = {
    str(kind): NAMES[kind]
    for kind in (
        GapKind.HOLE,
        GapKind.OVERLAP,
        GapKind.NO_LEAD,
        GapKind.ONE_OFFICER,
        GapKind.CELL_NOT_INSPECTED,
    )
}


def public_gaps(gaps: GeoDataFrame) -> GeoDataFrame:
    """Return the gaps that anybody may know of: those of ground and cells, in general words.

    What a gap says of its own may name people, enterprises, risk classes or tip-offs.
    """
    kept = gaps[gaps["kind"].isin(list(_PUBLIC_GAPS))]
    names = [_PUBLIC_GAPS[str(kind)] for kind in kept["kind"]]
    return kept.assign(
        what_zh=[zh for zh, _ in names], what_en=[en for _, en in names], fix_zh="", fix_en=""
    )


def worst_of_cells(gaps: DataFrame) -> dict[str, str]:
    """Return by cell code the severity of its worst gap, or `NOBODY` where nobody leads it."""
    order = list(SEVERITY)
    inside = gaps[gaps["cell_code"].notna()]
    worst: dict[str, int] = {}
    for code, severity in zip(inside["cell_code"].astype(str), inside["severity"], strict=True):
        step = order.index(severity) if severity in order else len(order) - 1
        worst[code] = min(worst.get(code, step), step)
    unheld = inside.loc[inside["kind"] == str(GapKind.NO_LEAD), "cell_code"].astype(str)
    return {code: order[step] for code, step in worst.items()} | dict.fromkeys(unheld, NOBODY)


def gap_theme(given: CoverageInput) -> Theme:
    """Return the cells by their worst gap; every class opens its cells in the pages."""
    keys = [*SEVERITY, NOBODY, NONE]
    worst = worst_of_cells(given.gaps)
    texts = _texts_of_cells(given.gaps)
    codes = [str(code) for code in given.geography.cells["code"]]
    return Theme(
        switches={"view": "gap"},
        title=Words("网格按最重盲区", "Cells by their worst gap"),
        unit=Words(
            f"{len(given.gaps)} 处；{given.meta.as_of.isoformat()}",
            f"{len(given.gaps)} gaps; {given.meta.as_of.isoformat()}",
        ),
        classes=_classes(),
        assigned=[keys.index(worst.get(code, NONE)) for code in codes],
        columns=[
            Column(
                label=Words("盲区数", "Gaps"),
                values=[len(texts[code]) for code in codes],
                sorts=True,
            ),
            Column(
                label=Words("盲区", "Which"),
                values=["；".join(texts[code][:5]) or None for code in codes],
            ),
        ],
    )


def _classes() -> list[FillClass]:
    nobody = Words("无人负责（G3）", "Nobody answers (G3)")
    return [
        *(
            FillClass(
                label=Words(f"最重为{_SEVERITIES[key]}", f"Worst: {key}"),
                fill=SEVERITY[key],
                always=True,
                records={"set": f"worst_{key}"},
            )
            for key in SEVERITY
        ),
        FillClass(label=nobody, hatch="nobody", always=True, records={"set": f"worst_{NOBODY}"}),
        FillClass(
            label=Words("未发现盲区", "No gap found"),
            fill=NO_REGISTER,
            records={"set": f"worst_{NONE}"},
        ),
    ]


def _texts_of_cells(gaps: DataFrame) -> Mapping[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    inside = gaps[gaps["cell_code"].notna()]
    columns = ["cell_code", "kind", "what_zh"]
    for code, kind, what in inside[columns].itertuples(index=False, name=None):
        texts[str(code)].append(f"{kind} {what}")
    return texts


def ground_shapes(gaps: GeoDataFrame) -> list[SpotShape]:
    """Return the ground in no cell or in two: its shape is that of the gap, not of a cell."""
    if "gap_id" not in gaps:
        return []
    ground = gaps[gaps["kind"].isin(GROUND) & gaps.geometry.notna()]
    columns = ["gap_id", "what_zh", "what_en", "fix_zh", "fix_en"]
    return [
        SpotShape(
            spot_id=str(int(number)), shape=shape, title=Words(zh, en), text=Words(fix_zh, fix_en)
        )
        for (number, zh, en, fix_zh, fix_en), shape in zip(
            DataFrame(ground[columns]).itertuples(index=False, name=None),
            ground.geometry,
            strict=True,
        )
    ]


def listed_gaps(given: CoverageInput) -> list[dict[str, Any]]:
    """Return the worst gaps as lines of the list, each with the place it concerns."""
    names = _place_names(given)
    return [_line(row, names) for row in _worst_first(given).head(GAPS_LISTED).to_dict("records")]


def sheet_row(gap: Mapping[str, Any]) -> SheetRow:
    """Return a line of the list as paper has it."""
    fix = gap["fix_zh"]
    return SheetRow(
        title=Words(f"{gap['kind']} {gap['what_zh']}", f"{gap['kind']} {gap['what_en']}"),
        text=Words(
            f"{gap['severity_zh']} · {gap['place']}" + (f" · 补法：{fix}" if fix else ""),
            f"{gap['severity']} · {gap['place']}" + (f" · fix: {gap['fix_en']}" if fix else ""),
        ),
    )


def _place_names(given: CoverageInput) -> PlaceNames:
    held = given.responsibilities[given.responsibilities["duty"] == given.duty]
    led: dict[int, list[str]] = {}
    if "officer_id" in held:
        pairs = held[["officer_id", "cell_code"]].drop_duplicates()
        for officer, code in pairs.itertuples(index=False, name=None):
            led.setdefault(int(officer), []).append(str(code))
    cells, townships = given.geography.cells, given.geography.townships
    return PlaceNames(
        cells=dict(zip(cells["code"].astype(str), cells["name"].astype(str), strict=True)),
        townships=dict(
            zip(townships["code"].astype(str), townships["name"].astype(str), strict=True)
        ),
        cells_of=led,
    )


def _worst_first(given: CoverageInput) -> GeoDataFrame:
    order = list(SEVERITY)
    step = [order.index(one) if one in order else len(order) for one in given.gaps["severity"]]
    return given.gaps.assign(step=step).sort_values(["step", "kind"], kind="stable")


def _line(row: dict[Any, Any], names: PlaceNames) -> dict[str, Any]:
    code = row["township_code"]
    return {
        "kind": row["kind"],
        "severity": row["severity"],
        "severity_zh": _SEVERITIES.get(row["severity"], row["severity"]),
        "place": "" if pd.isna(code) else names.townships.get(str(code), str(code)),
        "since": None if pd.isna(row["since"]) else str(row["since"])[:10],
        "spot": spot_of(row, row["geometry"], names),
        **{key: row[key] for key in ("what_zh", "what_en", "fix_zh", "fix_en")},
    }
