"""Which way the camera went, in two frames of reference at once: its own, and the object's.

Decides: the camera's own left or right as ``ego_translation_sideways`` does, and the object's own
left or right as ``object_translation_left_right`` does. Seen from the front the two are opposite,
seen from behind they agree, and past a side it takes both pictures to tell. Refuses: what either of
the two refuses, ``not_sideways`` where one of them is "not at all", and the gates of both. Value:
``right_share``, > 0: to the camera's right.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families import ego_translation_sideways, object_translation_left_right
from viewpoint_gen.qa.families.directions import NEGATIVE, NOTHING, POSITIVE
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import OBJECT_GATES, front_known
from viewpoint_gen.qa.families.nearby import least_of

_OWN: Final = {"left": NEGATIVE, "right": POSITIVE}
_OBJECTS: Final = {"left": POSITIVE, "right": NEGATIVE}
"""Answers of the two families: to the right is positive for the one, to the left for the other."""

_SIDES: Final = tuple(product(("left", "right"), repeat=2))
"""The camera's own side, then the object's."""


def _decide(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    own, objects = Verdicts.open_for(len(facts)), Verdicts.open_for(len(facts))
    ego_translation_sideways.FAMILY.decide(own, facts, config)
    object_translation_left_right.FAMILY.decide(objects, facts, config)
    for base in (own, objects):
        for code, (which, numbers) in base.refused.items():
            verdicts.refuse(code, which, numbers)
    steps = {"right_share": facts.right_share, "object_left_share": facts.object_left_share}
    nowhere = (own.option == NOTHING) | (objects.option == NOTHING)
    verdicts.refuse("not_sideways", nowhere, steps)
    for number, (mine, its) in enumerate(_SIDES):
        both = (own.option == _OWN[mine]) & (objects.option == _OBJECTS[its])
        verdicts.answer(number, both)
    verdicts.value = facts.right_share
    verdicts.margin = np.minimum(own.margin, objects.margin)


FAMILY = Family(
    id="frames_left_right",
    asks="to which side the camera moved in its own terms, and to which in the object's",
    frame="camera_1+object",
    options=tuple(f"{mine}_{its}" for mine, its in _SIDES),
    unit="distance_1",
    gates=(front_known, *OBJECT_GATES),
    decide=_decide,
    other_axes=("vertical", "distance", "yaw", "pitch", "roll"),
    image_cues=("bearing_right", "object_left", "object_front", "object_left*object_front"),
    needs="objects whose front is known, seen from before and behind, and cameras that pass them",
    nearby=least_of("sideways", "object_left"),
)
