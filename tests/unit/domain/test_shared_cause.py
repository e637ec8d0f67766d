"""What problem producers share is tested against everybody else."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from service.domain.shared_cause import shared_causes


def register(inside: list[str], outside: list[str], name: str = "supplier") -> pd.DataFrame:
    return pd.DataFrame({name: [*inside, *outside]})


def flags(inside: int, outside: int) -> list[bool]:
    return [True] * inside + [False] * outside


def test_a_supplier_of_the_cluster_is_told_with_its_counts() -> None:
    table = register(["甲"] * 9 + ["乙"] * 3, ["甲"] * 4 + ["乙"] * 50 + ["丙"] * 46)

    (hint,) = shared_causes(table, flags(12, 100))

    assert hint["value"] == "甲"
    assert (hint["inside"], hint["inside_of"]) == (9, 12)
    assert (hint["outside"], hint["outside_of"]) == (4, 100)
    expected = fisher_exact([[9, 3], [4, 96]], alternative="greater").pvalue
    assert hint["p"] == pytest.approx(expected)
    # Three values were tried; the second smallest p is not small.
    assert hint["q"] == pytest.approx(3 * expected)


def test_what_everybody_has_is_no_hint() -> None:
    assert shared_causes(register(["甲"] * 12, ["甲"] * 100), flags(12, 100)) == []


def test_the_unknown_are_left_out_of_the_counts() -> None:
    table = register(["甲"] * 8 + ["", None, " "], ["乙"] * 30 + [""] * 70)  # type: ignore[list-item]

    (hint,) = shared_causes(table, flags(11, 100))

    assert (hint["inside_of"], hint["outside_of"]) == (8, 30)


def test_two_of_a_kind_are_not_enough() -> None:
    assert shared_causes(register(["甲", "甲"], ["乙"] * 500), flags(2, 500)) == []


def test_no_column_no_hint() -> None:
    assert shared_causes(pd.DataFrame(index=range(5)), flags(2, 3)) == []


def test_chance_alone_hardly_ever_gives_a_hint() -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(200):
        table = pd.DataFrame(
            {
                "supplier": rng.choice([f"商{n}" for n in range(12)], 230),
                "water": rng.choice(["井", "渠", "厂"], 230),
            }
        )
        hits += bool(shared_causes(table, flags(30, 200)))
    assert hits <= 10
