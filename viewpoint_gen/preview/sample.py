"""Which pairs are shown: few, but of every family, every reason of refusal, motion and split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, TypeVar

from viewpoint_gen.seeding import rng_for

Thing = TypeVar("Thing")

PAIRS_PER_ASSET: Final = 4
"""So that a sample shows many objects, and each from several sides."""

_LABELS_SHARE: Final = 0.5
"""At most this share of a sample is chosen for what was asked or refused of it."""


def shuffled(things: Iterable[Thing], seed: int, purpose: str) -> list[Thing]:
    """The same things in an order that depends on their own order and the seed alone."""
    listed = list(things)
    order = rng_for(seed, "preview", purpose).permutation(len(listed))
    return [listed[index] for index in order]


def in_turn(groups: Mapping[Any, Sequence[Thing]]) -> list[Thing]:
    """The first of each group, then the second of each, and so on."""
    rounds = zip_longest(*groups.values())
    return [thing for each in rounds for thing in each if thing is not None]


def spread_assets(strata: Mapping[Thing, tuple[str, ...]], count: int, *, seed: int) -> list[Thing]:
    """Assets, of as many strata (split and category) as there are.

    Args:
        strata: asset -> what it should be spread over, the most important first.
        count: how many at most.
    """
    groups: dict[tuple[str, ...], list[Thing]] = defaultdict(list)
    for asset in shuffled(strata, seed, "assets"):
        groups[strata[asset]].append(asset)
    by_first: dict[str, dict[tuple[str, ...], list[Thing]]] = defaultdict(dict)
    for stratum, assets in groups.items():
        by_first[stratum[0]][stratum] = assets
    return in_turn({first: in_turn(of) for first, of in by_first.items()})[:count]


def choose_pairs(
    pairs_of: Mapping[str, Sequence[str]],
    labels_of: Mapping[str, Iterable[Hashable]],
    count: int,
    *,
    seed: int,
) -> list[str]:
    """Pairs: first some with each label, the rarest labels first, then all assets in turn.

    Args:
        pairs_of: asset -> its pairs.
        labels_of: pair -> what it is an example of; pairs without labels may be left out.
        count: how many at most; fewer only if there are fewer.
    """
    every = {asset: shuffled(pairs, seed, f"pairs of {asset}") for asset, pairs in pairs_of.items()}
    order = in_turn(every)
    examples: dict[Hashable, list[str]] = defaultdict(list)
    for pair in order:
        for label in labels_of.get(pair, ()):
            examples[label].append(pair)
    each = max(1, int(_LABELS_SHARE * count / max(len(examples), 1)))
    chosen: dict[str, None] = {}
    for label in sorted(examples, key=lambda label: (len(examples[label]), str(label))):
        missing = each - sum(pair in chosen for pair in examples[label])
        for pair in examples[label]:
            if missing <= 0 or len(chosen) >= count:
                break
            if pair not in chosen:
                chosen[pair] = None
                missing -= 1
    for pair in order:
        if len(chosen) >= count:
            break
        chosen.setdefault(pair)
    return [pair for pair in order if pair in chosen]
