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
    mix,
    pick,
    pick_several,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import skin
from viewpoint_gen.assets.procedural.textures import ramp


def _spiral(turns: float, radius: float, width: float, side: float) -> Part:
    """A snail's house: a tube that widens as it winds, shifting to one side."""
    t = np.linspace(0, 1, int(22 * turns))
    angle = 2 * np.pi * turns * t
    grow = 0.06 + 0.94 * t**1.5
    centre = (
        radius
        * 0.52
        * grow[:, None]
        * np.column_stack([np.zeros(len(t)), -np.sin(angle), -np.cos(angle)])
    )
    centre[:, 0] = side * width * (1 - grow)
    ring_angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    out = centre.copy()
    out[:, 0] = 0
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    across = np.array([1.0, 0, 0])
    size = radius * 0.48 * grow[:, None, None]
    rings = centre[:, None, :] + size * (
        np.cos(ring_angle)[None, :, None] * out[:, None, :]
        + 0.95 * np.sin(ring_angle)[None, :, None] * across
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
    house = _spiral(rng.uniform(2.4, 3.0), 1.25 * r, 0.55 * r, side)
    turn = house.turned("x", rng.uniform(150, 185)).moved(y=1.5 * r, z=-0.4 * r)
    model.add("shell", Material("shell", roughness=0.3, texture=stripes_), turn)
    return model.scene()


CATEGORIES = (Category("snail", "animal", Symmetry.NONE, _snail),)
