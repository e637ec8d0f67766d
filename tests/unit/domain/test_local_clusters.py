"""Local statistics of any frame: planted places are found by their class, and nothing else is."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.errors import InvalidInputError
from service.domain.local_clusters import analyse_local
from service.domain.local_options import LocalOptions
from service.domain.neighbours import nearest_others, positions
from service.domain.rates import standardised_rates
from service.domain.scan.errors import ScanStoppedError

FEW = 20_000
HOT, COLD, HIGH, LOW = "hot", "cold", "high", "low"


def lattice(side: int = 20) -> pd.DataFrame:
    """Return places at steps of a kilometre: a hot and a cold block with an odd one in each."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    hot = (np.abs(x - 4) <= 2) & (np.abs(y - 4) <= 2)
    cold = (np.abs(x - 14) <= 2) & (np.abs(y - 14) <= 2)
    rng = np.random.default_rng(5)
    people = rng.integers(200, 400, x.size)
    rate = np.where(hot, 0.4, np.where(cold, 0.02, 0.15))
    plant = np.full(x.size, "", dtype=object)
    plant[hot], plant[cold] = HOT, COLD
    high, low = (x == 14) & (y == 14), (x == 4) & (y == 4)
    rate[high], rate[low], plant[high], plant[low] = 0.5, 0.02, HIGH, LOW
    return pd.DataFrame(
        {
            "id": [f"P{number}" for number in range(x.size)],
            "x": x * 1000.0,
            "y": y * 1000.0,
            "population": people.astype(float),
            "cases": rng.binomial(people, rate).astype(float),
            "plant": plant,
        }
    )


def found(points: pd.DataFrame, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    given_: dict[str, Any] = {"draws": FEW, "method": "local-moran"} | options
    return analyse_local(points.drop(columns="plant", errors="ignore"),
                         LocalOptions(**given_)).found  # fmt: skip


def classes(points: pd.DataFrame, **options: Any) -> "pd.Series[str]":  # noqa: ANN401
    sites = found(points, **options)["sites"]
    return pd.Series([one["class"] for one in sites], index=[one["id"] for one in sites])


@pytest.mark.parametrize(("plant", "name"), [(HOT, "HH"), (COLD, "LL"), (HIGH, "HL"), (LOW, "LH")])
def test_each_planted_place_is_found_by_its_class(plant: str, name: str) -> None:
    points = lattice()
    told = classes(points).to_numpy()
    planted = points["plant"].to_numpy() == plant
    # The rim of a block has fewer neighbours inside; outliers are found without exception.
    least = 1.0 if plant in {HIGH, LOW} else 0.7
    assert np.mean(told[planted] == name) >= least
    assert name not in set(told[points["plant"] == ""]) or np.mean(told == name) < 0.1


def test_gi_star_tells_blocks_and_counts_an_odd_one_with_its_neighbourhood() -> None:
    points = lattice()
    told = classes(points, method="getis-ord-star")
    for plant, name in ((HOT, "hot"), (LOW, "hot"), (COLD, "cold"), (HIGH, "cold")):
        assert np.mean(told.to_numpy()[points["plant"] == plant] == name) >= 0.7
    assert (told[(points["plant"] == "").to_numpy()].isin(["hot", "cold"])).mean() < 0.12


def test_neighbours_of_one_class_are_one_group() -> None:
    groups = found(lattice(), method="getis-ord-star")["clusters"]
    assert [one["class"] for one in groups[:2]].count("hot") == 1
    for one in groups:
        assert one["places"] == len(one["members"]) == len(set(one["members"]))
    assert all(one["places"] >= other["places"] for one, other in pairwise(groups))


def test_little_is_found_where_nothing_is_planted() -> None:
    rng = np.random.default_rng(8)
    named = 0
    for _ in range(20):
        points = pd.DataFrame({"x": rng.random(200), "y": rng.random(200)})
        people = rng.integers(5, 500, 200).astype(float)
        points = points.assign(population=people, cases=rng.binomial(people.astype(int), 0.1))
        named += sum(found(points)["settings"]["classes"][one] > 0 for one in ("HH", "LL"))
    assert named <= 4  # at q 0.05 about one in twenty


@settings(max_examples=15, deadline=None)
@given(factor=st.sampled_from([2, 5, 40]), seed=st.integers(0, 99))
def test_rates_do_not_depend_on_the_unit_they_are_counted_in(factor: int, seed: int) -> None:
    points = lattice(8).assign(population=lambda rows: rows["population"] * factor)
    one = found(lattice(8), measure="rate", seed=seed)
    other = found(points, measure="rate", seed=seed)
    for a, b in zip(one["sites"], other["sites"], strict=True):
        assert a["z"] == pytest.approx(b["z"], abs=1e-9)
        assert a["p"] == b["p"]
        assert a["value"] == pytest.approx(b["value"] * factor)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_statistic(seed: int) -> None:
    points = lattice(8)
    shuffled = points.sample(frac=1, random_state=seed)
    # In a band nobody's neighbours hang on ties.
    one = pd.DataFrame(found(points, band_km=1.5)["sites"]).set_index("id")
    other = pd.DataFrame(found(shuffled, band_km=1.5)["sites"]).set_index("id").loc[one.index]
    assert np.allclose(one["z"], other["z"], atol=1e-9)
    assert np.allclose(one["p"], other["p"], atol=0.03)
    assert (one["neighbours"] == other["neighbours"]).all()


@settings(max_examples=30, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=40),
    count=st.integers(1, 9),
)
def test_the_nearest_are_those_of_a_plain_search_also_at_one_spot(
    cells: list[tuple[int, int]], count: int
) -> None:
    places = np.array(cells, dtype=float)
    count = min(count, len(places) - 1)
    near = nearest_others(places, count)
    for site in range(len(places)):
        gaps = np.linalg.norm(places - places[site], axis=1)
        others = [one for one in np.lexsort((np.arange(len(places)), gaps)) if one != site]
        assert near[site].tolist() == others[:count]


def test_a_crowd_at_one_spot_takes_no_quadratic_time() -> None:
    places = np.vstack((np.zeros((60_000, 2)), np.random.default_rng(1).random((500, 2))))
    near = nearest_others(places, 8)
    assert near[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert near[59_999].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]


def test_distances_are_those_on_the_ground_also_across_the_date_line() -> None:
    where = positions([179.99, -179.99, 0.0], [60.0, 60.0, -90.0], degrees=True)
    gap = float(np.linalg.norm(where[0] - where[1]))
    assert gap == pytest.approx(6_367_000 * np.radians(0.02) * 0.5, rel=1e-6)
    assert np.linalg.norm(where[2]) == pytest.approx(6_367_000)


def test_degrees_and_metres_of_one_place_agree() -> None:
    points = lattice(10)
    degrees = points.assign(
        x=110 + points["x"] / (111_125.1 * np.cos(np.radians(38))), y=38 + points["y"] / 111_125.1
    )
    one = found(points, band_km=1.3)
    other = found(degrees, band_km=1.3, degrees=True)
    assert [a["neighbours"] for a in one["sites"]] == [b["neighbours"] for b in other["sites"]]
    assert other["settings"]["radius_unit"] == "km"


def test_an_island_is_not_tested_and_is_nobodys_neighbour() -> None:
    points = lattice(8)
    points.loc[0, ["x", "y"]] = -90_000.0
    told = found(points, band_km=1.5)
    first = told["sites"][0]
    assert first["class"] == "isolated"
    assert [first[name] for name in ("z", "p", "q", "statistic")] == [None] * 4
    assert told["settings"]["classes"]["isolated"] == 1
    assert told["settings"]["tested"] == len(points) - 1
    assert "no neighbour within 1.5 km" in told["settings"]["notes"][0]


def test_too_few_people_are_not_rated_and_the_others_do_not_see_them() -> None:
    points = lattice(8)
    points.loc[5, ["population", "cases"]] = [2.0, 2.0]
    told = found(points, min_population=10, neighbours=4)
    assert told["sites"][5]["class"] == "unrated"
    assert told["sites"][5]["p"] is None
    without = found(points.drop(index=5), neighbours=4)
    assert [one["z"] for one in told["sites"] if one["class"] != "unrated"] == pytest.approx(
        [one["z"] for one in without["sites"]]
    )


def test_a_case_among_two_people_is_no_hotter_than_many_among_many() -> None:
    cases, people = np.array([1.0, 1000.0, 10.0, 12.0]), np.array([2.0, 2000.0, 100.0, 110.0])
    scores = standardised_rates(cases, people)
    assert scores[0] < scores[1]
    # Assuncao & Reis 1999 by hand.
    common = cases.sum() / people.sum()
    between = np.sum(people * (cases / people - common) ** 2) / people.sum()
    between -= common / people.mean()
    variance = np.where(between + common / people > 0, between + common / people, common / people)
    assert np.allclose(scores, (cases / people - common) / np.sqrt(variance), rtol=1e-14)


def test_expected_cases_by_strata_are_what_rates_are_measured_against() -> None:
    points = lattice(8)
    halves = pd.concat([points.assign(stratum=name) for name in ("old", "young")])
    assert found(halves, measure="excess")["settings"]["places"] == len(points)
    total = sum(one["value"] for one in found(halves, measure="excess")["sites"])
    assert total == pytest.approx(0, abs=1e-6)


def test_fading_weights_are_drawn_for_each_place_and_equal_ones_together() -> None:
    points = lattice(8)
    fading = found(points, band_km=2.5, weights="fading", draws=None)["settings"]
    assert fading["draws"] == 9_999
    assert found(points, band_km=2.5, draws=None)["settings"]["draws"] == 1_000_000


def test_p_of_fading_weights_follows_plain_shuffling() -> None:
    points = lattice(6)
    told = found(points, band_km=2.5, weights="fading", draws=9_999, measure="rate")["sites"]
    values = (points["cases"] / points["population"]).to_numpy()
    places = points[["x", "y"]].to_numpy()
    rng = np.random.default_rng(2)
    for site in (0, 14, 35):
        weights = np.maximum(1 - np.linalg.norm(places - places[site], axis=1) / 2500, 0)
        weights[site] = 0
        others = np.delete(np.arange(len(values)), site)
        observed = weights @ values
        sums = np.array([weights[others] @ rng.permutation(values[others]) for _ in range(4_000)])
        both = 2 * min(np.mean(sums >= observed - 1e-12), np.mean(sums <= observed + 1e-12))
        assert told[site]["p"] == pytest.approx(min(both, 1.0), abs=0.04)


def test_a_run_says_how_far_it_is_repeats_to_the_bit_and_can_be_stopped() -> None:
    points, shares = lattice(8), list[float]()
    drawn = LocalOptions(draws=200_000)
    clean = points.drop(columns="plant")
    watched = analyse_local(clean, drawn, progress=shares.append).found
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert len(shares) > 3
    assert watched == analyse_local(clean, drawn).found
    with pytest.raises(ScanStoppedError):
        analyse_local(clean, drawn, stop=lambda: True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neighbours": 64}, "64 nearest neighbours cannot be found among 64"),
        ({"neighbours": 3, "band_km": 1.0}, "not both"),
        ({"band_km": 0.1}, "no two places are within 0.1 km"),
        ({"band_km": float("nan")}, "band-km must be above 0"),
        ({"weights": "fading"}, "fading weights need --band-km"),
        ({"draws": 0}, "draws must lie between"),
        ({"alpha": 1.0}, "alpha must lie between"),
        ({"min_population": -1.0}, "min-population"),
        ({"min_population": 1e9}, "at least 3 places; there are 0, and 64 more"),
        ({"correction": "fdr"}, "correction must be one of bh, by, none"),
        ({"model": "space-time"}, "model must be one of"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        found(lattice(8), **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": 0.0, "y": 0.0}, "all places are at one spot"),
        ({"cases": 0.0}, "all values are equal"),
        ({"x": np.nan}, "coordinate is missing"),
    ],
)
def test_points_that_cannot_be_compared_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        found(lattice(8).assign(**change))


def test_one_point_is_too_few() -> None:
    with pytest.raises(InvalidInputError, match="at least 3 places; there are 1"):
        found(lattice(8).head(1))


def test_a_measured_value_needs_one_row_a_place_and_no_cases() -> None:
    points = lattice(8)[["id", "x", "y"]].assign(value=np.random.default_rng(0).normal(0, 1, 64))
    told = found(points)
    assert told["settings"]["measure"] == "value"
    assert told["settings"]["total_cases"] is None
    with pytest.raises(InvalidInputError, match="give each place one row"):
        found(pd.concat([points, points]))
