"""What moved between the pictures: the camera, the object, both, only the light, or nothing.

Decides: whether the camera's pose, the object's turn and the light changed. Refuses: ``tiny``
(something moved too little to be called), ``mixed`` (the light changed beside something else), and
the gates: without a backdrop that stays put nobody could tell. Value: the object's turn (rad).
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import backdrop_stays, off_the_poles, same_lens, seen_whole

_CAMERA, _OBJECT, _BOTH, _LIGHT, _NOTHING = range(5)


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    least_rad, still_rad = np.deg2rad(config.turn_least_deg), np.deg2rad(config.still_most_deg)
    moved = (facts.step_share >= np.sin(least_rad)) | (facts.rotation_rad >= least_rad)
    stayed = (facts.step_share <= config.still_most_share) & (facts.rotation_rad <= still_rad)
    turn = np.abs(facts.object_turn_rad)
    turned = (turn >= np.deg2rad(config.sideways_least_deg)) & (
        turn <= np.deg2rad(config.side_most_deg)
    )
    unturned = turn <= still_rad
    numbers = {
        "step_share": facts.step_share,
        "rotation_rad": facts.rotation_rad,
        "object_turn_rad": facts.object_turn_rad,
    }
    verdicts.refuse("tiny", ~((moved | stayed) & (turned | unturned)), numbers)
    verdicts.refuse("mixed", facts.light_moved & (moved | turned), numbers)
    verdicts.answer(_CAMERA, moved & unturned)
    verdicts.answer(_OBJECT, stayed & turned)
    verdicts.answer(_BOTH, moved & turned)
    verdicts.answer(_LIGHT, stayed & unturned & facts.light_moved)
    verdicts.answer(_NOTHING, stayed & unturned)
    verdicts.value = facts.object_turn_rad
    verdicts.margin = np.where(turned, turn - np.deg2rad(config.sideways_least_deg), still_rad)


FAMILY = Family(
    id="who_moved",
    asks="what moved: the camera, the object, both, only the light, or nothing",
    frame="above",
    options=("camera", "object", "both", "light", "nothing"),
    unit="rad",
    gates=(off_the_poles, backdrop_stays, same_lens, seen_whole),
    decide=_decide,
    other_axes=(),
    image_cues=("bearing_right", "bearing_down", "elevation", "roll"),
    needs="backdrops that stay put, and cameras, objects and lights that move by themselves",
    sees_object_turn=True,
)
