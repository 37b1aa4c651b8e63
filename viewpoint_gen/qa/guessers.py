"""Guessers, what they are allowed, and questions counted the way they look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.stats import norm

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.cues import OUTSIDE, Cue, Ints

_DECIMALS = 6
"""Of normal quantiles, whose last bits hang on the machine's mathematics library."""

_MARGIN = 0.25
"""Share of each gain that prices leave for the rounding to whole questions."""


@dataclass(frozen=True)
class Rules:
    """What C guessers, with B bins in all, may be right in.

    All counts are (B + 2, K): questions per bin and answer key. The last row but one counts every
    question; the last one takes what is outside of a cue, and is never looked at.

    Attributes:
        names: (C,) of the cues.
        keys: number K of answer keys.
        starts: (C,) first bin of each cue.
        cue_of_bin: (B,).
        chance: (C,) share of its questions in which a guesser without the cue is right.
        gains: (C,) share by which the best guesser may beat it.
        slacks: (C,) questions on top.
        ahead: (C,) by how many standard deviations the greatest of as many like counts as there
            are answers is above them: Blom's approximation.
    """

    names: tuple[str, ...]
    keys: int
    starts: Ints
    cue_of_bin: Ints
    chance: Array
    gains: Array
    slacks: Array
    ahead: Array

    @classmethod
    def of(cls, cues: Sequence[Cue], keys: int) -> Rules:
        """The rules that the cues make."""
        sizes = np.array([cue.size for cue in cues])
        answers = np.array([len(cue.among) or keys for cue in cues])
        return cls(
            names=tuple(cue.name for cue in cues),
            keys=keys,
            starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
            cue_of_bin=np.repeat(np.arange(len(cues)), sizes),
            chance=1.0 / answers,
            gains=np.array([cue.gain for cue in cues]),
            slacks=np.array([float(cue.slack) for cue in cues]),
            ahead=np.round(norm.ppf((answers - 0.375) / (answers + 0.25)), _DECIMALS),
        )

    @property
    def allowed(self) -> Array:
        """(C,) share of its questions in which the best guesser may be right."""
        return self.chance + self.gains

    @cached_property
    def every(self) -> int:
        """The row of counts that counts every question."""
        return len(self.cue_of_bin)

    def none(self) -> Array:
        """Counts of nothing."""
        return np.zeros((self.every + 2, self.keys))

    def per_cue(self, per_bin: Array) -> Array:
        """(C,) sums over each cue's bins of (B,) numbers."""
        return np.add.reduceat(per_bin, self.starts)

    def right(self, counts: Array) -> Array:
        """(C,) questions in which each cue's best guesser is right."""
        return self.per_cue(counts[: self.every].max(axis=1))

    def seen(self, counts: Array) -> Array:
        """(C,) questions that each cue says something about."""
        return self.per_cue(counts[: self.every].sum(axis=1))

    def luck(self, counts: Array) -> Array:
        """(C,) right guesses by which the commonest key of each bin is ahead by chance alone.

        Held to less, a small selection would be emptied for what nobody could learn from it.
        """
        return self.luck_in(counts[: self.every].sum(axis=1))

    def luck_in(self, seen: Array) -> Array:
        """The same from the number of questions in each bin, (B,)."""
        return self.per_cue(np.sqrt(seen)) * self._ahead

    @cached_property
    def _ahead(self) -> Array:
        return np.asarray(self.ahead * np.sqrt(self.chance * (1.0 - self.chance)))

    @cached_property
    def allowed_when_learning(self) -> Array:
        """(B,) the same while prices are learned: a little is left for the rounding."""
        return (self.chance + (1.0 - _MARGIN) * self.gains)[self.cue_of_bin]

    def excess(self, counts: Array) -> Array:
        """(C,) right guesses beyond what is allowed; up to 0: the rule holds."""
        allowed = self.allowed * self.seen(counts) + self.slacks + self.luck(counts)
        return self.right(counts) - allowed

    def spread(self, counts: Array) -> float:
        """By how much the commonest answer is ahead of the rarest."""
        return float(np.ptp(counts[self.every]))


@dataclass(frozen=True)
class Units:
    """U units, each a question with its reverse or one question alone, as guessers see them.

    Attributes:
        rules: of the guessers.
        columns: (N, C + 1) where each question counts in the flattened counts; ordered by unit.
        first: (U,) row of each unit's first question in ``columns``.
        size: (U,) questions.
        matrix: (U, columns) what each unit adds to the counts.
    """

    rules: Rules
    columns: Ints
    first: Ints
    size: Array
    matrix: sparse.csr_matrix

    @classmethod
    def of(cls, rules: Rules, cues: Sequence[Cue], key: Ints, unit: Ints) -> Units:
        """Sort questions, (N,) key and unit number each, into units.

        Args:
            unit: every number from 0 to its greatest occurs.
        """
        bins = np.empty((len(key), len(cues) + 1), dtype=np.int64)
        for place, (cue, start) in enumerate(zip(cues, rules.starts, strict=True)):
            told = np.isin(key, cue.among) if cue.among else True
            inside = (cue.bins != OUTSIDE) & told
            bins[:, place] = np.where(inside, cue.bins + start, rules.every + 1)
        bins[:, -1] = rules.every
        by_unit = np.argsort(unit, kind="stable")
        columns = (bins * rules.keys + key[:, None])[by_unit]
        size = np.bincount(unit)
        first = np.concatenate([[0], np.cumsum(size)[:-1]])
        ends = np.concatenate([first, [len(key)]]) * columns.shape[1]
        matrix = sparse.csr_matrix(
            (np.ones(columns.size), columns.ravel(), ends),
            shape=(len(size), (rules.every + 2) * rules.keys),
        )
        return cls(rules, columns, first, size.astype(np.float64), matrix)

    def __len__(self) -> int:
        return len(self.size)

    def parts(self, count: int) -> list[Units]:
        """All units dealt out in turn into as many like parts."""
        if count == 1:
            return [self]
        dealt = [slice(number, None, count) for number in range(count)]
        return [
            replace(self, first=self.first[mine], size=self.size[mine], matrix=self.matrix[mine])
            for mine in dealt
        ]

    def counts(self, share: Array) -> Array:
        """(B + 2, K) counts of a share, in [0, 1], of each unit."""
        return np.asarray(self._by_column @ share).reshape(-1, self.rules.keys)

    @cached_property
    def _by_column(self) -> sparse.csc_matrix:
        return self.matrix.T

    def counts_of(self, chosen: Ints) -> Array:
        """(B + 2, K) counts of some whole units."""
        lengths = self.size[chosen].astype(np.int64)
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        rows = np.repeat(self.first[chosen], lengths) + within
        counts = np.bincount(self.columns[rows].ravel(), minlength=self.matrix.shape[1])
        return counts.reshape(-1, self.rules.keys).astype(np.float64)

    def sums(self, worth: Array) -> Array:
        """(U,) the worth, (B + 2, K) per bin and key, of each unit's questions together."""
        return np.asarray(self.matrix @ worth.ravel())
