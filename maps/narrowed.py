"""The hotspot map of one view: a week, a township, a risk class, cells or whole townships.

A map in a browser recounts by itself (`maps/js/weeks.js`); paper shows one view, counted here from
the same numbers by the same classes. A test compares the two.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from maps.hotspot_classes import LEAST_OF_A_TOWNSHIP
from maps.hotspot_themes import is_tested
from maps.model import Audience, Geography, HotspotInput, WeekCounts
from service.domain.errors import InvalidInputError

_COUNTS: Final = ["enterprises", "visits", "problems"]
_KEYS: Final = ["product", "cell_code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of a hotspot map is shown; the whole of it where nothing is said.

    Attributes:
        week: Name of the last week counted, such as 2012-W14; '' is up to the day of the map.
        is_single: That week alone counts.
        township: Code of the only township shown; '' all.
        risk_class: Enterprises of one risk class; 0 all.
        is_by_township: Townships are coloured instead of cells.
        area: Code of the only area shown, by its cells; '' all.
        is_outside: The cells that are not in it are shown instead.
    """

    week: str = ""
    is_single: bool = False
    township: str = ""
    risk_class: int = 0
    is_by_township: bool = False
    area: str = ""
    is_outside: bool = False


WHOLE: Final = View()


def narrowed(given: HotspotInput, view: View) -> HotspotInput:
    """Return the input of a map that shows one view and needs no switch but product and measure.

    Raises:
        InvalidInputError: There is no such week, township or area, or no counts by week.
    """
    if view == WHOLE:
        return given
    if view.risk_class and given.meta.audience is Audience.PUBLIC:
        raise InvalidInputError("risk classes are internal; leave the class out of a public map")
    if given.counts is None:
        raise InvalidInputError("this map has no counts by week to narrow it with")
    since, until, first, last = _period(given, given.counts, view)
    township = _township(given.geography, view)
    geography, area = _geography(given.geography, view), _area(given.geography, view)
    statistics = _statistics(given.counts, view, first, last)
    places = given.geography.cells.set_index("code")["township_code"].astype(str)
    statistics = statistics.assign(township_code=statistics["cell_code"].map(places))
    if township:
        statistics = statistics[statistics["township_code"] == view.township]
    if area is not None:
        statistics = statistics[statistics["cell_code"].isin(area.cells)]
    if view.is_by_township:
        statistics = statistics.assign(cell_code=statistics["township_code"])
    counted = statistics.groupby(_KEYS, as_index=False)[_COUNTS].sum()
    if view == View(township=view.township):
        counted = _with_tests(counted, given.statistics)
    run = given.past_runs.get(view.week)
    clusters = given.clusters if run is None else run.clusters
    return replace(
        given,
        meta=replace(
            given.meta,
            as_of=until,
            period_from=since,
            narrowed_zh=" · ".join(_words(view, township, area, "zh")),
            narrowed_en=", ".join(_words(view, township, area, "en")),
        ),
        geography=geography,
        statistics=counted,
        clusters=None if clusters is None else _known(clusters, until, view, area),
        past_runs={},
        enterprises=_points(given.enterprises, view, area),
        minimum_visits=LEAST_OF_A_TOWNSHIP if view.is_by_township else given.minimum_visits,
        is_by_township=view.is_by_township,
        counts=None,
    )


def _period(given: HotspotInput, counts: WeekCounts, view: View) -> tuple[date, date, int, int]:
    """Return first and last day, and first and last week as indexes."""
    begun = [at for at, (_, first, _) in enumerate(counts.weeks) if first <= given.meta.as_of]
    names = [key for key, _, _ in counts.weeks]
    last = begun[-1] if begun else 0
    if view.week:
        if view.week not in names or names.index(view.week) > last:
            raise InvalidInputError(
                f"there is no week {view.week}; the map knows {names[0]} to {names[last]}"
            )
        last = names.index(view.week)
    first = last if view.is_single else 0
    until = min(counts.weeks[last][2], given.meta.as_of)
    return counts.weeks[first][1], until, first, last


def _township(geography: Geography, view: View) -> str:
    if not view.township:
        return ""
    townships = geography.townships
    found = townships.loc[townships["code"].astype(str) == view.township, "name"]
    if found.empty:
        raise InvalidInputError(f"there is no township {view.township}")
    return str(found.iloc[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """The area of a view: its names, the cells shown, its ground (None where outside is shown)."""

    zh: str
    en: str
    cells: frozenset[str]
    ground: BaseGeometry | None


def _area(geography: Geography, view: View) -> _Area | None:
    if not view.area:
        return None
    areas = geography.areas
    found = None if areas is None else areas[areas["code"].astype(str) == view.area]
    if found is None or found.empty:
        raise InvalidInputError(f"there is no area {view.area}")
    row = found.iloc[0]
    if not view.is_outside:
        ground = found.geometry.iloc[0]
        return _Area(zh=row["name_zh"], en=row["name_en"], cells=row["cells"], ground=ground)
    every = frozenset(geography.cells["code"].astype(str))
    zh, en = f"不在{row['name_zh']}", f"outside {row['name_en']}"
    return _Area(zh=zh, en=en, cells=every - row["cells"], ground=None)


def _geography(geography: Geography, view: View) -> Geography:
    """Return what is drawn: its neighbours' names and borders stay, for who looks at the edge."""
    cells, chosen, outline = geography.cells, geography.townships, geography.outline
    villages = geography.villages
    if view.township:
        chosen = chosen[chosen["code"].astype(str) == view.township]
        cells = cells[cells["township_code"].astype(str) == view.township]
        outline = GeoDataFrame(geometry=chosen.geometry)
        if villages is not None and not villages.empty:
            villages = villages[villages.geometry.within(chosen.geometry.union_all())]
    area = _area(geography, view)
    if area is not None:
        cells = cells[cells["code"].astype(str).isin(area.cells)]
        chosen = chosen[chosen["code"].astype(str).isin(set(cells["township_code"].astype(str)))]
        if area.ground is not None:
            outline = GeoDataFrame(geometry=[area.ground], crs=geography.cells.crs)
    if view.is_by_township:
        cells = chosen.assign(township_code=chosen["code"])
    return replace(geography, cells=cells, outline=outline, villages=villages)


def _statistics(counts: WeekCounts, view: View, first: int, last: int) -> DataFrame:
    """Return enterprises, visits and problems of every product and cell that has any."""
    visits, firms = counts.visits, counts.enterprises
    visits = visits[visits["week"].between(first, last)]
    if view.risk_class:
        visits = visits[visits["risk_class"] == view.risk_class]
        firms = firms[firms["risk_class"] == view.risk_class]
    seen = visits.groupby(_KEYS, as_index=False)[["visits", "problems"]].sum()
    there = firms.groupby(_KEYS, as_index=False)[["enterprises"]].sum()
    both = there.merge(seen, on=_KEYS, how="outer")
    return both.assign(**{name: both[name].fillna(0).astype(int) for name in _COUNTS})


def _with_tests(counted: DataFrame, statistics: DataFrame) -> DataFrame:
    """Add what was tested once, for every cell by the day of the map: a township cuts it out."""
    if not is_tested(statistics):
        return counted
    tests = statistics.drop(columns=[name for name in _COUNTS if name in statistics])
    return counted.merge(tests, on=_KEYS, how="left")


def _known(clusters: GeoDataFrame, until: date, view: View, area: _Area | None) -> GeoDataFrame:
    """Return the clusters found by the end of the week that reach into township and area."""
    days = clusters["first_seen"] if "first_seen" in clusters else [None] * len(clusters)
    is_known = [day is None or pd.isna(day) or day <= until for day in days]
    reaches = [
        not view.township or view.township in {str(one) for one in codes}
        for codes in clusters["township_codes"]
    ]
    if area is not None:
        reaches = [
            one and not area.cells.isdisjoint(str(code) for code in codes)
            for one, codes in zip(reaches, clusters["cell_codes"], strict=True)
        ]
    return clusters[np.array(is_known, dtype=bool) & np.array(reaches, dtype=bool)]


def _points(
    enterprises: GeoDataFrame | None, view: View, area: _Area | None
) -> GeoDataFrame | None:
    # Points whose class nobody knows would be points of other classes: none is drawn.
    if enterprises is None or (view.risk_class and "risk_class" not in enterprises):
        return None
    kept = pd.Series(data=True, index=enterprises.index)
    if view.township:
        kept &= enterprises["township_code"].astype(str) == view.township
    if area is not None:
        kept &= enterprises["cell_code"].isin(area.cells)
    if view.risk_class:
        kept &= enterprises["risk_class"] == view.risk_class
    return enterprises[kept]


def _words(view: View, township: str, area: _Area | None, lang: str) -> list[str]:
    is_zh = lang == "zh"
    words = [township] if township else []
    if area is not None:
        words.append(area.zh if is_zh else area.en)
    if view.week:
        alone = (" 当周", " alone") if view.is_single else ("", "")
        words.append(view.week + alone[0 if is_zh else 1])
    elif view.is_single:
        words.append("当周" if is_zh else "that week alone")
    if view.risk_class:
        words.append(f"风险等级 {view.risk_class}" if is_zh else f"risk class {view.risk_class}")
    return words
