"""Motions in words: what a picture's tokens are to say of the ways to it.

That from the picture before it; and which way round the object it lies from the first of all.

A model that is told a motion in words finds the answer; what a tower says it in can't be read. So
the words are fixed, as many tokens as a picture has: lessons put them where pictures will stand,
and pictures learn to be like them. A token says several words at once, by the sum of their
embeddings: whose side or size it is, beside the side or the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.models.tiny import GRID
from viewpoint_gen.models.tower.motion import MOTION
from viewpoint_gen.models.vocabulary import LARGEST_WHOLE

Words = tuple[int, ...]
"""What one token says: ids of the tokenizer, at most ``MOST_WORDS``."""

CAPTION_TOKENS: Final = GRID * GRID
MOST_WORDS: Final = 3

_NOTHING: Final = "."
_NEITHER: Final = " neither"


@dataclass(frozen=True)
class _Spoken:
    """How one quantity is said.

    Attributes:
        name: of ``models.tower.motion.MOTION``.
        label: tells it from the others.
        more, less: the words of its two signs, as options have them.
        size: whether it is a token of its own, or said in the same breath as the side, as it is
            where no token is left, or not at all, where questions ask for the side alone.
    """

    name: str
    label: str
    more: str
    less: str
    size: Literal["apart", "beside", "unsaid"] = "apart"


_SPOKEN: Final = (
    _Spoken("azimuth", " azimuth", " counter", " clockwise"),
    _Spoken("elevation", " elevation", " higher", " lower"),
    _Spoken("distance", " distance", " farther", " nearer"),
    _Spoken("heading", " heading", " left", " right"),
    _Spoken("pitch", " tilt", " up", " down"),
    _Spoken("roll", " roll", " clockwise", " counter"),
    _Spoken("right", " sideways", " right", " left", size="unsaid"),
    _Spoken("rise", " height", " higher", " lower", size="unsaid"),
    _Spoken("focal", " lens", " longer", " shorter", size="beside"),
    _Spoken("object_turn", " object", " counter", " clockwise", size="unsaid"),
)
_IN_ALL: Final = replace(_SPOKEN[0], label=" all", size="unsaid")
"""Of the way from the first picture, what its legs round the object come to: in place of the last,
from the third picture on. No question of so many pictures asks for the object's own turn."""


_MISREAD: Final = {
    "azimuth": np.deg2rad(8.0),
    "elevation": np.deg2rad(3.0),
    "distance": 0.1,
    "heading": np.deg2rad(10.0),
    "pitch": np.deg2rad(3.5),
    "roll": np.deg2rad(3.5),
    "right": 0.1,
    "rise": 0.08,
    "focal": 0.05,
    "object_turn": np.deg2rad(25.0),
}
_MISREAD_SIZE: Final = 0.15
_HARDER: Final = 0.8
"""How far off a tower is that was taught for an hour (``benchmarks/tower.py``), and by which part
of the size, both as standard deviations; and that of the logarithm of how much harder one picture
is to read than another."""

_RATIOS: Final = ("distance", "focal")
_LENGTHS: Final = ("right", "rise")


class Captions:
    """Tokens of motions.

    Args:
        tokenizer: of the tiny model; words that it cuts are said by their first piece.
    """

    def __init__(self, tokenizer: Any) -> None:
        def first(text: str) -> int:
            return int(tokenizer(text, add_special_tokens=False)["input_ids"][0])

        self._places = {quantity.name: place for place, quantity in enumerate(MOTION)}
        self._labels = {each: first(each.label) for each in (*_SPOKEN, _IN_ALL)}
        self._sides = {
            each: (first(each.less), first(_NEITHER), first(each.more)) for each in self._labels
        }
        self._numbers = [first(str(number)) for number in range(LARGEST_WHOLE + 1)]
        self._nothing: Words = (first(_NOTHING),)
        self.nothing: list[Words] = [self._nothing] * CAPTION_TOKENS
        """Of a sample's first picture."""

    def of(self, motion: Array, since_first: Array | None = None) -> list[Words]:
        """The ``CAPTION_TOKENS`` tokens of a picture.

        Angles are said in whole degrees, ratios by how many per cent the larger is larger, lengths
        in per cent of the first distance; what isn't defined, nan, has moved neither way.

        Args:
            motion: (Q,) from the picture before it, see ``models.tower.motion``.
            since_first: (Q,) from the first, where that isn't the picture before.
        """
        said = [words for each in _SPOKEN for words in self._said(each, motion)]
        if since_first is not None:
            said[-1:] = self._said(_IN_ALL, since_first)
        assert len(said) == CAPTION_TOKENS
        return said

    def _said(self, each: _Spoken, motion: Array) -> list[Words]:
        value = float(motion[self._places[each.name]])
        size = _size(each.name, value)
        side = self._sides[each][1 + int(np.sign(value)) if size else 1]
        label, number = self._labels[each], self._numbers[size]
        if each.size == "beside":
            return [(label, side, number)]
        return [(label, side), (label, number)] if each.size == "apart" else [(label, side)]

    def of_sample(self, motions: Array) -> list[list[Words]]:
        """Of each picture of a sample.

        Args:
            motions: (N - 1, 2, Q) to each but the first: from the one before, and from the first.
        """
        (second, _), *others = motions
        return [self.nothing, self.of(second), *(self.of(*both) for both in others)]

    @property
    def sides(self) -> list[tuple[int, list[Words]]]:
        """Of each quantity whose side is said alone: which token says it, and what it can say."""
        found: list[tuple[int, list[Words]]] = []
        place = 0
        for each in _SPOKEN:
            if each.size != "beside":
                found.append((place, self._all_sides(each)))
            place += 1 + (each.size == "apart")
        found[-1][1].extend(self._all_sides(_IN_ALL))
        return found

    def _all_sides(self, each: _Spoken) -> list[Words]:
        return [(self._labels[each], side) for side in self._sides[each]]


def misread(motions: Array, rng: np.random.Generator) -> Array:
    """Motions (…, Q) as a tower might read them: what it finds hardly moved hasn't moved."""
    shape = motions.shape
    harder = np.exp(_HARDER * rng.standard_normal((*shape[:-1], 1)))
    larger, off = rng.standard_normal((2, *shape)) * harder
    spread = np.array([_MISREAD[quantity.name] for quantity in MOTION])
    least = np.array([quantity.sizes[0] for quantity in MOTION])
    read = motions * np.exp(_MISREAD_SIZE * larger) + spread * off
    return np.where(np.abs(read) < least, 0.0, read)


def in_ids(tokens: Sequence[Words], pad: int) -> Tensor:
    """Tokens as (N, ``MOST_WORDS``) ids; ``pad`` where a token says fewer words."""
    return torch.tensor([[*words, *[pad] * (MOST_WORDS - len(words))] for words in tokens])


def embedded(ids: Tensor, embeddings: Tensor, pad: int) -> Tensor:
    """What tokens look like to the language model (..., D): as large as if they said one word.

    Args:
        ids: (..., ``MOST_WORDS``).
        embeddings: (V, D) of the words.
        pad: no word; a token of it alone is nothing.
    """
    said = (ids != pad).unsqueeze(-1)
    summed = (functional.embedding(ids, embeddings) * said).sum(dim=-2)
    return summed / said.sum(dim=-2).clamp(min=1).sqrt()


def _size(name: str, value: float) -> int:
    """As a whole number."""
    if np.isnan(value):
        return 0
    if name in _RATIOS:
        size = 100.0 * np.expm1(abs(value))
    elif name in _LENGTHS:
        size = 100.0 * abs(value)
    else:
        size = np.rad2deg(abs(value))
    return min(round(size), LARGEST_WHOLE)
