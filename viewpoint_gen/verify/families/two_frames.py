"""The camera's own side and the object's at once: two directions, each by its own truth."""

from __future__ import annotations

from typing import Final

import numpy as np

from viewpoint_gen.verify.families.rule import OBJECT_GATES, Form, Rule, Scene, Swap, Truth, one_key
from viewpoint_gen.verify.truths import left_right, margin_of, sideways

_SIDES: Final = {"left": -1.0, "right": 1.0}
"""Of a step: along the camera's right, and against the object's left."""


def two_frames(scene: Scene) -> Truth:
    """Both must be a side; "not at all" of either leaves nothing to ask."""
    motion = scene.motion
    own, objects = sideways(motion), -left_right(motion)
    sides = [(mine, its) for mine in _SIDES for its in _SIDES]
    held = [(own == _SIDES[mine]) & (objects == _SIDES[its]) for mine, its in sides]
    margins = (
        margin_of("ego_translation_sideways", motion.sideways, scene.limits),
        margin_of("object_translation_left_right", motion.leftward, scene.limits),
    )
    steps = np.abs(np.stack([motion.sideways, motion.leftward], axis=1))
    keys = one_key([f"{mine}_{its}" for mine, its in sides], held)
    return Truth(keys, motion.sideways, np.minimum(*margins), {"first": steps})


TWO_FRAMES: Final = {
    "frames_left_right": Rule(
        form=Form.NAMED,
        unit="distance_1",
        judge=two_frames,
        gates=OBJECT_GATES,
        swap=Swap.OPPOSITE,
        opposites={
            "left_left": "right_right",
            "left_right": "right_left",
            "right_left": "left_right",
            "right_right": "left_left",
        },
    )
}
