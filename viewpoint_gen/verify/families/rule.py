"""What a family of questions asks, seen from here: the scene, the truth, what must hold before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.marks import Marked
from viewpoint_gen.verify.reading import Array, Mask
from viewpoint_gen.verify.truths import SLACK, Motion

UNTURNED_RAD: Final = 1e-6
ROTATION_SLACK_RAD: Final = 1e-5
"""Small whole rotations come from an arc cosine of float32 numbers."""


@dataclass(frozen=True)
class Scene:
    """What decides the answers of N questions; (N,) each.

    Attributes:
        motion: of the cameras.
        turn_rad: of the object from image 1 to image 2, in (-pi, pi].
        light_moved: whether the two views' light differs.
        static: whether the backdrop stays put when the camera moves.
        seen_12: share of the surface shown by image 1 that image 2 shows too.
        seen_21: the same the other way.
        mask_share: the smaller of the two images'.
        in_frame_share: the smaller of the two images'.
        known: whether the views and the pair exist.
        marks: what is marked in the images; None where nothing is.
    """

    motion: Motion
    turn_rad: Array
    light_moved: Mask
    static: Mask
    seen_12: Array
    seen_21: Array
    mask_share: Array
    in_frame_share: Array
    known: Mask
    marks: tuple[Marked | None, ...] = ()

    def __len__(self) -> int:
        return len(self.turn_rad)

    @property
    def limits(self) -> Limits:
        """What counts as a motion, and what must be seen."""
        return self.motion.limits

    def take(self, rows: NDArray[np.int64]) -> Scene:
        """Return the scenes of some questions."""
        apart = ("motion", "marks")
        others = {name: getattr(self, name)[rows] for name in vars(self) if name not in apart}
        marks = tuple(self.marks[row] for row in rows.tolist()) if self.marks else ()
        return Scene(motion=self.motion.take(rows), marks=marks, **others)

    def signed(self, name: str) -> Array:
        """Return an angle by its name without the unit, e.g. "azimuth"; radians."""
        return self.motion.numbers[f"{name}_rad"]

    def size(self, name: str) -> Array:
        """Return an angle's size in radians."""
        return np.abs(self.signed(name))

    def ln_ratio(self, name: str) -> Array:
        """Return the logarithm of a ratio by its name, e.g. "distance"."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(self.motion.numbers[f"{name}_ratio"]))

    @property
    def step(self) -> Array:
        """Length of the camera's step in units of its first distance."""
        numbers = self.motion.numbers
        squares = np.square([numbers[name] for name in ("right", "down", "forward")])
        return np.asarray(np.sqrt(squares.sum(axis=0)) / self.motion.views[0]["distance"])

    def share(self, name: str) -> Array:
        """Return the size of a part of the step, e.g. "forward", in units of the distance."""
        return np.asarray(np.abs(self.motion.numbers[name]) / self.motion.views[0]["distance"])

    @property
    def in_place(self) -> Mask:
        """Whether the camera didn't leave its place."""
        return np.asarray(self.step <= self.limits.still_most_share + SLACK)

    @property
    def unrotated(self) -> Mask:
        """Whether the camera didn't turn in any way."""
        return np.asarray(self.size("rotation") <= self.limits.still_rad + ROTATION_SLACK_RAD)


@dataclass(frozen=True)
class Truth:
    """What is true in N questions of one family.

    Attributes:
        keys: of the true answer, one tuple per question; none where nothing may be asked, several
            where more than one way of asking gives the same truth another key.
        value: (N,) the number behind the answer, in the family's unit; nan where there are several.
        margin: (N,) how far it is from the threshold that it had to pass.
        shown: sizes that reasons may name, by their unit ("deg", "times", "first", "percent"),
            each (N, any); with a direction in the text, signed, by ``figures.WAYS``.
        letters: of marked points: the right one's, "" for none of them; empty elsewhere.
    """

    keys: list[tuple[str, ...]]
    value: Array
    margin: Array
    shown: Mapping[str, Array] = field(default_factory=dict)
    letters: Sequence[str] = ()


class Form(StrEnum):
    """How a question is answered."""

    NAMED = "named"
    LADDER = "ladder"
    ANGLE = "angle"
    RATIO = "ratio"
    SUBSET = "subset"
    POSE = "pose"
    PICTURED = "pictured"
    MARKED = "marked"


class Swap(StrEnum):
    """What the same question owes if its images are swapped."""

    SAME = "same"
    OPPOSITE = "opposite"
    FREE = "free"


@dataclass(frozen=True)
class Gate:
    """Something that must hold before a question makes sense."""

    name: str
    passes: Callable[[Scene], Mask]


@dataclass(frozen=True)
class Rule:
    """One family of questions.

    Attributes:
        form: how it is answered.
        unit: of the number behind the answer and of the margin.
        judge: the truth of N scenes.
        gates: what must hold.
        swap: what the swapped question owes.
        opposites: of the keys, where a swap turns the answer round.
        value_room: how far a stored number may be from the truth.
        margin_room: the same of a stored margin.
        step: of a ladder: from one number to the next.
        images: that a question shows.
        whole_set: number of answers that a group of four must have equally often; 0: none.
    """

    form: Form
    unit: str
    judge: Callable[[Scene], Truth]
    gates: Sequence[Gate]
    swap: Swap = Swap.SAME
    opposites: Mapping[str, str] = field(default_factory=dict)
    value_room: float = 1e-5
    margin_room: float = 1e-5
    step: float = float("nan")
    images: int = 2
    whole_set: int = 0


def one_key(names: Sequence[str], held: Sequence[Mask]) -> list[tuple[str, ...]]:
    """Return the keys that hold, question by question.

    Args:
        names: K keys.
        held: K masks (N,).
    """
    return [
        tuple(name for name, holds in zip(names, row, strict=True) if holds)
        for row in np.stack(held, axis=1).tolist()
    ]


def _off_the_poles(scene: Scene) -> Mask:
    steepest = np.maximum(scene.motion.steep_place, scene.motion.steep_look)
    return np.asarray(steepest <= scene.limits.pole_rad + SLACK)


def _seen_twice(scene: Scene) -> Mask:
    better = np.fmax(scene.seen_12, scene.seen_21)
    enough = better >= scene.limits.overlap_least_share - SLACK
    return np.asarray(enough | scene.static)


def _seen_whole(scene: Scene) -> Mask:
    large = scene.mask_share >= scene.limits.mask_least_share - SLACK
    return np.asarray(large & (scene.in_frame_share >= scene.limits.in_frame_least_share - SLACK))


def _same_lens(scene: Scene) -> Mask:
    most = scene.limits.focal_most_ln_ratio
    return np.asarray(np.abs(scene.ln_ratio("focal")) <= most + SLACK)


OFF_THE_POLES: Final = Gate("elevations and pitches off the poles", _off_the_poles)
SEEN_WHOLE: Final = Gate("the object not tiny and not cut off in either image", _seen_whole)
ROOM_FOR_MARKS: Final = Gate(
    "an object large enough in either image that marks don't cover it",
    lambda scene: scene.mask_share >= scene.limits.mark_mask_least_share - SLACK,
)
SEEN_TWICE: Final = Gate("surface that both images show, or a backdrop that stays put", _seen_twice)
SAME_LENS: Final = Gate("the same focal length", _same_lens)
BACKDROP: Final = Gate("a backdrop that stays put", lambda scene: scene.static)
OBJECT_STILL: Final = Gate(
    "an object that didn't turn", lambda scene: np.abs(scene.turn_rad) <= UNTURNED_RAD
)
CAMERA_STILL: Final = Gate(
    "a camera that kept its place", lambda scene: scene.in_place & scene.unrotated
)
CAMERA_GATES: Final = (OFF_THE_POLES, SEEN_WHOLE, SEEN_TWICE)
OBJECT_GATES: Final = (*CAMERA_GATES, OBJECT_STILL)
"""For what is told relative to the object."""
