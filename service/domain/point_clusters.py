"""Clusters in any frame of counts at places: one question, one answer, every kind of scan."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from service.domain.cluster_options import ClusterOptions
from service.domain.errors import InvalidInputError
from service.domain.place_counts import PlaceCounts, merge_study
from service.domain.scan import (
    EllipticSettings,
    ScanCluster,
    ScanResult,
    ScanSettings,
    SpaceTimeResult,
    SpaceTimeSettings,
    scan,
    scan_ellipses,
    scan_space_time,
)
from service.domain.study_span import StudyTimes

__all__ = ["MAX_PLACES", "Analysis", "ClusterOptions", "analyse", "clusters"]

Progress = Callable[[float], None]

# Every place is a centre and every window is weighed a thousand times: beyond this, a run takes
# hours, and cells answer the same question.
MAX_PLACES = 250_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """Clusters, and the places they were found among.

    Attributes:
        found: `settings` and `clusters`, as `clusters` returns them.
        places: id, x, y, cases, population and expected (NaN where unknown), over all times.
    """

    found: dict[str, Any]
    places: pd.DataFrame


def clusters(
    points: pd.DataFrame,
    options: ClusterOptions,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return the clusters of a frame of counts at places, as the command's JSON.

    Args:
        points: x, y, cases; population (not for a permutation scan); optional id, stratum, time
            (text). x and y are longitude and latitude in degrees (WGS 84) when
            `options.degrees`, else a plane.
        options: What to look for.
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the scan ends with ScanStoppedError.

    Returns:
        `settings` and `clusters`, best first. `members` are ids (row numbers from 1 without an
        id), in order of distance from the centre. `centre` holds the central place's id with
        lon and lat, or x and y. `radius` is in kilometres (chord of a sphere of 6,367 km), or in
        the unit of the plane; an ellipse's long half axis, beside `shape`, `angle_deg`,
        `semi_minor` and `semi_major`. Space-time clusters have `start` and `end`, the first and
        last day (or period). `relative_risk` is null when no case lies outside, `p_gumbel` when
        the simulated maxima do not vary.

    Raises:
        InvalidInputError: The points cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    return analyse(points, options, progress=progress, stop=stop).found


def analyse(
    points: pd.DataFrame,
    options: ClusterOptions,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Analysis:
    """Return the clusters together with the places; see `clusters`.

    Raises:
        InvalidInputError: The points cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    settings = options.scan_settings()
    missing: dict[str, Any] = {
        name: "" for name in ("id", "stratum", "time") if name not in points.columns
    }
    if "population" not in points.columns:
        missing["population"] = np.nan
    counts = _counted(points.assign(**missing), options, settings)
    if len(counts.places) > MAX_PLACES:
        raise InvalidInputError(
            f"{len(counts.places):,} places are more than the {MAX_PLACES:,} a scan can weigh; "
            "add them up by cell first"
        )
    result = _scanned(counts, settings, progress, stop)
    found = {
        "settings": _settings_out(options, settings, result, counts),
        "clusters": [_cluster_out(found, counts, options) for found in result.clusters],
    }
    return Analysis(found=found, places=_places(counts))


def _places(counts: PlaceCounts) -> pd.DataFrame:
    cases = counts.cases.sum(axis=1)
    people = np.full(cases.size, np.nan) if counts.population is None else counts.population
    expected = people / people.sum() * cases.sum() if counts.population is not None else people
    if counts.expected is not None:
        expected = counts.expected.sum(axis=1)
    return counts.places.assign(cases=cases, population=people, expected=expected)


def _counted(points: pd.DataFrame, options: ClusterOptions, settings: ScanSettings) -> PlaceCounts:
    by_time = options.model == "space-time"
    if not by_time and points["population"].isna().all():
        raise InvalidInputError(
            f"{options.model} needs population; without it, --model space-time compares times"
        )
    return merge_study(
        points,
        model="poisson" if by_time else settings.model,
        times=StudyTimes(start=options.start, end=options.end, unit=options.time_unit),
        by_time=by_time,
    )


def _scanned(
    counts: PlaceCounts,
    settings: ScanSettings,
    progress: Progress | None,
    stop: Callable[[], bool] | None,
) -> ScanResult:
    x, y, cases = counts.places["x"], counts.places["y"], counts.cases
    if isinstance(settings, SpaceTimeSettings):
        return scan_space_time(
            x, y, cases, counts.population, settings=settings, expected=counts.expected,
            progress=progress, stop=stop,
        )  # fmt: skip
    people = np.zeros(len(x)) if counts.population is None else counts.population
    expected = None if counts.expected is None else counts.expected[:, 0]
    if isinstance(settings, EllipticSettings):
        return scan_ellipses(
            x, y, cases[:, 0], people, settings=settings, expected=expected,
            progress=progress, stop=stop,
        )  # fmt: skip
    return scan(
        x, y, cases[:, 0], people, settings=settings, expected=expected,
        progress=progress, stop=stop,
    )  # fmt: skip


def _settings_out(
    options: ClusterOptions, settings: ScanSettings, result: ScanResult, counts: PlaceCounts
) -> dict[str, Any]:
    out = {
        **asdict(settings),
        "model": options.model,
        "window": options.window,
        "max_radius_km": options.max_radius_km,
        "radius_unit": "km" if options.degrees else "unit of x and y",
        "places": len(counts.places),
        "total_cases": result.total_cases,
        "total_population": None if counts.population is None else result.total_population,
        "notes": list(counts.notes),
    }
    if counts.starts:
        out |= {"start": counts.starts[0], "end": counts.ends[-1]}
    if isinstance(result, SpaceTimeResult):
        out |= {
            "time_unit": counts.unit,
            "intervals": result.n_intervals,
            "permutation": result.permutation,
        }
    return out


def _cluster_out(
    found: ScanCluster, counts: PlaceCounts, options: ClusterOptions
) -> dict[str, Any]:
    axes = ("lon", "lat") if options.degrees else ("x", "y")
    centre = counts.places.iloc[found.centre]
    ids = counts.places["id"]
    out = {
        "rank": found.rank,
        "llr": found.llr,
        "p": found.p,
        "p_gumbel": found.p_gumbel,
        "members": ids.iloc[list(found.members)].tolist(),
        "cases": found.cases,
        "expected": found.expected,
        "population": None if counts.population is None else found.population,
        "relative_risk": found.relative_risk,
        "centre": {
            "id": ids.iloc[[found.centre]].tolist()[0],
            axes[0]: float(centre["x"]),
            axes[1]: float(centre["y"]),
        },
        "radius": found.radius,
        "p_se": found.p_se,
    }
    more = {k: v for k, v in asdict(found).items() if k not in {*out, "centre", "members"}}
    if "start" in more:
        more["start"] = counts.starts[more["start"]]
        more["end"] = counts.ends[more["end"]]
    return out | more
