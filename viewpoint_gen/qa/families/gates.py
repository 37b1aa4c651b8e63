"""What must hold before a question makes sense; each refuses with a code and its numbers."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Gate, Verdicts

_NO_TURN_RAD = 1e-6
"""Of matrices read back from a renderer that works in 32 bits."""


def front_known(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:  # noqa: ARG001
    """``no_front``: nobody knows which side of the object is its front."""
    verdicts.refuse("no_front", np.isnan(facts.object_front_share), {})


def off_the_poles(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``pole``: seen so steeply that azimuth, heading and roll mean nothing."""
    names = ("elevation_rad_1", "elevation_rad_2", "pitch_rad_1", "pitch_rad_2")
    limit_rad = np.deg2rad(config.pole_deg)
    steepest = np.max([np.abs(facts.column(name)) for name in names], axis=0)
    # nan is a pole too: the comparison is turned round so that it fails for nan
    inside = steepest <= limit_rad
    for name in ("azimuth_rad", "heading_rad", "roll_rad"):
        inside &= np.isfinite(facts.column(name))
    numbers = {name: facts.column(name) for name in names}
    verdicts.refuse("pole", ~inside, numbers | {"limit_rad": np.full(len(facts), limit_rad)})


def same_lens(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``focal_changed``: a zoom looks like a change of distance."""
    most = config.focal_most_ln_ratio
    verdicts.refuse(
        "focal_changed",
        ~(np.abs(facts.ln_focal_ratio) <= most),
        {"ln_focal_ratio": facts.ln_focal_ratio, "limit": np.full(len(facts), most)},
    )


def camera_still(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``camera_moved``: what is asked of the lens can't be told from a change of place."""
    still = (facts.step_share <= config.still_most_share) & (
        facts.rotation_rad <= np.deg2rad(config.still_most_deg)
    )
    numbers = {"step_share": facts.step_share, "rotation_rad": facts.rotation_rad}
    verdicts.refuse("camera_moved", ~still, numbers)


def backdrop_stays(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:  # noqa: ARG001
    """``no_backdrop``: nothing in the picture tells the camera's motion from the object's."""
    verdicts.refuse("no_backdrop", ~facts.static_backdrop, {})


def object_still(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:  # noqa: ARG001
    """``object_moved``: what is asked is told relative to the object, and it turned."""
    _refuse_turned(verdicts, facts, spared=np.zeros(len(facts), dtype=bool))


def object_still_or_backdrop(
    verdicts: Verdicts,
    facts: Facts,
    config: QaConfig,  # noqa: ARG001
) -> None:
    """``object_moved``: it turned, and no static backdrop tells that from the camera's motion."""
    _refuse_turned(verdicts, facts, spared=facts.static_backdrop)


def _refuse_turned(verdicts: Verdicts, facts: Facts, *, spared: Bools) -> None:
    turned = ~(np.abs(facts.object_turn_rad) <= _NO_TURN_RAD)
    numbers = {"object_turn_rad": facts.object_turn_rad}
    verdicts.refuse("object_moved", turned & ~spared, numbers)


def seen_whole(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``small_or_cut``: the object is tiny, or cut off, in one of the images."""
    mask = np.minimum(facts.mask_share_1, facts.mask_share_2)
    in_frame = np.minimum(facts.in_frame_share_1, facts.in_frame_share_2)
    fine = (mask >= config.mask_least_share) & (in_frame >= config.in_frame_least_share)
    numbers = {
        "least_mask_share": mask,
        "limit_mask_share": np.full(len(facts), config.mask_least_share),
        "least_in_frame_share": in_frame,
        "limit_in_frame_share": np.full(len(facts), config.in_frame_least_share),
    }
    verdicts.refuse("small_or_cut", ~fine, numbers)


def room_for_marks(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``no_room``: marks would cover the better part of the object in one of the images."""
    mask = np.minimum(facts.mask_share_1, facts.mask_share_2)
    least = config.mark_mask_least_share
    numbers = {"least_mask_share": mask, "limit": np.full(len(facts), least)}
    verdicts.refuse("no_room", ~(mask >= least), numbers)


def seen_twice(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """``overlap_low``: the images share too little surface, and no backdrop links them."""
    overlap = np.fmax(facts.overlap_12, facts.overlap_21)
    enough = (overlap >= config.overlap_least_share) | facts.static_backdrop
    numbers = {"overlap": overlap, "limit": np.full(len(facts), config.overlap_least_share)}
    verdicts.refuse("overlap_low", ~enough, numbers)


CAMERA_GATES: tuple[Gate, ...] = (off_the_poles, object_still_or_backdrop, seen_whole, seen_twice)
"""For questions about the camera, in its own terms."""

OBJECT_GATES: tuple[Gate, ...] = (off_the_poles, object_still, seen_whole, seen_twice)
"""For questions about the camera as told from the object."""
