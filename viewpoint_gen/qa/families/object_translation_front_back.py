"""Whether the camera moved towards the object's own front, its back, or neither.

Decides: the step from camera 1 to camera 2 along the object's front, as a part of distance 1.
Refuses: ``no_front``, ``tiny``, and the object gates. Value: ``object_front_share``, > 0: front.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import Measure, decide_direction, points_alike
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import OBJECT_GATES, front_known
from viewpoint_gen.qa.families.nearby import next_direction


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    least = float(np.sin(np.deg2rad(config.sideways_least_deg)))
    step = Measure("object_front_share", facts.object_front_share, least, config.still_most_share)
    decide_direction(verdicts, (step,))


FAMILY = Family(
    id="object_translation_front_back",
    asks="whether the camera moved towards the object's own front or back",
    frame="object",
    options=("front", "back", "nothing"),
    unit="distance_1",
    gates=(front_known, *OBJECT_GATES),
    decide=_decide,
    other_axes=("sideways", "around", "vertical", "distance", "yaw", "pitch", "roll"),
    image_cues=("bearing_right", "object_left", "object_front", "object_front*object_left"),
    needs="objects whose front is known, and cameras that move past their sides",
    stands=points_alike,
    nearby=next_direction("object_front"),
)
