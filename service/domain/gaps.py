"""All gaps in supervision of a county on a day: one definition for pages, maps and commands."""

from collections.abc import Iterable
from dataclasses import fields

import geopandas
from geopandas import GeoDataFrame
from pandas import DataFrame

from service.domain import (
    gap_border,
    gap_coverage,
    gap_enterprises,
    gap_inspections,
    gap_responsibility,
)
from service.domain.gap_loads import Workloads
from service.domain.gap_model import NAMES, CountyDay, Gap, GapKind, Limits, Severity, Zone
from service.domain.gap_tenure import Tenures

__all__ = [
    "NAMES",
    "CountyDay",
    "Gap",
    "GapKind",
    "Limits",
    "Severity",
    "Zone",
    "counts",
    "find",
    "frame",
]

_COLUMNS = [each.name for each in fields(Gap)]


def find(day: CountyDay) -> list[Gap]:
    """Return every gap of the day, by kind, and within a kind in a fixed order."""
    loads, tenures = Workloads(day), Tenures(day)
    no_lead = list(gap_responsibility.cells_without_lead(day, loads, tenures))
    overloaded = list(gap_responsibility.overloads(day, loads))
    not_inspected = list(gap_inspections.cells_not_inspected(day))
    overdue = list(gap_inspections.overdue(day))
    return [
        *gap_coverage.holes(day),
        *gap_coverage.overlaps(day),
        *no_lead,
        *gap_responsibility.cells_without_second(day, tenures),
        *overloaded,
        *gap_enterprises.not_in_one_cell(day),
        *gap_enterprises.in_another_township(day),
        *overdue,
        *not_inspected,
        *gap_inspections.unwatched(day, no_lead, not_inspected, overloaded),
        *gap_border.neglected(day, no_lead, overdue, not_inspected),
        *gap_responsibility.far_cells(day, loads),
        *gap_inspections.reports_unanswered(day),
        *gap_inspections.not_closed(day),
        *gap_enterprises.without_licence(day),
    ]


def frame(gaps: Iterable[Gap]) -> GeoDataFrame:
    """Return gaps as a frame in WGS 84 with the columns of the data dictionary."""
    rows = [{column: getattr(gap, column) for column in _COLUMNS} for gap in gaps]
    table = DataFrame(rows, columns=_COLUMNS)
    table["kind"] = [str(kind) for kind in table["kind"]]
    table["severity"] = [str(severity) for severity in table["severity"]]
    for whole in ("enterprise_id", "officer_id"):
        table[whole] = table[whole].astype("Int64")
    shapes = geopandas.GeoSeries(list(table["geometry"]), index=table.index, crs=4326)
    return GeoDataFrame(table.drop(columns="geometry"), geometry=shapes, crs=4326)


def counts(table: DataFrame) -> dict[str, int]:
    """Return how many gaps of each kind a frame holds, kinds without any included."""
    found = table["kind"].value_counts()
    return {str(kind): int(found.get(kind, 0)) for kind in GapKind}
