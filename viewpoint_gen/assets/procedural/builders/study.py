"""A desk, a bookshelf and a grandfather clock."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, knob, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    FABRICS,
    WOODS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    pick,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rounded
from viewpoint_gen.assets.procedural.shapes import box, cylinder, disc, lathe, rod, sphere
from viewpoint_gen.assets.procedural.textures import book_spine, checks, clock_face
from viewpoint_gen.assets.procedural.upholstery import BRASS, add_drawers, timber

PAPER = matte("paper", rgb("#efe8d8"))


def _desk_lamp(
    rng: np.random.Generator, model: Model, x: float, y: float, z: float, side: float
) -> None:
    paint = gloss("lamp_paint", pick(rng, BRIGHTS))
    model.add("lamp", paint, cylinder(0.085, 0, 0.025, bevel=0.008).moved(x=x, y=y, z=z))
    elbow, head = (x + side * 0.1, y + 0.25, z - 0.03), (x - side * 0.1, y + 0.42, z + 0.06)
    model.add(
        "lamp_arm",
        chrome(),
        rod((x, y, z), elbow, 0.009),
        rod(elbow, head, 0.009),
        sphere(0.016, elbow, segments=12),
    )
    shade_ = lathe(
        [(0.025, 0.09), (0.04, 0.07), (0.085, 0), (0.078, 0), (0.03, 0.06), (0, 0.065)], segments=28
    )
    shade_ = shade_.turned("z", -side * 25)
    model.add("lamp", paint, shade_.moved(head[0] - side * 0.03, head[1] - 0.06, head[2]))
    model.add(
        "bulb",
        lamp("bulb", rgb("#fff0c4"), 2.0),
        sphere(0.026, (head[0] - side * 0.04, head[1] - 0.05, head[2]), segments=14),
    )


def _desk(rng: np.random.Generator) -> trimesh.Scene:
    """A writing desk; one sits on its +Z side, where the drawers open."""
    side = either_side(rng)
    width, depth, high = rng.uniform(1.1, 1.5), rng.uniform(0.55, 0.7), rng.uniform(0.72, 0.76)
    tint = pick(rng, WOODS)
    wood_, dark = timber(rng, tint), timber(rng, shade(tint, 0.8), "front")
    model, half = Model(), width / 2
    top = box((-half, high - 0.03, -depth / 2), (half, high, depth / 2), 0.008)
    model.add("top", wood_, top.with_planar_uv("y").with_swapped_uv())
    inner = half - rng.uniform(0.36, 0.44)
    model.add(
        "pedestal",
        wood_,
        box(
            (side * inner, 0.05, -depth * 0.45),
            (side * (half - 0.03), high - 0.03, depth * 0.42),
            0.004,
        ),
    )
    x0, x1 = sorted((side * inner, side * (half - 0.03)))
    add_drawers(
        rng, model, dark, x0, x1, (0.07, high - 0.04), depth * 0.42, int(rng.integers(3, 5))
    )
    leg = box((-0.025, 0, -0.025), (0.025, high - 0.03, 0.025), 0.006)
    for z in (-depth * 0.42, depth * 0.42):
        model.add("leg", wood_, leg.moved(x=-side * (half - 0.06), z=z))
    model.add(
        "modesty",
        dark,
        box((-half + 0.05, high * 0.5, -depth * 0.44), (half - 0.05, high - 0.02, -depth * 0.41)),
    )
    _desk_lamp(rng, model, side * half * 0.7, high, -depth * 0.25, side)
    for i in range(int(rng.integers(2, 5))):
        colour = matte(f"book{i}", pick(rng, FABRICS))
        y = high + i * 0.035
        book = box((-0.11, y, -0.08), (0.11, y + 0.033, 0.08), 0.003).turned(
            "y", float(rng.uniform(-25, 25))
        )
        model.add("book", colour, book.moved(x=-side * half * 0.62, z=-depth * 0.12))
    _desk_paper(rng, model, depth, high, side)
    return model.scene()


def _desk_paper(
    rng: np.random.Generator, model: Model, depth: float, high: float, side: float
) -> None:
    sheet = box((-0.11, high, -0.15), (0.11, high + 0.003, 0.15)).turned(
        "y", float(rng.uniform(-12, 12))
    )
    model.add("paper", PAPER, sheet.moved(x=side * 0.06, z=depth * 0.12))
    pot = lathe([(0.035, 0), (0.04, 0.1), (0.034, 0.1), (0.03, 0.01), (0, 0.01)], segments=20)
    model.add("pot", gloss("pot", pick(rng, ENAMELS)), pot.moved(x=0, y=high, z=-depth * 0.33))
    pencil = rod(
        (0, high + 0.02, -depth * 0.33),
        (side * 0.03, high + 0.17, -depth * 0.35),
        0.005,
        segments=6,
    )
    model.add("pencil", matte("pencil", pick(rng, BRIGHTS)), pencil)


def _shelf_row(
    rng: np.random.Generator,
    model: Model,
    x: float,
    end: float,
    y: float,
    high: float,
    spines: list[Material],
) -> None:
    while x < end - 0.05:
        if rng.random() < 0.12:
            ball = sphere(min(0.06, high * 0.3), segments=16)
            model.add(
                "ornament",
                gloss(f"ornament{len(spines)}", pick(rng, BRIGHTS)),
                ball.moved(x=x + 0.07, y=y + 0.06, z=0.02),
            )
            x += 0.16
            continue
        wide, tall = rng.uniform(0.022, 0.05), high * rng.uniform(0.6, 0.9)
        deep = rng.uniform(0.16, 0.2)
        book = box((x, y, -0.1), (x + wide, y + tall, -0.1 + deep)).with_fitted_uv()
        model.add("book", one_of(rng, spines), book)
        x += wide + 0.0015
        if rng.random() < 0.06:
            x += rng.uniform(0.06, 0.2)


def _bookshelf(rng: np.random.Generator) -> trimesh.Scene:
    width, height, depth = rng.uniform(0.7, 1.1), rng.uniform(1.5, 2.1), rng.uniform(0.26, 0.32)
    rows, board = 3 if height < 1.7 else 4, 0.022
    tint = pick(rng, WOODS)
    wood_ = timber(rng, tint) if rng.random() < 0.7 else plastic("paint", pick(rng, ENAMELS))
    back = timber(rng, shade(tint, 0.7), "back")
    half, model = width / 2, Model()
    model.add(
        "side",
        wood_,
        box((half - board, 0, -depth / 2), (half, height, depth / 2), 0.003).both_sides(),
    )
    model.add(
        "back",
        back,
        box((-half + board, 0.05, -depth / 2), (half - board, height - 0.02, -depth / 2 + 0.01)),
    )
    spines = [
        Material(
            f"spine{i}",
            roughness=0.6,
            texture=book_spine(rng, pick(rng, FABRICS + BRIGHTS), rgb("#e8d9a8")),
        )
        for i in range(7)
    ]
    chest = rng.uniform(0.42, 0.56)
    _shelf_chest(model, wood_, half, chest, depth)
    step = (height - chest - board) / rows
    for i in range(rows + 1):
        y = chest + i * step
        shelf = box(
            (-half + board, y - board, -depth / 2 + 0.01), (half - board, y, depth / 2 - 0.004)
        )
        if i > 0:  # the lowest row stands on the chest
            model.add("shelf", wood_, shelf.with_planar_uv("y").with_swapped_uv())
        if i < rows:
            start = -half + board + 0.004 + (rng.uniform(0.0, 0.3) if rng.random() < 0.4 else 0.0)
            _shelf_row(
                rng, model, start, (half - board) * rng.uniform(0.35, 1.0), y, step - board, spines
            )
    _shelf_plant(rng, model, board, half, height)
    return model.scene()


def _shelf_chest(model: Model, wood_: Material, half: float, high: float, depth: float) -> None:
    """A cupboard with two doors under the shelves, deeper than they are."""
    back, front, wide = -depth / 2 - 0.004, depth / 2 + 0.16, half + 0.012
    model.add(
        "chest",
        wood_,
        box((-wide + 0.03, 0, back + 0.03), (wide - 0.03, 0.07, front - 0.04)),
        box((-wide, 0.06, back), (wide, high - 0.024, front), 0.004),
    )
    top = box((-wide - 0.012, high - 0.026, back), (wide + 0.012, high, front + 0.016), 0.006)
    model.add("chest", wood_, top.with_planar_uv("y").with_swapped_uv())
    door = box((0.006, 0.085, front - 0.002), (wide - 0.02, high - 0.045, front + 0.018), 0.005)
    model.add("door", wood_, door.both_sides())
    pull = knob(0.016, 0.028).moved(x=0.05, y=high * 0.6, z=front + 0.016)
    model.add("pull", BRASS, pull.both_sides())


def _shelf_plant(
    rng: np.random.Generator, model: Model, board: float, half: float, height: float
) -> None:
    side = either_side(rng)
    pot = lathe([(0.05, 0), (0.065, 0.1), (0.055, 0.1), (0.05, 0.08), (0, 0.08)], segments=24)
    model.add(
        "pot", matte("pot", rgb("#b5643c")), pot.moved(x=side * half * 0.6, y=height - 0.02 + board)
    )
    for i in range(7):
        leaf = (
            sphere((0.02, 0.1, 0.035), (0, 0.1, 0), segments=12)
            .turned("z", 26)
            .turned("y", 51 * i + 20 * float(rng.random()))
        )
        model.add(
            "leaf", matte("leaf", rgb("#4f8a4a")), leaf.moved(x=side * half * 0.6, y=height + 0.06)
        )


def _grandfather_clock(rng: np.random.Generator) -> trimesh.Scene:
    width, height, depth = rng.uniform(0.42, 0.5), rng.uniform(1.9, 2.2), rng.uniform(0.26, 0.32)
    wood_, model = timber(rng, pick(rng, WOODS)), Model()
    half, d = width / 2, depth / 2
    front = 0.45 * d  # of the trunk: it stands back behind base and hood, all backs in one plane
    model.add(
        "base",
        wood_,
        box((-half, 0, -d), (half, 0.45, d), 0.015),
        box((-half - 0.02, -0.01, -d - 0.005), (half + 0.02, 0.08, d + 0.04), 0.01),
    )
    model.add(
        "trunk",
        wood_,
        box((-half * 0.72, 0.44, 0.01 - d), (half * 0.72, height - 0.55, front), 0.01),
    )
    model.add("hood", wood_, box((-half, height - 0.56, -d), (half, height - 0.08, d), 0.012))
    crest = [
        (-half - 0.02, 0),
        (half + 0.02, 0),
        (half + 0.02, 0.04),
        (0.06, 0.16),
        (0, 0.12),
        (-0.06, 0.16),
        (-half - 0.02, 0.04),
    ]
    model.add(
        "crest",
        wood_,
        extrude(rounded(crest, 0.012), depth + 0.04, bevel=0.006).moved(
            y=height - 0.09, z=-d - 0.005
        ),
    )
    glass_ = box((-half * 0.5, 0.56, front), (half * 0.5, height - 0.66, front + 0.006))
    model.add("window", gloss("window", rgb("#2a2420")), glass_)
    face = clock_face(rgb("#f3ead2"), rgb("#1c1a18"), float(rng.uniform(0, 12)))
    dial = disc(half * 0.78, 0.02, segments=40).moved(y=height - 0.32, z=d - 0.004)
    model.add("dial", Material("dial", roughness=0.5, texture=face), dial)
    _pendulum(rng, model, front, half, height)
    plate = Material("plate", roughness=0.5, texture=checks(pick(rng, WOODS), rgb("#3a2416")))
    model.add("inlay", plate, panel(width * 0.5, 0.2, 0.008).moved(y=0.26, z=d))
    model.add("finial", BRASS, sphere((0.03, 0.05, 0.03), (0, height + 0.05, 0), segments=16))
    return model.scene()


def _pendulum(
    rng: np.random.Generator, model: Model, front: float, half: float, height: float
) -> None:
    swing = float(rng.choice([-1, 1])) * rng.uniform(5, 9)
    top = (0.0, height - 0.62, front + 0.012)
    low = height * 0.36
    rod_ = box((-0.006, low, front + 0.008), (0.006, height - 0.66, front + 0.014))
    bob = disc(0.07, 0.012, bevel=0.003).moved(y=low, z=front + 0.008)
    model.add("pendulum", BRASS, rod_.turned("z", swing, top), bob.turned("z", swing, top))
    side = either_side(rng)
    model.add(
        "key",
        BRASS,
        rod((side * half * 0.7, 1.2, 0), (side * (half * 0.72 + 0.06), 1.2, 0), 0.012),
        sphere(0.025, (side * (half * 0.72 + 0.07), 1.2, 0), segments=14),
    )


CATEGORIES = (
    Category("bookshelf", "furniture", Symmetry.NONE, _bookshelf),
    Category("desk", "furniture", Symmetry.NONE, _desk),
    Category("grandfather_clock", "furniture", Symmetry.NONE, _grandfather_clock),
)
