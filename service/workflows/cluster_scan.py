"""One product's producers → clusters with members, owners, hints and a robustness badge."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas
import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries

from service.domain.problem_clusters import Inspected, officer_shares, scan_producers
from service.domain.robustness import Badge, Variation, robustness
from service.domain.scan import ScanCluster, ScanSettings, scan
from service.domain.shared_cause import ATTRIBUTES, Hint, shared_causes
from service.workflows.cluster_inputs import ClusterOptions, Inputs, Watching

REPORTED_P: Final = 0.10
# A cluster at one place is drawn as wide as a village point is uncertain.
_LEAST_RADIUS_M = 500.0
_VARIANTS, _FEWEST_VARIANTS = 200, 20
# Above this many producers a variant takes long: fewer of them, by the square of the size.
_MANY_PRODUCERS = 2_000
_SCAN_SHARE = 0.2  # of the work; the variants are the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductScan:
    """What a product's scan is asked.

    Attributes:
        product: A product, or all.
        seen: Its inspected producers, as of `cluster_inputs.producers`.
        inputs: Everything read for the day.
        options: How to scan.
    """

    product: str
    seen: GeoDataFrame
    inputs: Inputs
    options: ClusterOptions

    @property
    def settings(self) -> ScanSettings:
        """Return the settings of the scan."""
        return ScanSettings(
            model="poisson",
            max_share=self.options.max_share,
            max_radius=self.options.max_radius_m,
            replications=self.options.replications,
            seed=self.options.seed,
        )

    @property
    def inspected(self) -> Inspected:
        """Return the producers as the domain takes them."""
        return Inspected(
            x=self.seen["x"].to_numpy(dtype=float),
            y=self.seen["y"].to_numpy(dtype=float),
            is_problem=self.seen["is_problem"].to_numpy(dtype=bool),
            expected=self.seen["expected"].to_numpy(dtype=float),
        )


def scan_product(asked: ProductScan, watch: Watching) -> list[dict[str, Any]]:
    """Return the clusters of a product with p at most `REPORTED_P`, as rows of the database."""
    if asked.seen.empty or asked.seen["expected"].isna().any():
        return []
    first = watch.part(0.0, _SCAN_SHARE)
    result = scan_producers(
        asked.inspected, settings=asked.settings, progress=first.progress, stop=first.stop
    )
    reported = [cluster for cluster in result.clusters if cluster.p <= REPORTED_P]
    badges = _badges(asked, reported, watch.part(_SCAN_SHARE, 1.0))
    return [_as_row(cluster, badge, asked) for cluster, badge in zip(reported, badges, strict=True)]


def variants_of(options: ClusterOptions, producers: int) -> int:
    """Return how many variants each cluster is tested in: 200, in a large county fewer."""
    if options.variants is not None:
        return options.variants
    affordable = _VARIANTS * (_MANY_PRODUCERS / max(producers, _MANY_PRODUCERS)) ** 2
    return max(_FEWEST_VARIANTS, int(affordable))


def _badges(
    asked: ProductScan, clusters: list[ScanCluster], watch: Watching
) -> tuple[Badge | None, ...]:
    variants = variants_of(asked.options, len(asked.seen))
    if not clusters or variants == 0:
        return (None,) * len(clusters)
    inspected = asked.inspected
    uncertainty = asked.seen["radius_m"].fillna(0.0).to_numpy(dtype=float)
    return robustness(
        inspected.x,
        inspected.y,
        inspected.cases,
        np.ones_like(inspected.cases),
        clusters=clusters,
        settings=asked.settings,
        rng=np.random.default_rng(asked.options.seed),
        scanner=scan,
        variation=Variation(variants=variants, uncertainty_m=list(uncertainty)),
        expected=inspected.expected,
        progress=watch.progress,
        stop=watch.stop,
    )


def _as_row(cluster: ScanCluster, badge: Badge | None, asked: ProductScan) -> dict[str, Any]:
    seen = asked.seen
    members = seen.iloc[list(cluster.members)]
    problems = members[members["is_problem"]]
    townships = sorted(members["cell_township_code"].unique())
    return {
        "product": asked.product,
        "rank": cluster.rank,
        "llr": cluster.llr,
        "p": cluster.p,
        "p_gumbel": cluster.p if cluster.p_gumbel is None else cluster.p_gumbel,
        "q": cluster.p,
        "cases": cluster.cases,
        "expected": cluster.expected,
        "population": cluster.population,
        "relative_risk": cluster.relative_risk,
        "radius_m": cluster.radius,
        "crosses_township": len(townships) > 1,
        "township_codes": townships,
        "cell_codes": sorted(members["cell_code"].unique()),
        "enterprise_ids": ids_of(members),
        "problem_ids": ids_of(problems),
        "unresolved_ids": ids_of(problems[problems["is_unresolved"]]),
        "hints": hints_of(seen, members.index, asked.product),
        "robustness": {} if badge is None else {"stands": badge.stands, "variants": badge.variants},
        **owners_of(asked.inputs, list(problems["cell_code"])),
        **_shapes(seen.loc[cluster.centre], cluster.radius, asked.inputs.epsg),
    }


def ids_of(rows: pd.DataFrame) -> list[int]:
    """Return the numbers of enterprises as the database keeps them."""
    return [int(one) for one in rows["enterprise_id"]]


def hints_of(seen: GeoDataFrame, members: pd.Index, product: str) -> list[Hint]:
    """Compare the cluster's problem producers with every inspected producer outside it."""
    inside = seen.index.isin(members)
    counted = seen[~inside | seen["is_problem"]]
    kept = [one if isinstance(one, dict) else {} for one in counted["attributes"]]
    values = pd.DataFrame(
        {name: [one.get(name) for one in kept] for name in ATTRIBUTES}, dtype=object
    )
    if product == "all":
        # One trader serves one product: a list over all products would be about products.
        return []
    return shared_causes(values, list(inside[counted.index]))


def owners_of(
    inputs: Inputs, problem_cells: list[str], *, duties: tuple[str, ...] = ("lead", "second")
) -> dict[str, Any]:
    """Return who answers for the problem producers, and who might lead and second.

    Args:
        inputs: Whose duties.
        problem_cells: The cell of each problem producer.
        duties: Who is proposed, in this order; of one duty the largest share first.
    """
    named: list[int] = []
    for duty in duties:
        held = officer_shares(inputs.duties[inputs.duties["duty"] == duty], problem_cells)
        ids = [int(str(share["officer_id"])) for share in held if share["officer_id"]]
        named += [one for one in ids if one not in named]
    first, second = [*named, None, None][:2]
    return {
        "officer_shares": officer_shares(inputs.leads, problem_cells),
        "proposed_lead_officer_id": first,
        "proposed_second_officer_id": second,
    }


def _shapes(centre: pd.Series, radius_m: float, epsg: int) -> dict[str, Any]:
    """Return the centre and the disc in WGS 84."""
    point = GeoSeries(geopandas.points_from_xy([centre["x"]], [centre["y"]]), crs=epsg)
    disc = point.buffer(max(radius_m, _LEAST_RADIUS_M), quad_segs=16)
    return {"centre": point.to_crs(4326).iloc[0], "geometry": disc.to_crs(4326).iloc[0]}
