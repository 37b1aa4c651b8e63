"""Two motions that look alike at first sight, and which of the two it was.

Decides: which of the two the whole motion is, with nothing else in it. Refuses: ``neither`` for
every other motion, and the gates. A pan is told from a truck, a tilt from a pedestal and a zoom
from a dolly by parallax alone: where the other of the two could give nearly the same picture
(``qa.invisible``), nothing is asked. Value: size of the motion, > 0 for the first of the two (rad,
or the logarithm of the ratio).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Gate, Verdicts
from viewpoint_gen.qa.families.gates import (
    OBJECT_GATES,
    backdrop_stays,
    off_the_poles,
    same_lens,
    seen_whole,
)


@dataclass(frozen=True)
class _Sizes:
    """How large each part of a motion is, (N,) each, and what counts as none."""

    facts: Facts
    config: QaConfig

    def turned(self, *names: str) -> Bools:
        """Whether each of these angles is large enough to be called a turn."""
        return self._all(names, lambda size: size >= np.deg2rad(self.config.turn_least_deg))

    def kept(self, *names: str) -> Bools:
        """Whether each of these angles stayed the same."""
        return self._all(names, lambda size: size <= np.deg2rad(self.config.still_most_deg))

    def within(self, name: str, least_deg: float) -> Bools:
        """Whether an angle is a motion, and not so large that its side is lost."""
        size = np.rad2deg(np.abs(self.facts.column(name)))
        return np.asarray((size >= least_deg) & (size <= self.config.side_most_deg))

    @property
    def in_place(self) -> Bools:
        """Whether the camera did not leave its place."""
        return np.asarray(self.facts.step_share <= self.config.still_most_share)

    def no(self, *shares: str) -> Bools:
        """Whether the camera's step has no part along these."""
        most = self.config.still_most_share
        return np.logical_and.reduce([np.abs(self.facts.column(name)) <= most for name in shares])

    def scaled(self, name: str) -> Bools:
        """Whether a logarithm of a ratio is large enough."""
        return np.asarray(
            np.abs(self.facts.column(name)) >= np.log(self.config.distance_least_ratio)
        )

    def _all(self, names: tuple[str, ...], fits: Callable[[Array], Bools]) -> Bools:
        return np.logical_and.reduce([fits(np.abs(self.facts.column(name))) for name in names])

    @property
    def same_lens(self) -> Bools:
        """Whether the focal length stayed."""
        return np.asarray(np.abs(self.facts.ln_focal_ratio) <= self.config.focal_most_ln_ratio)


_Is = Callable[[_Sizes], Bools]


def _pan(sizes: _Sizes) -> Bools:
    return sizes.turned("heading_rad") & sizes.kept("pitch_rad", "roll_rad") & sizes.in_place


def _tilt(sizes: _Sizes) -> Bools:
    return sizes.turned("pitch_rad") & sizes.kept("heading_rad", "roll_rad") & sizes.in_place


def _truck(sizes: _Sizes) -> Bools:
    least = np.sin(np.deg2rad(sizes.config.sideways_least_deg))
    level = sizes.no("rise_share", "forward_share") & (sizes.facts.step_share >= least)
    return np.asarray(level & sizes.kept("rotation_rad"))


def _pedestal(sizes: _Sizes) -> Bools:
    rise = np.abs(sizes.facts.rise_share)
    aside = np.sqrt(np.maximum(sizes.facts.step_share**2 - rise**2, 0.0))
    upright = aside <= sizes.config.still_most_share
    least = np.sin(np.deg2rad(sizes.config.vertical_least_deg))
    return np.asarray((rise >= least) & upright & sizes.kept("rotation_rad"))


def _zoom(sizes: _Sizes) -> Bools:
    return sizes.scaled("ln_focal_ratio") & sizes.kept("rotation_rad") & sizes.in_place


def _dolly(sizes: _Sizes) -> Bools:
    straight = sizes.kept("rotation_rad", "azimuth_rad", "elevation_rad")
    return sizes.scaled("ln_distance_ratio") & straight & sizes.same_lens


def _orbit(sizes: _Sizes) -> Bools:
    follows = np.abs(sizes.facts.heading_rad - sizes.facts.azimuth_rad)
    level = sizes.kept("elevation_rad", "roll_rad", "pitch_rad", "object_turn_rad")
    same = np.abs(sizes.facts.ln_distance_ratio) <= np.log1p(sizes.config.still_most_share)
    facing = follows <= np.deg2rad(sizes.config.still_most_deg)
    least_deg = sizes.config.sideways_least_deg
    return np.asarray(sizes.within("azimuth_rad", least_deg) & level & same & facing)


def _spin(sizes: _Sizes) -> Bools:
    turned = sizes.within("object_turn_rad", sizes.config.sideways_least_deg)
    return np.asarray(turned & sizes.kept("rotation_rad") & sizes.in_place)


@dataclass(frozen=True)
class _Either:
    """Two motions: when it is which, and the fact that measures each."""

    first: _Is
    second: _Is
    size_1: str
    size_2: str

    def decide(self, verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
        sizes = _Sizes(facts, config)
        first, second = self.first(sizes), self.second(sizes)
        measured = np.where(
            first, np.abs(facts.column(self.size_1)), -np.abs(facts.column(self.size_2))
        )
        verdicts.refuse("neither", ~(first ^ second), {"measured": measured})
        verdicts.answer(0, first)
        verdicts.answer(1, second)
        verdicts.value = measured
        verdicts.margin = np.abs(measured)


def _family(
    names: tuple[str, str],
    asks: str,
    either: _Either,
    *,
    frame: str,
    unit: str,
    gates: tuple[Gate, ...],
    image_cues: tuple[str, ...],
    rivals: tuple[str, ...] = (),
    sees_object_turn: bool = False,
) -> Family:
    return Family(
        id=f"minimal_{names[0]}_{names[1]}",
        asks=asks,
        frame=frame,
        options=names,
        unit=unit,
        gates=gates,
        decide=partial(_Either.decide, either),
        other_axes=(),
        image_cues=image_cues,
        needs=f"pairs that differ by a {names[0]} and nothing else, and likewise by a {names[1]}",
        rivals=rivals,
        sees_object_turn=sees_object_turn,
    )


MINIMAL_PAIRS: Final = (
    _family(
        ("pan", "truck"),
        "whether the camera turned on the spot or slid sideways",
        _Either(_pan, _truck, "heading_rad", "azimuth_rad"),
        frame="camera_1",
        unit="rad",
        gates=(*OBJECT_GATES, same_lens),
        image_cues=("bearing_right", "roll"),
        rivals=("truck", "yaw"),
    ),
    _family(
        ("tilt", "pedestal"),
        "whether the camera tilted on the spot or rose or sank",
        _Either(_tilt, _pedestal, "pitch_rad", "elevation_rad"),
        frame="gravity",
        unit="rad",
        gates=(*OBJECT_GATES, same_lens),
        image_cues=("bearing_down", "elevation"),
        rivals=("vertical", "pitch"),
    ),
    _family(
        ("zoom", "dolly"),
        "whether the lens was zoomed or the camera moved nearer or farther",
        _Either(_zoom, _dolly, "ln_focal_ratio", "ln_distance_ratio"),
        frame="camera_1",
        unit="ln_ratio",
        gates=OBJECT_GATES,
        image_cues=("mask_share", "distance"),
        rivals=("distance", "focal"),
    ),
    _family(
        ("orbit", "spin"),
        "whether the camera went round the object or the object turned in place",
        _Either(_orbit, _spin, "azimuth_rad", "object_turn_rad"),
        frame="above",
        unit="rad",
        gates=(off_the_poles, backdrop_stays, same_lens, seen_whole),
        image_cues=("bearing_right", "elevation"),
        sees_object_turn=True,
    ),
)
