"""A small random generator for kernels: each replicate has its own stream.

xoshiro256++ seeded by splitmix64 (Blackman & Vigna 2021, Scrambled linear pseudorandom number
generators, ACM TOMS 47). Streams are keyed by (seed, replicate), so that a replicate is the same
data set whatever the number of threads, of batches, or of replicates asked for.
"""

from typing import TypeAlias

import numpy as np

from service.domain.scan.jit import inlined

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# Four words that travel by value: a kernel keeps them in registers.
State: TypeAlias = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@inlined
def start_stream(seed: int, replicate: int) -> State:
    """Return four words of state from a seed and the number of a replicate."""
    z = np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(replicate)
    a = _scrambled(z + GOLDEN)
    b = _scrambled(z + GOLDEN * np.uint64(2))
    c = _scrambled(z + GOLDEN * np.uint64(3))
    d = _scrambled(z + GOLDEN * np.uint64(4))
    return a, b, c, d


@inlined
def _scrambled(z: np.uint64) -> np.uint64:
    mixed = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(mixed ^ (mixed >> np.uint64(31)))


@inlined
def next_word(state: State) -> tuple[np.uint64, State]:
    """Return 64 random bits and the state after them."""
    a, b, c, d = state
    total = a + d
    word = ((total << np.uint64(23)) | (total >> np.uint64(41))) + a
    shifted = b << np.uint64(17)
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << np.uint64(45)) | (d >> np.uint64(19))
    return word, (a, b, c, d)


@inlined
def below(state: State, bound: np.uint64, shift: np.uint64) -> tuple[np.uint64, State]:
    """Return a whole number under `bound`, each equally likely, and the state after it.

    Args:
        state: Of the stream.
        bound: At least 1.
        shift: 64 less the bits of `bound - 1`, at most 63: the top bits of a word are kept, and
            drawn again when too large.
    """
    word, state = next_word(state)
    drawn = word >> shift
    while drawn >= bound:
        word, state = next_word(state)
        drawn = word >> shift
    return drawn, state
