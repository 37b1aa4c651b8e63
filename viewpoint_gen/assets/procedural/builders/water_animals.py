"""A fish, a crab with unequal claws, a turtle."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, EYE, GLINT, LIGHT, MAIN, coat, eyes
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    Colour,
    Material,
    gloss,
    matte,
    mix,
    pick,
    pick_several,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt, turned_limb
from viewpoint_gen.assets.procedural.outlines import extrude_across, rounded
from viewpoint_gen.assets.procedural.part import Part
from viewpoint_gen.assets.procedural.shapes import lathe, rod, sphere, torus


def _fin(outline: list[tuple[float, float]], thickness: float) -> Part:
    return extrude_across(rounded(outline, thickness * 0.8), thickness, bevel=thickness * 0.3)


def _fish(rng: np.random.Generator) -> trimesh.Scene:
    tall, a = rng.uniform(0.36, 0.62), rng.uniform(0.13, 0.3)
    half, high = a, a * tall
    body, fin, accent = pick_several(rng, BRIGHTS, 3)
    limbs = [lump((0, 0, 0.05 * a), (0.42 * high, high, half), MAIN)]
    limbs += [
        Limb((0, 0, -0.6 * a), (0, 0, -1.05 * a), 0.34 * high, 0.16 * high, MAIN, (0.6, 1, 1))
    ]
    markings = [lump((0, -0.95 * high, 0.15 * a), (high, 0.6 * high, 1.05 * a), LIGHT)]
    markings += [
        lump((0, 0, z * a), (high, 1.4 * high, 0.075 * a), DARK)
        for z in rng.permutation([0.5, 0.15, -0.2, -0.55])[: int(rng.integers(1, 5))]
    ]
    model = Model()
    scales = coat(mix(body, rgb("#fff6e0"), 0.65), body, accent, 0.3)
    model.add("body", scales, sculpt(limbs, blend_m=0.12 * a, cell_m=0.052 * a, paint=markings))
    paint, thin = matte("fin", fin), 0.05 * a
    tail = [
        (-0.95 * a, 0.12 * high),
        (-1.5 * a, 0.95 * high),
        (-1.3 * a, 0),
        (-1.5 * a, -0.95 * high),
        (-0.95 * a, -0.12 * high),
    ]
    dorsal = [
        (0.35 * a, 0.82 * high),
        (0.0, 1.5 * high),
        (-0.55 * a, 1.25 * high),
        (-0.7 * a, 0.4 * high),
    ]
    anal = [(-0.1 * a, -0.8 * high), (-0.4 * a, -1.4 * high), (-0.6 * a, -0.5 * high)]
    model.add("fin", paint, *(_fin(f, thin) for f in (tail, dorsal, anal)))
    side = _fin(
        [(0, -0.05 * a), (0.02 * a, 0.1 * a), (-0.4 * a, 0.16 * a), (-0.36 * a, -0.18 * a)], thin
    )
    side = side.turned("y", -38).moved(x=0.38 * high, y=-0.2 * high, z=0.3 * a)
    model.add("fin", paint, side.both_sides())
    ball, glint = eyes(0.1 * high, (0, 0.25 * high, 0.775 * a), 0.3 * high)
    white = sphere(0.15 * high, (0.215 * high, 0.25 * high, 0.765 * a), segments=16).both_sides()
    model.add("eye", gloss("white", rgb("#f6f3ea")), white)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    mouth = (
        torus(0.12 * high, 0.05 * high, segments=20, sides=8)
        .turned("x", 90)
        .moved(y=-0.1 * high, z=1.04 * a)
    )
    model.add("mouth", paint, mouth)
    return model.scene()


def _shell(radius: float, height: float) -> tuple[Part, list[Part]]:
    dome = lathe(
        [(radius * np.cos(t), height * np.sin(t)) for t in np.linspace(0, np.pi / 2, 12)],
        segments=40,
        crease_deg=70,
    )
    plates = []
    for ring, count in ((0.0, 1), (0.5, 6), (0.82, 10)):
        for i in range(count):
            tilt = ring * np.pi / 2
            size = radius * (0.26 if ring < 0.7 else 0.17)
            hexagon = lathe(
                [(size, 0), (size * 0.8, 0.16 * size), (0, 0.2 * size)], segments=6, crease_deg=20
            )
            r, y = radius * np.sin(tilt), height * np.cos(tilt)
            lean = np.degrees(np.arctan2(np.sin(tilt) / radius, np.cos(tilt) / height))
            part = hexagon.turned("x", float(lean)).moved(y=y - 0.02 * radius, z=r)
            plates.append(part.turned("y", 360 * i / max(count, 1) + (30 if count == 6 else 0)))
    return dome, plates


def _turtle(rng: np.random.Generator) -> trimesh.Scene:
    radius, side = rng.uniform(0.2, 0.3), either_side(rng)
    height = radius * rng.uniform(0.6, 0.8)
    green, shell_colour, plate_colour = (
        pick(rng, p)
        for p in (
            ("#7a9a4a", "#8f8a52", "#5f8a6a"),
            ("#6b5a34", "#4f5a34", "#7a5a3a"),
            ("#a9894f", "#8a9a4f", "#b5793f"),
        )
    )
    model = Model()
    dome, plates = _shell(radius, height)
    place = {"y": 0.3 * radius}
    model.add("shell", matte("shell", shell_colour), dome.scaled(z=1.15).moved(**place))
    model.add(
        "plate", matte("plate", plate_colour), *(p.scaled(z=1.15).moved(**place) for p in plates)
    )
    rim = torus(radius, 0.07 * radius, segments=44, sides=10).scaled(z=1.15).moved(**place)
    model.add("rim", matte("rim", shade(shell_colour, 0.75)), rim)
    r, turn = radius, side * rng.uniform(15, 35)
    pivot = (0.0, 0.35 * r, 0.9 * r)
    limbs = [
        Limb((0, 0.3 * r, 0.7 * r), (0, 0.4 * r, 1.2 * r), 0.2 * r, 0.16 * r, MAIN),
        lump((0, 0.3 * r, 0), (0.85 * r, 0.2 * r, 1.0 * r), LIGHT),
    ]
    head = [
        Limb((0, 0.4 * r, 1.2 * r), (0, 0.6 * r, 1.5 * r), 0.17 * r, 0.17 * r, MAIN),
        lump((0, 0.62 * r, 1.58 * r), (0.2 * r, 0.19 * r, 0.26 * r), MAIN),
    ]
    limbs += [turned_limb(limb, "y", turn, pivot) for limb in head]
    _turtle_body(model, green, limbs, r, side)
    ball, glint = eyes(0.045 * r, (0, 0.7 * r, 1.71 * r), 0.145 * r)
    model.add("eye", EYE, ball.turned("y", turn, pivot))
    model.add("eye", GLINT, glint.turned("y", turn, pivot))
    return model.scene()


def _turtle_body(model: Model, green: Colour, limbs: list[Limb], r: float, side: float) -> None:
    for x, z, step in ((0.8, 0.75, 0.15), (0.75, -0.85, -0.1)):
        limbs += [
            Limb(
                (0.5 * r, 0.3 * r, z * r * 0.7),
                (x * r, 0.1 * r, z * r + side * step * r),
                0.2 * r,
                0.15 * r,
                MAIN,
            )
        ]
        limbs += [
            Limb(
                (-0.5 * r, 0.3 * r, z * r * 0.7),
                (-x * r, 0.1 * r, z * r - side * step * r),
                0.2 * r,
                0.15 * r,
                MAIN,
            )
        ]
    limbs += [
        Limb(
            (0, 0.25 * r, -1.0 * r),
            (side * 0.12 * r, 0.12 * r, -1.42 * r),
            0.12 * r,
            0.02 * r,
            MAIN,
        )
    ]
    model.add(
        "body",
        coat(mix(green, rgb("#f0e6c0"), 0.5), green, shade(green, 0.5)),
        sculpt(limbs, blend_m=0.15 * r, cell_m=0.058 * r),
    )


def _claw(model: Model, red: Material, r: float, side: float, size: float) -> None:
    arm = Limb(
        (side * 0.8 * r, 0.45 * r, 0.4 * r),
        (side * 1.35 * r, 0.55 * r, 0.75 * r),
        0.14 * r,
        0.13 * r,
    )
    fore = Limb(
        (side * 1.35 * r, 0.55 * r, 0.75 * r),
        (side * 1.2 * r, 0.6 * r, 1.15 * r),
        0.13 * r,
        0.15 * r * size,
    )
    x, y, z = 1.12 * r, 0.62 * r, 1.25 * r
    grip = r * size
    palm = lump((side * x, y, z), (0.25 * grip, 0.19 * grip, 0.3 * grip))
    fingers = []
    for s in (1.0, -1.0):  # they bow apart and meet at the tips, so that the claw stands open
        root, bow, tip = (
            (side * (x + s * out * grip), y, z + along * grip)
            for out, along in ((0.13, 0.2), (0.27, 0.52), (0.05, 0.92))
        )
        fingers.append(Limb(root, bow, 0.11 * grip, 0.09 * grip))
        fingers.append(Limb(bow, tip, 0.09 * grip, 0.02 * grip))
    model.add("claw", red, sculpt([arm, fore, palm, *fingers], blend_m=0.05 * r, cell_m=0.05 * r))


def _crab(rng: np.random.Generator) -> trimesh.Scene:
    """A fiddler crab: one claw is much the larger."""
    r, side = rng.uniform(0.05, 0.1), either_side(rng)
    tint = pick(rng, ("#c9442e", "#d9702e", "#b5483f", "#3f7a8a", "#8a5a9a"))
    red = coat(mix(tint, rgb("#fff0d8"), 0.5), tint, shade(tint, 0.6), 0.4)
    spots = [
        lump(
            (side * rng.uniform(0.2, 0.6) * r, 0.75 * r, rng.uniform(-0.4, 0.3) * r),
            (0.16 * r, 0.3 * r, 0.16 * r),
            DARK,
        )
        for _ in range(3)
    ]
    spots += [lump((0, 0.1 * r, 0), (2 * r, 0.22 * r, 2 * r), LIGHT)]
    shell = [
        lump((0, 0.45 * r, 0), (0.98 * r, 0.34 * r, 0.72 * r), MAIN),
        lump((0, 0.42 * r, 0.25 * r), (0.72 * r, 0.28 * r, 0.55 * r), MAIN),
    ]
    model = Model()
    model.add("shell", red, sculpt(shell, blend_m=0.2 * r, cell_m=0.07 * r, paint=spots))
    uniform = Material("limb", shade(tint, 0.9), roughness=0.4)
    for i, z in enumerate((0.25, -0.05, -0.35, -0.6)):
        reach = 1.75 - 0.1 * i
        knee = (reach * 0.72 * r, (0.75 + 0.05 * i) * r, (z * 1.1) * r)
        foot = (reach * r, 0.0, (z * 1.4) * r)
        upper, lower = (
            rod((0.7 * r, 0.4 * r, z * r), knee, 0.11 * r, 0.09 * r, bevel=0.02 * r),
            rod(knee, foot, 0.09 * r, 0.02 * r),
        )
        joint = sphere(0.095 * r, knee, segments=12)
        model.add("leg", uniform, upper.both_sides(), lower.both_sides(), joint.both_sides())
    _claw(model, uniform, r, side, rng.uniform(1.5, 1.8))
    _claw(model, uniform, r, -side, rng.uniform(0.6, 0.8))
    stalk = rod((0.22 * r, 0.65 * r, 0.6 * r), (0.28 * r, 0.98 * r, 0.68 * r), 0.045 * r)
    model.add("stalk", uniform, stalk.both_sides())
    model.add(
        "eye", EYE, sphere(0.085 * r, (0.28 * r, 1.02 * r, 0.69 * r), segments=14).both_sides()
    )
    return model.scene()


CATEGORIES = (
    Category("crab", "animal", Symmetry.NONE, _crab),
    Category("fish", "animal", Symmetry.MIRROR, _fish),
    Category("turtle", "animal", Symmetry.NONE, _turtle),
)
