"""Which way the camera turned: left, right, or not at all; about the world's vertical.

Decides: the change of heading. Refuses: ``tiny``, ``boundary`` beyond 160 degrees, and the camera
gates. Value: ``heading_rad``, > 0: left.
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
    turn = Measure(
        "heading_rad",
        facts.heading_rad,
        float(np.deg2rad(config.turn_least_deg)),
        float(np.deg2rad(config.still_most_deg)),
        float(np.deg2rad(config.side_most_deg)),
    )
    decide_direction(verdicts, (turn,))


FAMILY = Family(
    id="ego_rotation_yaw",
    asks="which way the camera's look turned about the vertical",
    frame="gravity",
    options=("left", "right", "nothing"),
    unit="rad",
    gates=CAMERA_GATES,
    decide=_decide,
    other_axes=("sideways", "around", "vertical", "distance", "pitch", "roll"),
    image_cues=("bearing_right", "bearing_right*mask_share"),
    needs="cameras that turn left or right, and cameras that move without turning",
    stands=points_alike,
    nearby=next_direction("yaw"),
)
