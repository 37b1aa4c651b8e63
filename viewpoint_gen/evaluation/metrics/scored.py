"""One model's replies with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from viewpoint_gen.evaluation.question import Row
from viewpoint_gen.evaluation.replies import Reply
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.aggregate import assets_of
from viewpoint_gen.qa.score import Score, score


@dataclass(frozen=True)
class Scored:
    """N questions, what one model replied, and what that is worth; parallel."""

    name: str
    rows: Sequence[Row]
    replies: Sequence[Reply]

    @cached_property
    def scores(self) -> list[Score]:
        """By ``qa.score``, as tests and rewards have it."""
        return [score(reply.text, row) for reply, row in zip(self.replies, self.rows, strict=True)]

    @cached_property
    def correctness(self) -> Array:
        """(N,) graded, in [0, 1]."""
        return np.array([each.correctness for each in self.scores])

    @cached_property
    def families(self) -> list[str]:
        """(N,) of the rows."""
        return [str(row["family"]) for row in self.rows]

    @cached_property
    def assets(self) -> list[str]:
        """(N,) what the rows show."""
        return assets_of(self.rows)

    def take(self, places: Sequence[int]) -> Scored:
        """Some of the questions."""
        some = Scored(
            self.name,
            [self.rows[place] for place in places],
            [self.replies[place] for place in places],
        )
        some.__dict__["scores"] = [self.scores[place] for place in places]
        return some
