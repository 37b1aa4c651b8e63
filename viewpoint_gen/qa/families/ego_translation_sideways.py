"""Where the camera went: left, right, or not sideways; camera 1's own axes.

Decides: the step along camera 1's right, as a part of its distance to the object, and the azimuth
about the object; both must say the same. Refuses: ``tiny``, ``frame_disagrees``, ``boundary``
beyond 160 degrees of azimuth, and the camera gates. Value: ``right_share``, > 0: right.
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
    least_rad = float(np.deg2rad(config.sideways_least_deg))
    step = Measure("right_share", facts.right_share, np.sin(least_rad), config.still_most_share)
    around = Measure(
        "azimuth_rad",
        facts.azimuth_rad,
        least_rad,
        float(np.deg2rad(config.still_most_deg)),
        float(np.deg2rad(config.side_most_deg)),
    )
    decide_direction(verdicts, (step, around))


FAMILY = Family(
    id="ego_translation_sideways",
    asks="which way the camera moved sideways between the images",
    frame="camera_1",
    options=("right", "left", "nothing"),
    unit="distance_1",
    gates=CAMERA_GATES,
    decide=_decide,
    other_axes=("vertical", "distance", "yaw", "pitch", "roll"),
    image_cues=("bearing_right", "bearing_right*mask_share"),
    needs="cameras that move sideways, and cameras that move but not sideways",
    stands=points_alike,
    nearby=next_direction("sideways"),
)
