"""A snail."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, LIGHT, MAIN, coat
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    WOODS,
    Material,
    matte,
    mix,
    pick,
    pick_several,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import skin, sphere
from viewpoint_gen.assets.procedural.textures import ramp

_GROWTH = 1.9  # of the spiral per turn
_TUBE = 0.58  # the tube's radius over its distance from the axis: whorls overlap, no hole is left
_TIP = 0.45  # how far the tip stands out, over the radius
_MOUTH_RAD = 0.35  # past the lowest point, so that the tube ends in the neck


def _spiral(turns: float, radius: float, side: float) -> Part:
    """A snail's house about the x axis: a tube that widens as it winds, its tip to one side.

    It comes down behind and ends below the axis, open to the front; `radius` is from the axis to
    the middle of the tube there.
    """
    turn = np.linspace(_MOUTH_RAD - 2 * np.pi * turns, _MOUTH_RAD, int(24 * turns))
    reach = radius * _GROWTH ** ((turn - _MOUTH_RAD) / (2 * np.pi))
    out = np.column_stack([np.zeros(len(turn)), -np.cos(turn), np.sin(turn)])
    centre = reach[:, None] * out
    centre[:, 0] = _TIP * side * (radius - reach)
    around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    across = np.array([1.0, 0, 0])
    rings = centre[:, None, :] + _TUBE * reach[:, None, None] * (
        np.cos(around)[None, :, None] * out[:, None, :] + np.sin(around)[None, :, None] * across
    )
    part = skin(rings, crease_deg=70)
    u: Array = part.uv[:, 0] / part.uv[:, 0].max()
    return part.with_uv(np.stack([u, np.full(len(u), 0.5)], axis=1))


def _snail(rng: np.random.Generator) -> trimesh.Scene:
    r, side = rng.uniform(0.02, 0.035), either_side(rng)
    skin_colour, shell_colour, band = (
        pick(rng, ("#b59a7a", "#8a7a6a", "#c9b08a")),
        *pick_several(rng, WOODS + BRIGHTS, 2),
    )
    limbs = [
        Limb(
            (0, 0.22 * r, -2.0 * r), (0, 0.35 * r, 0.5 * r), 0.1 * r, 0.42 * r, MAIN, (1.2, 0.75, 1)
        ),
        Limb((0, 0.4 * r, 0.5 * r), (side * 0.15 * r, 1.0 * r, 1.6 * r), 0.42 * r, 0.3 * r, MAIN),
    ]
    limbs += [
        lump((0, 0.06 * r, -0.3 * r), (0.6 * r, 0.12 * r, 1.9 * r), LIGHT),
        Limb((0, 0.1 * r, 0.9 * r), (0, 0.15 * r, 1.5 * r), 0.3 * r, 0.2 * r, LIGHT),
    ]
    x = side * 0.15 * r
    for s, long in ((1.0, 1.0), (-1.0, 0.75)):
        tip = (x + s * 0.35 * r, (1.0 + 0.75 * long) * r, 1.95 * r)
        limbs += [
            Limb((x + s * 0.14 * r, 1.1 * r, 1.65 * r), tip, 0.07 * r, 0.05 * r, MAIN),
            lump(tip, (0.09 * r, 0.09 * r, 0.09 * r), DARK),
        ]
        limbs += [
            Limb(
                (x + s * 0.12 * r, 0.8 * r, 1.8 * r),
                (x + s * 0.2 * r, 0.7 * r, 2.15 * r),
                0.055 * r,
                0.04 * r,
                MAIN,
            )
        ]
    model = Model()
    flesh = coat(mix(skin_colour, rgb("#f4ead0"), 0.5), skin_colour, rgb("#1c1714"), 0.35)
    model.add("body", flesh, sculpt(limbs, blend_m=0.18 * r, cell_m=0.075 * r))
    stripes_ = ramp(
        [(0, shell_colour), (0.3, band), (0.42, shell_colour), (0.62, band), (0.72, shell_colour)]
    )
    radius = rng.uniform(0.72, 0.88) * r
    house = _spiral(rng.uniform(3.6, 4.3), radius, side)
    apex = sphere(0.09 * radius, (_TIP * side * radius, 0.0, 0.0), segments=12)
    model.add("tip", matte("tip", shell_colour), apex.moved(y=radius + 0.5 * r, z=-0.4 * r))
    model.add(
        "shell",
        Material("shell", roughness=0.3, texture=stripes_),
        house.moved(y=radius + 0.5 * r, z=-0.4 * r),
    )
    return model.scene()


CATEGORIES = (Category("snail", "animal", Symmetry.NONE, _snail),)
