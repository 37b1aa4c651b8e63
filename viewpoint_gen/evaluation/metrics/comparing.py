"""One model against another on the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from viewpoint_gen.evaluation.metrics.intervals import mean_with_interval
from viewpoint_gen.evaluation.metrics.scored import Scored
from viewpoint_gen.qa.aggregate import places_by


@dataclass(frozen=True)
class Difference:
    """Of two means, with its 95 % interval by bootstrap over assets; nan for one asset alone."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Comparison:
    """First minus second, in graded correctness, question by question.

    Attributes:
        macro: of the means over families.
        families: of each.
    """

    first: str
    second: str
    macro: Difference
    families: dict[str, Difference]


def compare(models: Sequence[Scored]) -> tuple[Comparison, ...]:
    """Every two models; they answered the same questions in the same order."""
    return tuple(_compared(one, two) for one, two in combinations(models, 2))


def _compared(one: Scored, two: Scored) -> Comparison:
    off = one.correctness - two.correctness
    families = {}
    for family, mine in sorted(places_by(one.families).items()):
        assets = [one.assets[place] for place in mine]
        families[family] = Difference(*mean_with_interval(off[mine], assets))
    macro = Difference(*mean_with_interval(off, one.assets, one.families))
    return Comparison(one.name, two.name, macro, families)
