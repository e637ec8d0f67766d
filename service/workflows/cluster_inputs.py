"""What a county's scan starts from: enterprises in cells, results of visits, who leads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from sqlalchemy.orm import Session

from service.database import clusters, counties, enterprises, officers, plans
from service.domain.effort import expected_producers
from service.domain.errors import InvalidInputError
from service.domain.problem_clusters import DRAWS, can_be_scanned

DEFAULT_SEED: Final = 20120506
# What may be adjusted for: who visited, and what is visited.
ADJUSTABLE: Final = ("inspector", "kind", "scale", "credit_class")
MOST_VARIANTS: Final = 2000
PLACE: Final = "cell_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """How to scan.

    Attributes:
        products: Which; None is every product with results, and all of them together.
        since: First day of the results counted; None is the campaign's first, or a year back.
        replications: Simulations behind each p.
        max_share: Largest share of the expected cases in a window.
        max_radius_m: Largest radius in metres; None is unlimited.
        seed: Of the simulations and the variants.
        adjust_for: Of `ADJUSTABLE`, compared within cells (docs/decisions, effort within cells).
        variants: Times each cluster is tested again; None is 200, fewer in a large county, and
            0 none.
        draws: Simulated neighbourhoods behind each cell's p.
    """

    products: tuple[str, ...] | None = None
    since: date | None = None
    replications: int = 999
    max_share: float = 0.25
    max_radius_m: float | None = None
    seed: int = DEFAULT_SEED
    adjust_for: tuple[str, ...] = ("inspector", "kind", "scale")
    variants: int | None = None
    draws: int = DRAWS

    def __post_init__(self) -> None:
        """Refuse what cannot be adjusted for.

        Raises:
            InvalidInputError: A name is not known, or the number of variants is out of range.
        """
        unknown = sorted(set(self.adjust_for) - set(ADJUSTABLE))
        if unknown:
            raise InvalidInputError(
                f"cannot adjust for {', '.join(unknown)}; choose from {', '.join(ADJUSTABLE)}"
            )
        if self.variants is not None and not 0 <= self.variants <= MOST_VARIANTS:
            raise InvalidInputError(f"variants must lie between 0 and {MOST_VARIANTS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How a run talks to whoever waits for it.

    Attributes:
        progress: Told the finished share, 0 to 1.
        stop: Asked often; the run ends with ScanStoppedError when it answers True.
    """

    progress: Callable[[float], None] | None = None
    stop: Callable[[], bool] | None = None

    def part(self, start: float, end: float) -> "Watching":
        """Return a watch for the work between two shares of the whole."""
        tell = self.progress
        if tell is None:
            return self
        return Watching(progress=lambda share: tell(start + (end - start) * share), stop=self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a scan of a county on a day starts from.

    Attributes:
        since: First day of the results.
        epsg: The county's metric zone.
        placed: Enterprises with a cell: the columns of `enterprises.located`, x and y in metres.
        results: One row a visit or sample test with a result of a placed enterprise:
            enterprise_id, product, cell_code, inspector, kind, scale, credit_class (of the
            enterprise), problem, occurred_on; in order of days.
        duties: Who answers for each cell: cell_code, duty, officer_id, name.
        unplaced: Enterprises with results and no cell: enterprise_id, product, township, problems.
    """

    county_code: str
    on: date
    plan_id: int
    since: date
    epsg: int
    placed: GeoDataFrame
    results: pd.DataFrame
    duties: pd.DataFrame
    unplaced: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def left_out(self) -> dict[str, Any]:
        """What the scan cannot see: inspected enterprises without a cell, by township."""
        rows = self.unplaced
        if rows.empty:
            return {"enterprises": 0, "with_problems": 0, "by_township": {}}
        by_township = rows.groupby("township").size()
        return {
            "enterprises": len(rows),
            "with_problems": int(rows["problems"].gt(0).sum()),
            "by_township": {str(code): int(count) for code, count in by_township.items()},
        }

    @property
    def leads(self) -> pd.DataFrame:
        """Return the duties of leads."""
        return self.duties[self.duties["duty"] == "lead"]

    def of(self, product: str) -> "Inputs":
        """Return what belongs to a product; everything for all of them together."""
        if product == clusters.ALL:
            return self
        return Inputs(
            county_code=self.county_code,
            on=self.on,
            plan_id=self.plan_id,
            since=self.since,
            epsg=self.epsg,
            placed=self.placed[self.placed["product"] == product],
            results=self.results[self.results["product"] == product],
            duties=self.duties,
            unplaced=self.unplaced[self.unplaced["product"] == product],
        )


def read_inputs(
    session: Session, county_code: str, *, on: date, since: date | None = None
) -> Inputs:
    """Read what a scan of a day starts from."""
    plan_id = plans.in_force(session, county_code, on)
    first = since or counties.period_from(session, county_code, on)
    epsg = counties.get(session, county_code).metric_epsg
    located = enterprises.located(session, county_code, plan_id)
    placed = _placed(located, epsg)
    found = clusters.inspection_results(session, county_code, since=first, until=on)
    about = placed[["enterprise_id", "product", "cell_code", "kind", "scale", "credit_class"]]
    return Inputs(
        county_code=county_code,
        on=on,
        plan_id=plan_id,
        since=first,
        epsg=epsg,
        placed=placed,
        results=found.merge(pd.DataFrame(about), on="enterprise_id"),
        duties=officers.responsible_on(session, county_code, plan_id, on),
        unplaced=_unplaced(located, found),
    )


def _unplaced(located: GeoDataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of enterprises with results that are placed no finer than a township."""
    outside = pd.DataFrame(located[located["cell_code"].isna()])
    # A column without any text is one of numbers to pandas.
    located_in = outside["located_township_code"].astype(object)
    town = located_in.fillna(outside["township_code"].astype(object)).fillna("")
    problems = found.groupby("enterprise_id")["problem"].sum().rename("problems")
    rows = outside[["enterprise_id", "product"]].assign(township=town)
    return rows.merge(problems, left_on="enterprise_id", right_index=True)


def _placed(located: GeoDataFrame, epsg: int) -> GeoDataFrame:
    """Return the enterprises with a cell, with x and y in the county's metres."""
    inside = located[located["cell_code"].notna()].copy()
    metric = inside.geometry.to_crs(epsg)
    # Points of one village are one place; a millimetre of reprojection noise must not part them.
    inside["x"], inside["y"] = metric.x.round(2), metric.y.round(2)
    return inside


def producers(inputs: Inputs, adjust_for: tuple[str, ...]) -> GeoDataFrame:
    """Return each producer with a result and its chance of a problem, in order of their rows.

    Columns: those of `placed`, and visits, problems, is_problem, expected (its chance of at least
    one problem), is_unresolved (its newest result is a problem). Where there is nothing to compare
    (all or none have a problem, or all stand at one place) expected is missing.
    """
    results = inputs.results
    per_producer = results.groupby("enterprise_id").agg(
        visits=("problem", "size"), problems=("problem", "sum"), is_unresolved=("problem", "last")
    )
    seen = inputs.placed.merge(per_producer, left_on="enterprise_id", right_index=True)
    seen = seen.reset_index(drop=True).assign(is_problem=lambda rows: rows["problems"] > 0)
    if not can_be_scanned(*_places(seen), seen["is_problem"].to_numpy(dtype=bool)):
        return seen.assign(expected=np.nan)
    chances = expected_producers(results, producer="enterprise_id", strata=adjust_for, place=PLACE)
    return seen.assign(expected=chances["expected"].reindex(seen["enterprise_id"]).to_numpy())


def _places(seen: GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    return seen["x"].to_numpy(dtype=float), seen["y"].to_numpy(dtype=float)
