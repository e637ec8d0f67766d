import numpy as np
import pandas as pd
import pytest

from gis_data.demo.county import County
from gis_data.demo.facts import CAMPAIGN_START
from service.domain.scan import ScanResult, ScanSettings, scan


def _checks(county: County, product: str, *, campaign: bool) -> pd.DataFrame:
    records = county.records.table
    wanted = records["kind"].isin(["visit", "sample_test"]) & (records["row"] >= 0)
    if campaign:
        wanted &= records["occurred_on"].map(lambda day: day >= CAMPAIGN_START)
    counts = records[wanted].groupby("row")["is_problem"].agg(["sum", "size"]).astype(int)
    places = county.enterprises[["x", "y", "product", "cluster", "township"]]
    joined = counts.join(places)
    return joined[joined["product"] == product]


def _scan(checks: pd.DataFrame) -> ScanResult:
    return scan(
        checks["x"].to_numpy(dtype=np.float64),
        checks["y"].to_numpy(dtype=np.float64),
        checks["sum"].to_numpy(),
        checks["size"].to_numpy(),
        settings=ScanSettings(model="bernoulli", replications=999, seed=20120506),
    )


@pytest.mark.parametrize("campaign", [True, False])
def test_a_scan_finds_the_two_planted_clusters_and_no_other(
    county: County, *, campaign: bool
) -> None:
    checks = _checks(county, "baijiu", campaign=campaign)

    found = _scan(checks).clusters
    strong = [cluster for cluster in found if cluster.p <= 0.01]
    assert len(strong) == 2
    assert all(cluster.p > 0.05 for cluster in found if cluster not in strong)
    for planted in (0, 1):
        hits = [checks.iloc[list(c.members)]["cluster"].eq(planted) for c in strong]
        assert max(hit.mean() for hit in hits) > 0.7
        assert max(hit.sum() for hit in hits) > 0.6 * checks["cluster"].eq(planted).sum()


@pytest.mark.parametrize("product", ["fertiliser", "cement"])
@pytest.mark.parametrize("campaign", [True, False])
def test_the_other_products_have_no_cluster(
    county: County, product: str, *, campaign: bool
) -> None:
    found = _scan(_checks(county, product, campaign=campaign)).clusters

    assert all(cluster.p > 0.05 for cluster in found)


def test_the_first_cluster_crosses_a_township_line_the_second_does_not(county: County) -> None:
    enterprises = county.enterprises

    townships = [set(enterprises.loc[enterprises["cluster"] == n, "township"]) for n in (0, 1)]
    assert townships == [{"龙泉乡", "东岭乡"}, {"青岩镇"}]
