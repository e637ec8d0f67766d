"""The two tables that a county edits: how often a class is visited, and what a fact weighs."""

from collections.abc import Iterable

from pandas import DataFrame
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import EnterpriseRow, InspectionPolicyRow, ScoreWeightRow
from service.domain.risk import InspectionPolicy, PolicyTable, default_policies
from service.domain.scoring_weights import DEFAULT_WEIGHTS, ScoreWeight, WeightTable


def complete(session: Session, county_code: str) -> None:
    """Add the default of every line that the county's tables lack; what stands there is kept."""
    weights = [
        {
            "county_code": county_code,
            "key": weight.key,
            "points": weight.points,
            "max_points": weight.max_points,
            "label_zh": weight.label_zh,
            "label_en": weight.label_en,
        }
        for weight in DEFAULT_WEIGHTS
    ]
    session.execute(insert(ScoreWeightRow).on_conflict_do_nothing(), weights)
    policies = _default_rows(county_code, _products(session, county_code))
    if policies:
        session.execute(insert(InspectionPolicyRow).on_conflict_do_nothing(), policies)


def inspection_policies(session: Session, county_code: str) -> PolicyTable:
    """Return the county's inspection policies."""
    rows = session.scalars(
        select(InspectionPolicyRow).where(InspectionPolicyRow.county_code == county_code)
    )
    return PolicyTable(
        InspectionPolicy(
            product=row.product,
            risk_class=row.risk_class,
            regime=row.regime,
            label=row.label,
            min_per_year=row.min_per_year,
            max_interval_days=row.max_interval_days,
            sampling_rate=row.sampling_rate,
        )
        for row in rows
    )


def score_weights(session: Session, county_code: str) -> WeightTable:
    """Return the county's score table."""
    rows = session.scalars(select(ScoreWeightRow).where(ScoreWeightRow.county_code == county_code))
    return WeightTable(
        ScoreWeight(
            key=row.key,
            points=row.points,
            max_points=row.max_points,
            label_zh=row.label_zh,
            label_en=row.label_en,
        )
        for row in rows
    )


def weights_frame(session: Session, county_code: str) -> DataFrame:
    """Return the score table as it is printed: key, points, max_points, label_zh, label_en."""
    statement = (
        select(
            ScoreWeightRow.key,
            ScoreWeightRow.points,
            ScoreWeightRow.max_points,
            ScoreWeightRow.label_zh,
            ScoreWeightRow.label_en,
        )
        .where(ScoreWeightRow.county_code == county_code)
        .order_by(ScoreWeightRow.key)
    )
    return read_table(session, statement)


def _products(session: Session, county_code: str) -> list[str]:
    products = select(EnterpriseRow.product).where(EnterpriseRow.county_code == county_code)
    return sorted(session.scalars(products.distinct()))


def _default_rows(county_code: str, products: Iterable[str]) -> list[dict[str, object]]:
    return [
        {
            "county_code": county_code,
            "product": policy.product,
            "risk_class": policy.risk_class,
            "regime": policy.regime,
            "label": policy.label,
            "min_per_year": policy.min_per_year,
            "max_interval_days": policy.max_interval_days,
            "sampling_rate": policy.sampling_rate,
        }
        for product in products
        for policy in default_policies(product)
    ]
