"""A file's datum is told by its rows' distances from their places, never by one row or one place.

The simulated files scatter round their places with a standard deviation of 350 m each way, and
one row in ten is anywhere within 20 km.
"""

from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.datum import from_wgs84
from service.domain.datum_evidence import (
    HYPOTHESES,
    MIN_ROWS,
    DatumEvidence,
    Verdict,
    Witness,
    infer_datum,
    witness,
)
from service.domain.places import Datum, Level, Placement

METRE_LAT = 1 / 111_195
TRIALS = 60
COUNTY = (113.9, 37.9)


def simulate(
    seed: int,
    rows: int,
    datum: Datum,
    *,
    places: int | None = None,
    corner: tuple[float, float] = COUNTY,
) -> list[Witness]:
    random = np.random.default_rng(seed)
    count = rows if places is None else places
    where = corner + random.uniform(0, 0.4, (count, 2))
    of = np.arange(rows) % count
    spread_m = np.where(random.random((rows, 1)) < 0.1, 10_000.0, 350.0)
    off_m = random.normal(0, 1, (rows, 2)) * spread_m
    metre_lon = METRE_LAT / np.cos(np.radians(where[of, 1]))
    lon, lat = from_wgs84(
        where[of, 0] + off_m[:, 0] * metre_lon, where[of, 1] + off_m[:, 1] * METRE_LAT, datum
    )
    return [
        Witness(float(x), float(y), str(p), float(where[p, 0]), float(where[p, 1]))
        for x, y, p in zip(lon, lat, of, strict=True)
    ]


@cache
def verdicts(rows: int, corner: tuple[float, float] = COUNTY) -> list[tuple[Datum, DatumEvidence]]:
    return [
        (datum, infer_datum(simulate(seed, rows, datum, corner=corner)))
        for datum in HYPOTHESES
        for seed in range(TRIALS)
    ]


@pytest.mark.parametrize(("rows", "share"), [(10, 0.6), (20, 0.85), (30, 0.95), (60, 0.99)])
def test_the_datum_is_found_or_left_open_and_never_wrong(rows: int, share: float) -> None:
    found = verdicts(rows)

    assert [e for datum, e in found if e.proposed not in {None, datum}] == []
    assert sum(e.proposed is datum for datum, e in found) >= share * len(found)


@pytest.mark.parametrize(("rows", "share"), [(10, 0.97), (20, 0.99), (30, 1.0)])
def test_the_nearest_datum_is_the_right_one(rows: int, share: float) -> None:
    found = verdicts(rows)

    assert sum(e.nearest is datum for datum, e in found) >= share * len(found)


def test_where_the_datums_hardly_differ_none_is_proposed_wrongly() -> None:
    """The shift of GCJ-02 is 548 m in the middle of all places, and much less in some."""
    corners = [(lon, lat) for lon in (100.0, 108.0, 116.0) for lat in (24.0, 33.0, 42.0)]
    found = [
        (datum, infer_datum(simulate(seed, 40, datum, corner=corner)))
        for datum in HYPOTHESES
        for corner in corners
        for seed in range(10)
    ]

    assert [e for datum, e in found if e.proposed not in {None, datum}] == []


@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, MIN_ROWS - 1),
    datum=st.sampled_from(HYPOTHESES),
)
def test_a_few_rows_decide_nothing(seed: int, rows: int, datum: Datum) -> None:
    found = infer_datum(simulate(seed, rows, datum))

    assert (found.verdict, found.proposed, found.rows) == (Verdict.TOO_FEW, None, rows)


@given(
    seed=st.integers(0, 10_000), places=st.integers(1, 4), datum=st.sampled_from(HYPOTHESES)
)  # fmt: skip
def test_many_rows_of_a_few_places_decide_nothing(seed: int, places: int, datum: Datum) -> None:
    found = infer_datum(simulate(seed, 200, datum, places=places))

    assert (found.proposed, found.places) == (None, places)


@given(seed=st.integers(0, 10_000), datum=st.sampled_from(HYPOTHESES), order=st.randoms())
def test_neither_the_order_nor_unusable_rows_matter(seed: int, datum: Datum, order: Random) -> None:
    rows: list[Witness | None] = [*simulate(seed, 25, datum)]
    shuffled = [*rows, None, Witness(float("nan"), 38.0, "0", 114.0, 38.0)]
    order.shuffle(shuffled)

    one, other = infer_datum(rows), infer_datum(shuffled)

    assert (one.verdict, one.proposed, one.rows) == (other.verdict, other.proposed, other.rows)
    assert list(one.mean_m.values()) == pytest.approx(list(other.mean_m.values()))


@pytest.mark.parametrize("swapped", [False, True])
def test_points_far_from_every_place_fit_no_datum(*, swapped: bool) -> None:
    file = simulate(1, 30, Datum.GCJ02)
    rows = [
        w._replace(lon=w.lat, lat=w.lon) if swapped else w._replace(lon=w.lon + 3) for w in file
    ]

    assert infer_datum(rows).verdict is Verdict.NONE_FITS


def test_metres_are_no_degrees() -> None:
    rows = [w._replace(lon=4e6, lat=1e300) for w in simulate(1, 30, Datum.GCJ02)]

    assert infer_datum(rows).rows == 0


def test_an_empty_file_says_so() -> None:
    found = infer_datum([])

    assert (found.verdict, found.rows, found.mean_m) == (Verdict.TOO_FEW, 0, {})


def test_the_evidence_is_in_words() -> None:
    found = infer_datum(simulate(1, 60, Datum.GCJ02))

    assert "GCJ-02" in found.text_zh
    assert found.text_en.startswith("60 rows compared with 60 places: the nearest datum")


@pytest.mark.parametrize(
    ("level", "counts"), [(Level.VILLAGE, True), (Level.TOWNSHIP, False), (None, False)]
)
def test_only_a_row_whose_text_names_a_village_is_a_witness(
    level: Level | None, *, counts: bool
) -> None:
    placement = Placement(
        status="placed" if level else "review",
        level=level,
        confidence=0.98,
        rule="town_village",
        village_code="139921001200",
        lon=114.0,
        lat=38.0,
    )

    assert (witness(114.006, 38.001, placement) is not None) == counts
