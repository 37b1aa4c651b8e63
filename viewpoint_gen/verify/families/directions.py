"""Which way: the truths of directions, as answers with keys."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.verify.families.rule import (
    OBJECT_STILL,
    SEEN_TWICE,
    SEEN_WHOLE,
    Form,
    Rule,
    Scene,
    Swap,
    Truth,
    one_key,
)
from viewpoint_gen.verify.reading import Array
from viewpoint_gen.verify.truths import SCALES, TRUTHS, deciding_number, margin_of

NOTHING: Final = "nothing"
DIRECTION_KEYS: Final = {
    "ego_translation_sideways": ("right", "left"),
    "ego_translation_vertical": ("up", "down"),
    "ego_translation_distance": ("farther", "nearer"),
    "object_translation_around": ("counterclockwise", "clockwise"),
    "object_translation_left_right": ("left", "right"),
    "object_translation_front_back": ("front", "back"),
    "ego_rotation_yaw": ("left", "right"),
    "ego_rotation_pitch": ("up", "down"),
    "ego_rotation_roll": ("clockwise", "counterclockwise"),
}
"""Keys of the plus and the minus sense of ``lexicon.AXES``."""


def _judge(family: str, scene: Scene) -> Truth:
    sign = TRUTHS[family](scene.motion)
    value = deciding_number(family, scene.motion)
    names = (*DIRECTION_KEYS[family], NOTHING)
    shown = {
        "rad": ("deg", np.rad2deg(np.abs(value))),
        "distance_1": ("first", np.abs(value)),
        "ln_ratio": ("times", np.exp(np.abs(value))),
    }
    unit, size = shown[SCALES[family].unit]
    keys = one_key(names, [sign == 1.0, sign == -1.0, sign == 0.0])
    return Truth(keys, value, margin_of(family, value, scene.limits), {unit: _column(size)})


def _column(size: Array) -> Array:
    return size.reshape(-1, 1)


def _rule(family: str) -> Rule:
    plus, minus = DIRECTION_KEYS[family]
    of_object = family.startswith("object_translation")
    return Rule(
        form=Form.NAMED,
        unit=SCALES[family].unit,
        judge=partial(_judge, family),
        gates=(SEEN_WHOLE, SEEN_TWICE, *((OBJECT_STILL,) if of_object else ())),
        swap=Swap.OPPOSITE,
        opposites={plus: minus, minus: plus, NOTHING: NOTHING},
    )


DIRECTIONS: Final = {family: _rule(family) for family in DIRECTION_KEYS}
