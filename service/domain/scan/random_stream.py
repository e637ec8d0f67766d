"""A small random generator for kernels: each replicate has its own stream.

xoshiro256++ seeded by splitmix64 (Blackman & Vigna 2021, Scrambled linear pseudorandom number
generators, ACM TOMS 47). Streams are keyed by (seed, replicate), so that a replicate is the same
data set whatever the number of threads, of batches, or of replicates asked for.
"""

import numpy as np

from service.domain.scan.jit import inlined, kernel
from service.domain.scan.model import Words

WORD_BITS = 64


@kernel
def start_stream(seed: int, replicate: int, state: Words) -> None:
    """Fill four words of state from a seed and the number of a replicate."""
    z = np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(replicate)
    for i in range(4):
        z += np.uint64(0x9E3779B97F4A7C15)
        mixed = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state[i] = mixed ^ (mixed >> np.uint64(31))


@inlined
def next_word(state: Words) -> np.uint64:
    """Return 64 random bits and advance the state."""
    total = state[0] + state[3]
    word = ((total << np.uint64(23)) | (total >> np.uint64(41))) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return np.uint64(word)


@inlined
def below(state: Words, bound: np.uint64, shift: np.uint64) -> np.uint64:
    """Return a whole number under `bound`, each equally likely.

    Args:
        state: Of the stream.
        bound: At least 1.
        shift: 64 less the bits of `bound - 1`, at most 63: the top bits of a word are kept, and
            drawn again when too large.
    """
    drawn = next_word(state) >> shift
    while drawn >= bound:
        drawn = next_word(state) >> shift
    return np.uint64(drawn)
