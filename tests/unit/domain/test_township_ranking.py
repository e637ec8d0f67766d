"""Concentration and problem rate of townships, kept apart and tested."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from service.domain.township_ranking import township_ranking, upper_tail


def township(code: str, producers: int, inspected: int, cases: int) -> pd.DataFrame:
    at = np.arange(producers)
    return pd.DataFrame(
        {
            "product": "baijiu",
            "township_code": code,
            "inspected": at < inspected,
            "is_problem": at < cases,
            "expected": np.where(at < inspected, 0.15, 0.0),
        }
    )


def test_a_place_that_gathers_and_fails_is_key_and_each_alone_is_not() -> None:
    ranking = township_ranking(
        pd.concat(
            [
                township("both", 60, 50, 25),
                township("gathers", 60, 50, 7),
                township("fails", 20, 18, 12),
                *(township(f"other {n}", 40, 30, 4) for n in range(4)),
            ]
        )
    ).set_index("township_code")

    assert ranking["verdict"].to_dict() | {} == {
        "both": "key",
        "gathers": "ordinary",
        "fails": "high",
        **{f"other {n}": "ordinary" for n in range(4)},
    }
    assert ranking["rank"].loc[["both", "fails"]].tolist() == [1, 2]
    assert ranking["concentration"].sum() == pytest.approx(1.0)


def test_few_inspected_are_shown_and_not_judged() -> None:
    ranking = township_ranking(
        pd.concat([township("few", 9, 4, 4), township("blind", 9, 0, 0), township("x", 9, 9, 1)])
    ).set_index("township_code")

    assert ranking["verdict"].to_dict() == {"x": "ordinary", "few": "few", "blind": "blind"}
    assert ranking.loc[["few", "blind"], ["p", "q", "rank"]].isna().all(axis=None)
    assert pd.isna(ranking["ratio"].loc["blind"])


@given(size=st.integers(1, 40), chance=st.floats(0.01, 0.99), data=st.data())
def test_with_equal_chances_the_tail_is_the_binomial_one(
    size: int, chance: float, data: st.DataObject
) -> None:
    cases = data.draw(st.integers(0, size))
    expected = binom.sf(cases - 1, size, chance)
    assert upper_tail(np.full(size, chance), cases) == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_q_is_over_all_products_and_townships_judged() -> None:
    rng = np.random.default_rng(3)
    false_finds = 0
    for _ in range(100):
        frames = []
        for number in range(30):
            one = township(f"T{number}", 20, 20, 0)
            one["is_problem"] = rng.random(20) < 0.15
            frames.append(one)
        false_finds += int((township_ranking(pd.concat(frames))["q"] <= 0.05).any())
    assert false_finds <= 10
