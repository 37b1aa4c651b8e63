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
class Level:
    """Guessers who look equally closely, at one cue each.

    Attributes:
        guessers: (G_l,) their numbers.
        cues: (G_l,) which cue each looks at.
        cell_of_bin: (B + 2,) the cell that each row of counts lies in; L where none of them
            looks.
    """

    guessers: Ints
    cues: Ints
    cell_of_bin: Ints


@dataclass(frozen=True)
class Rules:
    """What G guessers, who look at C cues with B bins in all, may be right in.

    What a guesser tells apart are its *cells*, L in all. The first C guessers tell all bins of
    their cue apart: the first B cells. The others only see which of a few parts a bin lies in,
    each a run of neighbouring bins: the other cells.

    All counts are (B + 2, K): questions per bin and answer key. The last row but one counts every
    question; the last one takes what is outside of a cue, and is never looked at.

    Attributes:
        names: (G,) of the cues, with "/" and the number of parts.
        keys: number K of answer keys.
        every: the row of counts that counts every question: B.
        starts: (G,) first cell of each guesser.
        guesser_of_cell: (L,).
        cue_of: (G,) what each guesser looks at.
        runs: (2 (L - B),) first bin of each part and the one after its last.
        levels: by how closely the guessers look; those of the bins first.
        chance: (G,) share of its questions in which a guesser without the cue is right.
        gains: (G,) share by which the best guesser may beat it.
        slacks: (G,) questions on top.
        luck: (G,) right guesses that luck adds in a cell with one question; it grows with the
            square root of the questions.
    """

    names: tuple[str, ...]
    keys: int
    every: int
    starts: Ints
    guesser_of_cell: Ints
    cue_of: Ints
    runs: Ints
    levels: tuple[Level, ...]
    chance: Array
    gains: Array
    slacks: Array
    luck: Array

    @classmethod
    def of(cls, cues: Sequence[Cue], keys: int) -> Rules:
        """The rules that the cues make."""
        first_bins = np.cumsum([0, *(cue.size for cue in cues)])
        # (level, cue, first bins of its parts and the end)
        looks = [(0, place, np.arange(cue.size + 1)) for place, cue in enumerate(cues)]
        looks += [
            (level, place, np.arange(count + 1) * cue.size // count)
            for place, cue in enumerate(cues)
            for level, count in enumerate(cue.coarse, start=1)
            if count < cue.size
        ]
        sizes = np.array([len(edges) - 1 for _, _, edges in looks])
        runs = [first_bins[place] + edges for _, place, edges in looks]
        parts = [np.stack([edges[:-1], edges[1:]], axis=1).ravel() for edges in runs[len(cues) :]]
        cue_of = np.array([place for _, place, _ in looks])
        mine = [cues[place] for place in cue_of]
        chance = 1.0 / np.array([len(cue.among) or keys for cue in mine])
        granted = np.array([1.0] * len(cues) + [cue.coarse_luck for cue in mine[len(cues) :]])
        return cls(
            names=tuple(
                cue.name if number < len(cues) else f"{cue.name}/{size}"
                for number, (cue, size) in enumerate(zip(mine, sizes, strict=True))
            ),
            keys=keys,
            every=int(first_bins[-1]),
            starts=np.cumsum(sizes) - sizes,
            guesser_of_cell=np.repeat(np.arange(len(looks)), sizes),
            cue_of=cue_of,
            runs=np.concatenate([np.zeros(0, dtype=np.int64), *parts]),
            levels=_levels(np.array([level for level, _, _ in looks]), cue_of, runs),
            chance=chance,
            gains=np.array([cue.gain for cue in mine]),
            slacks=np.array([float(cue.slack) for cue in mine]),
            luck=granted * np.sqrt(chance * (1.0 - chance)) * _ahead(chance),
        )

    @property
    def allowed(self) -> Array:
        """(G,) share of its questions in which the best guesser may be right."""
        return self.chance + self.gains

    def none(self) -> Array:
        """Counts of nothing."""
        return np.zeros((self.every + 2, self.keys))

    def in_cells(self, counts: Array) -> Array:
        """(L, K) counts as the guessers see them."""
        if not len(self.runs):
            return counts[: self.every]
        # every other sum is of what lies between one part's end and the next one's beginning
        return np.concatenate([counts[: self.every], np.add.reduceat(counts, self.runs)[::2]])

    def in_bins(self, per_cell: Array) -> Array:
        """(B + 2, K) sums of (L, K) numbers over the cells that each bin lies in."""
        total = self.none()
        for level in self.of_levels(per_cell):
            total += level
        return total

    def of_levels(self, per_cell: Array) -> list[Array]:
        """Level by level, (B + 2, K): for each bin, the numbers (L, K) of its cell; 0: none."""
        padded = np.concatenate([per_cell, np.zeros((1, self.keys))])
        return [padded[level.cell_of_bin] for level in self.levels]

    def per_guesser(self, per_cell: Array) -> Array:
        """(G,) sums over each guesser's cells of (L,) numbers."""
        return np.add.reduceat(per_cell, self.starts)

    def per_cell(self, per_guesser: Array) -> Array:
        """(L, 1) each cell's guesser's number, of (G,)."""
        return per_guesser[self.guesser_of_cell, None]

    def right(self, counts: Array) -> Array:
        """(G,) questions in which each best guesser is right."""
        return self.per_guesser(self.in_cells(counts).max(axis=1))

    def seen(self, counts: Array) -> Array:
        """(G,) questions that each guesser's cue says something about."""
        return self.per_guesser(self.in_cells(counts).sum(axis=1))

    def luck_in(self, seen: Array) -> Array:
        """(G,) right guesses by which the commonest key of each cell is ahead by chance alone.

        Held to less, a small selection would be emptied for what nobody could learn from it.

        Args:
            seen: (L,) questions in each cell.
        """
        return self.per_guesser(np.sqrt(seen)) * self.luck

    @cached_property
    def allowed_when_learning(self) -> Array:
        """(L, 1) ``allowed`` while prices are learned: a little is left for the rounding."""
        return self.per_cell(self.chance + (1.0 - _MARGIN) * self.gains)

    def excess(self, counts: Array) -> Array:
        """(G,) right guesses beyond what is allowed; up to 0: the rule holds."""
        cells = self.in_cells(counts)
        seen = cells.sum(axis=1)
        allowed = self.allowed * self.per_guesser(seen) + self.slacks + self.luck_in(seen)
        return self.per_guesser(cells.max(axis=1)) - allowed

    def spread(self, counts: Array) -> float:
        """By how much the commonest answer is ahead of the rarest."""
        return float(np.ptp(counts[self.every]))


def _ahead(chance: Array) -> Array:
    """By how many standard deviations the greatest of ``1 / chance`` like counts is above them.

    Blom's approximation.
    """
    return np.round(norm.ppf((1.0 - 0.375 * chance) / (1.0 + 0.25 * chance)), _DECIMALS)


def _levels(level_of: Ints, cue_of: Ints, runs: Sequence[Ints]) -> tuple[Level, ...]:
    """Guessers by level, (G,); ``runs`` are the first bins of their cells and the end."""
    first_cell = np.cumsum([0, *(len(edges) - 1 for edges in runs)])
    bins = max(int(edges[-1]) for edges in runs)
    levels = []
    for number in range(level_of.max() + 1):
        guessers = np.flatnonzero(level_of == number)
        cell_of_bin = np.full(bins + 2, first_cell[-1])
        for guesser in guessers:
            edges = runs[guesser]
            cells = np.arange(first_cell[guesser], first_cell[guesser + 1])
            cell_of_bin[edges[0] : edges[-1]] = np.repeat(cells, np.diff(edges))
        levels.append(Level(guessers, cue_of[guessers], cell_of_bin))
    return tuple(levels)


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
        for place, (cue, start) in enumerate(zip(cues, rules.starts[: len(cues)], strict=True)):
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
        rows, _ = self._rows_of(chosen)
        counts = np.bincount(self.columns[rows].ravel(), minlength=self.matrix.shape[1])
        return counts.reshape(-1, self.rules.keys).astype(np.float64)

    def sums(self, worth: Array) -> Array:
        """(U,) the worth, (B + 2, K) per bin and key, of each unit's questions together."""
        return np.asarray(self.matrix @ worth.ravel())

    def sums_of(self, worth: Array, chosen: Ints) -> Array:
        """(len(chosen),) the same of some units."""
        if len(chosen) == len(self):
            return self.sums(worth)
        return np.asarray(self.matrix[chosen] @ worth.ravel())

    def sums_per_cue(self, worth: Array, chosen: Ints, cues: Ints) -> Array:
        """(len(chosen), len(cues)) the same cue by cue."""
        rows, starts = self._rows_of(chosen)
        return np.add.reduceat(worth.ravel()[self.columns[rows[:, None], cues]], starts)

    def _rows_of(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Rows of some units' questions in ``columns``, and where each unit's begin among them."""
        lengths = self.size[chosen].astype(np.int64)
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return np.repeat(self.first[chosen], lengths) + within, ends - lengths
