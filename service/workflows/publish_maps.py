"""What stands in PostGIS → the maps that people open: hotspot, coverage, cell."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import geopandas
from folium import Map
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy.orm import Session

from maps.cell import build_cell_map
from maps.coverage import build_coverage_map
from maps.hotspot import build_hotspot_map
from maps.model import (
    PRODUCTS,
    Audience,
    CellInput,
    CoverageInput,
    Geography,
    HotspotInput,
    MapMeta,
    ProductLabel,
)
from maps.publish import to_html
from service.database import (
    analysis_facts,
    cells,
    clusters,
    counties,
    enterprises,
    gaps,
    lines,
    officers,
    places,
    plans,
    targets,
    townships,
)
from service.database.analysis_facts import AnalysisFacts
from service.database.counties import County
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.pass_rates import wilson_interval

KINDS: Final = ("hotspot", "coverage", "cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSubject:
    """What a map is about.

    Attributes:
        kind: One of `KINDS`.
        on: The day it speaks of.
        cell_code: For the cell map: the cell.
        officer_id: For the cell map, instead of a cell: all cells that the officer leads.
        audience: Internal, or public.
        review_number: The map review number (审图号) of a public map.
    """

    kind: str
    on: date
    cell_code: str | None = None
    officer_id: int | None = None
    audience: Audience = Audience.INTERNAL
    review_number: str | None = None


def publish_map(  # noqa: PLR0913 - each is one choice of the person who asks for the map
    session: Session,
    county_code: str,
    kind: str,
    *,
    on: date,
    cell_code: str | None = None,
    officer_id: int | None = None,
    lang: str = "zh",
    mode: str = "file",
    nonce: str | None = None,
    bare: bool = False,
    audience: Audience = Audience.INTERNAL,
    review_number: str | None = None,
) -> str:
    """Return a map of the county as an HTML text; nothing is computed or saved.

    Args:
        session: An open session.
        county_code: The county.
        kind: `hotspot`, `coverage` or `cell`.
        on: The day that the map speaks of.
        cell_code: The cell of a cell map.
        officer_id: Instead of a cell: all cells that the officer leads on the day.
        lang: Shown first, `zh` or `en`.
        mode: `file` or `live`, see `maps.publish.to_html`.
        nonce: For `live`: put on every script.
        bare: Without title and lists, for a frame in a page.
        audience: A public map leaves out people, tip-offs, classes and enterprises.
        review_number: The map review number (审图号) that a public map of a real county carries.

    Raises:
        NotFoundError: The analysis that the map shows has not been run for the day, or the cell
            is not in the plan.
        InvalidInputError: An unknown kind, a cell map without a cell or officer, or a public map
            that would need a review number.
    """
    subject = MapSubject(
        kind=kind,
        on=on,
        cell_code=cell_code,
        officer_id=officer_id,
        audience=audience,
        review_number=review_number,
    )
    drawn = draw_map(session, county_code, subject)
    return to_html(drawn, mode=mode, nonce=nonce, lang=lang, bare=bare)


def draw_map(session: Session, county_code: str, subject: MapSubject) -> Map:
    """Return the Folium map of a subject; errors as of `publish_map`."""
    if subject.kind == "hotspot":
        return build_hotspot_map(_hotspot_input(session, county_code, subject))
    if subject.kind == "coverage":
        return build_coverage_map(_coverage_input(session, county_code, subject))
    if subject.kind == "cell":
        return build_cell_map(_cell_input(session, county_code, subject))
    raise InvalidInputError(f"there is no map {subject.kind!r}; choose one of {', '.join(KINDS)}")


def _hotspot_input(session: Session, county_code: str, subject: MapSubject) -> HotspotInput:
    county, on = counties.get(session, county_code), subject.on
    statistics = clusters.cell_statistics(session, county_code, on)
    facts = analysis_facts.of_day(session, county_code, "clusters", on)
    plan_id = plans.in_force(session, county_code, on)
    quality = townships.quality(session, county_code, on, since=_since(facts))
    counts = quality.groupby("township_code", as_index=False)[["samples", "passed"]].sum()
    return HotspotInput(
        meta=_meta(session, county, subject, facts),
        geography=_geography(session, county, plan_id),
        statistics=statistics,
        clusters=clusters.latest(session, county_code, on),
        enterprises=_enterprises(session, county_code, plan_id),
        township_rates=counts.join(_intervals(counts)),
        products=switch_of(statistics),
    )


def switch_of(statistics: DataFrame) -> tuple[ProductLabel, ...]:
    """Return the product switch: those with statistics, known ones first, all of them last."""
    found = {str(one) for one in statistics["product"].unique()}
    known = [label for label in PRODUCTS if label.key in found and label.key != "all"]
    others = sorted(found - {label.key for label in PRODUCTS})
    named = [ProductLabel(key=key, zh=key, en=key) for key in others]
    return (*known, *named, PRODUCTS[-1])


def _coverage_input(session: Session, county_code: str, subject: MapSubject) -> CoverageInput:
    county, on = counties.get(session, county_code), subject.on
    found = gaps.latest(session, county_code, on)
    plan_id = plans.in_force(session, county_code, on)
    facts = analysis_facts.of_day(session, county_code, "gaps", on)
    return CoverageInput(
        meta=_meta(session, county, subject, facts),
        geography=_geography(session, county, plan_id),
        responsibilities=officers.responsible_on(session, county_code, plan_id, on),
        officers=officers.of_county(session, county_code),
        gaps=found,
    )


def _cell_input(session: Session, county_code: str, subject: MapSubject) -> CellInput:
    county, on = counties.get(session, county_code), subject.on
    plan_id = plans.in_force(session, county_code, on)
    held = officers.responsible_on(session, county_code, plan_id, on)
    leads = held[held["duty"] == "lead"]
    if subject.officer_id is not None:
        leads = leads[leads["officer_id"] == subject.officer_id]
        codes = tuple(dict.fromkeys(leads["cell_code"].astype(str)))
        if not codes:
            raise NotFoundError(f"officer {subject.officer_id} leads no cell on {on}")
        listed = targets.of_officer(session, county_code, on, subject.officer_id)
    elif subject.cell_code is not None:
        codes = (subject.cell_code,)
        leads = leads[leads["cell_code"] == subject.cell_code]
        listed = targets.of_cell(session, county_code, on, subject.cell_code)
    else:
        raise InvalidInputError("a cell map needs a cell: give its code with --cell")
    facts = analysis_facts.of_day(session, county_code, "targets", on)
    return CellInput(
        meta=_meta(session, county, subject, facts),
        geography=_geography(session, county, plan_id),
        cell_codes=codes,
        targets=listed,
        officer_name=_one_name(leads["name"].astype(str).unique().tolist()),
    )


def _intervals(counts: DataFrame) -> DataFrame:
    """Return low and high of each pass rate, in the rows' order."""
    ends = [
        wilson_interval(int(passed), int(samples))
        for passed, samples in zip(counts["passed"], counts["samples"], strict=True)
    ]
    return DataFrame(ends, columns=["low", "high"], index=counts.index)


def _one_name(names: list[str]) -> str | None:
    return "、".join(names) or None


def _geography(session: Session, county: County, plan_id: int) -> Geography:
    return Geography(
        townships=townships.of_county(session, county.code),
        cells=cells.of_plan(session, county.code, plan_id),
        outline=GeoDataFrame(geometry=geopandas.GeoSeries([county.geometry], crs=4326)),
        villages=places.villages(session, county.code),
        roads=lines.of_level(session, county.code, "road"),
        rivers=lines.of_level(session, county.code, "river"),
    )


def _enterprises(session: Session, county_code: str, plan_id: int) -> GeoDataFrame:
    located = enterprises.located(session, county_code, plan_id)
    # Until a person has decided, a point under review is a guess: it is listed and not drawn.
    located.loc[located["status"] == "review", "geometry"] = None
    return located


def _meta(
    session: Session, county: County, subject: MapSubject, facts: AnalysisFacts | None
) -> MapMeta:
    zh, en = _inputs(facts)
    return MapMeta(
        county_name_zh=county.name,
        county_name_en=county.name_en,
        as_of=subject.on,
        plan_code=_plan_code(session, county.code, subject.on),
        period_from=_since(facts),
        is_fictional=county.is_fictional,
        inputs_zh=zh,
        inputs_en=en,
        seed=facts.seed if facts else None,
        simulations=facts.replications if facts else None,
        audience=subject.audience,
        review_number=subject.review_number,
    )


def _plan_code(session: Session, county_code: str, on: date) -> str:
    every = plans.of_county(session, county_code)
    here = every["plan_id"] == plans.in_force(session, county_code, on)
    return str(every.loc[here, "code"].iloc[0])


def _since(facts: AnalysisFacts | None) -> date | None:
    first_day = facts.inputs.get("since") if facts else None
    return date.fromisoformat(str(first_day)) if first_day else None


def _inputs(facts: AnalysisFacts | None) -> tuple[str, str]:
    if facts is None or "results" not in facts.inputs:
        return "", ""
    results, inspected = int(facts.inputs["results"]), int(facts.inputs["inspected"])
    return (
        f"检查 {results:,} 次 · 查过 {inspected:,} 户",
        f"{results:,} visits to {inspected:,} enterprises",
    )
