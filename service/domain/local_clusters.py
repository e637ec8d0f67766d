"""Local statistics of any frame of places: who stands among high, low or mixed values."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError
from service.domain.local_options import LocalOptions
from service.domain.local_permutation import Watch
from service.domain.local_statistics import (
    DIRECT_DRAWS,
    SHARED_DRAWS,
    LocalResult,
    LocalSettings,
    getis_ord,
    local_moran,
)
from service.domain.multiple_testing import Correction
from service.domain.point_clusters import Analysis
from service.domain.rates import Measure, measured
from service.domain.sites import METRES_PER_KM, Sites, group_out, number, sites_of
from service.domain.study_span import StudyTimes
from service.domain.weights import Weights, distance_band, nearest

Floats = NDArray[np.float64]

MAX_SITES = 250_000
_GROUPED = ("hot", "cold", "HH", "LL", "HL", "LH")
_USUAL_NEIGHBOURS = 8
_STATISTICS = ("value", "statistic", "z", "p", "q")


def analyse_local(
    points: pd.DataFrame,
    options: LocalOptions,
    *,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Analysis:
    """Return the class of every place, and groups of neighbours of one class.

    Args:
        points: As for `point_clusters.clusters`, with whole or measured figures: x, y, and cases
            or value; population, id, stratum and time where there are any.
        options: What to test.
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the draws end with ScanStoppedError.

    Returns:
        `found` with settings, clusters and sites. A cluster is a group of neighbours of one class:
        rank (largest first), class, members, places, cases, population, p and q (the least of its
        members), centre, radius. A site has id, its coordinates, cases, population, value
        (what was compared), statistic, z, p, q, class, neighbours and draws; null where it was
        not tested: `isolated` has no neighbour, `unrated` too few people.

    Raises:
        InvalidInputError: The points cannot be tested; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    times = StudyTimes(start=options.start, end=options.end)
    everyone = sites_of(points, degrees=options.degrees, model=options.model, times=times)
    measure = _measure(everyone, options)
    rated = _rated(everyone, measure, options)
    sites = everyone.take(rated)
    _require_sites(sites, everyone)
    values = _figures(sites, measure)
    weights = _weights(sites, options)
    result = _tested(values, weights, options, Watch(progress=progress, stop=stop))
    places = _joined(everyone, rated, values, weights, result)
    found = {
        "settings": _settings(options, everyone, places, measure, weights),
        "clusters": _groups(sites, result, weights),
        "sites": _sites_out(everyone, places),
    }
    return Analysis(found=found, places=places)


def _measure(sites: Sites, options: LocalOptions) -> Measure | Literal["value"]:
    has_value = bool(sites.frame["value"].notna().any())
    has_base = bool(sites.frame["base"].notna().any())
    if has_value:
        if options.measure is not None:
            raise InvalidInputError("a value is compared as it is; leave --measure out")
        return "value"
    if sites.frame["cases"].isna().all():
        raise InvalidInputError(f"{options.method} needs --cases, or --value, to compare")
    wanted = options.measure or ("standardised" if has_base else "cases")
    if not has_base and (wanted != "cases" or options.min_population > 0):
        raise InvalidInputError(f"{wanted} needs --population; without it, cases are compared")
    return wanted


def _rated(sites: Sites, measure: str, options: LocalOptions) -> NDArray[np.bool_]:
    if sites.frame["base"].isna().all():
        return np.ones(len(sites.frame), dtype=np.bool_)
    enough = (sites.frame["population"] >= options.min_population).to_numpy()
    comparable = (sites.frame["base"] > 0).to_numpy() | (measure in {"cases", "value"})
    return np.asarray(enough & comparable, dtype=np.bool_)


def _require_sites(sites: Sites, everyone: Sites) -> None:
    left = len(everyone.frame) - len(sites.frame)
    if len(sites.frame) < 3:  # noqa: PLR2004 - two have nobody to differ from
        raise InvalidInputError(
            f"local statistics need at least 3 places; there are {len(sites.frame)}"
            + (f", and {left:,} more with too few people" if left else "")
        )
    if len(sites.frame) > MAX_SITES:
        raise InvalidInputError(
            f"{len(sites.frame):,} places are more than the {MAX_SITES:,} that can be tested; "
            "add them up by cell first"
        )
    if not np.ptp(sites.where, axis=0).any():
        raise InvalidInputError("all places are at one spot; nobody is nearer than another")


def _figures(sites: Sites, measure: Measure | Literal["value"]) -> Floats:
    if measure == "value":
        return sites.frame["value"].to_numpy(dtype=np.float64)
    cases, base = (sites.frame[name].to_numpy(dtype=np.float64) for name in ("cases", "base"))
    return measured(cases, base, measure)


def _weights(sites: Sites, options: LocalOptions) -> Weights:
    x, y = sites.frame["x"], sites.frame["y"]
    if options.band_km is not None:
        in_metres = options.degrees or options.unit == "m"
        radius = options.band_km * (METRES_PER_KM if in_metres else 1.0)
        fading = options.weights == "fading"
        weights = distance_band(x, y, radius=radius, degrees=options.degrees, fading=fading)
        if not len(weights.neighbours):
            raise InvalidInputError(
                f"no two places are within {options.band_km:g} km of each other; choose a wider "
                "--band-km, or --neighbours"
            )
        return weights
    usual = min(_USUAL_NEIGHBOURS, max((len(x) - 1) // 2, 1))
    return nearest(x, y, count=options.neighbours or usual, degrees=options.degrees)


def _tested(values: Floats, weights: Weights, options: LocalOptions, watch: Watch) -> LocalResult:
    settings = LocalSettings(
        alternative=options.alternative,
        correction=Correction(options.correction),
        alpha=options.alpha,
        shared_draws=options.draws or SHARED_DRAWS,
        direct_draws=options.draws or DIRECT_DRAWS,
        watch=watch,
    )
    rng = np.random.default_rng(options.seed)
    if options.method == "local-moran":
        return local_moran(values, weights, rng=rng, settings=settings)
    star = options.method == "getis-ord-star"
    return getis_ord(values, weights, rng=rng, star=star, settings=settings)


def _joined(
    everyone: Sites, rated: NDArray[np.bool_], values: Floats, weights: Weights, result: LocalResult
) -> pd.DataFrame:
    """Return the frame of all places with what the test says of those tested."""
    tested = weights.cardinalities > 0
    table = everyone.frame.drop(columns="value")
    table["class"] = "unrated"
    table["neighbours"], table["draws"] = 0, 0
    for name in _STATISTICS:
        table[name] = np.nan
    figures = {
        "value": values,
        **{
            name: np.where(tested, getattr(result, name), np.nan)
            for name in ("statistic", "z", "p", "q")
        },
        "class": result.classes.astype(object),
        "neighbours": weights.cardinalities,
        "draws": result.draws,
    }
    for name, column in figures.items():
        table.loc[rated, name] = column
    common = table["cases"].sum() / table["base"].sum() if table["base"].notna().any() else np.nan
    return table.assign(expected=table["base"] * common)


def _groups(sites: Sites, result: LocalResult, weights: Weights) -> list[dict[str, Any]]:
    """Return neighbours of one class together, the largest group first."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - a scan needs none of it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    named = np.isin(result.classes, _GROUPED)
    rows = np.repeat(np.arange(len(weights)), weights.cardinalities)
    joined = named[rows] & (result.classes[rows] == result.classes[weights.neighbours])
    pairs = (np.ones(joined.sum()), (rows[joined], weights.neighbours[joined]))
    labels = connected_components(coo_array(pairs, shape=(len(weights),) * 2), directed=False)[1]
    members = [np.flatnonzero((labels == one) & named) for one in np.unique(labels[named])]
    members.sort(key=lambda group: (-len(group), float(result.p[group].min()), int(group[0])))
    told = []
    for rank, group in enumerate(members, start=1):
        kind = str(result.classes[group[0]])
        least = {name: float(getattr(result, name)[group].min()) for name in ("p", "q")}
        told.append({"class": kind, **group_out(sites, group, rank=rank), **least})
    return told


def _settings(
    options: LocalOptions, sites: Sites, places: pd.DataFrame, measure: str, weights: Weights
) -> dict[str, Any]:
    counts = places["class"].value_counts()
    classes = {name: int(counts.get(name, 0)) for name in (*options.classes, "unrated")}
    asked = {field.name: getattr(options, field.name) for field in fields(options)}
    cardinalities = weights.cardinalities
    return asked | {
        "measure": measure,
        "neighbours": None if options.band_km is not None else int(cardinalities.max()),
        "mean_neighbours": float(cardinalities.mean()),
        "draws": int(places["draws"].max()),
        "geometry": "sphere" if options.degrees else "plane",
        "radius_unit": "km" if options.degrees else "unit of x and y",
        "places": len(places),
        "tested": int((cardinalities > 0).sum()),
        "classes": classes,
        "total_cases": number(float(places["cases"].sum(min_count=1)), whole=True),
        "total_population": number(float(places["population"].sum(min_count=1))),
        "notes": [*sites.notes, *_notes(classes, options)],
    }


def _notes(classes: dict[str, int], options: LocalOptions) -> list[str]:
    notes = []
    if classes["isolated"]:
        notes.append(
            f"{classes['isolated']:,} places have no neighbour within {options.band_km:g} km and "
            "are not tested"
        )
    if classes["unrated"]:
        notes.append(
            f"{classes['unrated']:,} places have too few people to be rated; they are neither "
            "tested nor anybody's neighbour"
        )
    return notes


def _sites_out(sites: Sites, places: pd.DataFrame) -> list[dict[str, Any]]:
    axes = ("lon", "lat") if sites.degrees else ("x", "y")
    table = places.rename(columns={"x": axes[0], "y": axes[1]})
    order = (
        "id", *axes, "cases", "population", "expected", *_STATISTICS, "class", "neighbours", "draws"
    )  # fmt: skip
    rows = table[list(order)].astype(object)
    rows = rows.where(rows.notna(), None)
    if not places["cases"].isna().any():
        rows["cases"] = [round(one) for one in places["cases"]]
    return [{str(key): one for key, one in row.items()} for row in rows.to_dict("records")]
