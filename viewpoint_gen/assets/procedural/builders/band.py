"""A guitar on its stand and a drum kit."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, knob
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    FABRICS,
    WOODS,
    Colour,
    Material,
    chrome,
    gloss,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rounded
from viewpoint_gen.assets.procedural.part import Array
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import ramp, wood

TOP_M = 0.003  # height of a guitar's top above its rim
BLACK = plastic("black", rgb("#1b1b1d"))
BRASS = metal("brass", rgb("#d3a94e"), 0.25)


def _body_outline(side: float, waist: float, cutaway: bool) -> Array:
    """A guitar's front, its neck end upwards; the cutaway lies towards `side`."""
    knots = [
        (0.0, -0.245),
        (0.13, -0.225),
        (0.19, -0.13),
        (0.165, -0.02),
        (waist, 0.06),
        (0.128, 0.15),
        (0.1, 0.215),
        (0.03, 0.235),
    ]
    right = list(knots)
    if cutaway:
        right = [
            *knots[:5],
            (0.125, 0.12),
            (0.132, 0.175),
            (0.115, 0.195),
            (0.07, 0.15),
            (0.03, 0.16),
        ]
    left = [(-x, y) for x, y in knots[::-1] if x > 0]
    outline = np.array(right + left) * np.array([side, 1.0])
    return rounded(outline, 0.028)


def _guitar(rng: np.random.Generator) -> trimesh.Scene:
    """An acoustic or electric guitar on a stand, strings towards +Z."""
    side, electric = either_side(rng), rng.random() < 0.5
    depth = 0.045 if electric else rng.uniform(0.09, 0.11)
    tint: Colour = pick(rng, BRIGHTS) if electric else pick(rng, WOODS)
    outline = _body_outline(side, rng.uniform(0.105, 0.125), True)
    model, y0 = Model(), 0.32
    lacquer = (
        gloss("lacquer", tint)
        if electric
        else Material(
            "top", roughness=0.3, texture=wood(rng, shade(tint, 1.25)), tile_m=(0.14, 0.5)
        )
    )
    back = gloss("back", shade(tint, 0.55))
    body = extrude(outline, depth, bevel=0.012)
    model.add("body", back, body.moved(y=y0, z=-depth))
    model.add("top", lacquer, extrude(outline * 0.965, 0.004).moved(y=y0, z=-0.001))
    if electric:
        _electric_front(model, side, y0)
    else:
        _acoustic_front(rng, model, side, y0)
    low, high = (-0.06, y0 - 0.12, TOP_M - 0.001), (0.06, y0 - 0.095, TOP_M + 0.01)
    model.add("bridge", BLACK, box(low, high, 0.003))
    _guitar_neck(rng, model, side, y0 + (0.12 if electric else 0.15), electric)
    _stand(model, y0, depth)
    return model.scene()


def _electric_front(model: Model, side: float, y0: float) -> None:
    """Scratch plate, pick-ups and knobs."""
    plate = [(-0.02, 0.14), (0.07, 0.1), (0.09, 0.0), (0.13, -0.09), (0.09, -0.14)]
    plate += [(0.035, -0.02), (-0.06, 0.02), (-0.06, 0.1)]
    guard = extrude(rounded([(side * x, y) for x, y in plate], 0.012), 0.003)
    model.add("guard", plastic("guard", rgb("#f2efe6")), guard.moved(y=y0, z=TOP_M))
    for y in (0.09, 0.0, -0.07):
        low = (-0.042, y0 + y - 0.009, TOP_M)
        model.add("pickup", BLACK, box(low, (0.042, y0 + y + 0.009, TOP_M + 0.012), 0.003))
    for i in range(3):
        place = {"x": side * (0.085 + 0.016 * i), "y": y0 - 0.06 - 0.04 * i, "z": TOP_M + 0.003}
        model.add("knob", chrome(), knob(0.012, 0.014).moved(**place))


def _acoustic_front(rng: np.random.Generator, model: Model, side: float, y0: float) -> None:
    """Sound hole with its rosette, and a scratch plate."""
    hole = disc(0.05, 0.002, segments=40)
    model.add("hole", matte("hole", rgb("#1a120c")), hole.moved(y=y0 + 0.06, z=TOP_M))
    ring = torus(0.057, 0.0035, segments=44, sides=6).turned("x", 90)
    paint = gloss("rosette", pick(rng, FABRICS))
    model.add("rosette", paint, ring.moved(y=y0 + 0.06, z=TOP_M))
    plate = [(0.045, 0.03), (0.1, 0.03), (0.12, -0.06), (0.06, -0.07), (0.05, -0.01)]
    guard = extrude(rounded([(side * x, y) for x, y in plate], 0.01), 0.002)
    model.add("guard", gloss("guard", rgb("#3a1d14")), guard.moved(y=y0, z=TOP_M))


def _guitar_neck(
    rng: np.random.Generator, model: Model, side: float, y: float, electric: bool
) -> None:
    top = y + 0.52
    timber = Material("neck", pick(rng, WOODS), roughness=0.4)
    model.add("neck", timber, box((-0.026, y - 0.06, -0.022), (0.026, top, 0.008), 0.009))
    model.add(
        "fingerboard",
        gloss("fingerboard", rgb("#2b1b12")),
        box((-0.0265, y - 0.1, 0.004), (0.0265, top, 0.0095)),
    )
    for i in range(12):
        fret = top - 0.5 * (1 - 2 ** (-(i + 1) / 9))
        model.add("fret", chrome(), box((-0.0265, fret, 0.009), (0.0265, fret + 0.0025, 0.0108)))
        if i in (2, 4, 6, 8):
            model.add(
                "dot",
                plastic("dot", rgb("#f2efe6")),
                disc(0.0045, 0.0015, segments=12).moved(y=fret + 0.011, z=0.0092),
            )
    head = [(-0.024, 0), (0.024, 0), (0.04, 0.06), (0.046, 0.17), (-0.03, 0.15), (-0.034, 0.06)]
    plate = extrude(rounded([(side * x, v) for x, v in head], 0.006), 0.016, bevel=0.003)
    model.add(
        "head",
        gloss("head", pick(rng, BRIGHTS)) if electric else timber,
        plate.turned("x", -8).moved(y=top - 0.002, z=-0.014),
    )
    for i in range(6):
        sides = side if electric else (1.0 if i % 2 else -1.0)
        v = top + 0.04 + (0.019 * i if electric else 0.038 * (i // 2))
        peg = sphere((0.011, 0.007, 0.005), (sides * 0.055, v, -0.014), segments=10)
        model.add(
            "peg",
            chrome(),
            peg,
            rod((sides * 0.03, v, -0.014), (sides * 0.05, v, -0.014), 0.003, segments=8),
        )
    for i in range(6):
        x = -0.019 + 0.0076 * i
        model.add(
            "string",
            metal("string", rgb("#d9dbdf")),
            rod((x * 1.15, y - 0.26, 0.013), (x, top + 0.02, 0.012), 0.0011, segments=4),
        )


def _stand(model: Model, y0: float, depth: float) -> None:
    low = y0 - 0.25
    cradle = tube(
        [
            (0.1, low + 0.02, 0.05),
            (0.1, low - 0.01, 0.03),
            (0.1, low - 0.01, -depth - 0.03),
            (0.0, low - 0.02, -depth - 0.05),
        ],
        0.009,
    )
    leg = rod((0.06, low, -depth - 0.04), (0.19, 0.0, 0.1), 0.01)
    post = rod((0, low - 0.02, -depth - 0.05), (0, y0 + 0.34, -0.06), 0.01)
    rear = rod((0, low + 0.1, -depth - 0.05), (0, 0, -depth - 0.32), 0.01)
    model.add("stand", BLACK, cradle.both_sides(), leg.both_sides(), post, rear)
    fork = tube(
        [(0.045, y0 + 0.36, 0.0), (0.045, y0 + 0.35, -0.04), (0.0, y0 + 0.34, -0.06)], 0.007
    )
    model.add("stand", BLACK, fork.both_sides())


def _drum(
    model: Model,
    shell: Material,
    radius: float,
    depth: float,
    place: tuple[float, float, float],
    tilt: float,
    lean: float = 0.0,
) -> None:
    skin_ = matte("skin", rgb("#f1ede2"))
    body = cylinder(radius, -depth / 2, depth / 2, segments=36)
    heads = cylinder(radius * 0.97, -depth / 2 - 0.004, depth / 2 + 0.004, segments=36)
    rims = [
        torus(radius * 1.015, 0.009, segments=32, sides=6).moved(y=s * depth / 2) for s in (1, -1)
    ]
    lugs = box((-0.01, -depth * 0.3, radius), (0.01, depth * 0.3, radius + 0.016)).ring(8)
    for name, mat, parts in (
        ("shell", shell, [body]),
        ("head", skin_, [heads]),
        ("rim", chrome(), [*rims, lugs]),
    ):
        model.add(name, mat, *(p.turned("x", tilt).turned("z", lean).moved(*place) for p in parts))


def _cymbal(model: Model, radius: float, place: tuple[float, float, float], lean: float) -> None:
    dish = lathe(
        [
            (0.02, 0.028),
            (radius * 0.2, 0.022),
            (radius, 0.0),
            (radius, 0.004),
            (radius * 0.2, 0.03),
            (0.015, 0.038),
            (0, 0.038),
        ],
        segments=40,
        crease_deg=60,
    )
    model.add("cymbal", BRASS, dish.turned("z", lean).turned("x", 10).moved(*place))


def _cymbal_stand(model: Model, place: tuple[float, float, float]) -> None:
    x, y, z = place
    model.add("cymbal_stand", chrome(), rod((x, 0.16, z), (x, y + 0.06, z), 0.011))
    for a in np.radians((20, 140, 260)):
        model.add(
            "cymbal_stand",
            chrome(),
            rod((x, 0.2, z), (x + 0.2 * np.sin(a), 0.0, z + 0.2 * np.cos(a)), 0.009),
        )


def _drum_kit(rng: np.random.Generator) -> trimesh.Scene:
    """The bass drum faces the audience at +Z; the floor drum stands on one side."""
    side = either_side(rng)
    main, ink = pick_several(rng, BRIGHTS, 2)
    shell, r = gloss("shell", main), rng.uniform(0.27, 0.32)
    model = Model()
    _drum(model, shell, r, 0.38, (0, r + 0.03, 0.25), 90)
    face = Material(
        "front",
        roughness=0.7,
        texture=ramp([(0, ink), (0.16, rgb("#f4efe2")), (0.5, main), (0.58, rgb("#f4efe2"))]),
    )
    front = (
        lathe([(r * 0.9, 0), (r * 0.9, 0.003), (0, 0.003)], segments=40)
        .turned("x", 90)
        .moved(y=r + 0.03, z=0.25 + 0.194)
    )
    spread = np.hypot(front.points_m[:, 0], front.points_m[:, 1] - r - 0.03) / r
    model.add(
        "front", face, front.with_uv(np.stack([spread * 0.98 + 0.01, spread * 0 + 0.5], axis=1))
    )
    for s in (1.0, -1.0):
        model.add(
            "spur", chrome(), rod((s * r * 0.9, 0.25, 0.3), (s * (r + 0.12), 0.0, 0.42), 0.011)
        )
    high = 2 * r + 0.24
    _drum(model, shell, 0.15, 0.2, (side * 0.17, high, 0.2), 22, side * -6)
    _drum(model, shell, 0.17, 0.22, (-side * 0.2, high, 0.2), 22, side * 6)
    model.add(
        "tom_mount",
        chrome(),
        rod((0, 2 * r, 0.22), (0, high, 0.2), 0.016),
        rod((-0.2, high - 0.06, 0.2), (0.2, high - 0.06, 0.2), 0.012),
    )
    _drum(model, shell, rng.uniform(0.2, 0.24), 0.4, (-side * 0.55, 0.36, -0.25), 0)
    for a in np.radians((30, 150, 270)):
        x, z = -side * 0.55 + 0.24 * np.sin(a), -0.25 + 0.24 * np.cos(a)
        model.add("floor_leg", chrome(), rod((x, 0, z), (x, 0.4, z), 0.01))
    _drum(model, metal("snare", rgb("#c3c7cc"), 0.25), 0.18, 0.14, (side * 0.4, 0.58, -0.2), -4)
    _snare_and_throne(rng, model, side)
    return model.scene()


def _snare_and_throne(rng: np.random.Generator, model: Model, side: float) -> None:
    for a in np.radians((0, 120, 240)):
        model.add(
            "snare_stand",
            chrome(),
            rod(
                (side * 0.4, 0.5, -0.2),
                (side * 0.4 + 0.2 * np.sin(a), 0, -0.2 + 0.2 * np.cos(a)),
                0.011,
            ),
        )
    crash, hat = (-side * 0.62, rng.uniform(1.05, 1.2), 0.2), (side * 0.72, 0.915, -0.05)
    _cymbal(model, rng.uniform(0.22, 0.26), crash, side * 9)
    _cymbal(model, 0.17, hat, 0.0)
    _cymbal(model, 0.168, (hat[0], hat[1] - 0.035, hat[2]), 0.0)
    _cymbal_stand(model, crash)
    _cymbal_stand(model, hat)
    model.add(
        "throne",
        matte("seat", pick(rng, FABRICS)),
        cylinder(0.17, 0.46, 0.54, bevel=0.03, segments=32).moved(z=-0.62),
    )
    model.add(
        "throne_leg",
        chrome(),
        rod((0, 0.1, -0.62), (0, 0.47, -0.62), 0.02),
        *[
            rod((0, 0.2, -0.62), (0.2 * np.sin(a), 0, -0.62 + 0.2 * np.cos(a)), 0.012)
            for a in np.radians((0, 120, 240))
        ],
    )
    for i in range(2):
        model.add(
            "stick",
            matte("stick", rgb("#d9b98a")),
            rod(
                (side * (0.33 + 0.05 * i), 0.665, -0.35),
                (side * (0.42 + 0.06 * i), 0.67, 0.02),
                0.008,
                0.005,
            ),
        )


CATEGORIES = (
    Category("drum_kit", "instrument", Symmetry.NONE, _drum_kit),
    Category("guitar", "instrument", Symmetry.NONE, _guitar),
)
