"""A cake and a pizza, each with a slice pulled out."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import dish, either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    PASTELS,
    WOODS,
    Material,
    gloss,
    lamp,
    matte,
    pick,
    pick_several,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude_up, rounded
from viewpoint_gen.assets.procedural.part import Array
from viewpoint_gen.assets.procedural.shapes import cylinder, lathe, sphere, torus, wedge
from viewpoint_gen.assets.procedural.textures import speckle, stripes

CHINA = gloss("china", rgb("#f3f0ea"))
CREAM = matte("cream", rgb("#f8f2e4"))


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
    model.add("plate", CHINA, dish(r * 1.55))
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
                x=t * np.sin(np.radians(a)),
                y=0.0275 + 0.0004 * i,  # what overlaps must not share a plane
                z=t * np.cos(np.radians(a)),
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


CATEGORIES = (
    Category("cake", "food", Symmetry.NONE, _cake),
    Category("pizza", "food", Symmetry.NONE, _pizza),
)
