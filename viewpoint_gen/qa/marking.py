"""Draws the marked points of a block of pairs, for every family that marks some."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys, salted
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.marks import Marks
from viewpoint_gen.qa.spots import SPOT_COLUMNS, Spots

_PAIRS_AT_A_TIME: Final = 1024
"""Their points in both images are held together; more would only take memory."""


def mark_points(
    family: Family, verdicts: Verdicts, pairs: pa.Table, keys: Keys, config: QaConfig
) -> None:
    """Give an answer to, or refuse, every pair that is left of a family that marks points.

    ``points_few``: view 1 has no set of points that the family could ask about.
    """
    if family.mark is None:
        return
    left = np.flatnonzero(verdicts.undecided)
    mine = salted(keys, f"marks of {family.id}")
    counts = np.zeros((2, pairs.num_rows))
    drawn: list[Marks] = []
    for start in range(0, max(len(left), 1), _PAIRS_AT_A_TIME):
        rows = left[start : start + _PAIRS_AT_A_TIME]
        part = pairs.select(SPOT_COLUMNS).take(pa.array(rows))
        spots = Spots.of(part, config)
        counts[:, rows] = spots.seen.sum(axis=1), spots.hidden.sum(axis=1)
        drawn.append(family.mark(spots, mine[rows], config))
    marks = Marks.together(drawn).spread_over(pairs.num_rows, left)
    seen, hidden = counts
    verdicts.refuse("points_few", marks.key < 0, {"seen": seen, "hidden": hidden})
    for option in range(int(marks.key.max(initial=-1)) + 1):
        verdicts.answer(option, marks.key == option)
    verdicts.marks = marks
    verdicts.value = marks.shift
    verdicts.margin = np.maximum(marks.apart - config.mark_apart_share, 0.0)
