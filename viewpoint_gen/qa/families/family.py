"""What a family of questions is, and how it comes to a verdict on every pair at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Bools, Facts

FRAMES: Final[Mapping[str, str]] = {
    "camera_1": "camera 1's own axes",
    "gravity": "up and down of the world",
    "distance": "distance to the object",
    "above": "seen from above",
    "object": "the object's own left, right, front and back",
}
"""Frames of reference, by the name that the rows carry."""

Numbers = dict[str, Array]


@dataclass
class Verdicts:
    """What one family says about N pairs; filled step by step, first refusal wins.

    Attributes:
        option: (N,) index of the true option; -1 where nothing is asked.
        value: (N,) signed number behind the answer.
        margin: (N,) its distance from the threshold that it had to pass, >= 0.
        refused: code -> (N,) which pairs, and the numbers behind it, each (N,).
    """

    option: NDArray[np.int64]
    value: Array
    margin: Array
    refused: dict[str, tuple[Bools, Numbers]]

    @classmethod
    def open_for(cls, count: int) -> Verdicts:
        """Nothing decided and nothing refused yet."""
        nothing = np.full(count, np.nan)
        return cls(np.full(count, -1, dtype=np.int64), nothing, nothing.copy(), {})

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

    def answer(self, option: int, which: Bools) -> None:
        """Give an answer to those of ``which`` that are still undecided."""
        self.option[which & self.undecided] = option


Gate = Callable[[Verdicts, Facts, QaConfig], None]


@dataclass(frozen=True)
class Family:
    """A kind of question: one fact about a pair, asked with a fixed set of options.

    Attributes:
        id: also the name of its file here and of its wording file.
        asks: one line, for people.
        frame: of reference; a key of ``FRAMES``.
        options: keys of the options: the positive direction, the negative one, "nothing".
        unit: of ``answer_value`` and ``margin``.
        gates: what must hold before the question makes sense, in this order.
        decide: gives an answer to, or refuses, every pair that the gates left.
        other_axes: axes of motion that must not tell the answer (``balance.cues``).
        image_cues: what one image shows and must not tell the answer.
        needs: one line: what a run needs for this family to ask anything.
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

    def verdicts(self, facts: Facts, config: QaConfig) -> Verdicts:
        """Hold every pair to the gates, then decide."""
        verdicts = Verdicts.open_for(len(facts))
        for gate in self.gates:
            gate(verdicts, facts, config)
        self.decide(verdicts, facts, config)
        return verdicts
