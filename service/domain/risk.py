"""Risk classes 1 to 4 (4 is the highest) and how often each must be visited.

Letters are labels only: some counties call the highest risk A, others D.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HIGHEST_CLASS: Final = 4

# Scores from which classes 2, 3 and 4 begin: the bands of the 2016 food measures, which
# docs/decisions name as a proposal to be confirmed by each county.
CLASS_FLOORS: Final = (30.0, 45.0, 60.0)

# A register row that is no longer there to be visited. Anything else counts as active: an
# unknown word in a status column must not make an enterprise disappear.
INACTIVE_STATUSES: Final = frozenset({"closed", "revoked", "cancelled", "banned", "inactive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPolicy:
    """How often one class of one product is visited under a regime.

    Attributes:
        product: A product line.
        risk_class: 1 to 4.
        regime: The preset it came from.
        label: What the regime calls the class.
        min_per_year: Visits required in a year.
        max_interval_days: Days after a visit by which the next is due.
        sampling_rate: Share of the class drawn at random, 0 to 1; None where all are visited.
    """

    product: str
    risk_class: int
    regime: str
    label: str
    min_per_year: float
    max_interval_days: int
    sampling_rate: float | None = None


# (label, visits a year, days between visits, sampling rate) for classes 1 to 4.
_Preset = tuple[tuple[str, float, int, float | None], ...]
PRESETS: Final[dict[str, _Preset]] = {
    # Measures for the graded management of food risk, 2016: A >= 1, B 1-2, C 2-3, D 3-4 a year.
    "food_2016": (
        ("A", 1, 365, None),
        ("B", 1, 365, None),
        ("C", 2, 183, None),
        ("D", 3, 122, None),
    ),
    # Practice of the quality bureaus around 2012: A >= 1, B 4, C 6 a year; D under special watch.
    "qts_2012": (("A", 1, 365, None), ("B", 4, 92, None), ("C", 6, 61, None), ("D", 12, 31, None)),
    # General credit-risk classes, 2022: a random share of each, with a floor of one in two years.
    "credit_2022": (
        ("A", 0.5, 730, 0.01),
        ("B", 0.5, 730, 0.03),
        ("C", 1, 365, 0.10),
        ("D", 2, 183, 0.30),
    ),
}
REGIME_OF_PRODUCT: Final = {
    "baijiu": "food_2016",
    "fertiliser": "qts_2012",
    "cement": "qts_2012",
}
DEFAULT_REGIME: Final = "food_2016"


class PolicyTable:
    """The policies of a county, by product and class; the defaults stand in for what it lacks."""

    def __init__(self, policies: Iterable[InspectionPolicy] = ()) -> None:
        """Keep the policies by their key."""
        self._by_key = {(policy.product, policy.risk_class): policy for policy in policies}

    def of(self, product: str, risk_class: int) -> InspectionPolicy:
        """Return the policy of a class of a product."""
        found = self._by_key.get((product, risk_class))
        return found or default_policies(product)[risk_class - 1]

    def visits_per_month(self, product: str, risk_class: int) -> float:
        """Return the visits that an enterprise of this class needs in a month."""
        return self.of(product, risk_class).min_per_year / 12


def default_policies(product: str) -> tuple[InspectionPolicy, ...]:
    """Return the policies of classes 1 to 4 that a product starts with."""
    regime = REGIME_OF_PRODUCT.get(product, DEFAULT_REGIME)
    return preset_policies(product, regime)


def preset_policies(product: str, regime: str) -> tuple[InspectionPolicy, ...]:
    """Return the policies of classes 1 to 4 of a product under a preset."""
    return tuple(
        InspectionPolicy(
            product=product,
            risk_class=number,
            regime=regime,
            label=label,
            min_per_year=per_year,
            max_interval_days=interval,
            sampling_rate=rate,
        )
        for number, (label, per_year, interval, rate) in enumerate(PRESETS[regime], start=1)
    )


def class_of_score(score: float) -> int:
    """Return the class of a score: 1 below 30, 2 below 45, 3 below 60, else 4."""
    return 1 + sum(score >= floor for floor in CLASS_FLOORS)


def next_visit_due(last_visit_on: date | None, policy: InspectionPolicy, *, on: date) -> date:
    """Return the day by which the next visit is due; at once for who was never visited."""
    if last_visit_on is None:
        return on
    return last_visit_on + timedelta(days=policy.max_interval_days)


def days_overdue(last_visit_on: date | None, policy: InspectionPolicy, *, on: date) -> int | None:
    """Return the days by which a visit is late, 0 or less when it is not; None if never visited."""
    if last_visit_on is None:
        return None
    return (on - next_visit_due(last_visit_on, policy, on=on)).days
