"""Motions of several parts: which is the largest, which there are, all of them, and the way back.

``dominant``: the largest of azimuth, elevation and roll, in degrees; ``mixed`` if the next is over
half of it. ``all_that_apply``: which parts there are; ``tiny`` if one is neither clearly there nor
clearly not. ``pose_tuple``: all of them as numbers. ``inverse``: round and height of the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools, wrap_each_rad
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Form, Verdicts
from viewpoint_gen.qa.families.gates import OBJECT_GATES, same_lens
from viewpoint_gen.qa.families.nearby import COORDINATES, least_of

_MOST_OF_LARGEST = 0.5
_SAME_POSE_RAD = float(np.deg2rad(5.0))
_MOTION_CUES = ("bearing_right", "elevation", "roll")


@dataclass(frozen=True)
class _Part:
    """One part of a motion: (N,) its size, and from where on and up to where it is (n)one."""

    size: Array
    least: float
    still: float
    most: float = np.inf

    @property
    def there(self) -> Bools:
        return np.asarray((self.size >= self.least) & (self.size <= self.most))

    @property
    def absent(self) -> Bools:
        return np.asarray(self.size <= self.still)


def _parts(facts: Facts, config: QaConfig) -> dict[str, _Part]:
    still_rad = float(np.deg2rad(config.still_most_deg))

    def part(name: str, size: Array, still: float, most: float = np.inf) -> _Part:
        return _Part(np.abs(size), COORDINATES[name].least(config), still, most)

    side_most_rad = float(np.deg2rad(config.side_most_deg))
    return {
        "azimuth": part("azimuth", facts.azimuth_rad, still_rad, side_most_rad),
        "elevation": part("elevation", facts.elevation_rad, still_rad),
        "distance": part(
            "distance", facts.ln_distance_ratio, float(np.log1p(config.still_most_share))
        ),
        "roll": part("roll", facts.roll_rad, still_rad),
    }


_ANGLES: Final = ("azimuth", "elevation", "roll")


def _decide_dominant(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    parts = _parts(facts, config)
    sizes = np.stack([parts[name].size for name in _ANGLES])
    there = np.stack([parts[name].there for name in _ANGLES])
    order = np.sort(sizes, axis=0)
    largest, second = order[-1], order[-2]
    numbers = {f"{name}_rad": parts[name].size for name in _ANGLES}
    place = np.argmax(sizes, axis=0)
    clear = np.take_along_axis(there, place[None], axis=0)[0]
    verdicts.refuse("tiny", ~clear, numbers)
    verdicts.refuse("mixed", ~(second <= _MOST_OF_LARGEST * largest), numbers)
    for number in range(len(_ANGLES)):
        verdicts.answer(number, place == number)
    verdicts.value = largest
    verdicts.margin = _MOST_OF_LARGEST * largest - second


_STATEMENTS: Final = ("azimuth", "elevation", "distance", "roll")
_SUBSETS: Final = tuple(held for held in product((False, True), repeat=4) if any(held))


def _decide_all(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    parts = _parts(facts, config)
    there = np.stack([parts[name].there for name in _STATEMENTS], axis=1)
    absent = np.stack([parts[name].absent for name in _STATEMENTS], axis=1)
    numbers = {name: parts[name].size for name in _STATEMENTS}
    verdicts.refuse("tiny", ~(there | absent).all(axis=1), numbers)
    verdicts.refuse("nothing_moved", ~there.any(axis=1), numbers)
    for number, held in enumerate(_SUBSETS):
        verdicts.answer(number, (there == np.array(held)).all(axis=1))
    verdicts.value = there.sum(axis=1).astype(np.float64)
    beyond = [
        np.where(parts[name].there, parts[name].size / parts[name].least - 1.0, np.inf)
        for name in _STATEMENTS
    ]
    verdicts.margin = np.min(beyond, axis=0)


def _decide_pose(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    azimuth = _parts(facts, config)["azimuth"]
    numbers = {"azimuth_rad": facts.azimuth_rad}
    verdicts.refuse("tiny", ~(azimuth.size >= azimuth.least), numbers)
    verdicts.refuse("boundary", ~(azimuth.size <= azimuth.most), numbers)
    verdicts.answer(0, facts.azimuth_rad > 0)
    verdicts.answer(1, facts.azimuth_rad < 0)
    verdicts.value = facts.azimuth_rad
    verdicts.margin = azimuth.size - azimuth.least


def _same_pose(mine: Verdicts, other: Verdicts) -> Bools:
    return np.asarray(np.abs(wrap_each_rad(other.value - mine.value)) <= _SAME_POSE_RAD)


def _decide_inverse(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    parts = _parts(facts, config)
    azimuth, elevation = parts["azimuth"], parts["elevation"]
    numbers = {"azimuth_rad": facts.azimuth_rad, "elevation_rad": facts.elevation_rad}
    enough = (azimuth.size >= azimuth.least) & elevation.there
    verdicts.refuse("tiny", ~enough, numbers)
    verdicts.refuse("boundary", ~azimuth.there, numbers)
    back_ccw, back_up = facts.azimuth_rad < 0, facts.elevation_rad < 0
    for number, (ccw, up) in enumerate(product((True, False), repeat=2)):
        verdicts.answer(number, (back_ccw == ccw) & (back_up == up))
    verdicts.value = -facts.azimuth_rad
    verdicts.margin = np.minimum(azimuth.size - azimuth.least, elevation.size - elevation.least)


MIXED_MOTIONS: Final = (
    Family(
        id="dominant",
        asks="which changed most: the azimuth, the elevation or the roll",
        frame="above",
        options=_ANGLES,
        unit="rad",
        gates=OBJECT_GATES,
        decide=_decide_dominant,
        other_axes=("distance",),
        image_cues=_MOTION_CUES,
        needs="motions of which one part is at least twice as large as the others",
        speaks_of=frozenset(_ANGLES),
        nearby=least_of(*_ANGLES),
    ),
    Family(
        id="all_that_apply",
        asks="which parts the camera's motion had",
        frame="above",
        options=tuple(
            "+".join(name for name, is_true in zip(_STATEMENTS, held, strict=True) if is_true)
            for held in _SUBSETS
        ),
        unit="parts",
        gates=(*OBJECT_GATES, same_lens),
        decide=_decide_all,
        other_axes=(),
        image_cues=_MOTION_CUES,
        needs="motions of one part, of several and of all",
        form=Form.SUBSET,
        parts=_STATEMENTS,
        speaks_of=frozenset(_STATEMENTS),
        nearby=least_of(*_STATEMENTS),
    ),
    Family(
        id="pose_tuple",
        asks="azimuth, elevation, distance ratio and roll as numbers",
        frame="above",
        options=("counterclockwise", "clockwise"),
        unit="rad",
        gates=(*OBJECT_GATES, same_lens),
        decide=_decide_pose,
        other_axes=("vertical", "distance", "roll"),
        image_cues=(*_MOTION_CUES, "bearing_right*mask_share"),
        needs="cameras that go round the object",
        form=Form.POSE,
        stands=_same_pose,
        nearby=least_of("azimuth"),
    ),
    Family(
        id="inverse",
        asks="which motion leads back: round the object and up or down",
        frame="above",
        options=("ccw_up", "ccw_down", "cw_up", "cw_down"),
        unit="rad",
        gates=OBJECT_GATES,
        decide=_decide_inverse,
        other_axes=("distance", "roll"),
        image_cues=("bearing_right", "elevation", "elevation*bearing_down"),
        needs="cameras that go round the object and up or down at once",
        speaks_of=frozenset({"azimuth", "elevation"}),
        nearby=least_of("azimuth", "elevation"),
    ),
)
