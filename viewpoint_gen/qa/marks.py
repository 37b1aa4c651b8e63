"""Marked points: which points of the surface a question marks in its images, and as what.

A set of points is drawn first, at random and far enough apart; then which of them is asked about.
So the set alone, which is all that the image with the letters shows, says nothing. Of several sets
that could be drawn for a pair the one is taken that has the answer key, and the other ranks, which
were drawn before; or that comes nearest to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.qa.draws import Keys, choice_of, lots_of, salted
from viewpoint_gen.qa.spots import Spots, lengths, picked

ASKED_LABEL: Final = "REF"
"""Of the one mark whose counterpart is looked for."""

_TRIES: Final = 12
"""Sets drawn per pair, at most, until one has the ranks that are wished for."""

_ALL_MET: Final = 1.0 - 1e-9


@dataclass(frozen=True)
class Marks:
    """What is marked in N questions of one family; places as in ``Spots``.

    Attributes:
        labels: (M,) of the marks.
        images: (M,) the image that each mark lies in: 0 or 1.
        key: (N,) index of the true answer in ``Family.options``; -1: no set of points was found.
        also: (N, W) further ranks of the point asked about, each of which should be even, too.
        right: (N,) place of the right option among the letters.
        places: (N, M, 2) of the marks.
        asked: (N, 2, 2) the place in images 1 and 2 of the point that the answer is about.
        tall: (N,) height of the images.
        apart: (N,) least distance of two marks of one image.
        cues: what could give the answer away: bins (N,) by name.
        bins: how many bins each of these cues has.
    """

    labels: tuple[str, ...]
    images: tuple[int, ...]
    key: Indices
    also: Indices
    right: Indices
    places: Array
    asked: Array
    tall: Array
    apart: Array
    cues: Mapping[str, Indices]
    bins: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Indices) -> Marks:
        """Those of some questions."""
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return replace(self, **columns, cues={name: each[rows] for name, each in self.cues.items()})

    def put(self, rows: Indices, other: Marks) -> None:
        """Overwrite those of some questions."""
        for name in _COLUMNS:
            getattr(self, name)[rows] = getattr(other, name)
        for name, bins in self.cues.items():
            bins[rows] = other.cues[name]

    @classmethod
    def together(cls, parts: Sequence[Marks]) -> Marks:
        """Those of one batch of questions after the other."""
        columns = {
            name: np.concatenate([getattr(each, name) for each in parts]) for name in _COLUMNS
        }
        names = parts[0].cues
        cues = {name: np.concatenate([each.cues[name] for each in parts]) for name in names}
        return replace(parts[0], **columns, cues=cues)

    def spread_over(self, count: int, rows: Indices) -> Marks:
        """The same as those of some rows of ``count``; the others have none."""

        def spread(values: NDArray[Any]) -> NDArray[Any]:
            whole = np.zeros((count, *values.shape[1:]), dtype=values.dtype)
            whole[rows] = values
            return whole

        columns: dict[str, Any] = {name: spread(getattr(self, name)) for name in _COLUMNS}
        columns["key"][np.setdiff1d(np.arange(count), rows)] = -1
        cues = {name: spread(each) for name, each in self.cues.items()}
        return replace(self, **columns, cues=cues)

    @property
    def shift(self) -> Array:
        """(N,) how far the asked point's place moves from image 1 to image 2."""
        return np.asarray(lengths(self.asked[:, 1] - self.asked[:, 0]))


_COLUMNS: Final = ("key", "also", "right", "places", "asked", "tall", "apart")

Attempt = Callable[[Spots, Keys], Marks]
"""Draws one set of points per pair."""


def wished_for(
    attempt: Attempt, spots: Spots, keys: Keys, *, possible: Bools, answers: int
) -> Marks:
    """Draw sets until each pair's has the ranks that were drawn for it, or tries run out.

    Args:
        keys: (N,) to draw by.
        possible: (N,) which pairs have points enough for a try to be worth its time.
        answers: how many answer keys there are.
    """
    worth = np.flatnonzero(possible)
    drawn = _drawn(attempt, spots.take(worth), keys[worth], answers)
    return drawn.spread_over(len(spots), worth)


def _drawn(attempt: Attempt, spots: Spots, keys: Keys, answers: int) -> Marks:
    marks = attempt(spots, salted(keys, "try 0"))
    wishes = [
        choice_of(salted(keys, f"wish {number}"), answers)
        for number in range(1 + marks.also.shape[1])
    ]
    wish = np.stack(wishes, axis=1)
    met = _met(marks, wish)
    for number in range(1, _TRIES):
        rows = np.flatnonzero(met < _ALL_MET)
        if not len(rows):
            break
        again = attempt(spots.take(rows), salted(keys[rows], f"try {number}"))
        now = _met(again, wish[rows])
        better = np.flatnonzero(now > met[rows])
        marks.put(rows[better], again.take(better))
        met[rows[better]] = now[better]
    return marks


def _met(marks: Marks, wish: Indices) -> Array:
    """(N,) how far the wishes are met, up to 1: the key's counts most; below 0 without a set."""
    told = np.column_stack([marks.key, marks.also]) == wish
    weights = np.array([2.0, *[1.0] * marks.also.shape[1]])
    return np.where(marks.key < 0, -1.0, told @ weights / weights.sum())


def drawn_apart(
    spots: Spots,
    among: Sequence[Bools],
    keys: Keys,
    allowed_beside: Callable[[Indices], Bools],
) -> tuple[Indices, Bools]:
    """Points (N, K), one after the other at random, and which pairs (N,) have as many.

    Args:
        among: per point that is drawn, (N, P) the ones to draw from.
        allowed_beside: of (N,) points: (N, P) the ones that may be drawn with them.
    """
    lots = lots_of(keys, spots.seen.shape[1])
    free = np.ones(lots.shape, dtype=bool)
    found = np.ones(len(spots), dtype=bool)
    chosen = np.zeros((len(spots), len(among)), dtype=np.int64)
    rows = np.arange(len(spots))
    for number, candidates in enumerate(among):
        open_lots = np.where(free & candidates, lots, np.inf)
        spot = np.argmin(open_lots, axis=1)
        found &= np.isfinite(open_lots[rows, spot])
        chosen[:, number] = spot
        if number + 1 < len(among):
            free &= allowed_beside(spot)
    return chosen, found


def least_apart(places: Array) -> Array:
    """(N,) least distance of two of K places (N, K, 2)."""
    first, second = np.triu_indices(places.shape[1], 1)
    between = lengths(places[:, first] - places[:, second])
    return np.asarray(between.min(axis=1))


def ranks(values: Array) -> NDArray[np.int64]:
    """(N, K) place of each value among the K, from the smallest up."""
    return np.asarray(np.argsort(np.argsort(values, axis=1, kind="stable"), axis=1))


def extremes(rank: Indices, features: Mapping[str, Array]) -> dict[str, Indices]:
    """Cues of a set whose answer is a rank: the ranks of the marks that stand out in some way.

    Whoever always names the mark that lies farthest to the left, or out, is right where the truth
    has just that mark's rank.

    Args:
        rank: (N, K) of each mark, in the order that answers are told by.
        features: name -> (N, K) by which a mark can stand out.
    """
    rows = np.arange(len(rank))
    cues = {}
    for name, values in features.items():
        cues[f"least_{name}"] = rank[rows, np.argmin(values, axis=1)]
        cues[f"most_{name}"] = rank[rows, np.argmax(values, axis=1)]
    return cues


def side_of(places: Array, centre: Array, sectors: int) -> Indices:
    """(N,) in which sector about a centre (N, 2) each place (N, 2) lies."""
    across, down = np.nan_to_num(places - centre).T
    turn = np.arctan2(down, across) / (2.0 * np.pi) % 1.0
    return np.minimum((turn * sectors).astype(np.int64), sectors - 1)


def binned(values: Array, step: float, bins: int) -> Indices:
    """(N,) even bins of a number from 0 up; the last one takes the rest."""
    return np.clip(np.nan_to_num(values) / step, 0, bins - 1).astype(np.int64)


def chosen_places(spots: Spots, chosen: Indices) -> tuple[Array, Array]:
    """(N, K, 2) of some points, in image 1 and in image 2."""
    return picked(spots.places_1, chosen), picked(spots.places_2, chosen)
