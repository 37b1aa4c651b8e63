"""Whether the camera tilted up, down, or not at all; against the world's horizon.

Decides: the change of the look direction's pitch. Refuses: ``tiny`` and the camera gates.
Value: ``pitch_rad``, > 0: up.
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
    tilt = Measure(
        "pitch_rad",
        facts.pitch_rad,
        float(np.deg2rad(config.turn_least_deg)),
        float(np.deg2rad(config.still_most_deg)),
    )
    decide_direction(verdicts, (tilt,))


FAMILY = Family(
    id="ego_rotation_pitch",
    asks="whether the camera's look tilted up or down",
    frame="gravity",
    options=("up", "down", "nothing"),
    unit="rad",
    gates=CAMERA_GATES,
    decide=_decide,
    other_axes=("sideways", "around", "vertical", "distance", "yaw", "roll"),
    image_cues=(
        "bearing_down",
        "elevation",
        "pitch",
        "bearing_down*pitch",
        "bearing_down*mask_share",
    ),
    needs="cameras that tilt, and cameras that move without tilting",
    stands=points_alike,
    nearby=next_direction("pitch"),
)
