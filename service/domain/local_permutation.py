"""How often chance gives a site's neighbours as large, or as small, a sum as they have.

A site keeps its own value; the values of all others are shuffled over the other sites. Shuffling
is simulated by drawing sites without replacement: the first k others drawn are the neighbours.

Where the k neighbours of a site weigh the same, only k matters, and one long series of draws
serves every site (`shared_counts`). A draw may name the site itself, which the site's own
reference must not contain. The site is then passed over: the first k others of the draw are its
first k + 1 members without the site. So each site has the exact reference of conditional
permutation from all the draws, at the price of one comparison per member drawn. Where weights
differ, every site needs its own weighted sums (`direct_counts`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain.local_draws import draw_direct, draw_shared
from service.domain.scan.errors import ScanStoppedError
from service.domain.weights import Weights

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Slots = NDArray[np.int32]

# Sums of the same values in another order differ in the last digits; such sums are ties.
_ROUNDING = 16 * np.finfo(np.float64).eps

# Slots of the table that finds a sum among thresholds: per threshold, and at least in all. Most
# slots then hold one threshold at most, and the table of one neighbourhood size stays in cache.
_SLOTS_PER_STEP = 4
_LEAST_SLOTS = 4096


# Between two looks at whoever waits: at most so many draws, and so many values added, which takes
# about half a second. Each part has a seed of its own, and its length hangs on the data alone, so
# that what is found does not depend on being watched.
_PART_DRAWS, _PART_SUMS = 1 << 16, 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How draws talk to whoever waits for them.

    Attributes:
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the draws end with ScanStoppedError.
    """

    progress: Callable[[float], None] | None = None
    stop: Callable[[], bool] | None = None

    def look(self, share: float) -> None:
        """Tell the share and ask whether to go on.

        Raises:
            ScanStoppedError: Not.
        """
        if self.stop is not None and self.stop():
            raise ScanStoppedError(share)
        if self.progress is not None:
            self.progress(share)


UNWATCHED = Watch()


@dataclass(frozen=True, slots=True, kw_only=True)
class TailCounts:
    """Of `draws` simulated neighbour sums, how many were at least, at most the observed one."""

    at_least: Counts
    at_most: Counts
    draws: Counts

    @property
    def p_greater(self) -> Floats:
        """Return the one-sided p for a large sum; the observed sum counts as one draw."""
        return np.asarray((self.at_least + 1) / (self.draws + 1), dtype=np.float64)

    @property
    def p_less(self) -> Floats:
        """Return the one-sided p for a small sum."""
        return np.asarray((self.at_most + 1) / (self.draws + 1), dtype=np.float64)

    @property
    def p_two_sided(self) -> Floats:
        """Return twice the smaller one-sided p, at most 1."""
        doubled = 2 * np.minimum(self.p_greater, self.p_less)
        return np.asarray(np.minimum(doubled, 1.0), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ladder:
    """The observed sums of one neighbourhood size in order, and a table that leads near each.

    A step is a group of observed sums that are equal but for rounding; after the last step
    stands one that no sum reaches.

    Attributes:
        lows: What a sum must reach to be at least as large as the step.
        highs: What a sum must not exceed to be at most as large as the step.
        slots: Per slot, the steps in the slots before it.
        scale: Slots per unit of sum, from the first step's high on.
    """

    lows: Floats
    highs: Floats
    slots: Slots
    scale: float


def neighbour_counts(
    values: Floats,
    weights: Weights,
    *,
    rng: np.random.Generator,
    draws: int,
    direct_draws: int,
    watch: Watch = UNWATCHED,
) -> TailCounts:
    """Return the tail counts of each site's neighbour sum under conditional permutation.

    Args:
        values: One finite figure per site.
        weights: Neighbours; a site without any gets no draws and a p of 1.
        rng: Source of the seed of the draws.
        draws: Length of the shared reference, for sites whose neighbours weigh the same.
        direct_draws: Draws for the other sites, each of which costs one weighted sum per draw.
        watch: Told how far the draws are, and asked whether to go on.

    Raises:
        ScanStoppedError: The watch asked to stop.
    """
    centred = values - values.mean()
    filled = weights.cardinalities > 0
    equal = weights.equal_within_rows() & filled
    at_least, at_most = np.zeros((2, len(values)), dtype=np.int64)
    used = np.zeros(len(values), dtype=np.int64)
    seeds = rng.integers(0, 2**63, size=2)
    if equal.any():
        used[equal] = draws
        at_least, at_most = shared_counts(
            centred, weights, sites=np.flatnonzero(equal), draws=draws, seed=int(seeds[0]),
            watch=watch,
        )  # fmt: skip
    unequal = np.flatnonzero(filled & ~equal)
    if len(unequal):
        used[unequal] = direct_draws
        above, below = direct_counts(
            centred, weights, sites=unequal, draws=direct_draws, seed=int(seeds[1]), watch=watch
        )
        at_least, at_most = at_least + above, at_most + below
    return TailCounts(at_least=at_least, at_most=at_most, draws=used)


def shared_counts(
    values: Floats,
    weights: Weights,
    *,
    sites: Counts,
    draws: int,
    seed: int,
    watch: Watch = UNWATCHED,
) -> tuple[Counts, Counts]:
    """Return the sums at least and at most the observed one, by site, from one series of draws.

    Sites not named get 0. Neighbours of a named site must weigh the same.
    """
    sizes = np.zeros(len(values), dtype=np.int32)
    sizes[sites] = weights.cardinalities[sites]
    observed = weights.row_sums(values[weights.neighbours])
    slack = _ROUNDING * np.maximum(sizes, 1) * np.abs(values).max()
    bounds = np.column_stack((observed - slack, observed + slack))
    distinct = np.unique(sizes[sites]).astype(np.int64)
    ladders = [_ladder(bounds[sizes == size]) for size in distinct]
    steps = np.cumsum([0, *(len(ladder.lows) for ladder in ladders)])
    by_size = np.argsort(-sizes, kind="stable")
    at_most_place = np.searchsorted(np.sort(sizes), np.arange(distinct[-1] + 1), side="right")
    prepared = (
        values[by_size], sizes[by_size], (len(values) - at_most_place).astype(np.int32),
        bounds[by_size], distinct,
        np.concatenate([ladder.lows for ladder in ladders]),
        np.concatenate([ladder.highs for ladder in ladders]),
        steps,
        np.concatenate([ladder.slots for ladder in ladders]),
        np.cumsum([0, *(len(ladder.slots) for ladder in ladders)]),
        np.array([ladder.scale for ladder in ladders]),
    )  # fmt: skip
    histogram = np.zeros(2 * int(steps[-1]), dtype=np.int64)
    more = np.zeros((len(values), 2), dtype=np.int64)
    for part, number in _parts(draws, seed, int(distinct[-1]) + 1, watch):
        counted, passed = draw_shared(*prepared, number, part)
        histogram += counted
        more += passed
    at_least, at_most = np.zeros((2, len(values)), dtype=np.int64)
    at_least[by_size], at_most[by_size] = more.T
    for size, ladder, begin, end in zip(distinct, ladders, steps[:-1], steps[1:], strict=True):
        here = np.flatnonzero(sizes == size)
        step = np.searchsorted(ladder.lows, bounds[here, 0], side="right") - 1
        up_to = np.cumsum(histogram[2 * begin : 2 * end])
        at_least[here] += draws - up_to[2 * step]
        at_most[here] += up_to[2 * step + 1]
    return at_least, at_most


def direct_counts(
    values: Floats,
    weights: Weights,
    *,
    sites: Counts,
    draws: int,
    seed: int,
    watch: Watch = UNWATCHED,
) -> tuple[Counts, Counts]:
    """Return the same for sites whose neighbours weigh differently, by weighted sums."""
    observed = weights.lag(values)
    slack = _ROUNDING * weights.row_sums(weights.values) * np.abs(values).max()
    slack *= np.maximum(weights.cardinalities, 1)
    prepared = (
        values, weights.starts, weights.values, sites,
        np.column_stack((observed - slack, observed + slack)),
        int(weights.cardinalities[sites].max()),
    )  # fmt: skip
    counts = np.zeros((len(values), 2), dtype=np.int64)
    for part, number in _parts(draws, seed, len(weights.values), watch):
        counts += draw_direct(*prepared, number, part)
    return counts[:, 0].copy(), counts[:, 1].copy()


def _parts(draws: int, seed: int, sums: int, watch: Watch) -> Iterator[tuple[np.uint64, int]]:
    """Yield the seed and the number of draws of each part, looking at the watch before each.

    Args:
        draws: In all.
        seed: Of the parts' seeds.
        sums: Values that one draw adds up.
        watch: Told the share, and asked whether to go on.
    """
    size = max(1, min(_PART_DRAWS, _PART_SUMS // sums))
    seeds = np.random.default_rng(seed).integers(0, 2**63, size=-(-draws // size))
    for part, own in enumerate(seeds):
        watch.look(part * size / draws)
        yield np.uint64(own), min(size, draws - part * size)
    watch.look(1.0)


def warm_up() -> None:
    """Compile the kernels of both kinds of draws and keep the machine code on disk."""
    line = np.arange(8, dtype=np.int64)
    weights = Weights(starts=np.arange(9, dtype=np.int64), neighbours=np.roll(line, 1),
                      values=np.ones(8))  # fmt: skip
    values = np.arange(8.0)
    shared_counts(values, weights, sites=line, draws=9, seed=0)
    direct_counts(values, weights, sites=line, draws=9, seed=0)


def _ladder(bounds: Floats) -> _Ladder:
    """Sort the bounds of observed sums into steps and prepare the table that finds them."""
    ordered = bounds[np.argsort(bounds[:, 0], kind="stable")]
    lows, highs = ordered[:, 0], np.maximum.accumulate(ordered[:, 1])
    apart = lows[1:] > highs[:-1]
    lows, highs = lows[np.append(True, apart)], highs[np.append(apart, True)]
    count = max(_LEAST_SLOTS, _SLOTS_PER_STEP * len(lows))
    width = highs[-1] - highs[0]
    scale = (count - 1) / width if width > 0 else 0.0
    # The kernel computes slots in the same way, so that a step below a sum is in no later slot
    # than the sum, whatever the rounding.
    slot = ((highs - highs[0]) * scale).astype(np.int64)
    return _Ladder(
        lows=np.append(lows, np.inf),
        highs=np.append(highs, np.inf),
        slots=np.searchsorted(slot, np.arange(count)).astype(np.int32),
        scale=scale,
    )
