"""A slow scan written from the definition, to hold the fast one against."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.model import ScanSettings
from service.domain.scan.study import Study


@dataclass(frozen=True, kw_only=True)
class Brute:
    llr: list[float]
    size: list[int]
    maximum: float


def term(count: float, expected: float) -> float:
    return count * math.log(count / expected) if count > 0 and expected > 0 else 0.0


def llr(study: Study, cases: int, risk: int) -> float:
    total_cases, total = study.total_cases, study.total_risk
    expected = risk * total_cases / total
    if risk in {0, total}:
        return 0.0
    out = term(cases, expected) + term(total_cases - cases, total_cases - expected)
    if study.model == "bernoulli":
        rest, inside = total - risk, risk - cases
        out += term(inside, risk - expected)
        outside = rest - (total_cases - cases)
        out += term(outside, rest - (total_cases - expected))
    return out


def brute(study: Study, cases: NDArray[np.int64], settings: ScanSettings) -> Brute:
    values, sizes = [], []
    for i in range(study.x.size):
        windows = [(0.0, 0)]
        deltas = (a - a[i] for a in (study.x, study.y, study.z))
        distance = np.sqrt(sum(d * d for d in deltas))
        order = np.argsort(distance, kind="stable")
        n = risk = held = 0
        for k, j in enumerate(order):
            n, risk, held = n + int(cases[j]), risk + int(study.risk[j]), held + int(study.size[j])
            far = settings.max_radius is not None and distance[j] > settings.max_radius
            if held > study.size_limit or far:
                break
            tied = k + 1 < order.size and (
                distance[order[k + 1]] - distance[j] <= study.distance_slack
            )
            if settings.ties == "closed" and tied:
                continue
            excess = n * study.total_risk - risk * study.total_cases
            high = excess > 0 and n >= settings.min_cases and settings.rates != "low"
            low = excess < 0 and settings.rates != "high"
            value = llr(study, n, risk) if high or low else 0.0
            windows.append((value, k + 1))
        best = max(value for value, _ in windows)
        # Of windows that differ by rounding only, the smallest.
        sizes.append(min(size for value, size in windows if value >= best * (1 - 1e-9)))
        values.append(best)
    return Brute(llr=values, size=sizes, maximum=max(values))
