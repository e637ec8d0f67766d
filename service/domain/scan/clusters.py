"""Best windows of the centres → the clusters reported."""

import numpy as np

from service.domain.scan.inference import gumbel_p, monte_carlo_p, standard_error
from service.domain.scan.model import Floats, Integers, ScanCluster, ScanSettings
from service.domain.scan.nearest import nearest
from service.domain.scan.overlap import choose_apart
from service.domain.scan.study import Study
from service.domain.scan.sweep import Sweep

SMALLEST_LLR = 1e-10  # below this a window differs from the rest by rounding only


def best_windows(study: Study, settings: ScanSettings, found: Sweep) -> list[tuple[int, Integers]]:
    """Return centres and their members, best first, no location in two windows.

    Each centre stands for its best window only. Equally good windows: the centre whose row
    comes first in the data wins.
    """
    ranked = np.lexsort((study.first_row, -found.llr))
    ranked = ranked[: int((found.llr >= SMALLEST_LLR).sum())]
    most = min(settings.max_clusters, ranked.size)
    places = (study.x, study.y, study.z)
    chosen = choose_apart(ranked, most, found.reach, found.last, *places)
    return [(int(c), nearest(study, int(c), int(found.size[c]))) for c in chosen]


def describe(
    study: Study, window: tuple[int, Integers], llr: float, null_maxima: Floats
) -> ScanCluster:
    """Return a window as a cluster of rank 1, its members as rows of the study."""
    centre, members = window
    cases, total = int(study.cases[members].sum()), study.total_cases
    expected = int(study.risk[members].sum()) * total / study.total_risk
    outside = (total - cases) / (total - expected)
    offset = [float(a[members[-1]] - a[centre]) for a in (study.x, study.y, study.z)]
    p = monte_carlo_p(llr, null_maxima)
    return ScanCluster(
        rank=1,
        centre=int(study.first_row[centre]),
        members=rows_of(study, members),
        radius=float(np.sqrt(sum(d * d for d in offset))),
        cases=cases,
        population=float(study.population[members].sum()),
        expected=expected,
        relative_risk=cases / expected / outside if outside > 0 else None,
        llr=llr,
        p=p,
        p_se=standard_error(p, null_maxima.size),
        p_gumbel=gumbel_p(llr, null_maxima),
    )


def rows_of(study: Study, members: Integers) -> tuple[int, ...]:
    """Return the rows at some locations: in the order of the locations, then of the rows."""
    rank = np.full(study.x.size, -1, np.int64)
    rank[members] = np.arange(members.size)
    row_rank = rank[study.row_location]
    rows = np.flatnonzero(row_rank >= 0)
    return tuple(int(row) for row in rows[np.argsort(row_rank[rows], kind="stable")])
