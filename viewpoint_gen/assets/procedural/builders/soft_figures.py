"""A snowman, a teddy bear and a penguin, one arm lifted."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, EYE, GLINT, LIGHT, MAIN, coat, coat_of, eyes
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    FABRICS,
    WOODS,
    Material,
    matte,
    pick,
    pick_several,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt
from viewpoint_gen.assets.procedural.outlines import extrude_across
from viewpoint_gen.assets.procedural.shapes import (
    box,
    capsule,
    cylinder,
    frustum,
    lathe,
    rod,
    sphere,
    torus,
)
from viewpoint_gen.assets.procedural.textures import stripes, tartan


def _snowman(rng: np.random.Generator) -> trimesh.Scene:
    """Three snowballs, a broom in one hand."""
    side, r = either_side(rng), rng.uniform(0.36, 0.46)
    mid, head = r * rng.uniform(0.7, 0.78), r * rng.uniform(0.46, 0.54)
    y1, y2 = r * 0.85 + r * 0.75, r * 0.85 + r * 0.75 + mid * 0.8 + head * 0.75
    snow, coal = matte("snow", rgb("#f3f6fa")), matte("coal", rgb("#1c1b1d"))
    model = Model()
    balls = [
        lump((0, r * 0.85, 0), (r, r * 0.9, r)),
        lump((0, y1, 0), (mid, mid * 0.95, mid)),
        lump((0, y2, 0), (head, head, head)),
    ]
    model.add("body", snow, sculpt(balls, blend_m=0.06, cell_m=0.045))
    _snowman_face(model, coal, head, y2)
    for y, z in (
        (y1 + 0.45 * mid, 0.885 * mid),
        (y1 + 0.02 * mid, 0.99 * mid),
        (1.35 * r, 0.825 * r),
    ):
        model.add("button", coal, sphere(mid * 0.08, (0, y, z), segments=12))
    twig = matte("twig", pick(rng, WOODS))
    up, down = (
        (side * mid * 2.0, y1 + mid * 0.85, mid * 0.15),
        (-side * mid * 1.7, y1 - mid * 0.25, mid * 0.55),
    )
    for end in (up, down):
        start = (0.85 * mid * np.sign(end[0]), y1 + mid * 0.3, 0.0)
        fork = tuple(np.array(start) * 0.3 + np.array(end) * 0.7)
        tip = (end[0], end[1] + 0.1, end[2] + 0.08)
        model.add("arm", twig, rod(start, end, 0.02, 0.01), rod(fork, tip, 0.012, 0.006))
    broom = down[0], 0.0, down[2]
    model.add(
        "broom",
        twig,
        rod((broom[0] * 1.05, 0.3, broom[2]), (broom[0] * 0.98, y2 + 0.1, broom[2] * 0.9), 0.015),
    )
    bristle = frustum(0.12, 0.03, 0, 0.36, segments=18).scaled(z=0.55)
    model.add(
        "bristle", matte("straw", rgb("#d9b45b")), bristle.moved(x=broom[0] * 1.06, z=broom[2])
    )
    _snowman_clothes(rng, model, side, y2, head)
    return model.scene()


def _snowman_face(model: Model, coal: Material, head: float, y2: float) -> None:
    carrot = frustum(head * 0.16, head * 0.02, 0, head * 0.85, segments=16).turned("x", 90)
    model.add("nose", matte("carrot", rgb("#e2762b")), carrot.moved(y=y2, z=head * 0.93))
    for x in (0.34, -0.34):
        model.add(
            "eye", coal, sphere(head * 0.11, (x * head, y2 + head * 0.28, head * 0.88), segments=12)
        )
    for t in np.linspace(-0.5, 0.5, 5):
        spot = (
            head * t,
            y2 - head * (0.5 - 0.5 * t * t),
            head * np.sqrt(max(1 - t * t - 0.2, 0.1)),
        )
        model.add("mouth", coal, sphere(head * 0.065, spot, segments=10))


def _snowman_clothes(
    rng: np.random.Generator, model: Model, side: float, y: float, head: float
) -> None:
    a, b = pick_several(rng, BRIGHTS, 2)
    wool = Material(
        "scarf", roughness=1.0, texture=stripes([a, a, b], upright=True), tile_m=(0.2, 0.2)
    )
    ring = torus(head * 0.78, head * 0.17, segments=32, sides=10)
    model.add("scarf", wool, ring.moved(y=y - head * 0.78))
    tail = box((-0.05, -0.34, 0), (0.05, 0, 0.03), 0.012).turned("z", side * 12)
    model.add("scarf", wool, tail.moved(x=side * head * 0.45, y=y - head * 0.8, z=head * 0.84))
    hat = matte("hat", pick(rng, ("#22252b", "#3a2a4a", "#4a2a2a")))
    tall = head * rng.uniform(0.8, 1.3)
    brim = [
        (head * 0.95, 0),
        (head * 0.97, 0.02),
        (head * 0.6, 0.03),
        (head * 0.57, tall * 0.5),
        (head * 0.6, tall),
        (0, tall + 0.005),
    ]
    lean = side * rng.uniform(5, 12)
    model.add(
        "hat",
        hat,
        lathe(brim, segments=36).turned("z", -lean).moved(x=side * head * 0.1, y=y + head * 0.72),
    )
    band = cylinder(head * 0.615, 0.035, 0.035 + tall * 0.2, segments=36).turned("z", -lean)
    model.add("band", matte("band", a), band.moved(x=side * head * 0.1, y=y + head * 0.72))
    feather = sphere((0.02, 0.14, 0.04), (head * 0.62, 0.16, 0), segments=12).turned("z", -lean)
    feather = feather if side > 0 else feather.mirrored().turned("z", -2 * lean)
    model.add("feather", matte("feather", b), feather.moved(x=side * head * 0.1, y=y + head * 0.72))


def _teddy_bear(rng: np.random.Generator) -> trimesh.Scene:
    """A sitting bear, one paw waving, a patch on the other side's ear."""
    side, fat = either_side(rng), rng.uniform(0.95, 1.1)
    limbs = [
        lump((0, 0.13, 0), (0.105 * fat, 0.125, 0.095 * fat), MAIN),
        lump((0, 0.125, 0.05), (0.07, 0.08, 0.06), LIGHT),
    ]
    limbs += [
        lump((0, 0.31, 0.01), (0.095, 0.088, 0.085), MAIN),
        lump((0, 0.285, 0.085), (0.044, 0.036, 0.034), LIGHT),
    ]
    for x in (1.0, -1.0):
        limbs += [lump((x * 0.075, 0.385, 0.0), (0.036, 0.036, 0.02), MAIN)]
        limbs += [
            Limb((x * 0.07, 0.045, 0.03), (x * 0.095, 0.042, 0.15), 0.045, 0.042, MAIN),
            lump((x * 0.097, 0.047, 0.178), (0.034, 0.038, 0.018), LIGHT),
        ]
    limbs += [
        Limb((side * 0.09, 0.2, 0), (side * 0.17, 0.31, 0.03), 0.036, 0.034, MAIN),
        lump((side * 0.178, 0.325, 0.05), (0.022, 0.022, 0.016), LIGHT),
    ]
    limbs += [Limb((-side * 0.09, 0.2, 0), (-side * 0.135, 0.1, 0.06), 0.036, 0.034, MAIN)]
    patches = [
        lump((-side * 0.08, 0.395, 0.0), (0.035, 0.03, 0.03), DARK),
        lump((side * 0.075, 0.388, 0.024), (0.02, 0.02, 0.012), LIGHT),
    ]
    patches += [lump((-side * 0.085, 0.16, 0.05), (0.03, 0.032, 0.06), DARK)]
    model = Model()
    fur = coat_of(rng)
    model.add("body", fur, sculpt(limbs, blend_m=0.022, cell_m=0.0105, paint=patches))
    _teddy_face(rng, model)
    sew = matte("stitch", rgb("#2a211b"))
    for t in (-0.02, 0.0, 0.02):
        model.add(
            "stitch",
            sew,
            capsule(
                (side * (0.09 + 0.002), 0.1 + t - 0.004, 0.055),
                (side * 0.088, 0.1 + t + 0.004, 0.06),
                0.002,
            ),
        )
    return model.scene()


def _teddy_face(rng: np.random.Generator, model: Model) -> None:
    ball, glint = eyes(0.011, (0, 0.325, 0.09), 0.036)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    model.add("nose", EYE, sphere((0.016, 0.011, 0.01), (0, 0.298, 0.117), segments=14))
    bow = matte("bow", pick(rng, BRIGHTS))
    loop = sphere((0.036, 0.024, 0.012), segments=16).turned("z", 14)
    model.add(
        "bow",
        bow,
        loop.moved(x=0.034, y=0.225, z=0.1).both_sides(),
        sphere(0.013, (0, 0.225, 0.104), segments=12),
    )
    model.add("collar", bow, torus(0.068, 0.009, segments=32, sides=8).moved(y=0.226, z=0.012))


def _penguin(rng: np.random.Generator) -> trimesh.Scene:
    """One flipper lifted, a scarf knotted on one side."""
    side, fat = either_side(rng), rng.uniform(0.92, 1.12)
    limbs = [
        lump((0, 0.27, 0), (0.16 * fat, 0.26, 0.145 * fat), MAIN),
        lump((0, 0.25, 0.05), (0.125 * fat, 0.21, 0.115 * fat), LIGHT),
    ]
    limbs += [
        lump((0, 0.55, 0.01), (0.11, 0.105, 0.105), MAIN),
        Limb((0, 0.1, -0.11), (0, 0.03, -0.2), 0.06, 0.02, MAIN),
    ]
    for x in (0.042, -0.042):
        limbs += [lump((x, 0.555, 0.066), (0.045, 0.058, 0.052), LIGHT)]
    limbs += [Limb((side * 0.13, 0.4, 0), (side * 0.33, 0.5, 0.02), 0.045, 0.03, MAIN, (1, 1, 0.6))]
    limbs += [
        Limb((-side * 0.14, 0.4, 0), (-side * 0.2, 0.17, 0.02), 0.045, 0.03, MAIN, (0.7, 1, 1))
    ]
    model = Model()
    tint = pick(rng, ("#2b3038", "#33475c", "#3d3440", "#24383a"))
    model.add(
        "body",
        coat(rgb("#f4f2ea"), tint, shade(tint, 0.5), 0.6),
        sculpt(limbs, blend_m=0.04, cell_m=0.0175),
    )
    orange = matte("beak", pick(rng, ("#f0a02b", "#e8842b")))
    beak = frustum(0.028, 0.004, 0, 0.075, segments=16).turned("x", 90).scaled(x=1.2, y=0.7)
    model.add("beak", orange, beak.moved(y=0.545, z=0.107))
    foot = extrude_across([(-0.02, 0), (0.12, 0), (0.115, 0.018), (-0.01, 0.035)], 0.1, bevel=0.008)
    model.add("foot", orange, foot.turned("y", 12).moved(x=0.075, z=0.03).both_sides())
    ball, glint = eyes(0.016, (0, 0.575, 0.112), 0.041)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    a, b = pick_several(rng, FABRICS + BRIGHTS, 2)
    wool = Material("scarf", roughness=1.0, texture=tartan(rng, a, b), tile_m=(0.1, 0.1))
    model.add("scarf", wool, torus(0.1, 0.027, segments=32, sides=10).moved(y=0.462))
    tail = box((-0.032, -0.17, 0), (0.032, 0, 0.018), 0.008).turned("x", -12)
    model.add("scarf", wool, tail.turned("y", side * 30).moved(x=side * 0.062, y=0.455, z=0.105))
    if rng.random() < 0.5:
        top = [(0.085, 0.62), (0.09, 0.635), (0.07, 0.69), (0.03, 0.72), (0, 0.73)]
        model.add(
            "hat",
            matte("hat", a),
            lathe(top, segments=28, crease_deg=60),
            sphere(0.025, (0, 0.74, 0), segments=14),
        )
    return model.scene()


CATEGORIES = (
    Category("penguin", "character", Symmetry.NONE, _penguin),
    Category("snowman", "character", Symmetry.NONE, _snowman),
    Category("teddy_bear", "character", Symmetry.NONE, _teddy_bear),
)
