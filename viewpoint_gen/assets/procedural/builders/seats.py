"""A chair, an armchair and a sofa."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    ENAMELS,
    PASTELS,
    WOODS,
    Material,
    pick,
    pick_several,
    plastic,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, halves
from viewpoint_gen.assets.procedural.part import Part, Point
from viewpoint_gen.assets.procedural.shapes import box, frustum, rod, sphere, tube
from viewpoint_gen.assets.procedural.textures import checks
from viewpoint_gen.assets.procedural.upholstery import cloth


def _chair(rng: np.random.Generator) -> trimesh.Scene:
    width, depth = rng.uniform(0.4, 0.48), rng.uniform(0.4, 0.46)
    seat, leg = rng.uniform(0.43, 0.47), rng.uniform(0.03, 0.042)
    tint = pick(rng, WOODS) if rng.random() < 0.6 else pick(rng, ENAMELS)
    frame, model = plastic("frame", tint), Model()
    x, z = width / 2 - leg / 2, depth / 2 - leg / 2
    plate = box((-width / 2, seat - 0.03, -depth / 2), (width / 2, seat, depth / 2), 0.012)
    model.add("seat", frame, plate)
    low, high = (
        (-width * 0.45, seat - 0.005, -depth * 0.42),
        (width * 0.45, seat + 0.035, depth * 0.46),
    )
    model.add("cushion", cloth(rng), halves(box(low, high, 0.018)))
    front = rod((x, seat - 0.02, z), (x, 0, z + 0.01), leg * 0.55, leg * 0.38, bevel=0.004)
    side_bar = rod((x, seat * 0.4, z), (x, seat * 0.4, -z - 0.01), leg * 0.3)
    cross_bar = rod((-x, seat * 0.4, 0), (x, seat * 0.4, 0), leg * 0.3)
    model.add("leg", frame, front.both_sides())
    model.add("stretcher", frame, side_bar.both_sides(), cross_bar)
    _chair_back(rng, model, frame, (x, seat, -z), leg)
    return model.scene()


def _chair_back(
    rng: np.random.Generator, model: Model, frame: Material, corner: Point, leg: float
) -> None:
    """Rear legs running up into a back of slats or spindles; `corner` is the seat's."""
    x, seat, z = corner
    tall, lean = rng.uniform(0.38, 0.55), rng.uniform(0.04, 0.1)
    top = (x, seat + tall, z - lean)
    rear = tube([(x, 0, z - 0.05), (x, seat * 0.6, z), corner, top], leg * 0.5)
    model.add("leg", frame, rear.both_sides())
    slope = float(np.degrees(np.arctan2(lean, tall)))
    if rng.random() < 0.5:
        for i in range(int(rng.integers(2, 5))):
            rise = tall - 0.05 - i * 0.11
            slat = box((-x, -0.03, -0.01), (x, 0.03, 0.01), 0.006).turned("x", -slope)
            model.add("slat", frame, slat.moved(y=seat + rise, z=z - lean * rise / tall))
        return
    count = int(rng.integers(3, 7))
    for i in range(count):
        px = -x + 2 * x * (i + 1) / (count + 1)
        model.add("spindle", frame, rod((px, seat, z), (px, top[1] - 0.03, top[2]), leg * 0.26))
    rail = box((-x - leg * 0.5, -0.04, -0.014), (x + leg * 0.5, 0.045, 0.014), 0.01)
    model.add("rail", frame, rail.turned("x", -slope).moved(y=top[1] - 0.02, z=top[2]))


def _cushion(width: float, height: float, depth: float) -> Part:
    return box(
        (-width / 2, 0, -depth / 2), (width / 2, height, depth / 2), min(height, depth) * 0.42
    )


def _armchair(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    width, depth, seat = rng.uniform(0.78, 0.95), rng.uniform(0.78, 0.9), rng.uniform(0.38, 0.44)
    arm, back, arm_top = rng.uniform(0.13, 0.18), rng.uniform(0.85, 1.05), rng.uniform(0.56, 0.66)
    cover, model = cloth(rng), Model()
    inner = width - 2 * arm
    model.add(
        "base",
        cover,
        box(
            (-inner / 2 - 0.02, 0.12, -depth / 2 + 0.05),
            (inner / 2 + 0.02, seat - 0.1, depth / 2 - 0.02),
            0.03,
        ),
    )
    model.add(
        "arm",
        cover,
        box(
            (inner / 2, 0.12, -depth / 2 + 0.02), (width / 2, arm_top, depth / 2), 0.055
        ).both_sides(),
    )
    rest = box((-inner / 2 - 0.05, 0.12, -0.1), (inner / 2 + 0.05, back, 0.1), 0.08)
    model.add("back", cover, rest.turned("x", -8, (0, 0.12, 0)).moved(z=-depth / 2 + 0.12))
    model.add("seat", cover, _cushion(inner, 0.15, depth - 0.2).moved(y=seat - 0.12, z=0.09))
    foot = frustum(0.018, 0.03, 0, 0.13, segments=16)
    wood_ = Material("foot", pick(rng, WOODS), roughness=0.4)
    for z in (-depth / 2 + 0.1, depth / 2 - 0.07):
        model.add("foot", wood_, foot.moved(x=width / 2 - 0.08, z=z).both_sides())
    pillow = sphere((0.21, 0.2, 0.07), segments=24).turned("x", -18).turned("z", side * 14)
    model.add(
        "pillow",
        cloth(rng, "pillow"),
        pillow.with_planar_uv("z").moved(x=side * inner * 0.2, y=seat + 0.2, z=-depth / 2 + 0.33),
    )
    x0, x1 = -side * (inner / 2 - 0.012), -side * (width / 2 + 0.012)
    z0 = -0.12
    throw = [(x0, seat + 0.05), (x0, arm_top + 0.012), (x1, arm_top + 0.012), (x1, 0.24)]
    inside = [
        (x1 + side * 0.014, 0.24),
        (x1 + side * 0.014, arm_top - 0.002),
        (x0 - side * 0.014, arm_top - 0.002),
        (x0 - side * 0.014, seat + 0.05),
    ]
    blanket = extrude([*throw, *inside], 0.36).moved(z=z0)
    _blanket(rng, model, blanket)
    return model.scene()


def _blanket(rng: np.random.Generator, model: Model, blanket: Part) -> None:
    light, dark = pick_several(rng, PASTELS, 2)
    check = Material(
        "blanket",
        roughness=0.95,
        texture=checks(light, dark),
        tile_m=(0.16, 0.16),
    )
    model.add("blanket", check, blanket)


def _sofa(rng: np.random.Generator) -> trimesh.Scene:
    """A sofa with a chaise longue at one end."""
    side = either_side(rng)
    width, depth, seat = rng.uniform(2.0, 2.6), rng.uniform(0.85, 0.95), rng.uniform(0.4, 0.45)
    arm, back, long = 0.16, rng.uniform(0.78, 0.9), rng.uniform(0.6, 0.8)
    cover, model = cloth(rng), Model()
    inner = width - 2 * arm
    model.add(
        "base",
        cover,
        box(
            (-width / 2 + 0.01, 0.106, -depth / 2), (width / 2 - 0.01, seat - 0.1, depth / 2), 0.03
        ),
    )
    chaise = side * (width / 2)
    model.add(
        "base",
        cover,
        box(
            (chaise - side * inner / 3 - side * arm, 0.1, depth / 2 - 0.05),
            (chaise, seat - 0.1, depth / 2 + long),
            0.03,
        ),
    )
    _sofa_back(model, back, cover, depth, width)
    model.add(
        "arm",
        cover,
        box((-chaise, 0.1, -depth / 2), (-chaise + side * arm, seat + 0.2, depth / 2 + 0.01), 0.05),
    )
    third = (inner + arm) / 3
    for i in range(3):
        x = side * (-width / 2 + arm + third * (i + 0.5))
        deep = depth - 0.2 + (long if i == 2 else 0.0)
        z = 0.1 + (long / 2 if i == 2 else 0.0)
        model.add("seat", cover, _cushion(third * 0.99, 0.14, deep).moved(x=x, y=seat - 0.11, z=z))
        model.add(
            "back_cushion",
            cover,
            _cushion(third * 0.97, 0.42, 0.18)
            .turned("x", -12)
            .moved(x=x, y=seat + 0.02, z=-depth / 2 + 0.3),
        )
    _sofa_pillows(rng, model, depth, seat, width)
    return model.scene()


def _sofa_back(model: Model, back: float, cover: Material, depth: float, width: float) -> None:
    model.add(
        "back",
        cover,
        box(
            (-width / 2 + 0.004, 0.103, -depth / 2 - 0.02),
            (width / 2 - 0.004, back, -depth / 2 + 0.2),
            0.07,
        ),
    )


def _sofa_pillows(
    rng: np.random.Generator, model: Model, depth: float, seat: float, width: float
) -> None:
    for x in rng.choice([-0.34, -0.1, 0.12, 0.33], 2, replace=False):
        pillow = sphere((0.22, 0.21, 0.075), segments=24).with_planar_uv("z").turned("x", -22)
        model.add(
            "pillow",
            cloth(rng, "pillow"),
            pillow.moved(x=x * width, y=seat + 0.23, z=-depth / 2 + 0.48),
        )
    foot = frustum(0.02, 0.03, 0, 0.12, segments=14)
    for x, z in ((width / 2 - 0.1, -depth / 2 + 0.1), (width / 2 - 0.1, depth / 2 - 0.1)):
        model.add(
            "foot",
            Material("foot", pick(rng, WOODS), roughness=0.4),
            foot.moved(x=x, z=z).both_sides(),
        )


CATEGORIES = (
    Category("armchair", "furniture", Symmetry.NONE, _armchair),
    Category("chair", "furniture", Symmetry.MIRROR, _chair),
    Category("sofa", "furniture", Symmetry.NONE, _sofa),
)
