"""Random choices that hang on names only, for whole columns at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.seeding import seed_for

Keys = NDArray[np.uint64]
Draw = Callable[[Keys, int], NDArray[np.int64]]


def keys_of(seed: int, purpose: str, names: Iterable[str]) -> Keys:
    """(N,) a 64-bit key per name, equal wherever seed, purpose and name are equal."""
    return np.array([seed_for(seed, purpose, name) for name in names], dtype=np.uint64)


def salted(keys: Keys, salt: str) -> Keys:
    """(N,) other keys for another purpose, made of the same names.

    Source: the finaliser of SplitMix64.
    """
    mixed = keys ^ np.uint64(int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "little"))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def choice_of(keys: Keys, count: int) -> NDArray[np.int64]:
    """(N,) one of ``count`` per key, evenly."""
    return np.asarray(keys % np.uint64(count), dtype=np.int64)


def another_of(keys: Keys, count: int) -> NDArray[np.int64]:
    """(N,) one of ``count`` per key, evenly, but never what ``choice_of`` draws."""
    if count == 1:
        return choice_of(keys, count)
    on = 1 + choice_of(salted(keys, "another"), count - 1)
    return np.asarray((choice_of(keys, count) + on) % count)


def choice_each(keys: Keys, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) one of as many as ``counts`` says for each key, evenly."""
    return np.asarray(keys % counts.astype(np.uint64), dtype=np.int64)


def order_of(keys: Keys, count: int, draw: Draw = choice_of) -> NDArray[np.int64]:
    """(N, count) one of the orders of ``count`` things per key, evenly; ``count`` is small."""
    orders = np.array(list(permutations(range(count))), dtype=np.int64)
    return np.asarray(orders[draw(keys, len(orders))])


def falls_within(keys: Keys, share: float) -> NDArray[np.bool_]:
    """(N,) whether a name is of the share that is drawn."""
    return np.asarray(keys.astype(np.float64) / 2.0**64 < share)


def lots_of(keys: Keys, count: int) -> NDArray[np.float64]:
    """(N, count) numbers in [0, 1) per key."""
    each = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(salted(keys[:, None] ^ each, "lots") / 2.0**64)


def split_of(names: Sequence[str], *, validation_share: float, test_share: float) -> list[str]:
    """Train, validation or test for each asset: by a name alone, so whatever the run's seed."""
    keys = keys_of(0, "split", names)
    place = keys.astype(np.float64) / 2.0**64
    splits = np.where(
        place < test_share,
        "test",
        np.where(place < test_share + validation_share, "validation", "train"),
    )
    return [str(split) for split in splits]
