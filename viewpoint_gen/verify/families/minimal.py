"""Which of two motions that look alike it was, and what moved at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.verify.compare import wrapped
from viewpoint_gen.verify.families.rule import (
    BACKDROP,
    OBJECT_GATES,
    OFF_THE_POLES,
    ROTATION_SLACK_RAD,
    SAME_LENS,
    SEEN_WHOLE,
    Form,
    Gate,
    Rule,
    Scene,
    Truth,
    one_key,
)
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.reading import Array, Mask
from viewpoint_gen.verify.truths import SLACK

Is = Callable[[Scene], Mask]


def _kept(scene: Scene, *names: str) -> Mask:
    sizes = np.stack([scene.size(name) for name in names])
    return np.asarray((sizes <= scene.limits.still_rad + SLACK).all(axis=0))


def _none(scene: Scene, *names: str) -> Mask:
    shares = np.stack([scene.share(name) for name in names])
    return np.asarray((shares <= scene.limits.still_most_share + SLACK).all(axis=0))


def _one_way_round(angle_rad: Array, limits: Limits) -> Mask:
    size = np.abs(angle_rad)
    return np.asarray((size >= limits.azimuth_rad - SLACK) & (size <= limits.sideless_rad + SLACK))


def pan(scene: Scene) -> Mask:
    """Turned about the vertical, and nothing else."""
    turned = scene.size("heading") >= scene.limits.turn_rad - SLACK
    return np.asarray(turned & _kept(scene, "pitch", "roll") & scene.in_place)


def tilt(scene: Scene) -> Mask:
    """Tilted, and nothing else."""
    turned = scene.size("pitch") >= scene.limits.turn_rad - SLACK
    return np.asarray(turned & _kept(scene, "heading", "roll") & scene.in_place)


def truck(scene: Scene) -> Mask:
    """Slid along its own left and right on the level, without turning."""
    far = scene.step >= scene.limits.sideways_share - SLACK
    return np.asarray(far & _none(scene, "forward", "rise") & scene.unrotated)


def pedestal(scene: Scene) -> Mask:
    """Went straight up or down, without turning."""
    rise = scene.share("rise")
    aside = np.sqrt(np.maximum(scene.step**2 - rise**2, 0.0))
    upright = aside <= scene.limits.still_most_share + ROTATION_SLACK_RAD
    far = rise >= scene.limits.rise_share - SLACK
    return np.asarray(far & upright & scene.unrotated)


def zoom(scene: Scene) -> Mask:
    """The lens alone."""
    scaled = np.abs(scene.ln_ratio("focal")) >= scene.limits.ln_scaled - SLACK
    return np.asarray(scaled & scene.unrotated & scene.in_place)


def dolly(scene: Scene) -> Mask:
    """Straight towards the object or away from it, with the same lens."""
    scaled = np.abs(scene.ln_ratio("distance")) >= scene.limits.ln_scaled - SLACK
    lens = np.abs(scene.ln_ratio("focal")) <= scene.limits.focal_most_ln_ratio + SLACK
    straight = _kept(scene, "azimuth", "elevation") & scene.unrotated
    return np.asarray(scaled & lens & straight)


def orbit(scene: Scene) -> Mask:
    """Round the object on the level, facing it all the way; the object kept still."""
    heading = wrapped(scene.signed("heading") - scene.signed("azimuth"))
    facing = np.abs(heading) <= scene.limits.still_rad + SLACK
    level = _kept(scene, "elevation", "pitch", "roll")
    still = np.abs(scene.turn_rad) <= scene.limits.still_rad + SLACK
    same = np.abs(scene.ln_ratio("distance")) <= scene.limits.ln_kept + SLACK
    round_it = _one_way_round(scene.signed("azimuth"), scene.limits)
    return np.asarray(round_it & level & same & facing & still)


def spin(scene: Scene) -> Mask:
    """The object alone, about its vertical."""
    turned = _one_way_round(scene.turn_rad, scene.limits)
    return np.asarray(turned & scene.unrotated & scene.in_place)


def _judge(
    motions: Mapping[str, Is],
    sizes: tuple[Callable[[Scene], Array], Callable[[Scene], Array]],
    scene: Scene,
) -> Truth:
    first, second = (motion(scene) for motion in motions.values())
    value = np.where(first, np.abs(sizes[0](scene)), -np.abs(sizes[1](scene)))
    keys = one_key(tuple(motions), [first & ~second, second & ~first])
    return Truth(keys, value, np.abs(value))


def who_moved(scene: Scene) -> Truth:
    """The camera, the object, both, only the light, or nothing."""
    limits = scene.limits
    moved = scene.step >= limits.step_share - SLACK
    moved |= scene.size("rotation") >= limits.turn_rad - ROTATION_SLACK_RAD
    stayed = scene.in_place & scene.unrotated
    turn = np.abs(scene.turn_rad)
    turned, unturned = _one_way_round(scene.turn_rad, limits), turn <= limits.still_rad + SLACK
    dark = ~scene.light_moved
    keys = one_key(
        ("camera", "object", "both", "light", "nothing"),
        [
            moved & unturned & dark,
            stayed & turned & dark,
            moved & turned & dark,
            stayed & unturned & ~dark,
            stayed & unturned & dark,
        ],
    )
    return Truth(
        keys, scene.turn_rad, np.where(turned, turn - limits.azimuth_rad, limits.still_rad)
    )


def _rule(
    motions: Mapping[str, Is],
    sizes: tuple[Callable[[Scene], Array], Callable[[Scene], Array]],
    gates: Sequence[Gate],
    *,
    unit: str = "rad",
) -> Rule:
    judge = partial(_judge, motions, sizes)
    return Rule(form=Form.NAMED, unit=unit, judge=judge, gates=gates)


def _angle(name: str) -> Callable[[Scene], Array]:
    return lambda scene: scene.size(name)


def _turn(scene: Scene) -> Array:
    return scene.turn_rad


def _logarithm(name: str) -> Callable[[Scene], Array]:
    return lambda scene: scene.ln_ratio(name)


_FIXED_LENS: Final = (*OBJECT_GATES, SAME_LENS)
_FIXED_WORLD: Final = (OFF_THE_POLES, BACKDROP, SAME_LENS, SEEN_WHOLE)

MINIMAL: Final = {
    "minimal_pan_truck": _rule(
        {"pan": pan, "truck": truck}, (_angle("heading"), _angle("azimuth")), _FIXED_LENS
    ),
    "minimal_tilt_pedestal": _rule(
        {"tilt": tilt, "pedestal": pedestal}, (_angle("pitch"), _angle("elevation")), _FIXED_LENS
    ),
    "minimal_zoom_dolly": _rule(
        {"zoom": zoom, "dolly": dolly},
        (_logarithm("focal"), _logarithm("distance")),
        OBJECT_GATES,
        unit="ln_ratio",
    ),
    "minimal_orbit_spin": _rule(
        {"orbit": orbit, "spin": spin}, (_angle("azimuth"), _turn), _FIXED_WORLD
    ),
    "who_moved": Rule(form=Form.NAMED, unit="rad", judge=who_moved, gates=_FIXED_WORLD),
}
