"""The elliptic spatial scan statistic, as an option beside the circular one.

Kulldorff, M., Huang, L., Pickle, L., Duczmal, L. (2006): An elliptic spatial scan statistic.
Statistics in Medicine 25, 3929-3943. Circles are always among the windows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from service.domain.errors import InvalidInputError
from service.domain.scan.model import Integers, ScanCluster, ScanResult, ScanSettings
from service.domain.scan.panel import Metrics, Panel, from_study
from service.domain.scan.panel_clusters import Question, find, make_windows
from service.domain.scan.study import make_study, window_size_limit
from service.domain.scan.sweep import Watch

SHAPES = (1.5, 2.0, 3.0, 4.0, 5.0)  # long axis over short axis; SaTScan's
ANGLES = (4, 6, 9, 12, 15)  # of each shape, evenly apart; neighbours overlap by two thirds
MOST_ANGLES = 180
HALF_TURN_DEG = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipticSettings(ScanSettings):
    """What an elliptic scan is asked; the rest as in the circular scan.

    Attributes:
        max_radius: Of the long half axis.
        shapes: Long axis over short axis, each above 1.
        angles: How many directions each shape is tried in, from the x axis on.
        compactness: 0 for no penalty, 0.5 medium, 1 strong: a ratio counts (4s / (s+1)^2)^a of
            itself, s the shape. Members, cases and p are those of the penalised best.
    """

    shapes: tuple[float, ...] = SHAPES
    angles: tuple[int, ...] = ANGLES
    compactness: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, naming the setting.

        Raises:
            InvalidInputError: A setting is out of its range.
        """
        ScanSettings.__post_init__(self)
        if self.geometry != "plane":
            raise InvalidInputError(
                "ellipses need a plane, and longitude and latitude are none; project the points "
                "to metres first, or use circles"
            )
        if len(self.shapes) != len(self.angles):
            raise InvalidInputError("shapes and angles must be equally many, one number per shape")
        if not all(np.isfinite(s) and s > 1 for s in self.shapes):
            raise InvalidInputError("shapes must be above 1: the long axis over the short axis")
        if not all(1 <= a <= MOST_ANGLES for a in self.angles):
            raise InvalidInputError(f"angles must lie between 1 and {MOST_ANGLES}")
        if not 0 <= self.compactness <= 1:
            raise InvalidInputError("compactness must lie between 0 (no penalty) and 1 (strong)")


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipseCluster(ScanCluster):
    """An elliptic window; `radius` is its long half axis, `llr` has the penalty in it.

    Attributes:
        shape: Long axis over short axis; 1 for a circle.
        angle_deg: From the x axis to the long axis, counter-clockwise, 0 to 180.
        semi_minor: Short half axis, in the unit of the coordinates.
        semi_major: Long half axis.
    """

    shape: float
    angle_deg: float
    semi_minor: float
    semi_major: float


def scan_ellipses(  # noqa: PLR0913, the arrays are the data, the rest is keyword-only
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike,
    *,
    settings: EllipticSettings,
    expected: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ScanResult:
    """Find circles and ellipses whose rate chance does not explain.

    An ellipse grows around a location as a circle does, by a distance that counts steps along
    its long axis `shape` times less.

    Args:
        x: First coordinate on a plane, in metres or any unit.
        y: Second coordinate.
        cases: Whole counts; rows at one place are added up.
        population: Units, cases among them (Bernoulli), or people (Poisson).
        settings: What to look for.
        expected: Poisson only: expected cases from covariates, in any scale.
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the scan ends with ScanStoppedError.

    Returns:
        Clusters (EllipseCluster) with indices of rows. No value is NaN.

    Raises:
        InvalidInputError: The rows cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    study = make_study(x, y, cases, population, settings=settings, expected=expected)
    panel = from_study(study)

    def question(of: Panel) -> Question:
        windows = make_windows(of, settings, [(0, 1)])
        return Question(panel=of, metrics=metrics(of, settings), windows=windows, rest=without)

    def without(of: Panel, members: Integers) -> Question:
        limit = window_size_limit(np.delete(of.size, members), settings)
        return question(of.without(members, limit))

    found, first = find(question(panel), settings, Watch(progress=progress, stop=stop))
    forms = _forms(settings)
    return ScanResult(
        settings=settings,
        clusters=tuple(_ellipse(one.fields, *forms[one.metric]) for one in found),
        null_maxima=first.null_maxima,
        total_cases=panel.total_cases,
        total_population=float(panel.population.sum()),
        n_locations=panel.x.size,
        centre_llr=first.best.llr[panel.row_location],
    )


def metrics(panel: Panel, settings: EllipticSettings) -> Metrics:
    """Return the distances of all shapes and angles, the circle's first."""
    forms = np.array(_forms(settings))
    shape, angle = forms[:, :1], np.radians(forms[:, 1:])
    along = panel.x * np.cos(angle) + panel.y * np.sin(angle)
    across = panel.y * np.cos(angle) - panel.x * np.sin(angle)
    s = forms[:, 0]
    penalty = (4 * s / (s + 1) ** 2) ** settings.compactness
    return Metrics(along / shape, across, s.copy(), penalty)


def _forms(settings: EllipticSettings) -> list[tuple[float, float]]:
    """Return shape and angle in degrees of every metric."""
    forms = [(1.0, 0.0)]
    for shape, number in sorted(zip(settings.shapes, settings.angles, strict=True)):
        forms += [(shape, HALF_TURN_DEG * turn / number) for turn in range(number)]
    return forms


def _ellipse(fields: dict[str, float], shape: float, angle_deg: float) -> EllipseCluster:
    long = fields["radius"]
    return EllipseCluster(
        **fields,  # type: ignore[arg-type] # fields as in ScanCluster
        shape=shape,
        angle_deg=angle_deg,
        semi_minor=long / shape,
        semi_major=long,
    )
