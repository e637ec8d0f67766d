"""A slow scan of ellipses and cylinders, from the definition, to hold the fast one against."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.model import ScanSettings
from service.domain.scan.panel import Panel

Counts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Form:
    """A shape and an angle in degrees, and what its ratios are multiplied by."""

    shape: float = 1.0
    angle_deg: float = 0.0
    penalty: float = 1.0


def term(count: float, expected: float) -> float:
    return count * math.log(count / expected) if count > 0 and expected > 0 else 0.0


def llr(panel: Panel, cases: int, risk: int) -> float:
    total_cases, total = panel.total_cases, panel.total_risk
    if risk in {0, total}:
        return 0.0
    expected = risk * total_cases / total
    out = term(cases, expected) + term(total_cases - cases, total_cases - expected)
    if panel.bernoulli:
        healthy, others = risk - cases, total - risk - (total_cases - cases)
        out += term(healthy, risk - expected)
        out += term(others, total - risk - (total_cases - expected))
    return out


def distances(panel: Panel, centre: int, form: Form) -> NDArray[np.float64]:
    turn = math.radians(form.angle_deg)
    along = panel.x * math.cos(turn) + panel.y * math.sin(turn)
    across = panel.y * math.cos(turn) - panel.x * math.sin(turn)
    far = ((along - along[centre]) / form.shape) ** 2 + (across - across[centre]) ** 2
    return np.asarray(np.sqrt(far + (panel.z - panel.z[centre]) ** 2))


def best_of_centre(
    panel: Panel,
    cases: Counts,
    settings: ScanSettings,
    centre: int,
    form: Form,
    stretches: list[tuple[int, int]],
) -> float:
    """Return the largest penalised ratio of the windows of one centre and form."""
    best, held = 0.0, 0
    inside, risk = np.zeros(cases.shape[1], np.int64), np.zeros(cases.shape[1], object)
    far = distances(panel, centre, form)
    order = np.argsort(far, kind="stable")
    for k, j in enumerate(order):
        held += int(panel.size[j])
        inside, risk = inside + cases[j], risk + panel.risk[j].astype(object)
        too_far = settings.max_radius is not None and far[j] * form.shape > settings.max_radius
        if held > panel.size_limit or too_far:
            break
        tied = k + 1 < order.size and far[order[k + 1]] - far[j] <= panel.distance_slack
        if settings.ties == "closed" and tied:
            continue
        for begin, beyond in stretches:
            n, r = int(inside[begin:beyond].sum()), int(sum(risk[begin:beyond]))
            excess = n * panel.total_risk - r * panel.total_cases
            high = excess > 0 and n >= settings.min_cases and settings.rates != "low"
            low = excess < 0 and settings.rates != "high"
            if high or low:
                best = max(best, form.penalty * llr(panel, n, r))
    return best


def best_of_all(
    panel: Panel,
    cases: Counts,
    settings: ScanSettings,
    forms: list[Form],
    stretches: list[tuple[int, int]],
) -> list[float]:
    """Return the largest ratio of each centre."""
    return [
        max(best_of_centre(panel, cases, settings, centre, form, stretches) for form in forms)
        for centre in range(panel.x.size)
    ]
