"""The families of questions, by id.

Each has a file in ``wording``, and a module here, alone or with its kin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from viewpoint_gen.errors import RecipeError
from viewpoint_gen.qa.families import (
    choose_view,
    compose,
    ego_rotation_pitch,
    ego_rotation_roll,
    ego_rotation_yaw,
    ego_translation_distance,
    ego_translation_sideways,
    ego_translation_vertical,
    object_translation_around,
    object_translation_front_back,
    object_translation_left_right,
    same_object,
    who_moved,
)
from viewpoint_gen.qa.families.family import FRAMES, Family
from viewpoint_gen.qa.families.magnitudes import ESTIMATES, MAGNITUDES
from viewpoint_gen.qa.families.marked_points import MARKED_POINTS
from viewpoint_gen.qa.families.minimal_pairs import MINIMAL_PAIRS
from viewpoint_gen.qa.families.mixed_motions import MIXED_MOTIONS
from viewpoint_gen.qa.families.shared_surface import SHARED_SURFACE

_DIRECTIONS = (
    ego_translation_sideways.FAMILY,
    ego_translation_vertical.FAMILY,
    ego_translation_distance.FAMILY,
    object_translation_around.FAMILY,
    object_translation_left_right.FAMILY,
    object_translation_front_back.FAMILY,
    ego_rotation_yaw.FAMILY,
    ego_rotation_pitch.FAMILY,
    ego_rotation_roll.FAMILY,
)

FAMILIES: Final[dict[str, Family]] = {
    family.id: family
    for family in (
        *_DIRECTIONS,
        *MAGNITUDES,
        *ESTIMATES,
        *MINIMAL_PAIRS,
        who_moved.FAMILY,
        *MIXED_MOTIONS,
        *SHARED_SURFACE,
        choose_view.FAMILY,
        compose.FAMILY,
        same_object.FAMILY,
        *MARKED_POINTS,
    )
}
"""In the order in which they are asked and listed."""


def chosen_families(names: Sequence[str]) -> tuple[Family, ...]:
    """The named families in the registry's order; all of them for no names.

    Raises:
        RecipeError: a name isn't a family's.
    """
    for name in names:
        if name not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise RecipeError(f"no family of questions is called {name!r}; there are: {known}")
    return tuple(family for family in FAMILIES.values() if not names or family.id in names)


def describe() -> list[dict[str, str]]:
    """One entry per family: id, asks, frame, options, needs (for ``viewgen qa --list``)."""
    return [
        {
            "id": family.id,
            "asks": family.asks,
            "frame": FRAMES[family.frame],
            "options": " / ".join(family.parts or family.options),
            "needs": family.needs,
        }
        for family in FAMILIES.values()
    ]
