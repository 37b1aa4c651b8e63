"""Which of the true questions to keep, so that nothing but the fact itself tells the answer.

The rules, per family and over everything kept so far in the run:

1. every option is true equally often;
2. for every cue, its two sides tell the two directions apart by at most its tolerance:
   ``sum over sides of |positive - negative| <= tolerance * (positive + negative)``. A guesser who
   knows the side is then right about the direction in at most 0.5 + tolerance / 2;
3. likewise for "nothing" against a direction, at most the cue's ``nothing_tolerance``;

each with a slack of a few questions. Keeping the most questions under these rules is a linear
programme. Questions that look alike to every rule are interchangeable and make one **cell**, so
that its size depends on the rules and not on the number of pairs; a vertex of it has few cells
that are neither full nor empty, so that little is lost by rounding down, repairing, and topping up
in whole numbers.

The unit is a **pair of views**: a question and its reverse are kept or dropped together. That
costs nothing: swapping the images mirrors every rule onto a rule, so an optimum can be averaged
with its mirror image.

A rule can't be bought: where a fact and a cue are one and the same (every camera that went right
also turned left), few questions survive, however many pairs there are. The remedy is other
cameras. In particular a cue that *is* a coordinate of the motion (how high image 1 was taken from,
for "up or down") tells more the wider the moves are beside the range of places: a camera near the
top can hardly go up. No selection changes that; small moves over a wide range do.

Blocks are weighed one after the other with the counts carried over: memory is flat, and what a
block lacks a later one may make good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.config import BalanceConfig
from viewpoint_gen.qa.cues import Cue, Ints
from viewpoint_gen.qa.families.directions import NEGATIVE, NOTHING, POSITIVE

_JITTER = 0.02
"""Spread of the cells' worth: makes the optimum unique, so that it doesn't hang on the solver."""

_ROUNDING = 1e-6
"""The solver's own accuracy."""


_SIDES = 2
"""The bins of a cue that stand against each other."""

_AHEAD = np.array([[1, -1, 0], [-1, 1, 0], [1, 0, -1], [-1, 0, 1], [0, 1, -1], [0, -1, 1]])
"""How far each option is ahead of each other."""


@dataclass(frozen=True)
class Rule:
    """|sums over its columns| may reach ``tolerance`` times its weight, plus the slack."""

    name: str
    tolerance: float
    slack: int
    start: int
    stop: int


@dataclass
class Tally:
    """What has been kept: everything the rules look at, as whole numbers.

    Attributes:
        options: (3,) true answers.
        sums: (J,) signed count per rule and bin.
        weights: (R,) unsigned count per rule.
    """

    options: Array
    sums: Array
    weights: Array

    @classmethod
    def empty(cls, rules: Sequence[Rule]) -> Tally:
        """Nothing kept yet."""
        return cls(np.zeros(3), np.zeros(rules[-1].stop), np.zeros(len(rules)))


def rules_of(cues: Sequence[Cue]) -> list[Rule]:
    """The rules that the cues make, and their columns."""
    rules: list[Rule] = []
    for cue in cues:
        for name, tolerance, size in (
            (cue.name, cue.tolerance, _SIDES),
            (f"{cue.name}:nothing", cue.nothing_tolerance, cue.size),
        ):
            if tolerance is not None:
                start = rules[-1].stop if rules else 0
                rules.append(Rule(name, tolerance, cue.slack, start, start + size))
    return rules


def columns_of(cues: Sequence[Cue], option: Ints) -> NDArray[np.int64]:
    """(N, J) what each question adds to every rule's sums.

    "Nothing" counts double against directions, because there is half as much of it.
    """
    direction = (option == POSITIVE).astype(np.int64) - (option == NEGATIVE)
    nothing = 2 * (option == NOTHING).astype(np.int64) - np.isin(option, (POSITIVE, NEGATIVE))
    columns = []
    for cue in cues:
        in_bin = (cue.bins[:, None] == np.arange(cue.size)).astype(np.int64)
        columns.append(in_bin[:, :_SIDES] * direction[:, None])
        if cue.nothing_tolerance is not None:
            columns.append(in_bin * nothing[:, None])
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True)
class Cells:
    """Units (a question and its reverse, or one alone) that are alike to every rule.

    Attributes:
        options, sums, weights: (C, ...) what one unit adds to a ``Tally``.
        size: (C,) questions in one unit.
        count: (C,) units.
        cell_of_unit: (U,).
    """

    options: Array
    sums: Array
    weights: Array
    size: Array
    count: Ints
    cell_of_unit: Ints

    @classmethod
    def of(cls, cues: Sequence[Cue], option: Ints, unit: Ints) -> Cells:
        """Sort asked questions, (N,) option and unit number each, into cells."""
        rules = rules_of(cues)
        columns = columns_of(cues, option)
        weights = np.add.reduceat(np.abs(columns), [rule.start for rule in rules], axis=1)
        truths = (option[:, None] == np.arange(3)).astype(np.int64)
        size = np.ones((len(option), 1), dtype=np.int64)
        every = np.concatenate([truths, columns, weights, size], axis=1)
        units = np.zeros((int(unit.max()) + 1, every.shape[1]), dtype=np.int64)
        np.add.at(units, unit, every)
        # rows are told apart by one random number each: much faster than comparing them whole
        mixer = np.random.default_rng(0).integers(1, 2**62, units.shape[1], dtype=np.int64)
        _, first, cell_of_unit, count = np.unique(
            units @ mixer, return_index=True, return_inverse=True, return_counts=True
        )
        cells = units[first].astype(np.float64)
        last = 3 + columns.shape[1]
        return cls(
            options=cells[:, :3],
            sums=cells[:, 3:last],
            weights=cells[:, last:-1],
            size=cells[:, -1],
            count=count,
            cell_of_unit=cell_of_unit,
        )


class Balancer:
    """Keeps a balanced selection of one family's questions, block after block."""

    def __init__(self, config: BalanceConfig) -> None:
        self._config = config
        self._rules: list[Rule] = []
        self._tally: Tally | None = None

    def keep(
        self, cues: Sequence[Cue], option: Ints, unit: Ints, order: NDArray[np.uint64]
    ) -> NDArray[np.bool_]:
        """Choose among the asked questions of a block.

        Args:
            cues: for those questions.
            option: (N,) their true options.
            unit: (N,) numbers from 0 that a question shares with its reverse.
            order: (U,) which units of a cell go first; drawn, distinct.

        Returns:
            (N,) which questions to keep.
        """
        if self._tally is None:
            self._rules = rules_of(cues)
            self._tally = Tally.empty(self._rules)
        if len(option) == 0:
            return np.zeros(0, dtype=bool)
        cells = Cells.of(cues, option, unit)
        if ((cells.options.sum(axis=0) + self._tally.options) == 0).any():
            return np.zeros(len(option), dtype=bool)
        kept = self._whole(cells, self._relaxed(cells))
        self._tally.options += kept @ cells.options
        self._tally.sums += kept @ cells.sums
        self._tally.weights += kept @ cells.weights
        chosen = _rank_within(cells.cell_of_unit, order) < kept[cells.cell_of_unit]
        return np.asarray(chosen[unit])

    def edges(self) -> dict[str, float]:
        """By how much each cue tells answers apart among the questions kept so far, in [0, 1]."""
        if self._tally is None:
            return {}
        reached = np.add.reduceat(np.abs(self._tally.sums), self._starts)
        told = reached / np.maximum(self._tally.weights, 1.0)
        return {rule.name: float(edge) for rule, edge in zip(self._rules, told, strict=True)}

    @property
    def _starts(self) -> list[int]:
        return [rule.start for rule in self._rules]

    @property
    def _tolerances(self) -> Array:
        return np.array([rule.tolerance for rule in self._rules])

    @property
    def _slacks(self) -> Array:
        return np.array([float(rule.slack) for rule in self._rules])

    def _relaxed(self, cells: Cells) -> Array:
        """How many units of each cell to keep, in fractions: the linear programme.

        Variables: the C cells, then J bounds on the absolute value of each sum.
        """
        cell_count, sum_count = cells.sums.shape
        matrix, limits = self._constraints(cells)
        worth = 1.0 + np.random.default_rng(0).uniform(-_JITTER, _JITTER, cell_count)
        solved: Any = linprog(
            np.concatenate([-cells.size * worth, np.zeros(sum_count)]),
            A_ub=matrix,
            b_ub=limits,
            bounds=[(0.0, float(count)) for count in cells.count] + [(0.0, None)] * sum_count,
            method="highs",
        )
        return np.asarray(solved.x[:cell_count]) if solved.x is not None else np.zeros(cell_count)

    def _constraints(self, cells: Cells) -> tuple[Any, Array]:
        """The rules over all kept so far and the cells: matrix and limits of "at most"."""
        tally, slack = self._carried, float(self._config.slack_questions)
        sum_count = cells.sums.shape[1]
        bound = sparse.identity(sum_count)
        sums = sparse.csr_matrix(cells.sums.T)
        member = np.zeros((len(self._rules), sum_count))
        for row, rule in enumerate(self._rules):
            member[row, rule.start : rule.stop] = 1.0
        weighted = sparse.csr_matrix(-self._tolerances[:, None] * cells.weights.T)
        ahead = sparse.csr_matrix(_AHEAD @ cells.options.T)
        blocks: list[list[Any]] = [
            [sums, -bound],
            [-sums, -bound],
            [weighted, sparse.csr_matrix(member)],
            [ahead, None],
        ]
        limits = [
            -tally.sums,
            tally.sums,
            self._tolerances * tally.weights + self._slacks,
            slack - _AHEAD @ tally.options,
        ]
        return sparse.bmat(blocks, format="csr"), np.concatenate(limits)

    def _whole(self, cells: Cells, wanted: Array) -> Ints:
        """Round down, drop what now breaks a rule, and add whatever still fits."""
        kept = np.floor(wanted + _ROUNDING).astype(np.int64)
        total = _Total.of(self._carried, cells, kept)
        while kept.any() and self._excess(total) > 0:
            without = self._excess(total.minus_each(cells))
            without[kept == 0] = np.inf
            worst = int(np.argmin(without))
            kept[worst] -= 1
            total = total.plus(cells, worst, -1.0)
        for cell in np.argsort(kept - wanted, kind="stable"):
            while kept[cell] < cells.count[cell]:
                more = total.plus(cells, int(cell), 1.0)
                if self._excess(more) > 0:
                    break
                kept[cell] += 1
                total = more
        return kept

    def _excess(self, total: _Total) -> Array:
        """How far beyond the rules, (...,); 0: all hold."""
        slack = self._config.slack_questions
        reached = np.add.reduceat(np.abs(total.sums), self._starts, axis=-1)
        over = reached - self._tolerances * total.weights - self._slacks
        spread = np.ptp(total.options, axis=-1) - slack
        beyond = np.maximum(over, 0.0).sum(axis=-1) + np.maximum(spread, 0.0)
        return np.asarray(np.where(beyond > _ROUNDING, beyond, 0.0))

    @property
    def _carried(self) -> Tally:
        assert self._tally is not None
        return self._tally


@dataclass(frozen=True)
class _Total:
    """A tally, or one per cell, on trial."""

    options: Array
    sums: Array
    weights: Array

    @classmethod
    def of(cls, tally: Tally, cells: Cells, kept: Ints) -> _Total:
        return cls(
            tally.options + kept @ cells.options,
            tally.sums + kept @ cells.sums,
            tally.weights + kept @ cells.weights,
        )

    def plus(self, cells: Cells, cell: int, units: float) -> _Total:
        return _Total(
            self.options + units * cells.options[cell],
            self.sums + units * cells.sums[cell],
            self.weights + units * cells.weights[cell],
        )

    def minus_each(self, cells: Cells) -> _Total:
        return _Total(
            self.options - cells.options, self.sums - cells.sums, self.weights - cells.weights
        )


def _rank_within(cell_of_unit: Ints, order: NDArray[np.uint64]) -> Ints:
    """Each unit's place among those of its cell, by ``order``."""
    by_cell = np.lexsort((order, cell_of_unit))
    sorted_cells = cell_of_unit[by_cell]
    first = np.searchsorted(sorted_cells, sorted_cells)
    rank = np.empty(len(by_cell), dtype=np.int64)
    rank[by_cell] = np.arange(len(by_cell)) - first
    return rank
