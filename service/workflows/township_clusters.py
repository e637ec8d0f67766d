"""Township × product: ranked, and those that fail beyond chance are clusters that people own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pandas as pd
from geopandas import GeoDataFrame
from sqlalchemy.orm import Session

from service.database import clusters, township_statistics, townships
from service.domain.township_ranking import township_ranking
from service.workflows import cluster_objects
from service.workflows.cluster_inputs import Inputs
from service.workflows.cluster_scan import hints_of, ids_of, owners_of

# The township's own leader is proposed first, then whoever leads most of its problem producers.
_PROPOSED: Final = ("township_leader", "lead", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Town:
    """One township × product: its line of the ranking, its inspected producers, its area."""

    line: Mapping[str, Any]
    seen: GeoDataFrame
    area: Any

    @property
    def members(self) -> GeoDataFrame:
        """Return the inspected producers inside."""
        return self.seen[self.seen["cell_township_code"] == self.line["township_code"]]


def save(
    session: Session, analysis_id: UUID, inputs: Inputs, seen: Mapping[str, GeoDataFrame]
) -> None:
    """Rank township × product of the products scanned, and save what each object's run saw.

    All products together are no product.

    Args:
        session: An open session.
        analysis_id: Of the run.
        inputs: What the run started from.
        seen: The inspected producers by product, as of `cluster_inputs.producers`.
    """
    of_products = {product: rows for product, rows in seen.items() if product != clusters.ALL}
    ranking = _ranking(inputs, of_products)
    areas = townships.of_county(session, inputs.county_code).set_index("code").geometry
    # Without a ratio there was nothing to compare with: all of a product's producers have a
    # problem, or none has.
    judged = ranking[ranking["q"].notna() & ranking["ratio"].notna()]
    judged = judged[judged["township_code"].isin(areas.index)]
    lines = [{str(key): one for key, one in row.items()} for row in judged.to_dict("records")]
    ids = cluster_objects.link_townships(session, inputs.county_code, inputs.on, lines)
    rows = [
        _as_row(
            _Town(line=line, seen=of_products[key[0]], area=areas.loc[key[1]]), inputs, ids[key]
        )
        for key, line in zip(_keys(judged), lines, strict=True)
        if key in ids
    ]
    clusters.save_clusters(session, inputs.county_code, analysis_id, rows)
    ranking["object_id"] = pd.Series([ids.get(key) for key in _keys(ranking)], dtype=object)
    township_statistics.save(session, inputs.county_code, analysis_id, ranking)


def _keys(ranking: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(ranking["product"], ranking["township_code"], strict=True))


def _ranking(inputs: Inputs, seen: Mapping[str, GeoDataFrame]) -> pd.DataFrame:
    """Return the ranking with the ids of the problem producers."""
    placed = inputs.placed[inputs.placed["product"].isin(set(seen))]
    known = (
        pd.concat(list(seen.values()))
        if seen
        else placed.iloc[:0].assign(is_problem=False, expected=0.0)
    )
    told = known.set_index("enterprise_id")[["is_problem", "expected"]]
    everyone = placed.join(told, on="enterprise_id")
    producers_of = pd.DataFrame(
        {
            "enterprise_id": everyone["enterprise_id"],
            "product": everyone["product"],
            "township_code": everyone["cell_township_code"],
            "inspected": everyone["is_problem"].notna(),
            "is_problem": everyone["is_problem"].fillna(value=False).astype(bool),
            "expected": everyone["expected"].fillna(0.0),
        }
    )
    ranking = township_ranking(producers_of)
    problem_ids = producers_of[producers_of["is_problem"]].groupby(["product", "township_code"])
    ids = {key: [int(one) for one in rows["enterprise_id"]] for key, rows in problem_ids}
    ranking["problem_ids"] = [ids.get(key, []) for key in _keys(ranking)]
    return ranking


def _as_row(town: _Town, inputs: Inputs, object_id: int) -> dict[str, Any]:
    line, members = town.line, town.members
    problems = members[members["is_problem"]]
    return {
        "object_id": object_id,
        "kind": cluster_objects.TOWNSHIP,
        "product": line["product"],
        "rank": int(line["rank"]),
        "llr": None,
        "p": float(line["p"]),
        "p_gumbel": None,
        "q": float(line["q"]),
        "cases": int(line["cases"]),
        "expected": float(line["expected"]),
        "population": float(len(members)),
        "relative_risk": _relative_risk(town),
        "radius_m": None,
        "crosses_township": False,
        "township_codes": [line["township_code"]],
        "cell_codes": sorted(members["cell_code"].unique()),
        "enterprise_ids": ids_of(members),
        "problem_ids": ids_of(problems),
        "unresolved_ids": ids_of(problems[problems["is_unresolved"]]),
        "hints": hints_of(town.seen, members.index, line["product"]),
        "robustness": {},
        **owners_of(inputs, list(problems["cell_code"]), duties=_PROPOSED),
        "centre": town.area.representative_point(),
        "geometry": town.area,
    }


def _relative_risk(town: _Town) -> float | None:
    """Return cases over expected inside, over the same outside; None where that has none."""
    cases, expected = int(town.line["cases"]), float(town.line["expected"])
    outside_cases = int(town.seen["is_problem"].sum()) - cases
    outside_expected = float(town.seen["expected"].sum()) - expected
    if outside_cases <= 0 or outside_expected <= 0:
        return None
    return (cases / expected) / (outside_cases / outside_expected)
