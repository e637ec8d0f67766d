"""The whole job on files that nobody here made: Chicago's beats, licences and inspections of 2013.

Every count is made a second time from the files, by pandas and GeoPandas alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import geopandas
import pandas as pd
import pytest
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from gis_data.shapes import read_shapes
from scripts import examples
from service.database import cells, clusters, enterprises, gaps, plans, targets, townships
from service.database.tables import ImportBatchRow, QualityEventRow
from service.workflows.find_clusters import ClusterOptions, find_clusters
from service.workflows.find_gaps import find_gaps
from service.workflows.locate_enterprises import (
    LocatingReport,
    geocoder_of,
    locate_enterprises,
)
from service.workflows.publish_maps import publish_map
from service.workflows.rank_targets import rank_targets
from tests.conftest import migrated_database

COUNTY = "chicago"
ON = date(2013, 12, 31)  # the last day of the file


@dataclass(frozen=True)
class Files:
    """The same files as GeoPandas and pandas read them."""

    folder: Path

    @cached_property
    def lines(self) -> DataFrame:
        path = self.folder / "inspections_2013.csv.gz"
        return pd.read_csv(path, dtype={"License": str, "Inspection_ID": str})

    @cached_property
    def districts(self) -> GeoDataFrame:
        return read_shapes(self.folder / "districts.geojson").features

    @cached_property
    def beats(self) -> GeoDataFrame:
        beats = read_shapes(self.folder / "beats.geojson").features
        return beats.assign(geometry=beats.geometry.make_valid())

    @cached_property
    def points(self) -> GeoDataFrame:
        """The point of each licence's newest line; an older one may be of an older address."""
        in_order = self.lines.sort_values("Inspection_Date", kind="stable")
        newest = in_order.drop_duplicates("License", keep="last").dropna(subset=["Latitude"])
        places = geopandas.points_from_xy(newest["Longitude"], newest["Latitude"])
        return GeoDataFrame(newest.reset_index(drop=True), geometry=places, crs=4326)


@dataclass(frozen=True)
class Chicago:
    """What the product made of the files."""

    session: Session
    located: LocatingReport

    @cached_property
    def plan_id(self) -> int:
        return plans.in_force(self.session, COUNTY, ON)

    @cached_property
    def register(self) -> GeoDataFrame:
        return enterprises.located(self.session, COUNTY, self.plan_id)

    @cached_property
    def gaps(self) -> GeoDataFrame:
        return gaps.latest(self.session, COUNTY, ON)


@pytest.fixture(scope="module")
def files(shared_data: Path) -> Files:
    return Files(shared_data / "chicago")


@pytest.fixture(scope="module")
def chicago(
    admin_url: URL, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chicago]:
    with pytest.MonkeyPatch.context() as patch, migrated_database(admin_url) as engine:
        address = engine.url.render_as_string(hide_password=False)
        patch.setenv("WANGGE_DATABASE_URL", address)
        patch.chdir(tmp_path_factory.mktemp("chicago"))
        examples.chicago(shared_data, year_2013_only=True)
        with Session(engine) as session:
            located = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))
            find_clusters(
                session, COUNTY, on=ON, options=ClusterOptions(replications=99, variants=3)
            )
            find_gaps(session, COUNTY, on=ON)
            rank_targets(session, COUNTY, on=ON)
            session.commit()
            yield Chicago(session, located)


def test_districts_and_beats(chicago: Chicago, files: Files) -> None:
    """25 and 277 features, of which those with one code are one area."""
    assert (len(files.districts), len(files.beats)) == (25, 277)
    districts = townships.of_county(chicago.session, COUNTY)
    beats = cells.of_plan(chicago.session, COUNTY, chicago.plan_id)
    assert set(districts["code"]) == set(files.districts["DIST_NUM"])
    assert set(beats["code"]) == set(files.beats["BEAT_NUM"])
    assert read_and_kept(chicago, "townships") == (25, districts["code"].nunique())
    assert read_and_kept(chicago, "cells") == (277, beats["code"].nunique())


def test_inspections_are_enterprises_by_licence_and_events(chicago: Chicago, files: Files) -> None:
    lines = files.lines
    assert len(lines) == 8811
    assert set(chicago.register["code"]) == set(lines["License"])
    assert len(chicago.register) == lines["License"].nunique()
    counted = chicago.session.execute(
        select(
            func.count(),
            func.count().filter(QualityEventRow.is_problem),
            func.count(QualityEventRow.enterprise_id),
        ).where(QualityEventRow.county_code == COUNTY)
    ).one()
    assert tuple(counted) == (len(lines), (lines["Results"] == "Fail").sum(), len(lines))


def test_lines_without_a_point_are_listed(chicago: Chicago, files: Files) -> None:
    without = set(files.lines["License"]) - set(files.points["License"])
    register = chicago.register
    assert set(register.loc[register["reason"] == "no_point", "code"]) == without
    assert chicago.located.review["no_point"] == len(without) > 0
    city = files.districts.union_all()
    outside = set(files.points.loc[~files.points.covered_by(city), "License"])
    found = set(register.loc[register["reason"] == "outside_county", "code"])
    assert found == outside
    missing = chicago.gaps[chicago.gaps["kind"] == "G6"]
    assert without | outside <= licences(register, missing)


def test_located_enterprises_are_in_the_beat_that_covers_them(
    chicago: Chicago, files: Files
) -> None:
    """All but those on an edge that beats share badly are in exactly one beat, the same one."""
    placed = chicago.register[chicago.register["status"] == "placed"]
    joined = files.points.sjoin(files.beats[["BEAT_NUM", "geometry"]], predicate="covered_by")
    by_licence = joined.groupby("License")["BEAT_NUM"].agg(frozenset)
    both = placed.set_index("code").join(by_licence.rename("beats"))
    one = both[both["beats"].str.len() == 1]
    assert len(one) > 0.99 * len(placed)
    expected = one["beats"].map(lambda beats: next(iter(beats)))
    # Repairing moved some edges by centimetres.
    assert (one["cell_code"] == expected).mean() > 0.999
    assert (placed["cells_around"].fillna(0) <= 1).mean() > 0.999


def test_who_stands_in_another_district_than_registered(chicago: Chicago, files: Files) -> None:
    joined = files.points.sjoin(files.districts[["DIST_NUM", "geometry"]], predicate="covered_by")
    stands_in = pd.to_numeric(joined["DIST_NUM"])
    known = joined["police_district"].isin(stands_in.unique())
    expected = set(joined.loc[known & (joined["police_district"] != stands_in), "License"])
    found = chicago.gaps[chicago.gaps["kind"] == "G7"]
    assert licences(chicago.register, found) == expected
    assert len(expected) > 100


def test_cells_count_the_inspections_in_them(chicago: Chicago, files: Files) -> None:
    every = clusters.cell_statistics(chicago.session, COUNTY, ON)
    of_all = every[every["product"] == clusters.ALL]
    in_a_cell = chicago.register[chicago.register["cell_code"].notna()]
    there = files.lines[files.lines["License"].isin(in_a_cell["code"])]
    assert of_all["visits"].sum() == len(there)
    assert of_all["problems"].sum() == (there["Results"] == "Fail").sum()
    assert of_all["enterprises"].sum() == len(in_a_cell)


def test_clusters_hold_the_failures_they_claim(chicago: Chicago, files: Files) -> None:
    found = clusters.latest(chicago.session, COUNTY, ON)
    failed = set(files.lines.loc[files.lines["Results"] == "Fail", "License"])
    codes = chicago.register.set_index("enterprise_id")["code"]
    assert (found["p"] <= 0.05).any()
    for members, cases in zip(found["enterprise_ids"], found["cases"], strict=True):
        assert cases == len(failed & set(codes.loc[members]))


def test_no_beat_has_an_officer_and_all_say_so(chicago: Chicago, files: Files) -> None:
    without = chicago.gaps.loc[chicago.gaps["kind"] == "G3", "cell_code"]
    assert sorted(without) == sorted(set(files.beats["BEAT_NUM"]))


def test_targets_and_hotspot_map(chicago: Chicago, files: Files) -> None:
    ranked = targets.of_county(chicago.session, COUNTY, ON)
    assert len(ranked) == files.lines["License"].nunique()
    totals = [sum(reason["points"] for reason in reasons) for reasons in ranked["reasons"]]
    assert ranked["score"].astype(float).tolist() == pytest.approx(totals)
    html = publish_map(chicago.session, COUNTY, "hotspot", on=ON)
    assert html.lower().lstrip().startswith("<!doctype html>")
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?https?:""", html)


def licences(register: GeoDataFrame, found: GeoDataFrame) -> set[str]:
    """Return the licence numbers of the enterprises in rows of gaps."""
    codes = register.set_index("enterprise_id")["code"]
    return set(codes.loc[found["enterprise_id"].astype(int)])


def read_and_kept(chicago: Chicago, kind: str) -> tuple[int, int]:
    batch = chicago.session.execute(
        select(ImportBatchRow.rows_read, ImportBatchRow.rows_kept).where(
            ImportBatchRow.county_code == COUNTY, ImportBatchRow.kind == kind
        )
    ).one()
    return batch.rows_read, batch.rows_kept
