"""Which way round the object the camera went, seen from above.

Decides: the change of azimuth. Refuses: ``tiny``, ``boundary`` beyond 160 degrees, and the object
gates (an object that turned has no fixed "around"). Value: ``azimuth_rad``, > 0: counter-clockwise.
To its own right is counter-clockwise for a camera that faces the object: "sideways" is the same
motion by definition and isn't an axis to be told apart from.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.directions import Measure, decide_direction, points_alike
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import OBJECT_GATES
from viewpoint_gen.qa.families.nearby import next_direction


def decide_around(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """Which way round the object the azimuth changed, or that it didn't."""
    around = Measure(
        "azimuth_rad",
        facts.azimuth_rad,
        float(np.deg2rad(config.sideways_least_deg)),
        float(np.deg2rad(config.still_most_deg)),
        float(np.deg2rad(config.side_most_deg)),
    )
    decide_direction(verdicts, (around,))


FAMILY = Family(
    id="object_translation_around",
    asks="which way round the object the camera went, seen from above",
    frame="above",
    options=("counterclockwise", "clockwise", "nothing"),
    unit="rad",
    gates=OBJECT_GATES,
    decide=decide_around,
    other_axes=("vertical", "distance", "yaw", "pitch", "roll"),
    image_cues=("bearing_right", "bearing_right*mask_share"),
    needs="cameras that go round an object that stays put, and cameras that don't",
    stands=points_alike,
    nearby=next_direction("azimuth"),
)
