"""A grand piano and an accordion."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    FABRICS,
    Material,
    gloss,
    matte,
    metal,
    mix,
    pick,
    pick_several,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_up, rectangle, rounded
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import box, disc, lathe, rod, sphere, tube
from viewpoint_gen.assets.procedural.textures import piano_keys

BRASS = metal("brass", rgb("#d3a94e"), 0.25)


def _piano_plan(w: float, long: float) -> Array:
    """Floor plan (x, z) of a grand piano: keyboard at +Z, straight side at −X, tail to −Z."""
    h = w / 2
    curve = [
        (h, 0.0),
        (h, -0.28 * long),
        (h * 0.86, -0.45 * long),
        (h * 0.42, -0.62 * long),
        (h * 0.1, -0.8 * long),
        (-h * 0.16, -0.96 * long),
        (-h * 0.6, -1.0 * long),
        (-h, -0.93 * long),
        (-h, 0.0),
    ]
    return rounded(curve, 0.035)


def _grand_piano(rng: np.random.Generator) -> trimesh.Scene:
    """The player sits on the +Z side; the bent side is at +X, as on every grand piano."""
    w, long = rng.uniform(1.4, 1.5), rng.uniform(1.2, 1.55)
    tint = pick(rng, ("#1d1d20", "#1d1d20", "#4a2416", "#f0ede6", "#5b1a20"))
    lacquer, model = gloss("lacquer", tint), Model()
    plan = _piano_plan(w, long)
    y0, y1 = 0.62, 0.96
    inner = plan * np.array([0.94, 0.94]) + np.array([0.0, -0.035])
    ring = (
        extrude(plan * np.array([1, -1]), y1 - y0, holes=[inner * np.array([1, -1])], bevel=0.006)
        .turned("x", -90)
        .moved(y=y0)
    )
    model.add("case", lacquer, ring, extrude_up(inner * 1.02, y0 + 0.003, y0 + 0.05))
    model.add("plate", BRASS, extrude_up(inner * 1.01, y1 - 0.12, y1 - 0.09))
    _piano_keys(model, lacquer, long, w, y0, y1)
    sheet = panel(0.2, 0.25, 0.004).turned("x", -18)
    page = matte("paper", rgb("#f4efe0"))
    side = either_side(rng)
    model.add("sheet", page, sheet.moved(x=side * 0.11, y=y1 + 0.11, z=-0.125))
    lid = extrude_up(plan * np.array([1.01, 1.01]), 0, 0.022, bevel=0.005)
    hinge = (-w / 2, 0.0, 0.0)
    lift = rng.uniform(28, 40)
    model.add("lid", lacquer, lid.turned("z", lift, hinge).moved(y=y1 + 0.005))
    tip = np.radians(lift)
    model.add(
        "prop",
        lacquer,
        rod(
            (w * 0.42, y1 - 0.05, -long * 0.2),
            (-w / 2 + 0.86 * w * np.cos(tip), y1 + 0.86 * w * np.sin(tip), -long * 0.2),
            0.012,
        ),
    )
    leg = lathe(
        [(0.03, 0.05), (0.035, 0.1), (0.05, 0.3), (0.075, 0.5), (0.08, y0 + 0.02)], segments=20
    )
    for x, z in ((w * 0.42, 0.05), (-w * 0.42, 0.05), (-w * 0.22, -long * 0.82)):
        model.add("leg", lacquer, leg.moved(x=x, z=z))
        model.add("castor", BRASS, sphere(0.04, (x, 0.04, z), segments=14))
    _pedals_and_stool(rng, model, lacquer, y0, side)
    return model.scene()


def _piano_keys(
    model: Model, lacquer: Material, long: float, w: float, y0: float, y1: float
) -> None:
    for t in np.linspace(-0.42, 0.4, 14):
        start, tail = (
            (t * w, y1 - 0.075, -0.1),
            (t * w * 0.55 - 0.12 * w, y1 - 0.075, -long * (0.86 - 0.55 * max(t + 0.2, 0))),
        )
        model.add("string", metal("string", rgb("#e2d9c0")), rod(start, tail, 0.004, segments=5))
    bed = box((-w / 2, y0 + 0.04, -0.02), (w / 2, y0 + 0.13, 0.3), 0.012)
    model.add(
        "keybed",
        lacquer,
        bed,
        box((w / 2 - 0.07, y0 + 0.12, 0.0), (w / 2, y1 - 0.1, 0.26), 0.02).both_sides(),
    )
    keys = box((-w / 2 + 0.075, y0 + 0.128, 0.1), (w / 2 - 0.075, y0 + 0.152, 0.285))
    uv = np.stack(
        [(keys.points_m[:, 0] / (w - 0.15)) + 0.5, (0.285 - keys.points_m[:, 2]) / 0.185], axis=1
    )
    model.add("keys", Material("keys", roughness=0.3, texture=piano_keys(4)), keys.with_uv(uv))
    fall = box((-w / 2 + 0.07, y0 + 0.12, 0.02), (w / 2 - 0.07, y1 - 0.1, 0.1), 0.01)
    model.add("fallboard", lacquer, fall)
    rest = (
        box((-0.36, 0, -0.008), (0.36, 0.26, 0.008), 0.004)
        .turned("x", -18)
        .moved(y=y1 - 0.02, z=-0.1)
    )
    bracket = box((0.27, y1 - 0.115, -0.115), (0.3, y1 + 0.02, -0.088), 0.004)
    model.add("music_rest", lacquer, rest, bracket.both_sides())


def _pedals_and_stool(
    rng: np.random.Generator, model: Model, lacquer: Material, y0: float, side: float
) -> None:
    for x in (-0.04, 0.04):
        model.add("lyre", lacquer, rod((x, 0.1, 0.0), (x * 1.5, y0 + 0.02, 0.0), 0.014))
    model.add("lyre", lacquer, box((-0.12, 0.08, -0.04), (0.12, 0.14, 0.04), 0.01))
    for x in (-0.07, 0.0, 0.07):
        model.add("pedal", BRASS, box((x - 0.018, 0.09, 0.03), (x + 0.018, 0.105, 0.15), 0.005))
    seat = matte("seat", pick(rng, FABRICS))
    shift = side * rng.uniform(0.0, 0.12)
    model.add("stool", seat, box((shift - 0.3, 0.43, 0.52), (shift + 0.3, 0.5, 0.86), 0.03))
    for x in (-0.25, 0.25):
        for z in (0.57, 0.81):
            model.add(
                "stool_leg", lacquer, rod((shift + x, 0, z), (shift + x, 0.44, z), 0.018, 0.026)
            )


def _accordion(rng: np.random.Generator) -> trimesh.Scene:
    """Keys on the player's right (−X), buttons on the left, bellows between, front to +Z."""
    tint, other = pick_several(rng, BRIGHTS, 2)
    h, d, open_ = rng.uniform(0.36, 0.42), 0.19, rng.uniform(0.16, 0.28)
    pearl, model = gloss("pearl", mix(tint, rgb("#2a2a2e"), 0.1)), Model()
    bend = rng.uniform(6, 13)
    right = box((-0.13, 0, -d / 2), (0, h, d / 2), 0.025)
    left = box((0, 0, -d / 2), (0.1, h, d / 2), 0.025)
    model.add("treble", pearl, right.turned("z", bend).moved(x=-open_ / 2))
    model.add("bass", pearl, left.turned("z", -bend).moved(x=open_ / 2))
    folds = 14
    fold = rectangle(d * 0.88, h * 0.92, 0.012)
    rings = []
    for i in range(2 * folds + 1):
        t = i / (2 * folds) - 0.5
        puff = 1.0 if i % 2 else 0.9
        ring = np.column_stack([np.zeros(len(fold)), fold[:, 1] * puff + h / 2, fold[:, 0] * puff])
        lean = np.radians(2 * bend * t)
        x = t * open_ + ring[:, 1] * np.sin(lean)
        rings.append(np.column_stack([x, ring[:, 1] * np.cos(lean), ring[:, 2]]))
    from viewpoint_gen.assets.procedural.shapes import skin

    model.add("bellows", matte("bellows", other), skin(np.array(rings), crease_deg=15))
    _accordion_keys(model, h, d, bend, open_)
    grille = panel(0.07, h * 0.7, 0.012, 0.004).turned("z", bend)
    model.add("grille", BRASS, grille.moved(x=-open_ / 2 - 0.065, y=h * 0.48, z=d / 2))
    strap = tube(
        [
            (open_ / 2 + 0.1, h * 0.9, -0.02),
            (open_ / 2 + 0.19, h * 0.55, 0),
            (open_ / 2 + 0.12, h * 0.12, -0.02),
        ],
        0.012,
    ).scaled(z=1.0)
    model.add("strap", matte("leather", rgb("#4a2f1d")), strap)
    belt = tube(
        [
            (-open_ / 2 - 0.06, h * 0.95, -d / 2),
            (-open_ / 2 - 0.1, h * 0.9, -d / 2 - 0.12),
            (-open_ / 2 - 0.05, h * 0.3, -d / 2 - 0.14),
            (-open_ / 2 - 0.07, h * 0.06, -d / 2),
        ],
        0.012,
    )
    model.add("strap", matte("leather2", rgb("#4a2f1d")), belt)
    return model.scene()


def _accordion_keys(model: Model, h: float, d: float, bend: float, open_: float) -> None:
    def place(part: Part, sign: float) -> Part:
        return part.turned("z", -sign * bend).moved(x=sign * open_ / 2)

    ivory, ebony = gloss("ivory", rgb("#f4f0e4")), gloss("ebony", rgb("#1b1b1d"))
    board = box((-0.19, h * 0.05, -0.02), (-0.125, h * 0.95, d / 2 - 0.02), 0.006)
    model.add("keyboard", ebony, place(board, -1))
    count = 14
    pitch = h * 0.88 / count
    for i in range(count):
        y = h * 0.06 + i * pitch
        key = box((-0.187, y, d / 2 - 0.025), (-0.128, y + pitch * 0.92, d / 2 - 0.004), 0.002)
        model.add("key", ivory, place(key, -1))
        if i % 7 not in (0, 3):
            sharp = box(
                (-0.16, y - pitch * 0.28, d / 2 - 0.01),
                (-0.126, y + pitch * 0.24, d / 2 + 0.006),
                0.002,
            )
            model.add("key", ebony, place(sharp, -1))
    button = disc(0.006, 0.008, segments=10)
    for row in range(4):
        for i in range(9):
            spot = button.moved(
                x=0.02 + 0.018 * row, y=h * (0.14 + 0.09 * i) + 0.008 * row, z=d / 2 - 0.003
            )
            model.add("button", ivory, place(spot, 1))


CATEGORIES = (
    Category("accordion", "instrument", Symmetry.NONE, _accordion),
    Category("grand_piano", "instrument", Symmetry.NONE, _grand_piano),
)
