"""Where the camera went: farther from the object, nearer, or the same distance.

Decides: the ratio of the two distances to the object's centre. Refuses: ``focal_changed`` (a zoom
looks the same), ``tiny``, and the camera gates. Value: ``ln_distance_ratio``, > 0: farther.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import Measure, decide_direction, points_alike
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import CAMERA_GATES, same_lens
from viewpoint_gen.qa.families.nearby import next_direction


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    ratio = Measure(
        "ln_distance_ratio",
        facts.ln_distance_ratio,
        float(np.log(config.distance_least_ratio)),
        float(np.log1p(config.still_most_share)),
    )
    decide_direction(verdicts, (ratio,))


FAMILY = Family(
    id="ego_translation_distance",
    asks="whether the camera ended nearer to the object or farther from it",
    frame="distance",
    options=("farther", "nearer", "nothing"),
    unit="ln_ratio",
    gates=(*CAMERA_GATES, same_lens),
    decide=_decide,
    other_axes=("sideways", "around", "vertical", "yaw", "pitch", "roll"),
    image_cues=("mask_share", "distance", "mask_share*distance", "mask_share*elevation"),
    needs="cameras that come nearer or back off without a zoom",
    stands=points_alike,
    nearby=next_direction("distance"),
)
