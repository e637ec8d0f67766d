"""Gaps of ground: in no cell (G1), and in two (G2)."""

from collections.abc import Iterator

from shapely.geometry.base import BaseGeometry

from service.domain.gap_model import Cell, CountyDay, Gap, GapKind, Severity

_HECTARE_M2 = 10_000.0


def holes(day: CountyDay) -> Iterator[Gap]:
    """Yield the parts of the county that no cell covers (G1)."""
    columns = ["area_m2", "township_code", "geometry"]
    for area_m2, township_code, geometry in day.holes[columns].itertuples(index=False, name=None):
        hectares = area_m2 / _HECTARE_M2
        neighbour = _longest_neighbour(day, geometry)
        yield Gap(
            kind=GapKind.HOLE,
            severity=Severity.HIGH,
            since=day.plan_from,
            township_code=township_code,
            measure=area_m2,
            what_zh=f"{hectares:.1f} 公顷土地不属于任何网格",
            what_en=f"{hectares:.1f} ha belong to no cell",
            fix_zh=f"并入相邻网格 {neighbour.name}({neighbour.code})" if neighbour else "新建网格",
            fix_en=f"join it to its neighbour {neighbour.code}" if neighbour else "add a cell",
            geometry=geometry,
        )


def overlaps(day: CountyDay) -> Iterator[Gap]:
    """Yield each pair of cells that share ground (G2)."""
    columns = ["code", "other_code", "township_code", "area_m2", "geometry"]
    for code, other, township_code, area_m2, geometry in day.overlaps[columns].itertuples(
        index=False, name=None
    ):
        # Taken from the larger one, the cut changes less of what its people know.
        larger = max(code, other, key=lambda each: day.cell_by_code[each].geometry.area)
        hectares = area_m2 / _HECTARE_M2
        yield Gap(
            kind=GapKind.OVERLAP,
            severity=Severity.HIGH,
            since=day.plan_from,
            township_code=township_code,
            cell_code=code,
            measure=area_m2,
            what_zh=f"网格 {code} 与 {other} 重叠 {hectares:.1f} 公顷",
            what_en=f"cells {code} and {other} share {hectares:.1f} ha",
            fix_zh=f"从较大的网格 {larger} 中划出重叠部分",
            fix_en=f"cut the shared ground out of the larger cell {larger}",
            geometry=geometry,
        )


def _longest_neighbour(day: CountyDay, hole: BaseGeometry) -> Cell | None:
    """Return the cell with the longest border on a hole."""
    near = day.cells.sindex.query(hole, predicate="intersects")
    if len(near) == 0:
        return None
    shared = [
        (day.cells.geometry.iloc[position].intersection(hole.boundary).length, position)
        for position in near
    ]
    _, position = max(shared, key=lambda each: (each[0], -each[1]))
    return day.cell_by_code[day.cells["code"].iloc[position]]
