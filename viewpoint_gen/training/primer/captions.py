"""Motions in words: what a picture's tokens are to say of the way from the picture before it.

A model that is told a motion in words finds the answer; what a tower says it in can't be read. So
the words are fixed, two for each quantity, as many as a picture has tokens: lessons put them where
pictures will stand, and pictures learn to be like them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from tqdm import tqdm

from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.models.pixels import resized
from viewpoint_gen.models.tower import GeometryTower
from viewpoint_gen.models.tower.motion import MOTION, estimates
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.cache import Cache

MOST_QUESTIONS: Final = 20_000
"""That lessons are drawn from; a large run's others are worded no differently."""

_PAIRS_AT_ONCE: Final = 64
_NOTHING: Final = "."
_NEITHER: Final = " neither"
_LARGEST: Final = 180


@dataclass(frozen=True)
class _Spoken:
    """How one quantity is said.

    Attributes:
        more, less: the words of its two signs, as options have them.
        scale: what its value is multiplied with to be said as a whole number.
    """

    name: str
    more: str
    less: str
    scale: float


_DEGREES: Final = 180.0 / np.pi
_SPOKEN: Final = (
    _Spoken("azimuth", " counter", " clockwise", _DEGREES),
    _Spoken("elevation", " higher", " lower", _DEGREES),
    _Spoken("distance", " farther", " nearer", 100.0),
    _Spoken("heading", " left", " right", _DEGREES),
    _Spoken("pitch", " up", " down", _DEGREES),
    _Spoken("roll", " clockwise", " counter", _DEGREES),
    _Spoken("right", " right", " left", 100.0),
    _Spoken("rise", " higher", " lower", 100.0),
)
CAPTION_TOKENS: Final = 2 * len(_SPOKEN)


def sampled(items: int) -> Indices:
    """Places of the questions that lessons are drawn from, ascending."""
    return np.sort(rng_for(0, "questions").permutation(items)[:MOST_QUESTIONS])


class Captions:
    """Tokens of motions.

    Args:
        tokenizer: of the tiny model.
    """

    def __init__(self, tokenizer: Any) -> None:
        def first(text: str) -> int:
            return int(tokenizer(text, add_special_tokens=False)["input_ids"][0])

        places = {quantity.name: place for place, quantity in enumerate(MOTION)}
        self._rows = [
            (places[each.name], each.scale, (first(each.less), first(each.more)))
            for each in _SPOKEN
        ]
        self._numbers = [first(str(number)) for number in range(_LARGEST + 1)]
        self._neither = first(_NEITHER)
        self.nothing = [first(_NOTHING)] * CAPTION_TOKENS
        """Of a sample's first picture."""

    def of(self, motion: Array) -> list[int]:
        """The ``CAPTION_TOKENS`` tokens of a motion (Q,), see ``models.tower.motion``."""
        tokens: list[int] = []
        for place, scale, words in self._rows:
            size = round(abs(float(motion[place])) * scale)
            word = words[int(motion[place] > 0)] if size else self._neither
            tokens += [word, self._numbers[min(size, _LARGEST)]]
        return tokens

    def of_sample(self, motions: Sequence[Array]) -> list[list[int]]:
        """Of each picture of a sample, by the motions from each to the next."""
        return [self.nothing, *(self.of(motion) for motion in motions)]


class SeenMotions:
    """What a tower reads from one picture of a question to the next; looked at when first asked.

    Args:
        key: changes with the tower.
    """

    def __init__(self, tower: GeometryTower, cache: Cache, key: str) -> None:
        self.key = key
        self._tower, self._cache = tower, cache

    def of_sample(self, pictures: Sequence[int]) -> list[Array]:
        """The motions (Q,) between neighbours of a sampled question's pictures."""
        return [self._all[pair] for pair in pairwise(pictures)]

    @cached_property
    def samples(self) -> list[tuple[int, ...]]:
        """Pictures of the sampled questions that have two or more, each set once."""
        chosen = self._cache.items.select(sampled(len(self._cache)))["pictures"]
        return sorted({tuple(pictures) for pictures in chosen if len(pictures) > 1})

    @cached_property
    def _all(self) -> dict[tuple[int, int], Array]:
        pairs = sorted({pair for pictures in self.samples for pair in pairwise(pictures)})
        found: dict[tuple[int, int], Array] = {}
        starts = range(0, len(pairs), _PAIRS_AT_ONCE)
        for start in tqdm(starts, desc="looking at pictures", unit="batch", disable=None):
            some = pairs[start : start + _PAIRS_AT_ONCE]
            found |= zip(some, self._read(some), strict=True)
        return found

    @torch.no_grad()
    def _read(self, pairs: Sequence[tuple[int, int]]) -> Array:
        shown = [
            torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255.0
            for pair in pairs
            for image in self._cache.images(pair)
        ]
        images = resized(shown, self._tower.image_px).unflatten(0, (-1, 2))
        read = estimates(self._tower(images.to(self._tower.device)).motion_bins)
        return np.asarray(read.cpu().numpy(), dtype=np.float64)
