"""One pass over all centres: the best observed window of each, and the simulated maxima."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np

from service.domain.scan.errors import ScanStoppedError
from service.domain.scan.hunt import Bests, hunt, make_bests
from service.domain.scan.levels import Levels, make_levels
from service.domain.scan.model import Floats, Integers, ScanSettings
from service.domain.scan.observed import Found
from service.domain.scan.replicates import BATCH, Replicates, mask_of, pack
from service.domain.scan.rings import Blocks, Rules, make_blocks, ring_shift
from service.domain.scan.simulate import fill_urn
from service.domain.scan.study import Study
from service.domain.scan.tiles import Field, lay_out, visiting_order

FEW_CASES = math.exp(1.2)  # a simulated maximum is rarely below the logarithm of the cases over
FEW_LOCATIONS = math.exp(4.0)  # this, or of the locations over that
FLOOR_OF_LOW_RATES = 2.0
CHUNK_PAIRS = 20_000_000  # centres times locations between two reports: a fraction of a second


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watch:
    """How a long computation talks to whoever waits for it.

    Attributes:
        progress: Told the finished share, 0 to 1, now and then.
        stop: Asked now and then; the computation ends with ScanStoppedError when it says True.
    """

    progress: Callable[[float], None] | None = None
    stop: Callable[[], bool] | None = None

    def tell(self, share: float) -> None:
        """Report progress and end here if asked to.

        Raises:
            ScanStoppedError: `stop` answered True.
        """
        if self.stop is not None and self.stop():
            raise ScanStoppedError(share)
        if self.progress is not None:
            self.progress(min(share, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """What a pass found.

    Attributes:
        llr: Best log likelihood ratio of the windows of each location; 0 where none counts.
        size: Locations in that window, the nearest ones; the smallest of equally good windows.
        reach: The distance of the farthest of them.
        last: The highest number among those at that distance.
        null_maxima: Over all windows, for each replicate.
    """

    llr: Floats
    size: Integers
    reach: Floats
    last: Integers
    null_maxima: Floats


class _Plan(NamedTuple):
    """What all batches and threads of a sweep share."""

    field: Field
    rules: Rules
    levels: Levels
    parts: list[Integers]
    extent: float
    found: Found


def sweep(
    study: Study, settings: ScanSettings, watch: Watch, *, threads: int | None = None
) -> Sweep:
    """Look at every window of the observed and of all simulated data.

    Args:
        study: What to look at.
        settings: What to look for.
        watch: Told how far it is.
        threads: That share the centres; numba's number of threads when left out.

    Raises:
        ScanStoppedError: The watch asked to stop.
    """
    plan = _plan(study, settings, threads or int(numba.get_num_threads()))
    urn = fill_urn(study, settings.seed)
    batches = max(1, -(-settings.replications // BATCH))
    floor = _floor(study, settings)
    maxima = np.zeros(settings.replications)
    watch.tell(0.0)
    for batch in range(batches):
        first = batch * BATCH
        count = min(BATCH, settings.replications - first)
        sets = pack(plan.field, urn, first, count)
        here = _Share(watch, batch / batches, 1 / batches)
        best = _pass(plan, sets, np.arange(count), floor, here)
        missed = np.flatnonzero(best[:count] <= floor) if floor > 0 else np.empty(0, np.int64)
        if missed.size:
            again = _pass(plan, sets, missed, 0.0, _Share(watch, (batch + 1) / batches, 0.0))
            best[missed] = again[missed]
        maxima[first : first + count] = best[:count]
    place = np.empty_like(plan.field.number)
    place[plan.field.number] = np.arange(place.size)
    return Sweep(
        llr=plan.found.llr[place],
        size=plan.found.size[place],
        reach=plan.found.reach[place],
        last=plan.found.last[place],
        null_maxima=maxima,
    )


def _floor(study: Study, settings: ScanSettings) -> float:
    """Return a ratio that few simulated maxima fall short of; those get a second, slower look.

    It costs or saves time and changes no answer. The least of 999 maxima lay above it for 200 to
    5,000 places, 2 to 50 % cases, both models and windows of 10 and 50 %.
    """
    floor = math.log(study.x.size / FEW_LOCATIONS)
    few = study.total_cases
    if study.model == "bernoulli":
        few = min(few, study.total_risk - few)
    floor = min(floor, math.log(few / FEW_CASES))
    if settings.rates == "low":
        floor = min(floor, FLOOR_OF_LOW_RATES)
    return max(0.0, floor)


class _Share(NamedTuple):
    """The part of the whole that a pass stands for."""

    watch: Watch
    done: float
    part: float

    def tell(self, share: float) -> None:
        self.watch.tell(self.done + share * self.part)


def _plan(study: Study, settings: ScanSettings, threads: int) -> _Plan:
    field = lay_out(study)
    rules = Rules(
        total_cases=study.total_cases,
        total_risk=study.total_risk,
        size_limit=study.size_limit,
        max_radius=np.inf if settings.max_radius is None else float(settings.max_radius),
        distance_slack=study.distance_slack,
        least_risk=int(study.risk.min()),
        min_cases=settings.min_cases,
        shift=ring_shift(study.size_limit / study.size.mean()),
        high=settings.rates != "low",
        low=settings.rates != "high",
        bernoulli=study.model == "bernoulli",
        closed=settings.ties == "closed",
        equal_risk=bool((study.risk == study.risk[0]).all()),
        own_size=not np.array_equal(study.risk, study.size),
    )
    corner = field.high.max(axis=0) - field.low.min(axis=0)
    return _Plan(
        field=field,
        rules=rules,
        levels=make_levels(study, settings),
        parts=np.array_split(visiting_order(field), threads),
        extent=float((corner**2).sum()) * 1.001,
        found=Found(
            llr=np.zeros(study.x.size),
            size=np.zeros(study.x.size, np.int64),
            reach=np.full(study.x.size, -1.0),
            last=np.zeros(study.x.size, np.int64),
        ),
    )


def _pass(
    plan: _Plan, sets: Replicates, replicates: Integers, floor: float, share: _Share
) -> Floats:
    """Return the best ratio of each replicate that takes part, all threads together.

    Each thread starts from the floor and keeps its own bests; the largest of all is the same
    however the centres were divided.
    """
    workers = [_start(plan, replicates, floor) for _ in plan.parts]
    chunk = max(8, CHUNK_PAIRS // plan.field.x.size)
    longest = max(part.size for part in plan.parts)
    with ThreadPoolExecutor(len(workers)) as pool:
        for first in range(0, longest, chunk):
            pieces = [part[first : first + chunk] for part in plan.parts]
            if len(workers) == 1:
                workers[0](pieces[0], sets)
            else:
                jobs = [
                    pool.submit(worker, piece, sets)
                    for worker, piece in zip(workers, pieces, strict=True)
                ]
                for job in jobs:
                    job.result()
            share.tell((first + chunk) / longest)
    largest: Floats = np.max([worker.bests.llr for worker in workers], axis=0)
    return largest


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    """One thread's own room."""

    plan: _Plan
    bests: Bests
    blocks: Blocks

    def __call__(self, centres: Integers, sets: Replicates) -> None:
        plan = self.plan
        hunt(
            centres, plan.field, plan.rules, plan.levels, sets, self.bests, self.blocks, plan.found
        )


def _start(plan: _Plan, replicates: Integers, floor: float) -> _Worker:
    bests = make_bests(plan.levels, plan.rules.total_cases, mask_of(replicates), floor)
    bests.last[3] = bests.last[4] = plan.extent
    locations, tiles = plan.field.x.size, plan.field.low.shape[0]
    blocks = make_blocks(locations, tiles, plan.levels.risk.size, plan.rules.shift)
    return _Worker(plan, bests, blocks)
