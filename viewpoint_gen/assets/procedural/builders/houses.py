"""A house and a church; chimneys and annexes tell the sides apart."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, panel
from viewpoint_gen.assets.procedural.masonry import (
    MORTAR,
    WHITE,
    add_door,
    add_window,
    gable,
    roof,
    roof_of,
    wall_of,
)
from viewpoint_gen.assets.procedural.materials import (
    BRICKS,
    BRIGHTS,
    PLASTERS,
    ROOFS,
    WOODS,
    Material,
    matte,
    metal,
    pick,
    plastic,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.shapes import box, cylinder, frustum
from viewpoint_gen.assets.procedural.textures import boards, bricks, clock_face


def _house(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    width, depth = rng.uniform(5.5, 7.5), rng.uniform(6.0, 8.0)
    wall, rise = rng.uniform(2.7, 3.4), rng.uniform(1.8, 2.8)
    ridge = wall + rise
    model, plaster, tiles = Model(), wall_of(rng), roof_of(rng)
    door, shutter = (plastic(name, pick(rng, BRIGHTS)) for name in ("door", "shutter"))
    model.add("wall", plaster, gable(width, depth, wall, ridge))
    model.add("roof", tiles, roof(width, depth, wall, ridge, 0.16, 0.45))
    front = depth / 2
    add_door(model, door, 0.95, 2.05, -side * width * 0.2, front)
    add_window(model, (1.1, 1.2), "z", 1, side * width * 0.22, 1.6, front)
    add_window(model, (0.9, 0.9), "z", 1, 0, wall + rise * 0.3, front)
    for x in (-1, 1):
        leaf = box((-0.2, -0.6, 0), (0.2, 0.6, 0.05), 0.01)
        model.add("shutter", shutter, leaf.moved(x=side * width * 0.22 + x * 0.82, y=1.6, z=front))
    for z in np.linspace(-depth * 0.3, depth * 0.3, int(rng.integers(2, 4))):
        add_window(model, (0.9, 1.1), "x", side, side * width / 2, 1.6, float(z))
    add_window(model, (1.1, 0.8), "x", -side, -side * width / 2, 1.8, -depth * 0.38)
    add_window(model, (0.8, 1.1), "z", -1, side * width * 0.25, 1.6, -front)
    stack_x, stack_z = side * width * 0.25, float(rng.uniform(-0.3, -0.1)) * depth
    base = wall + rise * 0.3
    brick = Material(
        "chimney", roughness=0.9, texture=bricks(rng, pick(rng, BRICKS), MORTAR), tile_m=(1.0, 0.8)
    )
    model.add(
        "chimney",
        brick,
        box((stack_x - 0.35, base, stack_z - 0.35), (stack_x + 0.35, ridge + 0.7, stack_z + 0.35)),
    )
    model.add(
        "chimney_top",
        matte("stone", rgb("#8f8a82")),
        box(
            (stack_x - 0.43, ridge + 0.7, stack_z - 0.43),
            (stack_x + 0.43, ridge + 0.82, stack_z + 0.43),
        ),
    )
    _house_annex(rng, model, plaster, tiles, side, width, depth)
    return model.scene()


def _house_annex(
    rng: np.random.Generator,
    model: Model,
    plaster: Material,
    tiles: Material,
    side: float,
    width: float,
    depth: float,
) -> None:
    """A garage on the side away from the chimney, or a porch over the door."""
    if rng.random() < 0.6:
        wide, deep = rng.uniform(2.6, 3.2), depth * rng.uniform(0.45, 0.58)
        x0, x1 = sorted((-side * width / 2, -side * (width / 2 + wide)))
        z1 = depth / 2 - 0.4
        model.add("garage", plaster, box((x0, 0, z1 - deep), (x1, 2.4, z1)))
        model.add(
            "garage_roof",
            matte("felt", rgb("#5a5652")),
            box((x0 - 0.15, 2.4, z1 - deep - 0.15), (x1 + 0.15, 2.55, z1 + 0.15)),
        )
        gate = Material(
            "gate", roughness=0.6, texture=boards(rng, pick(rng, WOODS)), tile_m=(0.8, 0.8)
        )
        model.add(
            "gate", gate, box((x0 + 0.3, 0.02, z1), (x1 - 0.3, 2.1, z1 + 0.06)).with_swapped_uv()
        )
        return
    x, z = -side * width * 0.2, depth / 2
    cover = roof(1.9, 1.2, 0, 0.6, 0.1, 0.12).moved(x=x, y=2.5, z=z + 0.6)
    model.add("porch", tiles, cover)
    post = box((-0.07, 0, -0.07), (0.07, 2.5, 0.07), 0.01)
    model.add("post", WHITE, *(post.moved(x=x + dx, z=z + 1.1) for dx in (-0.8, 0.8)))


def _church(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    width, depth, wall = rng.uniform(5.0, 6.0), rng.uniform(9.0, 11.0), rng.uniform(3.6, 4.4)
    ridge, tower, tall = wall + rng.uniform(2.2, 3.0), rng.uniform(2.4, 3.0), rng.uniform(7.5, 9.5)
    model, stone, tiles = Model(), wall_of(rng), roof_of(rng)
    model.add("nave", stone, gable(width, depth, wall, ridge).moved(z=-0.8))
    model.add("roof", tiles, roof(width, depth, wall, ridge, 0.16, 0.3).moved(z=-0.8))
    front = depth / 2 - 0.8 + tower * 0.6
    x = side * width * 0.28 if rng.random() < 0.5 else 0.0
    half = tower / 2
    model.add("tower", stone, box((x - half, -0.03, front - tower), (x + half, tall, front)))
    _spire(rng, model, front, half, tall, tower, x)
    add_door(model, plastic("door", pick(rng, WOODS)), 1.2, 2.2, x, front)
    face = Material(
        "clock",
        roughness=0.5,
        texture=clock_face(rgb("#f6f0dc"), rgb("#22252b"), float(rng.uniform(0, 12))),
    )
    dial = panel(tower * 0.5, tower * 0.5, 0.1)
    for axis, sign in (("z", 1.0), ("x", side)):
        spot = (
            (x + side * half, tall - 1.4, front - half) if axis == "x" else (x, tall - 1.4, front)
        )
        model.add("clock", face, facing(dial, "x" if axis == "x" else "z", sign).moved(*spot))
    for z in np.linspace(-depth * 0.42, depth * 0.2, 4):
        for sign in (1.0, -1.0):
            if sign == -side and z < -depth * 0.2:
                continue
            add_window(model, (0.7, 1.7), "x", sign, sign * width / 2, wall * 0.52, float(z) - 0.4)
    x0, x1 = sorted((-side * width * 0.49, -side * (width / 2 + 2.2)))
    model.add("vestry", stone, box((x0, 0, -depth * 0.5 - 0.6), (x1, 2.5, -depth * 0.25)))
    model.add(
        "vestry_roof",
        tiles,
        box((x0 - 0.2, 2.5, -depth * 0.5 - 0.8), (x1 + 0.2, 2.68, -depth * 0.25 + 0.2)),
    )
    apse = cylinder(width * 0.36, 0.03, wall * 0.8, segments=32).moved(z=-depth / 2 - 0.8)
    model.add("apse", matte("apse", pick(rng, PLASTERS)), apse)
    model.add(
        "apse_roof",
        matte("slate2", pick(rng, ROOFS)),
        frustum(width * 0.4, 0.02, wall * 0.8, wall * 1.15, segments=32).moved(z=-depth / 2 - 0.8),
    )
    return model.scene()


def _spire(
    rng: np.random.Generator,
    model: Model,
    front: float,
    half: float,
    tall: float,
    tower: float,
    x: float,
) -> None:
    model.add(
        "cornice",
        WHITE,
        box(
            (x - half - 0.12, tall - 0.3, front - tower - 0.12),
            (x + half + 0.12, tall + 0.03, front + 0.12),
        ),
    )
    spire = frustum(
        half * 1.35, 0.02, 0, rng.uniform(3.5, 5.5), segments=8 if rng.random() < 0.5 else 4
    )
    spire = spire.turned("y", 45 if len(spire.points_m) < 30 else 22.5)
    model.add("spire", matte("slate", pick(rng, ROOFS)), spire.moved(x=x, y=tall, z=front - half))
    tip = tall + float(spire.high[1])
    gold = metal("gold", rgb("#d9b04a"))
    model.add(
        "cross",
        gold,
        box((x - 0.05, tip - 0.1, front - half - 0.05), (x + 0.05, tip + 0.9, front - half + 0.05)),
        box(
            (x - 0.3, tip + 0.45, front - half - 0.045), (x + 0.3, tip + 0.55, front - half + 0.045)
        ),
    )


CATEGORIES = (
    Category("church", "building", Symmetry.NONE, _church),
    Category("house", "building", Symmetry.NONE, _house),
)
