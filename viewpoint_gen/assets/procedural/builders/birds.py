"""A duck and a parrot on its perch."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, EYE, GLINT, LIGHT, MAIN, coat, eyes
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    WOODS,
    Material,
    gloss,
    matte,
    mix,
    pick,
    pick_several,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, pair, sculpt
from viewpoint_gen.assets.procedural.outlines import extrude_up, rounded
from viewpoint_gen.assets.procedural.shapes import cylinder, lathe, rod, sphere


def _duck(rng: np.random.Generator) -> trimesh.Scene:
    fat, neck = rng.uniform(0.9, 1.1), rng.uniform(0.24, 0.32)
    limbs = [
        lump((0, 0.16, -0.02), (0.1 * fat, 0.085, 0.17), MAIN),
        lump((0, 0.15, 0.08), (0.08, 0.07, 0.09), LIGHT),
    ]
    limbs += [Limb((0, 0.18, -0.15), (0, 0.24, -0.24), 0.05, 0.015, DARK)]
    limbs += [
        Limb((0, 0.18, 0.11), (0, neck, 0.15), 0.05, 0.036, LIGHT),
        lump((0, neck + 0.03, 0.165), (0.05, 0.048, 0.056), DARK),
    ]
    for wing in pair(lump((0.09 * fat, 0.18, -0.04), (0.03, 0.06, 0.14), DARK)):
        limbs += [wing]
    body, head = pick_several(rng, ("#e9e2d3", "#8a6a4a", "#d9b45b", "#6d7f8a", "#b98c6a"), 2)
    plumage = coat(mix(body, rgb("#ffffff"), 0.6), body, mix(pick(rng, BRIGHTS), head, 0.4), 0.8)
    model = Model()
    model.add("body", plumage, sculpt(limbs, blend_m=0.035, cell_m=0.0115))
    orange = matte("bill", pick(rng, ("#e58f2a", "#e6b32e", "#c9662b")))
    bill = sphere((0.024, 0.01, 0.045), (0, neck + 0.018, 0.225), segments=20)
    model.add("bill", orange, bill)
    leg = rod((0.045, 0.1, 0.01), (0.045, 0.01, 0.02), 0.008)
    web = extrude_up(
        rounded([(0.04, -0.02), (0.05, -0.02), (0.085, 0.05), (0.045, 0.065), (0.01, 0.05)], 0.004),
        0,
        0.008,
    )
    model.add("foot", orange, leg.both_sides(), web.both_sides())
    ball, glint = eyes(0.0085, (0, neck + 0.042, 0.199), 0.038)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    return model.scene()


def _parrot(rng: np.random.Generator) -> trimesh.Scene:
    """A parrot on a perch, one wing lifted."""
    side = either_side(rng)
    colours = pick_several(rng, BRIGHTS, 3)
    limbs = [
        Limb((0, 0.2, -0.02), (0, 0.3, 0.03), 0.055, 0.048, MAIN),
        lump((0, 0.24, 0.035), (0.045, 0.07, 0.035), LIGHT),
    ]
    limbs += [lump((0, 0.365, 0.05), (0.046, 0.046, 0.048), MAIN)]
    limbs += [Limb((0, 0.18, -0.05), (0, 0.0, -0.13), 0.035, 0.016, DARK, (1.3, 1, 0.7))]
    limbs += [lump((-side * 0.055, 0.23, -0.03), (0.02, 0.085, 0.045), DARK)]
    limbs += [
        Limb((side * 0.05, 0.29, 0.0), (side * 0.2, 0.38, -0.03), 0.035, 0.025, DARK, (1, 1, 0.45))
    ]
    limbs += [
        Limb((side * 0.12, 0.3, -0.01), (side * 0.25, 0.33, -0.05), 0.04, 0.02, DARK, (1, 1, 0.4))
    ]
    model = Model()
    body = sculpt(limbs, blend_m=0.025, cell_m=0.009)
    model.add("body", coat(colours[0], colours[1], colours[2], 0.75), body)
    beak = lathe([(0.02, 0), (0.018, 0.012), (0.008, 0.03), (0, 0.042)], segments=16, crease_deg=60)
    model.add("beak", gloss("beak", rgb("#3a3430")), beak.turned("x", 125).moved(y=0.372, z=0.088))
    ball, glint = eyes(0.008, (0, 0.378, 0.082), 0.034)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    timber = Material("perch", pick(rng, WOODS), roughness=0.7)
    model.add(
        "perch",
        timber,
        rod((-0.15, 0.13, 0.02), (0.15, 0.13, 0.02), 0.013),
        rod((0, 0.13, 0.02), (0, -0.14, 0.02), 0.012),
    )
    model.add("base", timber, cylinder(0.09, -0.155, -0.135, bevel=0.006))
    foot = sphere((0.016, 0.014, 0.022), (0.022, 0.147, 0.025), segments=12)
    model.add("foot", matte("foot", rgb("#6b625a")), foot.both_sides())
    cup = lathe([(0.02, 0), (0.026, 0.03), (0.022, 0.03), (0.018, 0.008), (0, 0.008)], segments=20)
    model.add("cup", gloss("cup", pick(rng, BRIGHTS)), cup.moved(x=-side * 0.13, y=0.14, z=0.02))
    return model.scene()


CATEGORIES = (
    Category("duck", "animal", Symmetry.MIRROR, _duck),
    Category("parrot", "animal", Symmetry.NONE, _parrot),
)
