"""What a map is drawn from: frames of the data dictionary, and the facts printed beside them.

Every frame keeps the column names of `docs/data_dictionary.md` and, where it has a geometry,
EPSG:4326. Columns in square brackets below may be missing. The builders change no frame.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from geopandas import GeoDataFrame
from pandas import DataFrame

from service.domain.errors import InvalidInputError

# Fixed policy breaks of the problem rate, in problems per 100 visits. Zero is a class of its
# own; fixed breaks let colours be compared between months, products and counties.
RATE_BREAKS = (0.0, 5.0, 10.0, 20.0, 40.0)


class Audience(StrEnum):
    """Who may see the map; a public one leaves out people, tip-offs, classes and enterprises."""

    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLabel:
    """A product line as people call it; `key` as in `enterprise.product`, or `all`."""

    key: str
    zh: str
    en: str


PRODUCTS = (
    ProductLabel(key="baijiu", zh="白酒", en="Baijiu"),
    ProductLabel(key="fertiliser", zh="化肥", en="Fertiliser"),
    ProductLabel(key="cement", zh="水泥", en="Cement"),
    ProductLabel(key="all", zh="全部", en="All"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMeta:
    """The facts without which a map must not be handed on.

    Attributes:
        county_name_zh: Name in the title; text, never HTML.
        county_name_en: Name in the English title; the Chinese one where empty.
        as_of: The day that the map speaks of.
        period_from: First day of the visits counted; None where the map counts no visits.
        plan_code: The plan in force on `as_of`.
        is_fictional: The county does not exist; the map says so in a banner.
        inputs_zh, inputs_en: What went in, in one line, such as '检查 1 204 次 · 企业 1 502 户'.
        seed: Seed of the simulations; None where nothing was simulated.
        simulations: Number of Monte Carlo replications behind each p-value.
        audience: Internal, or public.
        review_number: The map review number (审图号) that a public map must carry.
        narrowed_zh, narrowed_en: What the map is narrowed to (township, week, class), for the
            title; '' shows all.
    """

    county_name_zh: str
    as_of: date
    plan_code: str
    county_name_en: str = ""
    period_from: date | None = None
    is_fictional: bool = False
    inputs_zh: str = ""
    inputs_en: str = ""
    seed: int | None = None
    simulations: int | None = None
    audience: Audience = Audience.INTERNAL
    review_number: str | None = None
    narrowed_zh: str = ""
    narrowed_en: str = ""

    def __post_init__(self) -> None:
        """Refuse a public map of a real county without its review number."""
        is_public = self.audience is Audience.PUBLIC
        if is_public and not self.is_fictional and not self.review_number:
            raise InvalidInputError(
                "a public map of a real county must print its review number (审图号): "
                "set review_number, or draw the internal map"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """The county's own shapes, all in EPSG:4326; they are the base map, there are no tiles.

    Attributes:
        townships: code, name, geometry (polygons) [name_en].
        cells: code, name, township_code, geometry (polygons) [township_name].
        outline: geometry of the county; the union of the townships where None.
        areas: code, name_zh, name_en, cells (codes of those that belong), geometry (polygons) of
            key areas, border zones and urban fringes; None has none.
        villages: name, geometry (points) [code]; places of level 'village' serve as they are.
        roads, rivers: geometry (lines) [name].
        base_address: Where a live map asks for the county's PMTiles (same origin), which then
            stand in for inlined lines and names; None inlines them, as every one-file map does.
        cell_tiles: Where a live map asks for the shapes of very many cells (same origin, with
            `{z}`, `{x}`, `{y}`); None inlines them, as every one-file map does.
    """

    townships: GeoDataFrame
    cells: GeoDataFrame
    outline: GeoDataFrame | None = None
    villages: GeoDataFrame | None = None
    roads: GeoDataFrame | None = None
    rivers: GeoDataFrame | None = None
    base_address: str | None = None
    areas: GeoDataFrame | None = None
    cell_tiles: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCounts:
    """The same counts by week, so that a map shows the state at the end of any of them.

    Attributes:
        weeks: Name (such as 2012-W18), first and last day of each, in order.
        visits: cell_code, product, week (index into `weeks`), risk_class (0 unknown), visits,
            problems; only what is not zero.
        enterprises: cell_code, product, risk_class, enterprises; only what is not zero.
        samples: township_code, product, week, risk_class, samples, failed: the sample tests of
            every township, in a cell or not; None leaves the table of pass rates as it is.
    """

    weeks: Sequence[tuple[str, date, date]]
    visits: DataFrame
    enterprises: DataFrame
    samples: DataFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """The clusters that an earlier run found, and the day up to which it saw.

    Attributes:
        clusters: Columns as of `HotspotInput.clusters`.
    """

    as_of: date
    clusters: GeoDataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEnterprises:
    """Enterprises that a live map asks the service for, instead of holding them.

    Attributes:
        tiles: Address of vector tiles on the same host, with `{z}`, `{x}`, `{y}`.
        records: Address of the records on the same host.
        counts: product, township_code, existing, placed: how many there are, and how many have a
            place of their own.
        unplaced: product, township_code, names (the first of those without a place).
    """

    tiles: str
    records: str
    counts: DataFrame
    unplaced: DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class HotspotInput:
    """Where the problems are, where we looked, and where nobody looked.

    Attributes:
        statistics: cell_code, product, enterprises, visits, problems [expected, gi_class]; a
            product has a row per cell, and product 'all' (summed here where it is missing).
        clusters: product, rank, p, cases, expected, relative_risk, radius_m, township_codes,
            cell_codes, officer_shares, lead, geometry [p_gumbel, q, crosses_township,
            enterprise_ids, proposed_lead, robustness, trend_zh, trend_en]. `lead` and
            `proposed_lead` are names. A geometry may be a polygon or a centre point.
        enterprises: Located enterprises: enterprise_id, name, kind, product, level, geometry
            (points, may be missing) [address, cell_code, township_code]; None draws none.
        live: Instead of `enterprises`, for a map in a page: they are asked for as they are seen.
        township_rates: township_code, samples, passed [low, high, unlicensed, blind_cells]:
            sample tests for the table beside the map; None shows no table.
        products: The switch, in its order; the first one is shown first.
        minimum_visits: A cell with fewer visits is blind: hatched, never coloured.
        cluster_p: A cluster above it is left out.
        counts: Visits and problems by week; None draws no time slider.
        is_by_township: The cells given are whole townships, and the map says so.
        past_runs: Week of `counts` → the run that week had; its figures are shown in it.
    """

    meta: MapMeta
    geography: Geography
    statistics: DataFrame
    clusters: GeoDataFrame | None = None
    enterprises: GeoDataFrame | None = None
    live: LiveEnterprises | None = None
    township_rates: DataFrame | None = None
    products: tuple[ProductLabel, ...] = PRODUCTS
    minimum_visits: int = 3
    cluster_p: float = 0.05
    counts: WeekCounts | None = None
    is_by_township: bool = False
    past_runs: Mapping[str, PastRun] = field(default_factory=dict)

    @property
    def areas(self) -> tuple[str, str, str]:
        """What is counted in numbers, its name, and both in English: 格, 网格, cells."""
        if self.is_by_township:
            return "个乡镇", "乡镇", "townships"
        return "格", "网格", "cells"

    def __post_init__(self) -> None:
        """Refuse an empty product switch."""
        if not self.products:
            raise InvalidInputError("a hotspot map needs at least one product to switch to")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageInput:
    """Who answers for each cell on the day, and where nobody does.

    Attributes:
        responsibilities: cell_code, duty, matter, staff_no of the day (already filtered to it).
        officers: staff_no, name [role, township_code, capacity_visits_per_month].
        gaps: kind, severity, since, township_code, cell_code, what_zh, what_en, fix_zh, fix_en,
            geometry (may be missing).
        duty: The duty by which cells are coloured.
        matter: Its holders come first; holders of 'all' fill the rest.
    """

    meta: MapMeta
    geography: Geography
    responsibilities: DataFrame
    officers: DataFrame
    gaps: GeoDataFrame
    duty: str = "lead"
    matter: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellInput:
    """Whom to visit in one cell (or one officer's cells), and why.

    Attributes:
        cell_codes: The cells of the list, in the order they are named in the title.
        targets: enterprise_id, name, cell_code, rank_in_cell, score, reasons (list of {key,
            points, text_zh, text_en}), geometry (points, may be missing) [product, address,
            level, radius_m, risk_class, due_on, last_visit_on, check_zh, check_en].
        officer_name: Who visits; None where nobody is named, which the map says.
        limit: No more targets are drawn and listed; the map says how many there are.
    """

    meta: MapMeta
    geography: Geography
    cell_codes: tuple[str, ...]
    targets: GeoDataFrame
    officer_name: str | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        """Refuse a list without a cell."""
        if not self.cell_codes:
            raise InvalidInputError("name at least one cell for the cell map")


def finite(value: float) -> float | None:
    """Return the number, or None for what JSON cannot say (NaN and infinity)."""
    return float(value) if math.isfinite(value) else None
