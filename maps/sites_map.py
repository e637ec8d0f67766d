"""The one-file map of local statistics, or of crowds, among the places of any file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import folium
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from maps.county_map import CountyMap
from maps.figure import Shell, templates
from maps.layers import CanvasPoints, ClusterMark, ClustersLayer
from maps.layers.points import PointTexts
from maps.local_words import (
    DENSITY,
    METHODS,
    REASON_TO_LOOK,
    class_words,
    density_words,
    figures_of,
    method_words,
    note_words,
    unit_words,
)
from maps.points_map import (
    METRES_PER_DEGREE,
    PointsMapInput,
    axes_of,
    bounds_around,
    figure_text,
    placing,
    single_radius_m,
)
from maps.sheet import SheetFacts, SheetRow
from maps.sites_looks import LegendLine, by_class, by_crowd
from maps.words import Words

Floats = NDArray[np.float64]

_LISTED = 40
_ASIDE = 2.4  # rings' radii from a single place to its number, so that it stays visible
_MEMBERS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """A group of the list, beside its ring."""

    number: str
    title: Words
    sub: Words
    members: Words
    places: int

    def as_facts(self) -> dict[str, Any]:
        return {
            "id": self.number, "title": self.title.as_json(), "sub": self.sub.as_json(),
            "members": self.members.as_json(), "places": f"{self.places:,}",
        }  # fmt: skip


def build_sites_map(given: PointsMapInput) -> folium.Map:
    """Draw every place by its class, or its crowd, with rings round the groups found.

    Args:
        given: `found` of `local_clusters.analyse_local` or `density_clusters.analyse_density`,
            and the places of the same analysis.

    Raises:
        CrsError: `epsg` is no plane, or the points do not lie in it.
        InvalidInputError: A place lies nearer to a pole than a map reaches.
    """
    in_degrees = "lon" in axes_of(given)
    to_degrees = placing(given, in_degrees=in_degrees)
    lon, lat = to_degrees(*(given.places[axis].to_numpy(float) for axis in ("x", "y")))
    single_m = single_radius_m(lon, lat)
    is_local = "classes" in given.found["settings"]
    looks, look_of, legend = (by_class if is_local else by_crowd)(given)
    groups = [_group(one, is_local=is_local) for one in given.found["clusters"][:_LISTED]]
    marks = _marks(given, groups, to_degrees, single_m)
    is_plain = not in_degrees and given.epsg is None
    sites_map = CountyMap(
        bounds=bounds_around(lon, lat, marks),
        shell=_shell(given, legend, groups, is_plain=is_plain),
    )
    CanvasPoints(
        lon=lon, lat=lat, looks=looks, look_of=look_of, texts=_texts(given), name="点位 Places",
        least_px=_least_px(len(lon)),
    ).add_to(sites_map)  # fmt: skip
    ClustersLayer(marks).add_to(sites_map)
    return sites_map


def _group(one: dict[str, Any], *, is_local: bool) -> _Group:
    number = str(one["rank"])
    counted = [
        Words(f"{one['cases']:,} 例", f"{one['cases']:,} cases")
        if one["cases"] is not None
        else None,
        Words(
            f"人口/单位 {figure_text(one['population'])}",
            f"population {figure_text(one['population'])}",
        )
        if one["population"] is not None
        else None,
    ]
    if is_local:
        kind = class_words(one["class"])
        title = kind
        counted.insert(0, Words(f"最小 q {one['q']:.2g}", f"least q {one['q']:.2g}"))
    else:
        title = Words(f"密集区 {number}", f"Crowd {number}")
    told = [words for words in counted if words is not None]
    return _Group(
        number=number,
        title=title,
        sub=Words(" · ".join(w.zh for w in told), " · ".join(w.en for w in told)),
        members=_members(one["members"]),
        places=one["places"],
    )


def _members(ids: list[Any]) -> Words:
    shown = [str(name) for name in ids[:_MEMBERS_SHOWN]]
    zh, en = "、".join(shown), ", ".join(shown)
    if len(ids) == len(shown):
        return Words(zh, en)
    return Words(f"{zh} 等 {len(ids)} 处", f"{en} and {len(ids) - len(shown)} more")


def _marks(
    given: PointsMapInput,
    groups: list[_Group],
    to_degrees: Callable[[Floats, Floats], tuple[Floats, Floats]],
    single_m: float,
) -> list[ClusterMark]:
    at = {one: row for row, one in enumerate(given.places["id"].tolist())}
    x, y = (given.places[axis].to_numpy(float) for axis in ("x", "y"))
    marks = []
    for one, group in zip(given.found["clusters"], groups, strict=False):
        rows = [at[member] for member in one["members"]]
        lon, lat = to_degrees(x[rows], y[rows])
        rows_of_card = [
            (Words("点位", "Places"), Words(f"{group.places:,}")),
            (Words("数据", "Figures"), group.sub),
        ]
        marks.append(
            ClusterMark(
                mark_id=group.number,
                number=group.number,
                shape=_around(lon, lat),
                badge_at=_upper_right(lon, lat, single_m),
                radius_m=single_m,
                title=group.title,
                rows=[row for row in rows_of_card if row[1].zh],
                remark=group.members,
            )
        )
    return marks


def _around(lon: Floats, lat: Floats) -> BaseGeometry:
    """Return the least convex outline of places, or a point where they have no area."""
    hull = MultiPoint(np.column_stack((lon, lat))).convex_hull
    if isinstance(hull, Polygon) and hull.area > 0:
        return hull
    return Point(float(lon.mean()), float(lat.mean()))


def _upper_right(lon: Floats, lat: Floats, single_m: float) -> tuple[float, float]:
    """Return a corner of the outline for its number, or a spot beside a single place."""
    if isinstance(_around(lon, lat), Polygon):
        corner = int(np.argmax(lon * np.cos(np.radians(lat.mean())) + lat))
        return float(lon[corner]), float(lat[corner])
    aside = _ASIDE * single_m / METRES_PER_DEGREE
    return float(lon.mean() + aside), float(lat.mean() + aside)


def _least_px(places: int) -> float:
    """Return the least radius of a point: as large as so many leave room for."""
    return 3.2 if places <= 2_000 else 2.0 if places <= 20_000 else 0.8  # noqa: PLR2004


def _texts(given: PointsMapInput) -> PointTexts:
    places = given.places
    columns = {Words("编号", "Id"): [str(one) for one in places["id"]]}
    if "class" in places:
        columns[Words("类", "Class")] = [
            f"{(words := class_words(name)).zh} {words.en}" for name in places["class"]
        ]
    else:
        columns[Words("密集区", "Crowd")] = [
            "–" if one is None else str(one) for one in places["cluster"]
        ]
    numbers = {
        "cases": Words("例数", "Cases"),
        "population": Words("人口/单位", "Population"),
        "expected": Words("期望", "Expected"),
        "value": Words("比较的值", "Value compared"),
        "z": Words("z", "z"),
        "p": Words("p", "p"),
        "q": Words("q", "q"),
        "neighbours": Words("邻居", "Neighbours"),
    }
    for name, label in numbers.items():
        if name in places and places[name].notna().any():
            columns[label] = [figure_text(one) for one in places[name]]
    return PointTexts(labels=list(columns), columns=list(columns.values()))


def _shell(
    given: PointsMapInput, legend: list[LegendLine], groups: list[_Group], *, is_plain: bool
) -> Shell:
    settings = given.found["settings"]
    is_local = "classes" in settings
    name = METHODS[settings["method"]]
    heading = Words("同类相邻的一组", "Groups of one class") if is_local else name
    facts = {
        "title": given.title,
        "name": name.as_json(),
        "heading": heading.as_json(),
        "figures": figures_of(settings, is_local=is_local),
        "method": (method_words(settings) if is_local else density_words(settings)).as_json(),
        "clusters": [group.as_facts() for group in groups],
        "more": max(len(given.found["clusters"]) - len(groups), 0),
        "empty": Words("没有发现", "Nothing stands out").as_json(),
        "notes": [note.as_json() for note in note_words(settings)],
        "legend": [one.as_facts() for one in legend],
        "legend_title": name.as_json(),
        "unit": unit_words(settings, is_local=is_local).as_json(),
        "caution": (REASON_TO_LOOK if is_local else DENSITY).as_json(),
        "is_plain": is_plain,
    }
    parts = {
        part: Markup(templates.get_template(f"sites_{part}.html").render(facts))  # noqa: S704 - escaped
        for part in ("header", "panel", "foot")
    }
    title = Words(f"{given.title} {name.zh}", f"{given.title}: {name.en}")
    return Shell(
        kind="points wg-plane" if is_plain else "points",
        title_zh=title.zh,
        title_en=title.en,
        before=parts["header"],
        beside=parts["panel"],
        below=parts["foot"],
        state={"initial": {}, "by_product": {}},
        sheet=SheetFacts(
            title=title,
            notes=[method_words(settings) if is_local else density_words(settings)],
            heading=heading,
            rows=[_row(group) for group in groups],
            has_scale=not is_plain,
        ),
    )


def _row(group: _Group) -> SheetRow:
    zh = f"{group.places} 处 {group.sub.zh}"
    return SheetRow(
        number=group.number,
        title=group.title,
        text=Words(zh, f"{group.places} places {group.sub.en}"),
    )
