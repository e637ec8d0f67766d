"""Inputs of the maps about plans, from the invented county."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame

# ruff: noqa: ANN401 - the factories change any field
from maps.difference_model import DifferenceInput, PlanSide
from maps.lookup import LookupInput
from service.domain.plan_difference import cell_changes, enterprise_changes, leads_by_matter
from tests.unit.maps.factories import make_county, make_coverage_input, make_meta


def make_people(cells: GeoDataFrame, *, shift: int = 0) -> DataFrame:
    """Return a lead for most cells and a second officer for all."""
    given = make_coverage_input()
    names = dict(zip(given.officers["staff_no"], given.officers["name"], strict=True))
    staff = [f"S{(number // 9 + shift) % 50:02d}" for number in range(len(cells))]
    leads = pd.DataFrame(
        {"cell_code": cells["code"], "duty": "lead", "matter": "all", "staff_no": staff}
    ).iloc[3:]
    second = leads.assign(duty="second", staff_no="S40")
    own = leads.iloc[:5].assign(matter="baijiu", staff_no="S41")
    people = pd.concat([leads, second, own], ignore_index=True)
    return people.assign(name=people["staff_no"].map(names), phone="0399-5550001")


def make_lookup_input(**changes: Any) -> LookupInput:
    county = make_county()
    firms = county.enterprises.assign(
        code=[f"92130123{number:010d}" for number in range(len(county.enterprises))]
    )
    rough = firms["level"].isin(["township", "county"])
    firms.loc[rough, "cell_code"] = None
    facts: dict[str, Any] = {
        "meta": make_meta(),
        "geography": county.geography,
        "responsibilities": make_people(county.geography.cells),
        "enterprises": firms,
    }
    return LookupInput(**{**facts, **changes})


def make_difference_input(**changes: Any) -> DifferenceInput:
    """Return two plans: a cell removed, one added, one whose border moved, and new leads."""
    county = make_county()
    old = county.geography.cells.reset_index(drop=True)
    new = old.drop(index=[10]).copy()
    merged = shapely.union_all([old.geometry[10], old.geometry[11]])
    new.loc[11, "geometry"] = merged
    new.loc[12, "code"] = "130123900000001"
    before, after = make_people(old), make_people(new.reset_index(drop=True), shift=0)
    after.loc[after["cell_code"].isin(new["code"].iloc[30:50]), "staff_no"] = "S45"
    firms = county.enterprises
    then = firms[["enterprise_id", "product", "cell_code"]]
    renamed = {old["code"][10]: old["code"][11], old["code"][12]: "130123900000001"}
    now = then.assign(cell_code=then["cell_code"].replace(renamed))
    moved = enterprise_changes(then, now, leads_by_matter(before), leads_by_matter(after))
    facts: dict[str, Any] = {
        "meta": make_meta(plan_code="2012-02 → 2012-07"),
        "geography": replace(county.geography, cells=new.reset_index(drop=True)),
        "before": PlanSide(code="2012-02", day=date(2012, 5, 6), cells=old),
        "after": PlanSide(code="2012-07", day=date(2012, 7, 1), cells=new),
        "changes": cell_changes(old, new),
        "responsibilities_before": before,
        "responsibilities_after": after,
        "enterprises": firms.merge(moved, on="enterprise_id"),
    }
    return DifferenceInput(**{**facts, **changes})
