from typing import Any

import numpy as np
import pytest

from service.domain.errors import InvalidInputError
from service.domain.scan import (
    EllipseCluster,
    EllipticSettings,
    ScanSettings,
    scan,
    scan_ellipses,
)


def valley(seed: int = 2) -> tuple[Any, ...]:
    """Return 300 units, and a long narrow strip at 45 degrees with many cases."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, 300)) * 10_000
    along, across = (x + y) / np.sqrt(2), (y - x) / np.sqrt(2)
    strip = (np.abs(along - 7_000) < 3_500) & (np.abs(across) < 700)
    return x, y, rng.binomial(1, np.where(strip, 0.7, 0.05)), np.ones(300)


def found(**asked: Any) -> EllipseCluster:  # noqa: ANN401 - settings
    wanted: dict[str, Any] = {"model": "bernoulli", "replications": 99} | asked
    settings = EllipticSettings(**wanted)
    cluster = scan_ellipses(*valley(), settings=settings).clusters[0]
    assert isinstance(cluster, EllipseCluster)
    return cluster


def test_a_strip_is_found_by_an_ellipse_along_it_better_than_by_a_circle() -> None:
    ellipse = found()
    circle = scan(*valley(), settings=ScanSettings(model="bernoulli", replications=99)).clusters[0]
    assert ellipse.shape >= 3
    assert abs(ellipse.angle_deg - 45) <= 15
    assert ellipse.llr > circle.llr + 5
    assert ellipse.p == 0.01
    assert ellipse.radius == ellipse.semi_major == pytest.approx(ellipse.shape * ellipse.semi_minor)


def test_every_member_and_nobody_else_lies_in_the_ellipse() -> None:
    x, y, *_ = valley()
    one = found()
    turn = np.radians(one.angle_deg)
    dx, dy = x - x[one.centre], y - y[one.centre]
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    level = (along / one.semi_major) ** 2 + (across / one.semi_minor) ** 2
    assert sorted(one.members) == np.flatnonzero(level <= 1 + 1e-9).tolist()


def test_the_penalty_prefers_rounder_windows() -> None:
    free, strong = found(), found(compactness=1.0)
    assert strong.llr < free.llr
    assert strong.shape <= free.shape


def test_without_shapes_it_is_the_circular_scan() -> None:
    round_only = found(shapes=(), angles=(), replications=0)
    circle = scan(*valley(), settings=ScanSettings(model="bernoulli", replications=0)).clusters[0]
    assert round_only.llr == circle.llr
    assert round_only.members == circle.members
    assert round_only.radius == circle.radius


def test_no_long_axis_is_longer_than_allowed_and_no_share_larger() -> None:
    assert found(max_radius=1_500).semi_major <= 1_500
    assert len(found(max_share=0.05).members) <= 15


def test_sequential_removal_and_no_overlap_share_no_place() -> None:
    for secondary in ("sequential", "no_overlap"):
        asked = EllipticSettings(
            model="bernoulli", replications=19, secondary=secondary, alpha=1.0, max_clusters=3
        )
        clusters = scan_ellipses(*valley(), settings=asked).clusters
        members = [row for one in clusters for row in one.members]
        assert len(clusters) == 3 or secondary == "no_overlap"
        assert len(members) == len(set(members))


def test_rows_at_one_place_enter_together() -> None:
    x, y, cases, ones = valley()
    asked = EllipticSettings(model="bernoulli", replications=0)
    twice = scan_ellipses(
        np.tile(x, 2), np.tile(y, 2), np.tile(cases, 2), np.tile(ones, 2), settings=asked
    ).clusters[0]
    assert twice.cases == 2 * found(replications=0).cases
    assert set(twice.members) >= {row + 300 for row in twice.members if row < 300}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"geometry": "sphere"}, "project the points"),
        ({"shapes": (2.0,), "angles": ()}, "equally many"),
        ({"shapes": (1.0,), "angles": (4,)}, "above 1"),
        ({"shapes": (np.nan,), "angles": (4,)}, "above 1"),
        ({"shapes": (2.0,), "angles": (0,)}, "angles"),
        ({"compactness": 2.0}, "compactness"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        EllipticSettings(model="poisson", **bad)
