"""A robot and a knight, arms held differently."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, knob
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    metal,
    mix,
    pick,
    pick_several,
    rgb,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rectangle, rounded, star
from viewpoint_gen.assets.procedural.part import Point
from viewpoint_gen.assets.procedural.shapes import (
    box,
    capsule,
    cylinder,
    disc,
    frustum,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import gauge, stripes


def _robot_arm(
    model: Model,
    paint: Material,
    joint: Material,
    shoulder: Point,
    elbow: Point,
    hand: Point,
    size: float,
) -> None:
    model.add(
        "joint",
        joint,
        sphere(size * 1.35, shoulder, segments=18),
        sphere(size * 1.1, elbow, segments=16),
    )
    model.add(
        "arm",
        paint,
        rod(shoulder, elbow, size * 0.85, bevel=size * 0.2),
        rod(elbow, hand, size * 0.95, size * 1.1, bevel=size * 0.2),
    )
    way = np.subtract(hand, elbow)
    way = way / np.linalg.norm(way)
    for bend in (-1, 1):
        finger = extrude(
            rounded(
                [
                    (0, -0.3),
                    (bend * 0.9, 0.2),
                    (bend * 0.8, 1.3),
                    (bend * 0.3, 1.5),
                    (bend * 0.45, 0.4),
                    (0, 0.1),
                ],
                0.06,
            ),
            0.8,
            bevel=0.1,
        )
        claw = (
            finger.moved(z=-0.4)
            .scaled(size, size, size)
            .aimed((float(way[0]), float(way[1]), float(way[2])))
        )
        model.add("claw", joint, claw.moved(*hand))


def _robot_head(
    rng: np.random.Generator, model: Model, paint: Material, dark: Material, y: float, side: float
) -> None:
    w, h, d = rng.uniform(0.26, 0.34), rng.uniform(0.2, 0.26), 0.24
    model.add("neck", dark, cylinder(0.06, y - 0.06, y + 0.01, segments=20))
    model.add("head", paint, box((-w / 2, y, -d / 2), (w / 2, y + h, d / 2), 0.04))
    model.add(
        "visor",
        gloss("visor", rgb("#14181d")),
        extrude(rectangle(w * 0.84, h * 0.5, 0.03), 0.02, bevel=0.006).moved(
            y=y + h * 0.6, z=d / 2 - 0.008
        ),
    )
    glow = lamp("eye", pick(rng, ("#59e3ff", "#ffd24a", "#8dff6b", "#ff6b59")), 1.6)
    for x, size in (
        (side * w * 0.21, 0.036),
        (-side * w * 0.21, 0.026 if rng.random() < 0.6 else 0.036),
    ):
        model.add("eye", glow, disc(size, 0.012).moved(x=x, y=y + h * 0.6, z=d / 2 + 0.01))
    for i in range(5):
        tooth = box(
            (-w * 0.24 + i * w * 0.1, y + h * 0.12, d / 2 - 0.004),
            (-w * 0.24 + i * w * 0.1 + w * 0.07, y + h * 0.25, d / 2 + 0.008),
        )
        model.add("grill", dark, tooth)
    ear = (
        cylinder(0.05, 0, 0.03, bevel=0.008, segments=24)
        .turned("z", -90)
        .moved(x=w / 2 - 0.005, y=y + h * 0.5)
    )
    model.add("ear", dark, ear.both_sides())
    top = (side * w * 0.35, y + h + rng.uniform(0.14, 0.22), 0.0)
    model.add("aerial", chrome(), rod((side * w * 0.32, y + h - 0.01, 0), top, 0.009))
    model.add("aerial_tip", glow, sphere(0.026, top, segments=16))


def _robot(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    main, other = pick_several(rng, ENAMELS + BRIGHTS, 2)
    paint, accent, dark = (
        gloss("paint", main),
        gloss("accent", other),
        metal("joint", rgb("#565b63"), 0.35),
    )
    w, leg = rng.uniform(0.38, 0.5), rng.uniform(0.3, 0.42)
    high, d = rng.uniform(0.42, 0.52), 0.3
    model = Model()
    for x in (w * 0.27, -w * 0.27):
        model.add(
            "leg",
            dark,
            rod((x, 0.08, 0), (x, leg + 0.05, 0), 0.055),
            torus(0.06, 0.016, segments=20, sides=8).moved(x=x, y=leg * 0.55),
        )
        model.add("foot", accent, box((x - 0.085, 0, -0.11), (x + 0.085, 0.1, 0.17), 0.035))
    model.add("body", paint, box((-w / 2, leg, -d / 2), (w / 2, leg + high, d / 2), 0.05))
    _robot_chest(rng, model, accent, d, dark, high, leg, side, w)
    _robot_key(model, d, leg)
    y = leg + high - 0.08
    lift = rng.uniform(0.15, 0.3)
    _robot_arm(
        model,
        accent,
        dark,
        (side * (w / 2 + 0.03), y, 0),
        (side * (w / 2 + 0.2), y + 0.02, 0.03),
        (side * (w / 2 + 0.26), y + lift, 0.08),
        0.045,
    )
    _robot_arm(
        model,
        paint,
        dark,
        (-side * (w / 2 + 0.03), y, 0),
        (-side * (w / 2 + 0.1), y - 0.2, 0.02),
        (-side * (w / 2 + 0.08), y - 0.3, 0.14),
        0.045,
    )
    _robot_head(rng, model, paint, dark, leg + high + 0.04, side)
    return model.scene()


def _robot_chest(
    rng: np.random.Generator,
    model: Model,
    accent: Material,
    d: float,
    dark: Material,
    high: float,
    leg: float,
    side: float,
    w: float,
) -> None:
    model.add(
        "belt",
        accent,
        box(
            (-w / 2 - 0.008, leg + 0.06, -d / 2 - 0.008),
            (w / 2 + 0.008, leg + 0.12, d / 2 + 0.008),
            0.02,
        ),
    )
    dial = Material(
        "gauge",
        roughness=0.4,
        texture=gauge(rgb("#f5f1e4"), rgb("#22252b"), rgb("#c62828"), float(rng.random())),
    )
    model.add(
        "gauge",
        dial,
        disc(0.075, 0.02, segments=28).moved(
            x=side * w * 0.2, y=leg + high * 0.66, z=d / 2 - 0.005
        ),
    )
    for i in range(3):
        lamp_ = lamp(f"button{i}", pick(rng, BRIGHTS), 0.3)
        model.add(
            "button",
            lamp_,
            knob(0.024, 0.025).moved(
                x=-side * w * (0.34 - 0.16 * i), y=leg + high * 0.72, z=d / 2 - 0.004
            ),
        )
    vent = box((-0.06, -0.006, 0), (0.06, 0.006, 0.012))
    for i in range(4):
        model.add(
            "vent",
            dark,
            vent.moved(x=-side * w * 0.18, y=leg + high * 0.35 + 0.03 * i, z=d / 2 - 0.003),
        )
    pack = box(
        (-w * 0.32, leg + 0.14, -d / 2 - 0.1), (w * 0.32, leg + high - 0.06, -d / 2 + 0.01), 0.03
    )
    model.add("pack", accent, pack)


def _robot_key(model: Model, d: float, leg: float) -> None:
    key = torus(0.055, 0.014, segments=20, sides=8).turned("x", 90).scaled(z=1.0)
    model.add(
        "key",
        metal("brass", rgb("#d3a94e")),
        key.moved(x=0.05, y=leg + 0.3, z=-d / 2 - 0.17),
        key.moved(x=-0.05, y=leg + 0.3, z=-d / 2 - 0.17),
        rod((0, leg + 0.3, -d / 2 - 0.08), (0, leg + 0.3, -d / 2 - 0.16), 0.014),
    )


def _knight(rng: np.random.Generator) -> trimesh.Scene:
    """Sword in one hand, shield on the other arm."""
    side = either_side(rng)
    a, b = pick_several(rng, BRIGHTS, 2)
    armour, mail = metal("armour", rgb("#b9bdc4"), 0.28), metal("mail", rgb("#6f747b"), 0.5)
    tunic = Material("tunic", roughness=0.9, texture=stripes([a, b]), tile_m=(0.36, 1))
    model = Model()
    for x in (0.11, -0.11):
        model.add(
            "leg",
            armour,
            rod((x, 0.08, 0), (x, 0.45, 0), 0.065, 0.075, bevel=0.01),
            rod((x, 0.46, 0), (x * 0.95, 0.85, 0), 0.08, 0.1, bevel=0.01),
        )
        model.add("knee", armour, sphere((0.085, 0.075, 0.09), (x, 0.46, 0.01), segments=18))
        model.add("foot", armour, sphere((0.07, 0.055, 0.14), (x, 0.05, 0.06), segments=18))
    skirt = frustum(0.27, 0.19, 0.62, 0.92, segments=32).scaled(z=0.72)
    torso = lathe(
        [(0.185, 0.9), (0.2, 1.05), (0.235, 1.25), (0.21, 1.38), (0.1, 1.44), (0, 1.45)],
        segments=36,
        crease_deg=60,
    ).scaled(z=0.72)
    model.add("tunic", tunic, skirt.with_planar_uv("z"), torso.with_planar_uv("z"))
    model.add(
        "belt",
        matte("leather", rgb("#4a2f1d")),
        cylinder(0.199, 0.905, 0.955, segments=36).scaled(z=0.74),
    )
    model.add(
        "pauldron", armour, sphere((0.115, 0.1, 0.115), (0.27, 1.34, 0), segments=22).both_sides()
    )
    sword_hand, shield_hand = (side * 0.42, 1.0, 0.28), (-side * 0.4, 1.02, 0.18)
    for hand, out in ((sword_hand, side), (shield_hand, -side)):
        elbow = (out * 0.38, 1.06, -0.02)
        model.add(
            "arm",
            mail,
            capsule((out * 0.28, 1.3, 0), elbow, 0.06, 0.055),
            capsule(elbow, hand, 0.055, 0.05),
        )
        model.add("glove", armour, sphere(0.066, hand, segments=16))
    _sword(model, sword_hand, side)
    _shield(rng, model, shield_hand, a, b)
    _helmet(rng, model, armour, side, a)
    return model.scene()


def _sword(model: Model, hand: Point, side: float) -> None:
    blade = extrude(
        rounded([(-0.032, 0.1), (0.032, 0.1), (0.026, 0.82), (0.0, 0.9), (-0.026, 0.82)], 0.004),
        0.012,
        bevel=0.005,
    )
    guard = box((-0.11, 0.075, -0.012), (0.11, 0.105, 0.024), 0.008)
    grip = rod((0, -0.09, 0.006), (0, 0.08, 0.006), 0.016)
    for name, mat, part in (
        ("blade", steel("blade"), blade),
        ("guard", metal("gold", rgb("#d3a94e")), guard),
        ("grip", matte("grip", rgb("#3a2a1e")), grip),
    ):
        model.add(name, mat, part.turned("z", -side * 14).turned("x", 10).moved(*hand))


def _shield(
    rng: np.random.Generator,
    model: Model,
    hand: Point,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
) -> None:
    outline = [
        (-0.24, 0.3),
        (0.24, 0.3),
        (0.24, 0.0),
        (0.16, -0.22),
        (0.0, -0.4),
        (-0.16, -0.22),
        (-0.24, 0.0),
    ]
    face = extrude(rounded(outline, 0.02), 0.03, bevel=0.008)
    inner = extrude(rounded(np.array(outline) * 0.88, 0.02), 0.008).moved(z=0.028)
    place = {"x": hand[0], "y": hand[1], "z": hand[2] + 0.07}
    model.add("shield", metal("rim", rgb("#9a9ea6"), 0.35), face.moved(**place))
    model.add("shield", gloss("field", a), inner.moved(**place))
    if rng.random() < 0.5:
        mark = extrude(star(0.15, 0.065, int(rng.integers(4, 7))), 0.012)
    else:
        mark = extrude(
            [
                (-0.04, -0.25),
                (0.04, -0.25),
                (0.04, 0.02),
                (0.17, 0.02),
                (0.17, 0.1),
                (0.04, 0.1),
                (0.04, 0.24),
                (-0.04, 0.24),
                (-0.04, 0.1),
                (-0.17, 0.1),
                (-0.17, 0.02),
                (-0.04, 0.02),
            ],
            0.012,
        )
    model.add("emblem", gloss("emblem", b), mark.moved(hand[0], hand[1] + 0.02, hand[2] + 0.1))


def _helmet(
    rng: np.random.Generator,
    model: Model,
    armour: Material,
    side: float,
    plume: tuple[float, float, float],
) -> None:
    helm = lathe(
        [(0.115, 1.42), (0.125, 1.5), (0.13, 1.6), (0.118, 1.7), (0.075, 1.77), (0, 1.8)],
        segments=32,
        crease_deg=60,
    )
    model.add("helmet", armour, helm.scaled(z=1.08))
    slit = box((-0.1, 1.6, 0.1), (0.1, 1.622, 0.146), 0.004)
    model.add("slit", gloss("slit", rgb("#0e0f11")), slit)
    for i in range(4):
        x = side * (0.025 + 0.02 * i)
        model.add(
            "slit",
            gloss("slit", rgb("#0e0f11")),
            cylinder(0.005, 0, 0.01, segments=8)
            .turned("x", 90)
            .moved(x=x, y=1.52, z=0.137 - 0.002 * i * i),
        )
    ridge = box((-0.008, 1.44, 0.12), (0.008, 1.72, 0.152), 0.004)
    model.add("ridge", metal("gold", rgb("#d3a94e")), ridge)
    tail = rng.uniform(0.2, 0.32)
    feather = tube(
        [
            (0, 1.78, 0.02),
            (side * 0.02, 1.92, -0.02),
            (side * 0.05, 1.9, -0.16),
            (side * 0.08, 1.9 - tail, -0.26),
        ],
        [0.015, 0.05, 0.06, 0.012],
    )
    model.add("plume", matte("plume", mix(plume, rgb("#ffffff"), 0.1)), feather)


CATEGORIES = (
    Category("knight", "character", Symmetry.NONE, _knight),
    Category("robot", "character", Symmetry.NONE, _robot),
)
