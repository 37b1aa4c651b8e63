"""Random choices that hang on names only, for whole columns at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.seeding import seed_for

Keys = NDArray[np.uint64]
Draw = Callable[[Keys, int], NDArray[np.int64]]
Splits = NDArray[np.str_]

SPLITS: Final = ("train", "validation", "test")


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


@cache
def orders_of(count: int) -> NDArray[np.int64]:
    """(count!, count) every order of ``count`` things; ``count`` is small."""
    return np.array(list(permutations(range(count))), dtype=np.int64)


def order_of(keys: Keys, count: int) -> NDArray[np.int64]:
    """(N, count) one of the orders of ``count`` things per key, evenly."""
    orders = orders_of(count)
    return np.asarray(orders[choice_of(keys, len(orders))])


def falls_within(keys: Keys, share: float) -> NDArray[np.bool_]:
    """(N,) whether a name is of the share that is drawn."""
    return np.asarray(keys.astype(np.float64) / 2.0**64 < share)


def lots_of(keys: Keys, count: int) -> NDArray[np.float64]:
    """(N, count) numbers in [0, 1) per key."""
    return lots_at(keys[:, None], np.arange(count))


def lots_at(keys: Keys, number: NDArray[np.int64]) -> NDArray[np.float64]:
    """A number in [0, 1) for each key and number of a lot; shapes broadcast."""
    return np.asarray(keys_at(keys, number) / 2.0**64)


def keys_at(keys: Keys, number: NDArray[np.int64]) -> Keys:
    """Another key for each key and number; shapes broadcast."""
    each = (number + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return salted(keys ^ each, "lots")


def split_of(names: Sequence[str], *, validation_share: float, test_share: float) -> Splits:
    """(N,) of ``SPLITS`` for each asset: by a name alone, so whatever the run's seed."""
    keys = keys_of(0, "split", names)
    place = keys.astype(np.float64) / 2.0**64
    return np.where(
        place < test_share,
        "test",
        np.where(place < test_share + validation_share, "validation", "train"),
    )
