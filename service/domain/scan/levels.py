"""How many cases a window of a given risk must hold to matter.

For high rates the log likelihood ratio rises with the cases of a window and falls with its risk;
for low rates the other way round. So a run of windows whose risk is at least that of a *level*
cannot beat a value while its largest count stays under the *critical count* of that level and
value. Levels are a fifth of a standard deviation of the count apart.
"""

# ruff: noqa: FBT001 - kernels take plain arrays, by position

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Integers, ScanSettings
from service.domain.scan.study import Study

STEP = 0.05  # log likelihood ratios are rounded down to multiples of this
STEPS = 600
SLACK = 1e-9  # covers rounding: a critical count is never too high
FIRST_SINGLE = 16  # levels this many mean risks from a centre are one mean risk apart
FINEST_HALVING = 6
BLOCK_SD = 0.2
LEAST_BLOCK = 8
MOST_BLOCK = 112
MOST_LEVELS = 600


class Levels(NamedTuple):
    """Risks and critical counts.

    Attributes:
        risk: Ascending, from 0.
        high: For each step of the ratio and each level, the smallest count that can beat the
            ratio in a window of at least this risk.
        low: One more than the largest count that can beat it in a window of at most this risk.
        high_planes: Bits that hold every critical count of a level.
        low_planes: The same for low rates.
    """

    risk: Integers
    high: NDArray[np.int32]
    low: NDArray[np.int32]
    high_planes: Integers
    low_planes: Integers


def make_levels(study: Study, settings: ScanSettings) -> Levels:
    """Choose levels for a study and compute their critical counts."""
    total, cases = study.total_risk, study.total_cases
    bernoulli = study.model == "bernoulli"
    risk = _risks(study, settings)
    tables = []
    for rates in ("high", "low"):
        table = np.full((STEPS, risk.size), cases + 1 if rates == "high" else 0, np.int32)
        if rates == "high" and settings.rates != "low":
            fill_high(table, risk, cases, total, settings.min_cases, bernoulli)
        if rates == "low" and settings.rates != "high":
            fill_low(table, risk, cases, total, bernoulli)
        tables.append(table)
    planes = [np.array([int(m).bit_length() for m in t.max(axis=0)], np.int64) for t in tables]
    return Levels(
        risk=risk, high=tables[0], low=tables[1], high_planes=planes[0], low_planes=planes[1]
    )


def _risks(study: Study, settings: ScanSettings) -> Integers:
    """Return the levels: single locations, then blocks whose count varies little."""
    total, cases = study.total_risk, study.total_cases
    mean = total / study.x.size
    variance = (1 - cases / total) if study.model == "bernoulli" else 1.0
    reach = total if settings.share_of == "population" else min(total, study.size_limit)
    least, most = max(LEAST_BLOCK, reach / mean / MOST_LEVELS), MOST_BLOCK
    risks, at = [0.0, *(mean / 2**k for k in range(FINEST_HALVING, 0, -1))], mean
    while at < reach:
        risks.append(at)
        deviation = math.sqrt(at * total / cases * variance) / mean
        narrowest = 1 if at < FIRST_SINGLE * mean else least
        at += mean * max(narrowest, min(most, BLOCK_SD * deviation))
    return np.unique(np.floor(np.array([*risks, float(reach)])).astype(np.int64))


@kernel
def fill_high(
    table: NDArray[np.int32],
    risk: Integers,
    total_cases: int,
    total_risk: int,
    min_cases: int,
    bernoulli: bool,
) -> None:
    """Fill the critical counts of high rates, level by level, for rising counts."""
    for level in range(risk.size):
        expected = float(risk[level]) * total_cases / total_risk
        count = max(min_cases, int(expected))
        step = 0
        while step < table.shape[0] and count <= total_cases:
            # A Bernoulli window holds at least as many units as cases.
            least = max(risk[level], count) if bernoulli else risk[level]
            value = (
                np.inf
                if least == 0
                else window_llr(count, least, total_cases, total_risk, bernoulli)
            )
            if float(count) * total_risk <= float(least) * total_cases:
                value = 0.0
            while step < table.shape[0] and (value == np.inf or value > step * STEP - SLACK):
                table[step, level] = count
                step += 1
            count += 1


@kernel
def fill_low(
    table: NDArray[np.int32],
    risk: Integers,
    total_cases: int,
    total_risk: int,
    bernoulli: bool,
) -> None:
    """Fill the critical counts of low rates, level by level, for falling counts."""
    for level in range(risk.size):
        expected = float(risk[level]) * total_cases / total_risk
        count = min(total_cases, int(expected) + 1)
        step = 0
        while step < table.shape[0] and count >= 0:
            # The units outside must at least hold the cases outside.
            most = risk[level]
            if bernoulli:
                most = min(most, total_risk - (total_cases - count))
            beyond = float(most) * total_cases >= (1.0 - SLACK) * total_risk * total_cases
            value = (
                np.inf if beyond else window_llr(count, most, total_cases, total_risk, bernoulli)
            )
            if float(count) * total_risk >= float(most) * total_cases:
                value = 0.0
            while step < table.shape[0] and (value == np.inf or value > step * STEP - SLACK):
                table[step, level] = count + 1
                step += 1
            count -= 1
