"""An elephant and a giraffe."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, EYE, GLINT, LIGHT, MAIN, coat, eyes
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    Material,
    gloss,
    mix,
    pick,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt
from viewpoint_gen.assets.procedural.shapes import tube
from viewpoint_gen.assets.procedural.textures import ramp


def _elephant_limbs(rng: np.random.Generator, side: float) -> list[Limb]:
    limbs = [
        Limb((0, 1.75, -0.75), (0, 1.85, 0.5), 0.72, 0.7, MAIN),
        lump((0, 1.45, -0.1), (0.7, 0.62, 0.9), MAIN),
    ]
    for x in (0.42, -0.42):
        for z, lean in ((0.6, 0.05), (-0.85, -0.05)):
            limbs += [Limb((x, 1.4, z), (x, 0.2, z + lean), 0.34, 0.24, MAIN)]
            limbs += [lump((x, 0.1, z + lean + 0.03), (0.27, 0.12, 0.28), MAIN)]
    limbs += [
        lump((0, 2.3, 1.2), (0.46, 0.52, 0.48), MAIN),
        lump((0, 2.6, 1.1), (0.32, 0.28, 0.32), MAIN),
    ]
    swing = side * rng.uniform(0.2, 0.45)
    trunk = [
        (0, 2.1, 1.55),
        (0, 1.6, 1.85),
        (swing * 0.3, 1.05, 1.95),
        (swing, 0.65, 2.05),
        (swing * 1.5, 0.62, 2.35),
    ]
    width = [0.26, 0.21, 0.16, 0.125, 0.1]
    for i in range(4):
        limbs += [Limb(trunk[i], trunk[i + 1], width[i], width[i + 1], MAIN)]
    size = rng.uniform(0.85, 1.15)
    for x in (1.0, -1.0):
        limbs += [lump((x * 0.72, 2.2, 0.88), (0.4 * size, 0.55 * size, 0.11), DARK)]
    limbs += [
        Limb((0, 1.95, -1.4), (side * 0.06, 1.1, -1.55), 0.07, 0.03, MAIN),
        lump((side * 0.06, 1.05, -1.55), (0.06, 0.14, 0.06), DARK),
    ]
    return limbs


def _elephant(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    grey = pick(rng, ("#8d8f96", "#7a7470", "#9a938c", "#74808a"))
    hide = coat(mix(grey, rgb("#e8d9d0"), 0.5), grey, shade(grey, 0.82), 0.95)
    model = Model()
    toes = [lump((x + dx, 0.07, z), (0.07, 0.06, 0.05), LIGHT)
            for x in (0.42, -0.42) for z in (0.93, -0.6) for dx in (-0.13, 0.0, 0.13)]  # fmt: skip
    model.add(
        "body", hide, sculpt(_elephant_limbs(rng, side), blend_m=0.22, cell_m=0.072, paint=toes)
    )
    tusk = tube(
        [(0.22, 1.95, 1.5), (0.27, 1.6, 1.75), (0.28, 1.45, 2.1), (0.25, 1.5, 2.3)],
        [0.075, 0.07, 0.05, 0.015],
    )
    broken = tube(
        [(0.22, 1.95, 1.5), (0.27, 1.6, 1.75), (0.28, 1.48, 1.98)], [0.075, 0.07, 0.058]
    ).mirrored()
    ivory = gloss("ivory", rgb("#efe6cf"))
    other = broken if rng.random() < 0.5 else tusk.mirrored()
    model.add(
        "tusk",
        ivory,
        tusk if side > 0 else tusk.mirrored(),
        other if side > 0 else other.mirrored(),
    )
    ball, glint = eyes(0.06, (0, 2.36, 1.52), 0.33)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    if rng.random() < 0.7:
        cloth = Limb((0, 1.83, -0.45), (0, 1.85, 0.05), 0.8, 0.79)
        shell = sculpt([cloth], blend_m=0.05, cell_m=0.1)
        colours = [pick(rng, BRIGHTS) for _ in range(3)]
        picture = ramp([(i / 9, colours[i % 3]) for i in range(9)])
        u = (shell.points_m[:, 2] + 0.85) / 1.3
        model.add(
            "rug",
            Material("rug", roughness=0.9, texture=picture),
            shell.with_uv(np.stack([np.clip(u, 0.01, 0.99), u * 0 + 0.5], axis=1)),
        )
    return model.scene()


def _giraffe(rng: np.random.Generator) -> trimesh.Scene:
    side, top = either_side(rng), rng.uniform(4.0, 4.6)
    limbs = _giraffe_limbs(top, side)
    spots = _giraffe_spots(rng, top, side)
    model = Model()
    light, main, dark = (
        rgb("#f3e6c8"),
        pick(rng, ("#e3bd77", "#dcb26a", "#e8c98e")),
        pick(rng, ("#8a4f22", "#74401c", "#9a5f2c")),
    )
    model.add(
        "body", coat(light, main, dark), sculpt(limbs, blend_m=0.14, cell_m=0.06, paint=spots)
    )
    ball, glint = eyes(0.045, (side * 0.1, top + 0.06, 1.25), 0.15)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    return model.scene()


def _giraffe_limbs(top: float, side: float) -> list[Limb]:
    limbs = [Limb((0, 2.0, -0.55), (0, 2.25, 0.45), 0.36, 0.42, MAIN)]
    limbs += [Limb((0, 2.4, 0.6), (side * 0.1, top, 1.1), 0.3, 0.15, MAIN)]
    for x in (0.22, -0.22):
        limbs += [
            Limb((x, 1.95, 0.5), (x, 1.0, 0.55), 0.17, 0.085, MAIN),
            Limb((x, 1.0, 0.55), (x, 0.12, 0.53), 0.08, 0.06, LIGHT),
        ]
        limbs += [
            Limb((x, 1.85, -0.6), (x, 1.0, -0.55), 0.22, 0.09, MAIN),
            Limb((x, 1.0, -0.55), (x, 0.12, -0.65), 0.08, 0.06, LIGHT),
        ]
        limbs += [lump((x, 0.07, z), (0.085, 0.08, 0.11), DARK) for z in (0.56, -0.62)]
    head_x = side * 0.1
    limbs += [
        Limb((head_x, top + 0.05, 1.08), (head_x, top - 0.1, 1.62), 0.18, 0.1, MAIN),
        lump((head_x, top - 0.12, 1.62), (0.12, 0.1, 0.12), LIGHT),
    ]
    for x in (1.0, -1.0):
        limbs += [
            Limb(
                (head_x + x * 0.07, top + 0.15, 1.05),
                (head_x + x * 0.09, top + 0.38, 1.0),
                0.035,
                0.03,
                MAIN,
            )
        ]
        limbs += [lump((head_x + x * 0.09, top + 0.4, 1.0), (0.05, 0.05, 0.05), DARK)]
        limbs += [
            Limb(
                (head_x + x * 0.14, top + 0.1, 1.0),
                (head_x + x * 0.3, top + 0.14, 0.98),
                0.06,
                0.03,
                MAIN,
                (1, 1, 0.6),
            )
        ]
    limbs += [
        Limb((0, 2.1, -0.88), (side * 0.08, 1.3, -1.0), 0.045, 0.025, MAIN),
        lump((side * 0.08, 1.2, -1.0), (0.06, 0.16, 0.06), DARK),
    ]
    limbs += [Limb((0, 2.75, 0.55), (side * 0.1, top + 0.1, 0.95), 0.08, 0.06, DARK, (0.5, 1, 1))]
    return limbs


def _giraffe_spots(rng: np.random.Generator, top: float, side: float) -> list[Limb]:
    spots = []
    for x in (1.0, -1.0):
        for z in np.arange(-0.75, 0.75, 0.27):
            for y in (1.85, 2.12, 2.4):
                dz, dy = rng.uniform(-0.05, 0.05, 2)
                radii = rng.uniform(0.085, 0.125, 2)
                spots += [lump((x * 0.36, y + dy, z + dz), (0.2, radii[0], radii[1]), DARK)]
        for t in np.arange(0.2, 1.0, 0.13):
            y, z = 2.4 + t * (top - 2.4), 0.6 + 0.5 * t
            spots += [
                lump(
                    (side * 0.1 * t + x * 0.2, y, z + rng.uniform(-0.1, 0.1)),
                    (0.12, 0.1, 0.085),
                    DARK,
                )
            ]
    return spots


CATEGORIES = (
    Category("elephant", "animal", Symmetry.NONE, _elephant),
    Category("giraffe", "animal", Symmetry.NONE, _giraffe),
)
