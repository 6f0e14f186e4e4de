"""Repeatable chance: the same seed and names always give the same numbers."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def generator(seed: int, *names: str) -> np.random.Generator:
    """An independent stream of numbers for one purpose, so that adding another moves none."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


@cache
def salt(seed: int, *names: str) -> int:
    """A 63-bit number that tells hashes of different purposes apart."""
    return int(generator(seed, "salt", *names).integers(0, 2**63))


def mixed(values: Ints | Hashes, salt_: int) -> Hashes:
    """A well-spread 64-bit hash of each value (the splitmix64 finaliser)."""
    x = values.astype(np.uint64)
    x *= _STEP
    x += np.uint64(salt_)
    x ^= x >> np.uint64(30)
    x *= _FIRST
    x ^= x >> np.uint64(27)
    x *= _SECOND
    x ^= x >> np.uint64(31)
    return x


def fraction(hashes: Hashes) -> Floats:
    """Each hash as a number in [0, 1)."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53


def spread(total: int, share: float, offset: float) -> Flags:
    """`total` flags of which `share` are true, evenly spread: no luck in how many there are."""
    steps = np.floor(np.arange(total + 1) * share + offset)
    return np.asarray(steps[1:] > steps[:-1])


def apportioned(weights: Floats | list[float], total: int) -> Ints:
    """`total` units shared by weight, to the unit; every share is within one of its exact value."""
    exact = np.cumsum(np.asarray(weights, dtype=np.float64))
    bounds: Ints = np.round(exact / exact[-1] * total).astype(np.int64)
    return np.diff(bounds, prepend=0)
