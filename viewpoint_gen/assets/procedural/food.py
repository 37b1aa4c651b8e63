"""Food and tableware, each with a bite, a missing slice or a handle that gives it a direction."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    FABRICS,
    PASTELS,
    WOODS,
    Material,
    gloss,
    lamp,
    matte,
    mix,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt
from viewpoint_gen.assets.procedural.outlines import cut, extrude_up, rounded
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    lathe,
    rod,
    sphere,
    torus,
    tube,
    wedge,
)
from viewpoint_gen.assets.procedural.textures import dots, label, ramp, speckle, stripes, tartan

CHINA = gloss("china", rgb("#f3f0ea"))
CREAM = matte("cream", rgb("#f8f2e4"))


def _dish(radius: float, rise: float = 0.02) -> Part:
    profile = [
        (radius * 0.55, 0),
        (radius * 0.6, 0.004),
        (radius, rise),
        (radius * 0.97, rise + 0.003),
    ]
    return lathe([*profile, (radius * 0.62, 0.009), (0, 0.008)], segments=56, crease_deg=50)


def _cake(rng: np.random.Generator) -> trimesh.Scene:
    """A layer cake with a slice missing near the front; the slice lies beside it."""
    r, layers = rng.uniform(0.1, 0.13), int(rng.integers(2, 4))
    side, high = either_side(rng), rng.uniform(0.032, 0.042)
    sponge_tint = pick(rng, ("#e3bd7f", "#6b4028", "#c9786a", "#d9a95f"))
    icing_tint, cream_tint = pick_several(rng, PASTELS, 2)
    sponge = Material(
        "sponge", roughness=1.0, texture=speckle(rng, sponge_tint, depth=0.09), tile_m=(0.06, 0.06)
    )
    icing, cream = matte("icing", icing_tint), matte("filling", cream_tint)
    start = side * rng.uniform(5, 25) + 30
    end = start - rng.uniform(40, 60)
    model = Model()
    model.add("plate", CHINA, _dish(r * 1.55))
    piece = (end + 3.0, start - 3.0)
    out = np.radians((start + end) / 2)
    for where, (a, b) in (("cake", (start, end + 360.0)), ("slice", piece)):
        shift = (
            np.zeros(3) if where == "cake" else 0.45 * r * np.array([np.sin(out), 0, np.cos(out)])
        )
        y = 0.011
        for _ in range(layers):
            for mat, thick, radius in ((sponge, high, r), (cream, 0.009, r * 1.004)):
                part = wedge(
                    [(0.001, y), (radius, y), (radius, y + thick), (0.001, y + thick)],
                    a,
                    b,
                    segments=44 if where == "cake" else 10,
                )
                model.add(where, mat, part.moved(*shift))
                y += thick
        coat_profile = [
            (r * 1.001, 0.012),
            (r * 1.03, 0.013),
            (r * 1.035, y),
            (r, y + 0.008),
            (0.001, y + 0.008),
            (0.001, y + 0.0005),
            (r * 1.0045, y + 0.0005),
        ]
        model.add(
            where,
            icing,
            wedge(coat_profile, a, b, segments=44 if where == "cake" else 10, crease_deg=50).moved(
                *shift
            ),
        )
    _cake_top(rng, model, r, y + 0.008, start, end)
    return model.scene()


def _cake_top(
    rng: np.random.Generator, model: Model, r: float, y: float, start: float, end: float
) -> None:
    """Glaze and berries on one part of the top, candles off the middle."""
    glaze = gloss("glaze", pick(rng, ("#5a3322", "#b3304a", "#e8a13a", "#7a4f9a")))
    pool = [(0.001, y - 0.002), (r * 0.99, y - 0.002), (r * 0.97, y + 0.002), (0.001, y + 0.003)]
    model.add("glaze", glaze, wedge(pool, start + 2, start + rng.uniform(120, 170), segments=20))
    berry, candle = (
        gloss("berry", pick(rng, ("#b3202a", "#3d2a5a", "#e2612b"))),
        pick_several(rng, BRIGHTS, 2),
    )
    swirl = lathe(
        [(0.016, 0), (0.014, 0.006), (0.009, 0.011), (0.01, 0.012), (0, 0.02)],
        segments=14,
        crease_deg=50,
    )
    count = int(rng.integers(7, 11))
    for a in np.linspace(start + 14, start + 215, count):
        spot = (r * 0.8 * np.sin(np.radians(a)), r * 0.8 * np.cos(np.radians(a)))
        model.add("swirl", CREAM, swirl.moved(x=spot[0], y=y, z=spot[1]))
        model.add("berry", berry, sphere(0.0095, (spot[0], y + 0.02, spot[1]), segments=14))
    wax = Material(
        "candle", roughness=0.5, texture=stripes(candle, upright=False), tile_m=(1, 0.018)
    )
    middle = np.radians((start + end + 360) / 2 + rng.uniform(-40, 40))
    for i in range(int(rng.integers(1, 4))):
        a = middle + 0.9 * i
        x, z = 0.42 * r * np.sin(a), 0.42 * r * np.cos(a)
        model.add("candle", wax, cylinder(0.0045, y, y + 0.06, segments=14).moved(x=x, z=z))
        model.add(
            "flame",
            lamp("flame", rgb("#ffb84d"), 2.0),
            sphere((0.004, 0.009, 0.004), (x, y + 0.07, z), segments=12),
        )


def _pizza(rng: np.random.Generator) -> trimesh.Scene:
    """A pizza on a board with a slice pulled out to the front."""
    r, side = rng.uniform(0.15, 0.19), either_side(rng)
    crust = Material(
        "crust",
        roughness=0.9,
        texture=speckle(rng, rgb("#d9a45f"), grain_px=3, depth=0.09),
        tile_m=(0.12, 0.12),
    )
    cheese = Material(
        "cheese",
        roughness=0.6,
        texture=speckle(rng, rgb("#f0c95a"), grain_px=5, depth=0.07),
        tile_m=(0.15, 0.15),
    )
    timber = Material("board", pick(rng, WOODS), roughness=0.7)
    model = Model()
    _pizza_board(model, r, timber)
    start, end = 22.5 + side * 25, -22.5 + side * 25
    out = np.radians((start + end) / 2)
    shift = 0.42 * r * np.array([np.sin(out), 0, np.cos(out)])
    for a, b, move in ((start, end + 360, 0 * shift), (end + 2, start - 2, shift)):
        steps = 48 if b - a > 90 else 8
        rim_profile = [
            (r * 0.84, 0.014),
            (r, 0.014),
            (r * 1.02, 0.022),
            (r * 0.99, 0.034),
            (r * 0.93, 0.037),
            (r * 0.84, 0.028),
        ]
        model.add(
            "crust",
            crust,
            wedge(rim_profile, a, b, segments=steps, crease_deg=60)
            .moved(*move)
            .with_planar_uv("y"),
        )
        flat = wedge(
            [(0.001, 0.015), (r * 0.841, 0.015), (r * 0.841, 0.026), (0.001, 0.026)],
            a,
            b,
            segments=steps,
        )
        model.add("cheese", cheese, flat.moved(*move).with_planar_uv("y"))
    _pizza_topping(rng, model, r, (start, end), shift)
    return model.scene()


def _pizza_board(model: Model, r: float, timber: Material) -> None:
    model.add("board", timber, cylinder(r * 1.22, 0, 0.014, bevel=0.004, segments=56))
    grip = extrude_up(
        rounded(
            [(-0.03, -r * 1.15), (0.03, -r * 1.15), (0.026, -r * 1.75), (-0.026, -r * 1.75)], 0.015
        ),
        0.002,
        0.012,
        bevel=0.003,
    )
    model.add("board", timber, grip)


def _pizza_topping(
    rng: np.random.Generator, model: Model, r: float, gap: tuple[float, float], shift: Array
) -> None:
    salami, olive, leaf = (
        gloss(n, pick(rng, (c,)))
        for n, c in (("salami", "#b5402e"), ("olive", "#2c2f26"), ("basil", "#3f8a3c"))
    )
    slice_ = cylinder(0.021, 0.0, 0.005, bevel=0.0015, segments=20)
    ring = torus(0.009, 0.0038, segments=14, sides=7)
    basil = sphere((0.018, 0.0035, 0.009), segments=12)
    kinds = [(salami, slice_, 9), (olive, ring, 10), (leaf, basil, 7)]
    for mat, part, count in kinds:
        for i in range(count):
            a = float(rng.uniform(gap[0] + 12, gap[1] + 348))
            t = r * (0.25 + 0.5 * np.sqrt((i + rng.random()) / count))
            spot = part.turned("y", a * 7).moved(
                x=t * np.sin(np.radians(a)), y=0.0275, z=t * np.cos(np.radians(a))
            )
            model.add(mat.name, mat, spot)
    middle = np.radians((gap[0] + gap[1]) / 2)
    for t, mat, part in ((0.6, salami, slice_), (0.42, olive, ring), (0.7, leaf, basil)):
        bend = middle + (0.18 if mat is leaf else -0.05)
        model.add(
            mat.name,
            mat,
            part.moved(
                x=float(t * r * np.sin(bend) + shift[0]),
                y=0.0275,
                z=float(t * r * np.cos(bend) + shift[2]),
            ),
        )


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
            rng, pick(rng, ("#ead2a4", "#d9b884", "#b98f5a")), grain_px=1.6, depth=0.07
        ),
        tile_m=(0.05, 0.05),
    )
    crust = matte("crust", pick(rng, ("#a9713f", "#8f5a33")))
    triangle = np.array([(-a * 0.72, a * 0.36), (a * 0.72, a * 0.36), (0.0, -a * 0.36)])
    model = Model()
    model.add("plate", gloss("plate", pick(rng, ENAMELS)), _dish(a * 1.25))
    _sandwich_layers(rng, model, a, bread, crust, side, triangle)
    pickle = sculpt(
        [Limb((side * a * 0.95, 0.022, a * 0.1), (side * a * 0.7, 0.022, -a * 0.5), 0.012, 0.01)],
        blend_m=0.01,
        cell_m=0.005,
    )
    model.add("pickle", gloss("pickle", rgb("#5f7a33")), pickle)
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
                x=-side * a * (0.75 + 0.06 * i), y=0.02 + 0.005 * i, z=a * (-0.35 + 0.2 * i)
            ),
        )
    return model.scene()


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
    layers: list[tuple[str, Material, float, float]] = [("bread", bread, 0.014, 1.0)]
    layers += [
        (
            n,
            plastic(n, pick(rng, (c,))),
            float(rng.uniform(0.004, 0.008)),
            float(rng.uniform(0.96, 1.09)),
        )
        for n, c in order
    ]
    layers += [("bread", bread, 0.014, 1.0)]
    for name, mat, thick, grow in layers:
        outline = rounded(triangle * grow + np.array([0, rng.uniform(-0.002, 0.002)]), 0.006)
        model.add(name, mat, extrude_up(outline, y, y + thick, bevel=0.002))
        if name == "bread":
            rim = rounded(triangle * 1.0, 0.006)
            edge = rim[rim[:, 1] < a * 0.3]
            path = [
                (float(p[0]), y + thick / 2, float(p[1])) for p in edge[np.argsort(edge[:, 0])][::2]
            ]
            model.add("crust", crust, tube(path, thick * 0.56, sides=10, smooth=1).scaled(x=1.0))
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
    print_ = label(
        words[int(rng.integers(len(words)))], mix(main, rgb("#ffffff"), 0.75), shade(ink, 0.7)
    )
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
    leaf = lump((-side * r * 0.1, r * 1.12, r * 0.02), (0.012, 0.002, 0.028))
    model.add("leaf", matte("leaf", rgb("#4f8a3a")), sculpt([leaf], blend_m=0.004, cell_m=0.004))
    return model.scene()


def _fruit(rng: np.random.Generator, model: Model, r: float, side: float, tints: dict) -> None:
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
        else:
            fruit = sphere(
                (size * (1.35 if kind == "lemon" else 1.0), size, size), segments=28
            ).turned("y", 40.0 * i)
        model.add(kind, mat, fruit.moved(x * r, y * r, z * r))


CATEGORIES = (
    Category("burger", "food", Symmetry.NONE, _burger),
    Category("cake", "food", Symmetry.NONE, _cake),
    Category("fruit_bowl", "food", Symmetry.NONE, _fruit_bowl),
    Category("mug", "kitchenware", Symmetry.NONE, _mug),
    Category("pizza", "food", Symmetry.NONE, _pizza),
    Category("sandwich", "food", Symmetry.NONE, _sandwich),
    Category("teapot", "kitchenware", Symmetry.MIRROR, _teapot),
)
