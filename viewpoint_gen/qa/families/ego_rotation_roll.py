"""Which way the camera rolled about its own line of sight: seen from behind, against the horizon.

Decides: the change of roll. Refuses: ``tiny``, ``boundary`` beyond 160 degrees, and the camera
gates. Value: ``roll_rad``, > 0: clockwise.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import Measure, decide_direction, points_alike
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import CAMERA_GATES
from viewpoint_gen.qa.families.nearby import next_direction


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    roll = Measure(
        "roll_rad",
        facts.roll_rad,
        float(np.deg2rad(config.turn_least_deg)),
        float(np.deg2rad(config.still_most_deg)),
        float(np.deg2rad(config.side_most_deg)),
    )
    decide_direction(verdicts, (roll,))


FAMILY = Family(
    id="ego_rotation_roll",
    asks="which way the camera rolled about its line of sight, seen from behind it",
    frame="gravity",
    options=("clockwise", "counterclockwise", "nothing"),
    unit="rad",
    gates=CAMERA_GATES,
    decide=_decide,
    other_axes=("sideways", "around", "vertical", "distance", "yaw", "pitch"),
    image_cues=("roll", "roll*mask_share"),
    needs="cameras that roll, starting from many rolls, and cameras that don't",
    stands=points_alike,
    nearby=next_direction("roll"),
)
