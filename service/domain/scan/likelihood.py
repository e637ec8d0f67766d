"""Log likelihood ratios of a window, and the largest value a count difference allows.

Kulldorff, M. (1997): A spatial scan statistic. Communications in Statistics: Theory and Methods
26, 1481-1496. Every term is count times log of a ratio near one, written with log1p of the
difference: a difference of N log N would lose eight digits at twelve million people.
"""

# ruff: noqa: FBT001 - kernels take plain arrays, by position

import math

from service.domain.scan.jit import inlined, lean


@inlined
def term(count: float, expected: float, excess: float) -> float:
    """Return count * log(count / expected), where count = expected + excess; 0 for count 0."""
    if count <= 0.0 or expected <= 0.0:
        return 0.0
    return count * math.log1p(excess / expected)


@lean
def poisson_llr(cases: float, expected: float, total_cases: float) -> float:
    """Return the log likelihood ratio of a window in the Poisson model, whichever its rate."""
    excess = cases - expected
    return term(cases, expected, excess) + term(
        total_cases - cases, total_cases - expected, -excess
    )


@lean
def bernoulli_llr(cases: float, units: float, total_cases: float, total_units: float) -> float:
    """Return the log likelihood ratio of a window in the Bernoulli model, whichever its rate."""
    expected = units * total_cases / total_units
    excess = cases - expected
    inside = term(cases, expected, excess) + term(units - cases, units - expected, -excess)
    outside_cases = total_cases - cases
    outside_expected = total_cases - expected
    outside_units = total_units - units
    return (
        inside
        + term(outside_cases, outside_expected, -excess)
        + term(outside_units - outside_cases, outside_units - outside_expected, excess)
    )


@lean
def window_llr(
    cases: int,
    risk: int,
    total_cases: int,
    total_risk: int,
    bernoulli: bool,
) -> float:
    """Return the log likelihood ratio of a window from whole numbers; 0 for an empty one.

    Args:
        cases: Cases inside.
        risk: Units (Bernoulli) or expected cases in fixed-point steps (Poisson) inside.
        total_cases: Cases everywhere.
        total_risk: Units or steps everywhere.
        bernoulli: Which model.
    """
    if risk <= 0 or risk >= total_risk:
        return 0.0
    if bernoulli:
        return bernoulli_llr(float(cases), float(risk), float(total_cases), float(total_risk))
    expected = float(risk) * total_cases / total_risk
    return poisson_llr(float(cases), expected, float(total_cases))
