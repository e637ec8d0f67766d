import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.scan.panel_order import sort_by_distance


@settings(deadline=None)
@example([1e-154, 1.5e-162, 1e-160])
@given(
    st.lists(st.floats(0, 1e6) | st.sampled_from([0.0, 1.0, 1e-200, 1e160]), min_size=1,
             max_size=200)
)  # fmt: skip
def test_any_distances_are_sorted_and_equal_ones_stay_in_order(distances: list[float]) -> None:
    given_ = np.array(distances)
    order = np.empty(given_.size, np.int64)
    sort_by_distance(given_, order)
    assert order.tolist() == np.argsort(given_, kind="stable").tolist()


@pytest.mark.parametrize("far", [1.0, 1e6])
def test_a_crowd_with_one_far_away_is_sorted(far: float) -> None:
    rng = np.random.default_rng(1)
    given_ = np.append(rng.integers(0, 50, 500) / 1e3, far)
    order = np.empty(given_.size, np.int64)
    sort_by_distance(given_, order)
    assert order.tolist() == np.argsort(given_, kind="stable").tolist()
