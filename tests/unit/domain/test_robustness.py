import numpy as np

from service.domain.robustness import Variation, robustness
from service.domain.scan import ScanSettings, scan


def test_a_strong_cluster_stands_and_a_chance_one_does_not() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 10_000, (2, 300))
    planted = np.hypot(x - 3000, y - 3000) < 1500
    cases = (rng.random(300) < np.where(planted, 0.8, 0.08)).astype(int)
    settings = ScanSettings(model="bernoulli", replications=99)
    found = scan(x, y, cases, np.ones(300), settings=settings).clusters[:2]
    badges = robustness(
        x, y, cases, np.ones(300),
        clusters=found, settings=settings, rng=np.random.default_rng(0), scanner=scan,
        variation=Variation(variants=12),
    )  # fmt: skip
    assert badges[0].share > 0.8
    assert badges[1].share < 0.3
    assert badges[0].variants == 12
