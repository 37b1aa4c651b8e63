"""What a family of questions is, and how it comes to a verdict on every pair at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.marks import Marks
from viewpoint_gen.qa.spots import Spots

FRAMES: Final[Mapping[str, str]] = {
    "camera_1": "camera 1's own axes",
    "gravity": "up and down of the world",
    "distance": "distance to the object",
    "above": "seen from above",
    "object": "the object's own left, right, front and back",
    "surface": "the object's own surface",
}
"""Frames of reference, by the name that the rows carry."""

Numbers = dict[str, Array]


class Form(StrEnum):
    """How a question is answered."""

    NAMED = "named"
    """One of the family's answers, each with its own text."""
    LADDER = "ladder"
    """One of four numbers, each the same factor above the one before."""
    ANGLE = "angle"
    """A number of degrees."""
    RATIO = "ratio"
    """A factor of at least 1."""
    SUBSET = "subset"
    """All of the statements that are true."""
    POSE = "pose"
    """Azimuth, elevation, distance ratio and roll."""
    PICTURED = "pictured"
    """One of the images that are shown; the family's answers are their places in an order that no
    image shows alone."""
    MARKED = "marked"
    """One of the points that are marked in an image, by the letter beside it."""


@dataclass
class Verdicts:
    """What one family says about N pairs; filled step by step, first refusal wins.

    Attributes:
        option: (N,) index of the true answer in ``Family.options``; -1 where nothing is asked.
        setting: (N,) which of a family's sets of options it is shown with; 0 if it has one.
        value: (N,) signed number behind the answer.
        margin: (N,) its distance from the threshold that it had to pass, >= 0.
        refused: code -> (N,) which pairs, and the numbers behind it, each (N,).
        marks: what is marked in their images; None in families without marks.
    """

    option: Indices
    setting: Indices
    value: Array
    margin: Array
    refused: dict[str, tuple[Bools, Numbers]]
    marks: Marks | None = None

    @classmethod
    def open_for(cls, count: int) -> Verdicts:
        """Nothing decided and nothing refused yet."""
        unknown = np.full(count, np.nan)
        none, only = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.int64)
        return cls(none, only, unknown, unknown.copy(), {})

    def take(self, rows: Indices) -> Verdicts:
        """Some pairs' answers, without the refusals."""
        marks = None if self.marks is None else self.marks.take(rows)
        return Verdicts(
            self.option[rows], self.setting[rows], self.value[rows], self.margin[rows], {}, marks
        )

    @property
    def undecided(self) -> Bools:
        """Which pairs have neither an answer nor a refusal."""
        return np.asarray((self.option < 0) & ~self.any_refused)

    @property
    def any_refused(self) -> Bools:
        """Which pairs were refused for some reason."""
        every = [which for which, _ in self.refused.values()]
        return np.logical_or.reduce(every) if every else np.zeros(len(self.option), dtype=bool)

    def refuse(self, code: str, which: Bools, numbers: Numbers) -> None:
        """Refuse those of ``which`` that are still undecided."""
        which = which & self.undecided
        if code in self.refused:
            which = which | self.refused[code][0]
        if which.any():
            self.refused[code] = (which, numbers)

    def withdraw(self, code: str, which: Bools, numbers: Numbers) -> None:
        """Refuse those of ``which`` although they have an answer."""
        self.option[which] = -1
        self.refuse(code, which, numbers)

    def answer(self, option: int, which: Bools) -> None:
        """Give an answer to those of ``which`` that are still undecided."""
        self.option[which & self.undecided] = option


Mark = Callable[[Spots, Keys, QaConfig], Marks]
"""Draws which points of N pairs are marked, by (N,) keys."""
Gate = Callable[[Verdicts, Facts, QaConfig], None]
Stands = Callable[[Verdicts, Verdicts], Bools]
Nearby = Callable[[Verdicts, QaConfig], Mapping[str, Array]]
"""By how much the nearest wrong answers change which of camera 2's coordinates."""


def same_answer(mine: Verdicts, other: Verdicts) -> Bools:
    """(N,) whether two readings of the same pictures get the same answer."""
    return np.asarray(mine.option == other.option)


@dataclass(frozen=True)
class Family:
    """A kind of question: one fact about a pair.

    Attributes:
        id: also the name of its wording file.
        asks: one line, for people.
        frame: of reference; a key of ``FRAMES``.
        options: the answers that are equally often true: of directions the positive one, the
            negative one and "nothing"; of a ladder the ranks.
        unit: of ``answer_value`` and ``margin``.
        gates: what must hold before the question makes sense, in this order.
        decide: gives an answer to, or refuses, every pair that the gates left.
        other_axes: axes of motion that must not tell the answer (``balance.cues``).
        image_cues: what one image shows and must not tell the answer.
        needs: one line: what a run needs for this family to ask anything.
        form: how it is answered.
        parts: of a subset: its statements; of marked points: what is offered, by the letters.
        speaks_of: parts of the motion whose sizes its reasons name.
        tolerance: of a number, in ``unit`` (of a ratio: of its logarithm); nan for others.
        step: of a ladder: factor from one option to the next.
        settings: how many sets of options a ladder can be shown with.
        settle: puts a number that was decided on into one of several sets of options.
        stands: whether an answer stands beside another reading of the same two pictures.
        nearby: the wrong answers as motions (``families.nearby``); None: the surroundings tell.
        asked_of: what it is asked of, for people.
        images: what stands before each image in the text; the last of them are the options where
            images are to choose from.
        says_still: whether the text tells that the object kept still where no backdrop shows it.
        rivals: by answer, the motion of the wrong one that looks most like it, as ``qa.invisible``
            knows it; empty: ``nearby`` says it all.
        sees_object_turn: whether the object's own turn is asked about, so that a picture of it
            turned otherwise is another reading, whatever the backdrop.
    """

    id: str
    asks: str
    frame: str
    options: tuple[str, ...]
    unit: str
    gates: tuple[Gate, ...]
    decide: Callable[[Verdicts, Facts, QaConfig], None]
    other_axes: tuple[str, ...]
    image_cues: tuple[str, ...]
    needs: str
    form: Form = Form.NAMED
    parts: tuple[str, ...] = ()
    speaks_of: frozenset[str] = frozenset()
    tolerance: float = float("nan")
    step: float = float("nan")
    settings: int = 1
    settle: Callable[[Verdicts, Keys], None] | None = None
    stands: Stands = same_answer
    nearby: Nearby | None = None
    asked_of: str = "pairs"
    images: tuple[str, ...] = ("Image 1", "Image 2")
    says_still: bool = True
    rivals: tuple[str, ...] = ()
    sees_object_turn: bool = False
    reasons: tuple[str, ...] = ()
    mark: Mark | None = None
    rationed: bool = False

    @property
    def reason_keys(self) -> tuple[str, ...]:
        """Keys of the texts that give reasons; none: there is one for all answers."""
        own = self.options if self.form is Form.NAMED else ()
        return tuple(dict.fromkeys(self.reasons)) or own

    def reason_of(self, option: int) -> int:
        """Which of the texts gives the reasons for an option."""
        return self.reason_keys.index(self.reasons[option]) if self.reasons else option

    def verdicts(self, facts: Facts, config: QaConfig) -> Verdicts:
        """Hold every pair to the gates, then decide."""
        verdicts = Verdicts.open_for(len(facts))
        for gate in self.gates:
            gate(verdicts, facts, config)
        self.decide(verdicts, facts, config)
        return verdicts
