"""What stands in PostGIS → what a map builder takes: frames, shapes, facts printed beside."""

from dataclasses import dataclass, replace
from datetime import date

import geopandas
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy.orm import Session

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
from maps.narrowed import WHOLE, View, narrowed
from service.database import (
    analysis_facts,
    areas,
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
    tile_rollup,
    tile_totals,
    townships,
)
from service.database.analysis_facts import AnalysisFacts
from service.database.counties import County
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.pass_rates import wilson_interval
from service.domain.special_areas import AreaKind, area_label
from service.workflows.live_map_inputs import cell_tiles, live_enterprises, live_weeks
from service.workflows.map_weeks import week_counts
from service.workflows.past_runs import past_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveGround:
    """What a live map may ask for beside its own data; a one-file map asks for nothing.

    Attributes:
        base_address: Where the county's PMTiles are served; None draws inlined shapes.
        tianditu_key: The county's key, when its readers may ask Tianditu for tiles.
        enterprises: Whether enterprises are asked for as they are seen, not put into the map.
    """

    base_address: str | None = None
    tianditu_key: str | None = None
    enterprises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSubject:
    """What a map is about.

    Attributes:
        kind: One of `publish_maps.KINDS`.
        on: The day it speaks of.
        cell_code: For the cell map: the cell.
        officer_id: For the cell map, instead of a cell: all cells that the officer leads.
        from_plan, to_plan: For the difference map: codes of the plan before and the plan after.
        audience: Internal, or public.
        review_number: The map review number (审图号) of a public map.
        ground: What a live map may ask for.
        view: Of a hotspot map on paper: what it is narrowed to.
    """

    kind: str
    on: date
    cell_code: str | None = None
    officer_id: int | None = None
    from_plan: str | None = None
    to_plan: str | None = None
    audience: Audience = Audience.INTERNAL
    review_number: str | None = None
    ground: LiveGround = LiveGround()
    view: View = WHOLE


def hotspot_input(session: Session, county_code: str, subject: MapSubject) -> HotspotInput:
    """Return what the hotspot map is drawn from; NotFoundError without clusters of the day."""
    county, on = counties.get(session, county_code), subject.on
    statistics = clusters.cell_statistics(session, county_code, on)
    facts = analysis_facts.of_day(session, county_code, "clusters", on)
    plan_id = plans.in_force(session, county_code, on)
    # A live map asks for enterprises as they are seen, and its counts were made beforehand.
    live = tile_rollup.refresh(session, county_code, on) if subject.ground.enterprises else None
    if live is not None:
        counts = tile_totals.sample_counts(session, county_code, live)
    else:
        quality = townships.quality(session, county_code, on, since=_since(facts))
        counts = quality.groupby("township_code", as_index=False)[["samples", "passed"]].sum()
    firms = None if live else placed_enterprises(session, county_code, plan_id)
    if firms is not None and subject.view.risk_class:
        firms = firms.merge(_risk_classes(session, county_code, on), on="enterprise_id")
    given = HotspotInput(
        meta=meta_of(session, county, subject, facts),
        geography=replace(
            geography_of(session, county, plan_id, subject),
            areas=_areas(session, county_code, plan_id, on),
        ),
        statistics=statistics,
        clusters=clusters.latest(session, county_code, on),
        enterprises=firms,
        live=live_enterprises(session, county_code, live) if live else None,
        township_rates=counts.join(_intervals(counts)),
        products=switch_of(statistics),
        counts=(
            live_weeks(session, county_code, live)
            if live
            else week_counts(session, county_code, on)
        ),
        past_runs=past_runs(session, county_code, on),
    )
    return narrowed(given, subject.view)


def _risk_classes(session: Session, county_code: str, on: date) -> DataFrame:
    return targets.risk_classes(session, county_code, on)


def switch_of(statistics: DataFrame) -> tuple[ProductLabel, ...]:
    """Return the product switch: those with statistics, known ones first, all of them last."""
    found = {str(one) for one in statistics["product"].unique()}
    known = [label for label in PRODUCTS if label.key in found and label.key != "all"]
    others = sorted(found - {label.key for label in PRODUCTS})
    named = [ProductLabel(key=key, zh=key, en=key) for key in others]
    return (*known, *named, PRODUCTS[-1])


def coverage_input(session: Session, county_code: str, subject: MapSubject) -> CoverageInput:
    """Return what the coverage map is drawn from; NotFoundError without gaps of the day."""
    county, on = counties.get(session, county_code), subject.on
    found = gaps.latest(session, county_code, on)
    plan_id = plans.in_force(session, county_code, on)
    facts = analysis_facts.of_day(session, county_code, "gaps", on)
    return CoverageInput(
        meta=meta_of(session, county, subject, facts),
        geography=geography_of(session, county, plan_id, subject),
        responsibilities=officers.responsible_on(session, county_code, plan_id, on),
        officers=officers.of_county(session, county_code),
        gaps=found,
    )


def cell_input(session: Session, county_code: str, subject: MapSubject) -> CellInput:
    """Return what the cell map is drawn from; NotFoundError without targets of the day."""
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
        meta=meta_of(session, county, subject, facts),
        geography=geography_of(session, county, plan_id, subject),
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


def geography_of(session: Session, county: County, plan_id: int, subject: MapSubject) -> Geography:
    """Return the county's shapes with the cells of a plan."""
    every_cell = cells.of_plan(session, county.code, plan_id)
    is_live = subject.ground.enterprises
    return Geography(
        townships=townships.of_county(session, county.code),
        cells=every_cell,
        cell_tiles=cell_tiles(county.code, subject.on, len(every_cell)) if is_live else None,
        outline=GeoDataFrame(geometry=geopandas.GeoSeries([county.geometry], crs=4326)),
        villages=places.villages(session, county.code),
        roads=lines.of_level(session, county.code, "road"),
        rivers=lines.of_level(session, county.code, "river"),
        base_address=subject.ground.base_address,
    )


def _areas(session: Session, county_code: str, plan_id: int, on: date) -> GeoDataFrame:
    """Return the areas of a day with their cells, as a map draws them."""
    held = areas.of_county(session, county_code, on)
    members = areas.cells_of(session, county_code, plan_id, held)
    pairs = zip(held["kind"], held["name"], strict=True)
    names = [area_label(AreaKind(kind), str(name)) for kind, name in pairs]
    return held.assign(
        name_zh=[zh for zh, _ in names],
        name_en=[en for _, en in names],
        cells=[members[code] for code in held["code"]],
    )


def placed_enterprises(session: Session, county_code: str, plan_id: int) -> GeoDataFrame:
    """Return the register with the places that a map may draw."""
    located = enterprises.located(session, county_code, plan_id)
    # Until a person has decided, a point under review is a guess: it is listed and not drawn.
    located.loc[located["status"] == "review", "geometry"] = None
    # What is known to its township only lies where the address says, else where it is registered.
    home = located["located_township_code"].fillna(located["township_code"])
    return located.assign(township_code=home)


def meta_of(
    session: Session, county: County, subject: MapSubject, facts: AnalysisFacts | None
) -> MapMeta:
    """Return the facts printed beside a map of the plan in force."""
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
