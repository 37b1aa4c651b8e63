"""A burger with a bite taken and a sandwich."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import dish, either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    Material,
    gloss,
    matte,
    pick,
    pick_several,
    plastic,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, sculpt
from viewpoint_gen.assets.procedural.outlines import cut, extrude_up, rounded
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import box, cylinder, lathe, rod, sphere, tube
from viewpoint_gen.assets.procedural.textures import speckle, stripes


def _wavy(radius: float, y: float, amount: float, phase: float) -> Part:
    part = lathe(
        [(radius * 0.3, y), (radius, y + 0.001), (radius, y + 0.004), (0, y + 0.005)],
        segments=56,
        crease_deg=60,
    )

    def wave(points: Array) -> Array:
        a, r = np.arctan2(points[:, 0], points[:, 2]), np.hypot(points[:, 0], points[:, 2]) / radius
        grow = 1 + 0.05 * r * np.sin(5 * a + phase)
        lift = amount * r**2 * np.sin(9 * a + phase)
        return np.column_stack([points[:, 0] * grow, points[:, 1] + lift, points[:, 2] * grow])

    return part.warped(wave, 60)


def _burger(rng: np.random.Generator) -> trimesh.Scene:
    """A burger with a bite out of one side of its front, a flag and a tomato hanging out."""
    r, side = rng.uniform(0.05, 0.06), either_side(rng)
    bun_tint = pick(rng, ("#c9853f", "#b5712f", "#d99a52"))
    bun = Material("bun", bun_tint, roughness=0.55)
    bite = sphere(r * 0.62, (side * r * 0.75, r * 0.9, r * 0.78), segments=20)
    model = Model()
    low = lathe(
        [(0, 0), (r * 0.88, 0), (r, r * 0.1), (r, r * 0.3), (r * 0.96, r * 0.36), (0, r * 0.36)],
        segments=48,
        crease_deg=50,
    )
    patty_y = r * 0.5
    patty = lathe(
        [
            (r * 0.9, patty_y),
            (r * 1.03, patty_y + r * 0.08),
            (r * 1.02, patty_y + r * 0.24),
            (r * 0.9, patty_y + r * 0.3),
        ],
        segments=48,
        crease_deg=70,
    )
    top_y = r * 1.0
    dome = lathe(
        [
            (r * 0.95, top_y),
            (r * 1.04, top_y + r * 0.1),
            (r * 0.98, top_y + r * 0.34),
            (r * 0.7, top_y + r * 0.62),
            (r * 0.35, top_y + r * 0.73),
            (0, top_y + r * 0.76),
        ],
        segments=48,
        crease_deg=60,
    )
    meat = Material(
        "meat",
        roughness=0.9,
        texture=speckle(rng, pick(rng, ("#5a3322", "#6b3f28")), depth=0.14),
        tile_m=(0.05, 0.05),
    )
    for name, mat, part in (("bun", bun, low), ("patty", meat, patty), ("bun", bun, dome)):
        model.add(name, mat, cut(part, bite, crease_deg=50))
    _burger_filling(rng, model, bite, r, side, top_y)
    return model.scene()


def _burger_filling(
    rng: np.random.Generator, model: Model, bite: Part, r: float, side: float, top_y: float
) -> None:
    lettuce = _wavy(r * 1.12, r * 0.39, r * 0.07, float(rng.uniform(0, 6)))
    model.add(
        "lettuce",
        matte("lettuce", pick(rng, ("#7cb342", "#8bc34a", "#5f9e3a"))),
        cut(lettuce, bite.moved(y=-r * 0.3), crease_deg=60),
    )
    cheese = box((-r * 0.86, r * 0.83, -r * 0.86), (r * 0.86, r * 0.87, r * 0.86)).turned(
        "y", float(rng.uniform(20, 70))
    )
    model.add("cheese", plastic("cheese", rgb("#f2b233")), cut(cheese, bite, crease_deg=40))
    tomato = gloss("tomato", pick(rng, ("#c92f23", "#d9452e")))
    disc_ = cylinder(r * 0.5, r * 0.88, r * 0.98, bevel=r * 0.03, segments=28)
    model.add(
        "tomato",
        tomato,
        disc_.moved(x=-side * r * 0.62, z=r * 0.2),
        disc_.moved(x=-side * r * 0.1, z=-r * 0.55),
    )
    seed = sphere((r * 0.035, r * 0.02, r * 0.055), segments=8)
    for _ in range(26):
        a, t = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0.02, 0.6))
        p = np.array([t * np.sin(a), 0, t * np.cos(a)]) * r
        if np.hypot(p[0] - side * r * 0.75, p[2] - r * 0.78) > r * 0.7:
            y = top_y + r * (0.76 - 0.3 * t**2 - 0.18 * t**4)
            model.add(
                "seed",
                matte("seed", rgb("#f3e3b8")),
                seed.turned("y", float(np.degrees(a))).moved(x=p[0], y=y, z=p[2]),
            )
    stick = -side * r * 0.15
    model.add(
        "stick",
        matte("stick", rgb("#d9b98a")),
        rod((stick, r * 0.8, 0), (stick, r * 2.5, 0), r * 0.022),
    )
    flag = Material(
        "flag",
        roughness=0.8,
        texture=stripes(pick_several(rng, BRIGHTS, 3), upright=False),
        tile_m=(1, r * 0.5),
    )
    model.add(
        "flag", flag, box((stick, r * 2.05, -0.0006), (stick - side * r * 0.75, r * 2.5, 0.0006))
    )


def _sandwich(rng: np.random.Generator) -> trimesh.Scene:
    """A triangular sandwich half on a plate, its cut face to the front, pickle on one side."""
    side, a = either_side(rng), rng.uniform(0.1, 0.13)
    bread = Material(
        "bread",
        roughness=0.95,
        texture=speckle(
            rng, pick(rng, ("#ead2a4", "#d9b884", "#b98f5a")), grain_px=2.2, depth=0.05
        ),
        tile_m=(0.05, 0.05),
    )
    crust = matte("crust", pick(rng, ("#a9713f", "#8f5a33")))
    triangle = a * np.array([(-0.84, 0.4), (0.84, 0.4), (0.0, -0.44)])
    model = Model()
    model.add("plate", gloss("plate", pick(rng, ENAMELS)), dish(a * 1.1))
    _sandwich_layers(rng, model, a, bread, crust, side, triangle)
    pickle = sculpt(
        [Limb((side * a * 0.88, 0.022, a * 0.0), (side * a * 0.55, 0.022, -a * 0.6), 0.013, 0.011)],
        blend_m=0.01,
        cell_m=0.005,
    )
    model.add("pickle", gloss("pickle", rgb("#5f7a33")), pickle)
    _ramekin(rng, model, -side * a * 0.5, a * 0.72, a * 0.24)
    for i in range(4):
        crisp = (
            cylinder(0.02, 0, 0.002, segments=18)
            .turned("x", float(rng.uniform(-30, 30)))
            .turned("z", float(rng.uniform(-30, 30)))
        )
        model.add(
            "crisp",
            matte("crisp", rgb("#e8c067")),
            crisp.moved(
                x=-side * a * (0.56 + 0.09 * i), y=0.02 + 0.005 * i, z=a * (-0.55 + 0.16 * i)
            ),
        )
    return model.scene()


def _ramekin(rng: np.random.Generator, model: Model, x: float, z: float, radius: float) -> None:
    """A small pot of sauce."""
    wall = [(0.78, 0), (1.0, 0.9), (0.9, 0.9), (0.84, 0.66), (0, 0.66)]
    pot = lathe([(radius * r, radius * y) for r, y in wall], segments=32, crease_deg=50)
    model.add("ramekin", gloss("ramekin", pick(rng, ENAMELS)), pot.moved(x, 0.009, z))
    sauce = cylinder(radius * 0.86, radius * 0.6, radius * 0.74, segments=32)
    tint = pick(rng, ("#b3261e", "#d9a12e", "#6b7f2f"))
    model.add("sauce", gloss("sauce", tint), sauce.moved(x, 0.009, z))


def _sandwich_layers(
    rng: np.random.Generator,
    model: Model,
    a: float,
    bread: Material,
    crust: Material,
    side: float,
    triangle: Array,
) -> None:
    fillings = [
        ("ham", "#d98a86"),
        ("lettuce", "#7cb342"),
        ("cheese", "#f2c14e"),
        ("tomato", "#c92f23"),
        ("beef", "#7a4a3a"),
        ("egg", "#f6e7a1"),
    ]
    order = [fillings[int(i)] for i in rng.permutation(len(fillings))[: int(rng.integers(3, 5))]]
    y = 0.01
    layers: list[tuple[str, Material, float, float]] = [("bread", bread, 0.019, 1.0)]
    layers += [
        (
            n,
            plastic(n, pick(rng, (c,))),
            float(rng.uniform(0.006, 0.011)),
            float(rng.uniform(0.96, 1.09)),
        )
        for n, c in order
    ]
    layers += [("bread", bread, 0.019, 1.0)]
    for name, mat, thick, grow in layers:
        outline = rounded(triangle * grow + np.array([0, rng.uniform(-0.002, 0.002)]), 0.006)
        model.add(name, mat, extrude_up(outline, y, y + thick, bevel=0.002))
        if name == "bread":
            left, right, tip = 0.98 * triangle
            edge = (left, tip + 0.06 * (left - tip), tip + 0.06 * (right - tip), right)
            path = [(float(p[0]), y + thick / 2, float(p[1])) for p in edge]
            model.add("crust", crust, tube(path, thick * 0.56, sides=10, smooth=1))
        y += thick + 0.0004
    stick = (side * a * 0.12, y, a * 0.08)
    model.add(
        "stick",
        matte("stick", rgb("#d9b98a")),
        rod((stick[0], 0.02, stick[2]), (stick[0], y + 0.05, stick[2]), 0.0015),
    )
    model.add(
        "olive",
        gloss("olive", rgb("#7a8a3a")),
        sphere((0.008, 0.01, 0.008), (stick[0], y + 0.018, stick[2]), segments=16),
    )


CATEGORIES = (
    Category("burger", "food", Symmetry.NONE, _burger),
    Category("sandwich", "food", Symmetry.NONE, _sandwich),
)
