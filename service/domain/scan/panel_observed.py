"""The best window of the observed data around each centre."""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np

from service.domain.scan.jit import inlined, kernel
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Floats, Integers
from service.domain.scan.panel import Metrics
from service.domain.scan.panel_order import Windows, neighbours

SAME = 1.0 + 1e-9  # a window must be better by more than rounding to replace a smaller one


class Best(NamedTuple):
    """The best observed window of each location.

    Attributes:
        llr: Times the penalty; 0 where no window counts.
        size: Locations in it, the nearest ones.
        stretch: Number of its stretch of time.
        metric: Number of its metric.
    """

    llr: Floats
    size: Integers
    stretch: Integers
    metric: Integers


@kernel
def best_observed_windows(
    centres: Integers,
    metrics: Metrics,
    z: Floats,
    windows: Windows,
    cases_before: Integers,
    risk_before: Integers,
    best: Best,
) -> None:
    """Note the best window of some centres; of equally good ones the smallest and shortest.

    Args:
        centres: Locations.
        metrics: Circles come first.
        z: Third coordinate.
        windows: Rules.
        cases_before: Cases of each location before each interval, and of all.
        risk_before: The same of the risk.
        best: Where to.
    """
    locations, times = cases_before.shape
    order = np.empty(locations, np.int64)
    ends = np.empty(locations, np.bool_)
    for centre in centres:
        for metric in range(metrics.stretch.size):
            last = neighbours(
                centre, metrics.x[metric], metrics.y[metric], z, metrics.stretch[metric],
                windows, order, ends,
            )  # fmt: skip
            cases, risk = np.zeros(times, np.int64), np.zeros(times, np.int64)
            new = False
            for k in range(last):
                j = order[k]
                cases += cases_before[j]
                risk += risk_before[j]
                # More risk and no more cases is never a better window of high rates.
                new = new or windows.low or cases_before[j, times - 1] > 0
                if ends[k] and new:
                    look(centre, k + 1, metric, metrics.penalty[metric], windows, cases, risk, best)
                    new = False


@kernel
def look(
    centre: int,
    size: int,
    metric: int,
    penalty: float,
    windows: Windows,
    cases: Integers,
    risk: Integers,
    best: Best,
) -> None:
    """Compare one set of locations, at all stretches of time, with the best so far."""
    for stretch in range(windows.first.size):
        begin, beyond = windows.first[stretch], windows.beyond[stretch]
        count, held = cases[beyond] - cases[begin], risk[beyond] - risk[begin]
        if not counts(count, held, windows):
            continue
        least = best.llr[centre] * SAME
        if bound(count, held, windows) * penalty <= least:
            continue
        value = penalty * window_llr(
            count, held, windows.total_cases, windows.total_risk, windows.bernoulli
        )
        if value > least:
            best.llr[centre] = value
            best.size[centre] = size
            best.stretch[centre] = stretch
            best.metric[centre] = metric


@inlined
def counts(count: int, held: int, windows: Windows) -> bool:
    """Say whether a window has a rate of the kind looked for."""
    share = float(count) * windows.total_risk
    due = float(held) * windows.total_cases
    high = windows.high and share > due and count >= windows.min_cases
    return bool(high or (windows.low and share < due))


@inlined
def bound(count: int, held: int, windows: Windows) -> float:
    """Return Pearson's statistic of a window, which its log likelihood ratio never exceeds."""
    expected = float(held) * windows.total_cases / windows.total_risk
    outside = windows.total_cases - expected
    squared = (count - expected) * (count - expected)
    if expected <= 0.0 or outside <= 0.0:
        return np.inf
    value = squared / expected + squared / outside
    if windows.bernoulli:
        healthy, others = held - expected, windows.total_risk - held - outside
        if healthy <= 0.0 or others <= 0.0:
            return np.inf
        value += squared / healthy + squared / others
    return value * (1.0 + 1e-9)
