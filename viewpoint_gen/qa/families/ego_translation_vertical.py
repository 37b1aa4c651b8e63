"""Where the camera went: up, down, or neither; up and down of the world (gravity).

Decides: the rise as a part of distance 1 and the change of elevation; both must say the same, and
camera 1's own vertical must not say the opposite. Refuses: ``tiny``, ``frame_disagrees`` (a camera
that backs off along a slanted look rises without looking from higher up), and the camera gates.
Value: ``rise_share``, > 0: up.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import (
    NOTHING,
    Measure,
    decide_direction,
    points_alike,
)
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import CAMERA_GATES
from viewpoint_gen.qa.families.nearby import next_direction


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    least_rad = float(np.deg2rad(config.vertical_least_deg))
    rise = Measure("rise_share", facts.rise_share, np.sin(least_rad), config.still_most_share)
    higher = Measure(
        "elevation_rad", facts.elevation_rad, least_rad, float(np.deg2rad(config.still_most_deg))
    )
    decide_direction(verdicts, (rise, higher), witness=-facts.down_share)


def _rises_alike(mine: Verdicts, other: Verdicts) -> Bools:
    """No reading makes a camera rise; one about an axis off the origin changes its elevation."""
    level = np.abs(other.value) <= np.abs(mine.value) + mine.margin
    return points_alike(mine, other) | ((mine.option == NOTHING) & level)


FAMILY = Family(
    id="ego_translation_vertical",
    asks="whether the camera moved up or down between the images",
    frame="gravity",
    options=("up", "down", "nothing"),
    unit="distance_1",
    gates=CAMERA_GATES,
    decide=_decide,
    other_axes=("sideways", "around", "distance", "yaw", "pitch", "roll"),
    image_cues=(
        "bearing_down",
        "elevation",
        "pitch",
        "elevation*bearing_down",
        "bearing_down*mask_share",
    ),
    needs="cameras that rise or sink, and cameras that move on the level",
    stands=_rises_alike,
    nearby=next_direction("vertical"),
)
