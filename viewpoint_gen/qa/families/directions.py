"""Deciding between a direction, its opposite and "not at all" from one or more measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.families.family import Numbers, Verdicts

POSITIVE, NEGATIVE, NOTHING = 0, 1, 2
"""Positions in ``Family.options`` of every family of directions."""


@dataclass(frozen=True)
class Measure:
    """One signed number that tells the direction.

    Attributes:
        name: of the number, with its unit.
        value: (N,).
        least: magnitude from which it is a direction.
        still_most: magnitude up to which it is "not at all".
        most: magnitude beyond which the direction can't be told any more.
    """

    name: str
    value: Array
    least: float
    still_most: float
    most: float = np.inf


def decide_direction(
    verdicts: Verdicts, measures: Sequence[Measure], *, witness: Array | None = None
) -> None:
    """Answer where all measures say the same; refuse the rest as what it is.

    Codes: ``frame_disagrees`` (two measures, or the witness, point opposite ways, or one says
    "not at all" and another a direction), ``boundary`` (too far round), ``tiny`` (in between).

    Args:
        measures: plausible readings of the same direction; the first gives value and margin.
        witness: (N,) a further reading: its sign must agree, its size doesn't matter.
    """
    values = np.stack([measure.value for measure in measures])
    least, still_most, most = (
        np.array([getattr(measure, name) for measure in measures])[:, None]
        for name in ("least", "still_most", "most")
    )
    moves = np.abs(values) >= least
    still = np.abs(values) <= still_most
    sign = np.sign(values) * ~still
    disagree = (sign.max(axis=0) > 0) & (sign.min(axis=0) < 0)
    disagree |= moves.any(axis=0) & still.any(axis=0)
    if witness is not None:
        disagree |= moves.all(axis=0) & (np.sign(witness) != np.sign(values[0]))
    numbers = _numbers(measures)
    if witness is not None:
        numbers["witness"] = witness
    verdicts.refuse("frame_disagrees", disagree, numbers)
    verdicts.refuse("boundary", (np.abs(values) > most).any(axis=0), numbers)
    one_way = moves.all(axis=0)
    verdicts.refuse("tiny", ~(one_way | still.all(axis=0)), numbers)

    primary = measures[0]
    verdicts.answer(POSITIVE, one_way & (primary.value > 0))
    verdicts.answer(NEGATIVE, one_way & (primary.value < 0))
    verdicts.answer(NOTHING, still.all(axis=0))
    size = np.abs(primary.value)
    verdicts.value = primary.value
    verdicts.margin = np.where(one_way, size - primary.least, primary.still_most - size)


def points_alike(mine: Verdicts, other: Verdicts) -> Bools:
    """(N,) whether another reading has the same answer, or could not be asked but points there."""
    alike = (mine.option != NOTHING) & (np.sign(other.value) == np.sign(mine.value))
    return np.asarray((other.option == mine.option) | ((other.option < 0) & alike))


def _numbers(measures: Sequence[Measure]) -> Numbers:
    numbers: Numbers = {}
    for measure in measures:
        numbers[measure.name] = measure.value
        numbers[f"{measure.name}_least"] = np.full(len(measure.value), measure.least)
    return numbers
