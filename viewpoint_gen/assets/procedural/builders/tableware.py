"""A teapot, a mug and a bowl of fruit."""

from __future__ import annotations

import numpy as np
import trimesh
from PIL import Image

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, one_of
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    FABRICS,
    PASTELS,
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
from viewpoint_gen.assets.procedural.shapes import box, cylinder, lathe, rod, sphere, tube, wedge
from viewpoint_gen.assets.procedural.textures import dots, label, ramp, tartan


def _teapot(rng: np.random.Generator) -> trimesh.Scene:
    """The spout points to +Z, the handle to −Z."""
    r = rng.uniform(0.075, 0.1)
    tall = rng.uniform(0.85, 1.15)
    main, other = pick_several(rng, ENAMELS + PASTELS, 2)
    glaze, accent = gloss("glaze", main), gloss("accent", other)
    model = Model()
    t = np.linspace(-1.15, 1.2, 20)
    body = [(r * 0.55, -r * tall * 0.95), *[(r * np.cos(a), r * tall * np.sin(a)) for a in t]]
    pot = lathe(body, segments=52, crease_deg=50)
    if rng.random() < 0.5:
        v = (pot.points_m[:, 1] / (r * tall) + 1) / 2
        picture = ramp(
            [(0, main), (0.38, other), (0.44, main), (0.56, main), (0.58, other), (0.64, main)]
        )
        glaze = Material("glaze", roughness=0.22, texture=picture)
        pot = pot.with_uv(np.stack([np.clip(v, 0.01, 0.99), v * 0 + 0.5], axis=1))
        model.add("body", glaze, pot)
        glaze = gloss("glaze_plain", main)
    else:
        model.add("body", glaze, pot)
    spout = [
        (0, -r * 0.35, r * 0.75),
        (0, -r * 0.1, r * 1.3),
        (0, r * 0.45, r * 1.6),
        (0, r * 0.8 * tall, r * 2.0),
    ]
    model.add("spout", glaze, tube(spout, [r * 0.3, r * 0.22, r * 0.15, r * 0.12], sides=18))
    handle = [
        (0, r * 0.6 * tall, -r * 0.7),
        (0, r * 0.8 * tall, -r * 1.4),
        (0, r * 0.2, -r * 1.8),
        (0, -r * 0.4 * tall, -r * 1.3),
        (0, -r * 0.5 * tall, -r * 0.75),
    ]
    model.add("handle", accent, tube(handle, r * 0.1, sides=14, smooth=6))
    y = r * tall * 0.9
    _teapot_lid(model, accent, r, y)
    return model.scene()


def _teapot_lid(model: Model, accent: Material, r: float, y: float) -> None:
    cover = lathe(
        [
            (r * 0.42, 0),
            (r * 0.44, r * 0.05),
            (r * 0.3, r * 0.2),
            (r * 0.08, r * 0.27),
            (r * 0.08, r * 0.32),
            (r * 0.15, r * 0.42),
            (r * 0.1, r * 0.52),
            (0, r * 0.54),
        ],
        segments=36,
        crease_deg=50,
    )
    model.add("lid", accent, cover.moved(y=y))


def _mug(rng: np.random.Generator) -> trimesh.Scene:
    """A mug with its motto to the front, handle on one side, steaming spoon on the other."""
    r, high, side = rng.uniform(0.038, 0.046), rng.uniform(0.085, 0.105), either_side(rng)
    main, ink = pick_several(rng, ENAMELS + BRIGHTS, 2)
    glaze, model = gloss("glaze", main), Model()
    wall = [
        (r * 0.9, 0),
        (r, 0.006),
        (r, high),
        (r * 0.95, high + 0.001),
        (r * 0.92, high - 0.002),
        (r * 0.92, high * 0.86),
        (0, high * 0.86),
    ]
    model.add("body", glaze, lathe(wall, segments=52, crease_deg=40))
    model.add(
        "drink",
        gloss("drink", pick(rng, ("#4a2c1a", "#a9713f", "#6b3f1f"))),
        cylinder(r * 0.925, high * 0.84, high * 0.87, segments=40),
    )
    ear = tube(
        [
            (r * 0.93, high * 0.82, 0),
            (r * 1.5, high * 0.85, 0),
            (r * 1.75, high * 0.55, 0),
            (r * 1.45, high * 0.25, 0),
            (r * 0.93, high * 0.2, 0),
        ],
        0.0058,
        sides=14,
        smooth=6,
    )
    model.add("handle", glaze, ear if side > 0 else ear.mirrored())
    words = ("TEA", "HELLO", "MUM", "BOSS", "MONDAY", "CAT")
    print_ = label(one_of(rng, words), mix(main, rgb("#ffffff"), 0.75), shade(ink, 0.7))
    _mug_motto(model, high, print_, r)
    _mug_setting(rng, model, high, r, side)
    return model.scene()


def _mug_motto(model: Model, high: float, print_: Image.Image, r: float) -> None:
    outline = [
        (r + 0.0004, high * 0.3),
        (r + 0.001, high * 0.3),
        (r + 0.001, high * 0.72),
        (r + 0.0004, high * 0.72),
    ]
    badge = wedge(outline, -48, 48, segments=24)
    angle = np.degrees(np.arctan2(badge.points_m[:, 0], badge.points_m[:, 2]))
    v = (badge.points_m[:, 1] - high * 0.3) / (high * 0.42)
    model.add(
        "motto",
        Material("motto", roughness=0.4, texture=print_),
        badge.with_uv(np.stack([(angle + 48) / 96, v], axis=1)),
    )


def _mug_setting(
    rng: np.random.Generator, model: Model, high: float, r: float, side: float
) -> None:
    spoon = rod(
        (-side * r * 0.3, high * 0.5, -r * 0.2), (-side * r * 1.15, high * 1.45, -r * 0.5), 0.0022
    )
    model.add(
        "spoon",
        Material("spoon", rgb("#c9ccd0"), metallic=1.0, roughness=0.25),
        spoon,
        sphere((0.005, 0.008, 0.003), (-side * r * 1.15, high * 1.45, -r * 0.5), segments=12),
    )
    coaster = cylinder(r * 1.35, -0.006, 0.0, bevel=0.0015, segments=48)
    cloth = Material(
        "coaster",
        roughness=0.9,
        texture=tartan(rng, *pick_several(rng, FABRICS, 2)),
        tile_m=(0.05, 0.05),
    )
    model.add("coaster", cloth, coaster.with_planar_uv("y"))
    tag = box(
        (side * r * 0.35, high * 0.45, r * 0.98), (side * r * 0.75, high * 0.72, r * 1.04)
    ).turned("y", side * 4)
    model.add("tag", matte("tag", pick(rng, BRIGHTS)), tag)
    model.add(
        "string",
        matte("string", rgb("#efe8d8")),
        tube(
            [
                (side * r * 0.45, high * 0.9, r * 0.6),
                (side * r * 0.5, high * 1.01, r * 0.86),
                (side * r * 0.53, high * 0.72, r * 0.99),
            ],
            0.0008,
            sides=6,
        ),
    )


def _fruit_bowl(rng: np.random.Generator) -> trimesh.Scene:
    """Fruit heaped in a bowl, bananas to one side."""
    r, side = rng.uniform(0.12, 0.15), either_side(rng)
    bowl = lathe(
        [
            (r * 0.45, 0),
            (r * 0.5, 0.012),
            (r * 0.85, r * 0.3),
            (r, r * 0.55),
            (r * 0.96, r * 0.55),
            (r * 0.8, r * 0.32),
            (r * 0.4, 0.03),
            (0, 0.025),
        ],
        segments=56,
        crease_deg=60,
    )
    ground, spot = pick_several(rng, ENAMELS, 2)
    china = Material("bowl", roughness=0.3, texture=dots(ground, spot), tile_m=(0.1, 0.04))
    model = Model()
    model.add("bowl", china, bowl)
    tints = {
        "apple": ("#b3202a", "#7cb342", "#d9a12e"),
        "orange": ("#e58f2a",),
        "plum": ("#4b2a5a",),
        "lemon": ("#f0d03c",),
    }
    _fruit(rng, model, r, side, tints)
    peel = matte("banana", pick(rng, ("#f0cf3c", "#e8c13a")))
    for i in range(int(rng.integers(2, 4))):
        bend = [
            (side * r * 0.2, r * 0.92, -r * 0.6),
            (side * r * 0.62, r * 0.8, -r * 0.35),
            (side * r * 0.8, r * 0.66, r * 0.1),
            (side * r * 0.66, r * 0.7, r * 0.62),
        ]
        fat = [r * 0.05, r * 0.14, r * 0.14, r * 0.04]
        banana = (
            tube(bend, fat, sides=10, smooth=5)
            .turned("z", side * (12.0 * i - 8))
            .turned("y", -side * 14.0 * i)
        )
        model.add("banana", peel, banana.moved(y=r * 0.05 * i))
    return model.scene()


def _fruit(
    rng: np.random.Generator, model: Model, r: float, side: float, tints: dict[str, tuple[str, ...]]
) -> None:
    spots = [
        (0.0, 0.5, 0.45),
        (-side * 0.45, 0.5, 0.1),
        (-side * 0.15, 0.5, -0.45),
        (side * 0.1, 0.78, 0.0),
        (-side * 0.3, 0.8, -0.2),
    ]
    order = rng.permutation(5) % 4
    for i, (x, y, z) in enumerate(spots):
        kind = list(tints)[int(order[i])]
        mat = gloss(f"{kind}{i}", pick(rng, tints[kind]))
        size = r * {"apple": 0.32, "orange": 0.31, "plum": 0.24, "lemon": 0.25}[kind]
        if kind == "apple":
            t = np.linspace(-np.pi / 2, np.pi / 2, 16)
            fruit = lathe(
                [
                    (
                        size * np.cos(a) * (1.05 + 0.12 * np.sin(a)),
                        size
                        * (np.sin(a) * 0.95 - 0.22 * np.exp(-9 * np.cos(a)) * np.sign(np.sin(a))),
                    )
                    for a in t
                ],
                segments=28,
                crease_deg=80,
            )
            model.add(
                "stalk",
                matte("stalk", rgb("#5a3f24")),
                rod(
                    (x * r, y * r + size * 0.6, z * r),
                    (x * r + 0.006, y * r + size * 1.2, z * r),
                    0.0022,
                ),
            )
            leaf = sphere((0.02, 0.002, 0.01), (0.019, 0.0, 0.0), segments=14).turned("z", 18.0)
            model.add(
                "leaf",
                matte("leaf", rgb("#4f8a3a")),
                leaf.turned("y", 75.0 * i).moved(x * r + 0.004, y * r + size * 1.0, z * r),
            )
        else:
            fruit = sphere(
                (size * (1.35 if kind == "lemon" else 1.0), size, size), segments=28
            ).turned("y", 40.0 * i)
        model.add(kind, mat, fruit.moved(x * r, y * r, z * r))


CATEGORIES = (
    Category("fruit_bowl", "food", Symmetry.NONE, _fruit_bowl),
    Category("mug", "kitchenware", Symmetry.NONE, _mug),
    Category("teapot", "kitchenware", Symmetry.MIRROR, _teapot),
)
