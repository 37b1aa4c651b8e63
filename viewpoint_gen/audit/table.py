"""Numbers with names: what a cheat may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

_UNDEFINED: Final = -100.0
"""Less than any number that is defined, so that a tree can set it apart."""


@dataclass(frozen=True)
class Table:
    """A row of numbers per question or per view.

    Attributes:
        values: (N, F); nan where something is undefined.
        names: (F,) for people. Columns of one kind share a name, or what stands before ": ".
    """

    values: Numbers
    names: tuple[str, ...]

    @classmethod
    def empty(cls, rows: int) -> Table:
        """Rows without any number."""
        return cls(np.zeros((rows, 0), np.float32), ())

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, places: NDArray[np.int64]) -> Table:
        """Some rows, in this order."""
        return Table(self.values[places], self.names)

    def columns(self, names: Sequence[str]) -> Table:
        """The columns of some names."""
        chosen = np.isin(self.names, names)
        return Table(self.values[:, chosen], tuple(np.array(self.names)[chosen].tolist()))

    def beside(self, other: Table) -> Table:
        """Both tables' columns."""
        return Table(np.hstack([self.values, other.values]), self.names + other.names)

    def named(self, suffix: str) -> Table:
        """The same numbers with ``suffix`` behind each name."""
        return Table(self.values, tuple(f"{name}{suffix}" for name in self.names))

    def defined(self) -> Table:
        """The same with a number for what is undefined: some learners stop at an empty column."""
        values = np.where(np.isfinite(self.values), self.values, np.float32(_UNDEFINED))
        return Table(values, self.names)
