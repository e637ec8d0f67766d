"""Best windows of the centres → the clusters reported."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from service.domain.scan.inference import fit_gumbel, monte_carlo_p, standard_error
from service.domain.scan.model import Floats, Integers, ScanCluster, ScanSettings
from service.domain.scan.overlap import choose_apart
from service.domain.scan.study import Study
from service.domain.scan.sweep import Sweep

SMALLEST_LLR = 1e-10  # below this a window differs from the rest by rounding only


class Window(NamedTuple):
    """A centre and the locations around it, the nearest first, with their distances."""

    centre: int
    llr: float
    members: Integers
    distance: Floats


def best_windows(study: Study, settings: ScanSettings, found: Sweep) -> list[Window]:
    """Return the best windows, best first, no location in two of them.

    Each centre stands for its best window only. Equally good windows: the centre whose row
    comes first in the data wins.
    """
    ranked = np.lexsort((study.first_row, -found.llr))
    ranked = ranked[: int((found.llr >= SMALLEST_LLR).sum())]
    most = min(settings.max_clusters, ranked.size)
    chosen, members, ends = choose_apart(
        ranked, most, found.reach, found.last, study.x, study.y, study.z
    )
    return [
        _nearest_first(study, int(centre), float(found.llr[centre]), members[start:end])
        for centre, (start, end) in zip(chosen, pairwise(ends), strict=True)
    ]


def _nearest_first(study: Study, centre: int, llr: float, members: Integers) -> Window:
    """Put members, the lowest number first, in order of distance.

    Locations are numbered by coordinates: of equally near ones, SaTScan's lesser coordinate is
    the lesser number.
    """
    dx = study.x[members] - study.x[centre]
    dy = study.y[members] - study.y[centre]
    dz = study.z[members] - study.z[centre]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    order = np.argsort(distance, kind="stable")
    return Window(centre, llr, members[order], distance[order])


def describe(study: Study, windows: list[Window], null_maxima: Floats) -> Iterator[ScanCluster]:
    """Yield windows as clusters of rank 1, 2, 3 and on, their members as rows of the study."""
    total, total_risk, first_row = study.total_cases, study.total_risk, study.first_row
    rows = np.argsort(study.row_location, kind="stable")
    ends = np.cumsum(np.bincount(study.row_location))
    gumbel = fit_gumbel(null_maxima)
    for rank, window in enumerate(windows, start=1):
        members = window.members
        cases = int(study.cases[members].sum())
        expected = int(study.risk[members].sum()) * total / total_risk
        outside = (total - cases) / (total - expected)
        p = monte_carlo_p(window.llr, null_maxima)
        yield ScanCluster(
            rank=rank,
            centre=int(first_row[window.centre]),
            members=_rows_of(members, rows, ends),
            radius=float(window.distance[-1]),
            cases=cases,
            population=float(study.population[members].sum()),
            expected=expected,
            relative_risk=cases / expected / outside if outside > 0 else None,
            llr=window.llr,
            p=p,
            p_se=standard_error(p, null_maxima.size),
            p_gumbel=None if gumbel is None else gumbel.tail(window.llr),
        )


def _rows_of(members: Integers, rows: Integers, ends: Integers) -> tuple[int, ...]:
    """Return the rows at some locations: in the order of the locations, then of the rows.

    Args:
        members: Locations.
        rows: All rows, location by location.
        ends: One past the last row of each location.
    """
    if ends.size == rows.size:
        return tuple(rows[members].tolist())
    starts = np.concatenate(([0], ends))
    return tuple(row for one in members for row in rows[starts[one] : starts[one + 1]].tolist())
