"""The one-file map of clusters in any file: places by their ratio, rings, and a list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import folium
import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from maps.county_map import CountyMap
from maps.figure import Shell, templates
from maps.layers import CanvasPoints, ClusterMark, ClustersLayer, PointLook
from maps.layers.points import PointTexts
from maps.palette import YLORRD
from maps.sheet import SheetFacts, SheetRow
from maps.words import Words
from service.domain.cluster_shapes import OnEarth, OnEquator, outline
from service.domain.errors import InvalidInputError

Floats = NDArray[np.float64]

ALPHA = 0.05
_NONE = "#c9ced6"  # no case: grey, outside the scale
_RATIOS = (0.5, 1.0, 1.5, 2.0)  # cases over expectation
_RATIO_NAMES = ("<0.5", "0.5–1", "1–1.5", "1.5–2", "≥2")
_COUNTS = (2, 3, 5, 10)  # cases, where nothing says how many to expect
_COUNT_NAMES = ("1", "2", "3–4", "5–9", "≥10")
_MEMBERS_SHOWN = 12
_MARGIN = 0.04
METRES_PER_DEGREE = 111_320.0
_SINGLE = 0.015  # radius of the ring round a cluster of one place, of the whole extent
_LEAST_EXTENT_DEG = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsMapInput:
    """What the map is drawn from.

    Attributes:
        found: `settings` and `clusters` as `point_clusters.clusters` returns them.
        places: id, x, y, cases, population and expected (NaN where unknown), one row per place.
        title: Of the map: the name of the file; text, never HTML.
        epsg: Of the plane; None for degrees, and for a plane of no known place.
    """

    found: dict[str, Any]
    places: pd.DataFrame
    title: str
    epsg: int | None = None


def build_points_map(given: PointsMapInput) -> folium.Map:
    """Draw the places of a file by cases against expectation, with its clusters.

    A plane without `epsg` is drawn as a plane, without a scale.

    Raises:
        CrsError: `epsg` is no plane, or the points do not lie in it.
        InvalidInputError: A place lies nearer to a pole than a map reaches.
    """
    in_degrees = "lon" in axes_of(given)
    to_degrees = placing(given, in_degrees=in_degrees)
    places = given.places
    lon, lat = to_degrees(places["x"].to_numpy(float), places["y"].to_numpy(float))
    single_m = single_radius_m(lon, lat)
    marks = [_mark(one, given, to_degrees, single_m) for one in given.found["clusters"]]
    looks, look_of = _looks(places)
    bounds = bounds_around(lon, lat, marks)
    is_plain = not in_degrees and given.epsg is None
    points_map = CountyMap(
        bounds=bounds, shell=_shell(given, looks, np.bincount(look_of, minlength=len(looks)),
                                    is_plain=is_plain)
    )  # fmt: skip
    CanvasPoints(
        lon=lon, lat=lat, looks=looks, look_of=look_of, texts=_texts(places), name="点位 Places"
    ).add_to(points_map)
    ClustersLayer(marks).add_to(points_map)
    return points_map


def single_radius_m(lon: Floats, lat: Floats) -> float:
    """Return how wide the ring round a single place is drawn, in metres.

    Raises:
        InvalidInputError: A place lies nearer to a pole than a map reaches.
    """
    if np.abs(lat).max() > 85:  # noqa: PLR2004, degrees: where web maps end
        raise InvalidInputError("a map reaches to latitude 85; leave places beyond it out")
    extent = max(float(np.ptp(lon)), float(np.ptp(lat)), _LEAST_EXTENT_DEG)
    return _SINGLE * METRES_PER_DEGREE * extent


def axes_of(given: PointsMapInput) -> tuple[str, ...]:
    """Return what the coordinates of a centre are called."""
    return ("lon", "lat") if given.found["settings"]["geometry"] == "sphere" else ("x", "y")


def placing(
    given: PointsMapInput, *, in_degrees: bool
) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Return what turns coordinates of the file into longitude and latitude to draw at."""
    if in_degrees:
        return lambda x, y: (x, y)
    if given.epsg is not None:
        return OnEarth(given.epsg)
    return OnEquator(given.places["x"].to_numpy(float), given.places["y"].to_numpy(float))


def _looks(places: pd.DataFrame) -> tuple[list[PointLook], NDArray[np.int64]]:
    """Return how places look, and which look each has: grey without a case, else its class."""
    cases = places["cases"].to_numpy(float)
    expected = places["expected"].to_numpy(float)
    if np.isnan(expected).all():
        labels = [Words(f"{name} 例", f"{name} cases") for name in _COUNT_NAMES]
        rank = np.searchsorted(_COUNTS, cases, side="right")
    else:
        ratio = np.divide(cases, expected, out=np.full_like(cases, np.inf), where=expected > 0)
        labels = [Words(f"期望的 {name} 倍", f"{name} times expected") for name in _RATIO_NAMES]
        rank = np.searchsorted(_RATIOS, ratio, side="right")
    looks = [PointLook(label=Words("无病例", "no case"), color=_NONE)]
    looks += [PointLook(label=a, color=b) for a, b in zip(labels, YLORRD, strict=True)]
    return looks, np.where(cases > 0, rank + 1, 0)


def _texts(places: pd.DataFrame) -> PointTexts:
    columns = {
        Words("编号", "Id"): [str(one) for one in places["id"]],
        Words("例数", "Cases"): [f"{one:,.0f}" for one in places["cases"]],
        Words("人口/单位", "Population"): [figure_text(one) for one in places["population"]],
        Words("期望", "Expected"): [figure_text(one) for one in places["expected"]],
        Words("坐标", "Coordinates"): [
            f"{x:.6g}, {y:.6g}" for x, y in zip(places["x"], places["y"], strict=True)
        ],
    }
    return PointTexts(labels=list(columns), columns=list(columns.values()))


def figure_text(value: float | None) -> str:
    """Return a number with four digits, or whole from a thousand on; '' for none."""
    if value is None or not np.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004


def _mark(
    one: dict[str, Any],
    given: PointsMapInput,
    to_degrees: Callable[[Floats, Floats], tuple[Floats, Floats]],
    single_m: float,
) -> ClusterMark:
    ring = np.array(outline(one) or [tuple(one["centre"][axis] for axis in axes_of(given))])
    lon, lat = to_degrees(ring[:, 0], ring[:, 1])
    corners = list(zip(lon.tolist(), lat.tolist(), strict=True))
    return ClusterMark(
        mark_id=str(one["rank"]),
        number=str(one["rank"]),
        shape=Polygon(corners) if len(corners) > 1 else Point(corners[0]),
        radius_m=single_m,
        title=Words(f"聚集区 {one['rank']}", f"Cluster {one['rank']}"),
        doubtful=one["p"] > ALPHA,
        rows=_rows(one, given),
        remark=_members(one),
    )


def _rows(one: dict[str, Any], given: PointsMapInput) -> list[tuple[Words, Words]]:
    unit = " km" if given.found["settings"]["geometry"] == "sphere" else ""
    rows = [
        (Words("对数似然比", "LLR"), f"{one['llr']:.6f}"),
        (Words("p", "p"), _p(one)),
        (Words("例数/期望", "Cases / expected"), f"{one['cases']:,} / {one['expected']:,.2f}"),
        (Words("相对风险", "Relative risk"), figure_text(one["relative_risk"]) or "∞"),
        (Words("人口/单位", "Population"), figure_text(one["population"])),
        (Words("点位", "Places"), f"{len(one['members']):,}"),
        (Words("半径", "Radius"), f"{one['radius']:.4g}{unit}"),
    ]
    if "shape" in one:
        form = f"{one['shape']:g} : 1, {one['angle_deg']:g}°"
        rows.append((Words("椭圆", "Ellipse"), form))
    if "start" in one:
        rows.append((Words("时间", "Time"), f"{one['start']} – {one['end']}"))
    return [(label, Words(text)) for label, text in rows]


def _p(one: dict[str, Any]) -> str:
    gumbel = "" if one["p_gumbel"] is None else f" (Gumbel {one['p_gumbel']:.2g})"
    return f"{one['p']:.4g}{gumbel}"


def _members(one: dict[str, Any]) -> Words:
    shown = [str(name) for name in one["members"][:_MEMBERS_SHOWN]]
    more = len(one["members"]) - len(shown)
    zh, en = "、".join(shown), ", ".join(shown)
    return (
        Words(f"{zh} 等 {len(one['members'])} 处", f"{en} and {more} more")
        if more
        else Words(zh, en)
    )


def bounds_around(
    lon: Floats, lat: Floats, marks: list[ClusterMark]
) -> tuple[float, float, float, float]:
    """Return west, south, east, north of all places and rings, with a margin."""
    first = (float(lon[0]), float(lat[0]))
    boxes = np.array([mark.shape.bounds for mark in marks] or [(*first, *first)])
    west, south = min(lon.min(), boxes[:, 0].min()), min(lat.min(), boxes[:, 1].min())
    east, north = max(lon.max(), boxes[:, 2].max()), max(lat.max(), boxes[:, 3].max())
    margin = max(_MARGIN * max(east - west, north - south), _LEAST_EXTENT_DEG)
    return (float(west - margin), float(south - margin), float(east + margin),
            float(north + margin))  # fmt: skip


def _shell(
    given: PointsMapInput, looks: list[PointLook], number: NDArray[np.int64], *, is_plain: bool
) -> Shell:
    settings, clusters = given.found["settings"], given.found["clusters"]
    legend = [
        {"color": look.color, "n": f"{int(n):,}", **look.label.as_json()}
        for look, n in zip(looks, number, strict=True)
        if n
    ]
    listed = [
        {
            "id": str(one["rank"]),
            "doubtful": one["p"] > ALPHA,
            "llr": f"{one['llr']:.6f}",
            "p": _p(one),
            "excess": f"{one['cases']:,} / {one['expected']:,.1f}",
            "risk": figure_text(one["relative_risk"]) or "∞",
            "places": f"{len(one['members']):,}",
            "time": f"{one['start']} – {one['end']}" if "start" in one else "",
            "members": _members(one).as_json(),
        }
        for one in clusters
    ]
    facts = {
        "title": given.title,
        "settings": settings,
        "clusters": listed,
        "significant": sum(one["p"] <= ALPHA for one in clusters),
        "legend": legend,
        "is_plain": is_plain,
        "alpha": f"{ALPHA:g}",
    }
    parts = {
        name: Markup(templates.get_template(f"points_{name}.html").render(facts))  # noqa: S704 - escaped
        for name in ("header", "panel", "foot")
    }
    return Shell(
        kind="points wg-plane" if is_plain else "points",
        title_zh=f"{given.title} 聚集区",
        title_en=f"{given.title}: clusters",
        before=parts["header"],
        beside=parts["panel"],
        below=parts["foot"],
        state={"initial": {}, "by_product": {}},
        sheet=SheetFacts(
            title=Words(f"{given.title} 聚集区", f"{given.title}: clusters"),
            heading=Words("聚集区", "Clusters"),
            rows=[_row(one) for one in listed],
            has_scale=not is_plain,
        ),
    )


def _row(one: dict[str, Any]) -> SheetRow:
    excess, risk, places = one["excess"], one["risk"], one["places"]
    zh = f"例数/期望 {excess} · 相对风险 {risk} · {places} 处 {one['time']}"
    en = f"cases/expected {excess} · relative risk {risk} · {places} places {one['time']}"
    return SheetRow(number=one["id"], title=Words(f"p {one['p']}"), text=Words(zh, en))
