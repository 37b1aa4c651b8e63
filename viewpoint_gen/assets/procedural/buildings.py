"""Small buildings. The door is in front; chimneys, annexes and windows tell the sides apart."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, panel
from viewpoint_gen.assets.procedural.materials import (
    BRICKS,
    BRIGHTS,
    PLASTERS,
    ROOFS,
    WOODS,
    Colour,
    Material,
    dark_glass,
    lamp,
    matte,
    metal,
    mix,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rectangle
from viewpoint_gen.assets.procedural.part import Axis, Part, join
from viewpoint_gen.assets.procedural.shapes import box, cylinder, frustum, lathe, rod, wedge
from viewpoint_gen.assets.procedural.textures import boards, bricks, clock_face, shingles, speckle

WHITE = plastic("white", rgb("#f2efe6"))
GLASS = dark_glass()
MORTAR: Colour = (0.78, 0.75, 0.7)


def wall_of(rng: np.random.Generator) -> Material:
    """Brick, plaster or boards."""
    kind = int(rng.integers(3))
    if kind == 0:
        return Material(
            "brick",
            roughness=0.9,
            texture=bricks(rng, pick(rng, BRICKS), MORTAR),
            tile_m=(1.6, 1.2),
        )
    if kind == 1:
        return Material(
            "plaster", roughness=0.9, texture=speckle(rng, pick(rng, PLASTERS)), tile_m=(3, 3)
        )
    return Material(
        "boards", roughness=0.7, texture=boards(rng, pick(rng, PLASTERS)), tile_m=(0.9, 3)
    )


def roof_of(rng: np.random.Generator) -> Material:
    """Tiles; v must run up the roof."""
    return Material(
        "tiles", roughness=0.8, texture=shingles(rng, pick(rng, ROOFS)), tile_m=(1.6, 1.6)
    )


def gable(width: float, depth: float, wall: float, ridge: float) -> Part:
    """Walls with a gable at front and back: the ridge runs along Z; standing on y = 0."""
    half = width / 2
    outline = [(-half, 0), (half, 0), (half, wall), (0, ridge), (-half, wall)]
    return extrude(outline, depth).moved(z=-depth / 2)


def roof(
    width: float, depth: float, wall: float, ridge: float, thickness: float, eave: float
) -> Part:
    """Two slopes above `gable`, reaching out by `eave`; texture v runs upwards."""
    half = width / 2
    length = float(np.hypot(half, ridge - wall)) + eave
    slope = float(np.degrees(np.arctan2(ridge - wall, half)))
    slab = box((0, -0.02, -depth / 2 - eave), (length, thickness, depth / 2 + eave))
    slab = slab.with_uv(np.stack([slab.points_m[:, 2], length - slab.points_m[:, 0]], axis=1))
    return slab.turned("z", -slope).moved(y=ridge).both_sides()


def window(width: float, height: float) -> tuple[Part, Part]:
    """Glass and frame of a window that faces +Z from the wall at z = 0."""
    glass = box((-width / 2, -height / 2, -0.02), (width / 2, height / 2, 0.02))
    bar = min(width, height) * 0.07
    inner = rectangle(width - bar, height - bar)
    rim = extrude(rectangle(width + bar, height + bar), 0.06, holes=[inner])
    cross = [
        box((-bar / 3, -height / 2, 0), (bar / 3, height / 2, 0.04)),
        box((-width / 2, -bar / 3, 0), (width / 2, bar / 3, 0.036)),
    ]
    sill = box(
        (-width / 2 - bar, -height / 2 - bar * 1.4, 0),
        (width / 2 + bar, -height / 2 - bar * 0.4, 0.11),
    )
    return glass, join(rim, *cross, sill)


def add_window(
    model: Model, size: tuple[float, float], axis: Axis, sign: float, x: float, y: float, z: float
) -> None:
    """A white-framed window on a wall that faces along an axis."""
    glass, frame = window(*size)
    model.add("window", GLASS, facing(glass, axis, sign).moved(x, y, z))
    model.add("window_frame", WHITE, facing(frame, axis, sign).moved(x, y, z))


def add_door(
    model: Model, paint: Material, width: float, height: float, x: float, z: float
) -> None:
    """A front door with frame, knob and step, facing +Z, standing on the ground."""
    leaf = box((x - width / 2, 0.1, z - 0.03), (x + width / 2, 0.1 + height, z + 0.03))
    model.add("door", paint, leaf)
    for low, high in ((0.12, 0.45), (0.55, 0.88)):
        inset = box(
            (x - width * 0.32, 0.1 + low * height, z + 0.02),
            (x + width * 0.32, 0.1 + high * height, z + 0.045),
            0.01,
        )
        model.add("door_panel", paint, inset)
    rim = extrude(rectangle(width * 1.2, height * 1.1), 0.05, holes=[rectangle(width, height)])
    model.add("door_frame", WHITE, rim.moved(x=x, y=0.1 + height / 2, z=z))
    model.add(
        "door_knob",
        metal("brass", rgb("#c9a34e")),
        knob(0.04, 0.07).moved(x=x + width * 0.38, y=0.1 + height * 0.45, z=z + 0.02),
    )
    model.add(
        "step",
        matte("stone", rgb("#a9a49a")),
        box((x - width * 0.7, -0.02, z - 0.03), (x + width * 0.7, 0.09, z + 0.4)),
    )


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


def _windmill_sail(length: float, width: float) -> tuple[Part, Part]:
    spar = box((-0.06, 0, 0), (0.06, length, 0.1), 0.02)
    slats = [
        box((0.06, y, 0.02), (width, y + 0.07, 0.07))
        for y in np.linspace(length * 0.25, length * 0.96, 8)
    ]
    edges = [
        box((x, length * 0.25, 0.02), (x + 0.05, length * 0.98, 0.07)) for x in (width * 0.5, width)
    ]
    cloth = box((0.06, length * 0.25, 0.032), (width, length * 0.97, 0.058))
    return join(spar, *slats, *edges), cloth


def _windmill(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    height, base = rng.uniform(7.0, 9.0), rng.uniform(2.3, 2.9)
    top = base * rng.uniform(0.55, 0.68)
    model = Model()
    brick = wall_of(rng)
    tower = frustum(base, top, 0, height, segments=12 if rng.random() < 0.5 else 40).turned("y", 15)
    around = tower.uv * np.array([2 * np.pi * base, 1.0])
    model.add("tower", brick, tower.with_uv(around))
    cap = Material(
        "cap", roughness=0.8, texture=shingles(rng, pick(rng, ROOFS)), tile_m=(0.08, 0.9)
    )
    _windmill_cap(model, cap, height, top)
    wood_ = plastic("beam", rgb("#f0ece0") if rng.random() < 0.5 else pick(rng, WOODS))
    hub_z, hub_y = top + 0.75, height + top * 0.45
    model.add(
        "axle",
        plastic("hub", rgb("#4a4038")),
        rod((0, hub_y, 0), (0, hub_y, hub_z + 0.3), 0.22, bevel=0.04),
    )
    lattice, sheet = _windmill_sail(height * rng.uniform(0.5, 0.6), 0.85)
    start, canvas = (
        rng.uniform(8, 80),
        matte("canvas", pick(rng, ("#efe6d2", "#c9553f", "#d9c8a0"))),
    )
    for i in range(4):
        place = {"y": hub_y, "z": hub_z}
        model.add("sail", wood_, lattice.turned("z", start + 90 * i).moved(**place))
        model.add("sail_cloth", canvas, sheet.turned("z", start + 90 * i).moved(**place))
    add_door(model, plastic("door", pick(rng, BRIGHTS)), 1.0, 1.9, side * 0.25, base * 0.99)
    for t, azimuth in ((0.42, 0.0), (0.62, side * 90.0), (0.3, -side * 90.0), (0.55, 180.0)):
        glass, frame = window(0.6, 0.85)
        r = base + (top - base) * t
        for name, mat, part in (("window", GLASS, glass), ("window_frame", WHITE, frame)):
            model.add(name, mat, part.moved(y=height * t, z=r - 0.02).turned("y", azimuth))
    y = height * 0.34
    r = base + (top - base) * 0.34
    deck = wedge(
        [(r - 0.2, y), (r + 0.8, y), (r + 0.8, y + 0.1), (r - 0.2, y + 0.1)], 20, 160, segments=20
    )
    model.add("gallery", wood_, deck if side > 0 else deck.mirrored())
    for a in np.radians(np.arange(24, 160, 17)):
        p = (side * (r + 0.74) * np.sin(a), y, (r + 0.74) * np.cos(a))
        model.add("rail", wood_, rod(p, (p[0], y + 0.85, p[2]), 0.035))
    return model.scene()


def _windmill_cap(model: Model, cap: Material, height: float, top: float) -> None:
    dome = lathe(
        [
            (top * 1.12, 0),
            (top * 1.15, 0.15),
            (top * 0.95, top * 0.7),
            (top * 0.5, top * 1.15),
            (0, top * 1.3),
        ],
        segments=36,
        crease_deg=50,
    )
    model.add("cap", cap, dome.moved(y=height))


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


def _lighthouse(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    height, base = rng.uniform(11.0, 15.0), rng.uniform(1.9, 2.4)
    top, bands = base * rng.uniform(0.55, 0.65), int(rng.integers(5, 8))
    red, accent = pick_several(rng, BRIGHTS, 2)
    model = Model()
    radii = np.linspace(base, top, bands + 1)
    levels = np.linspace(0, height, bands + 1)
    for i in range(bands):
        paint = plastic("red", red) if i % 2 == 0 else WHITE
        model.add(
            f"band{i}",
            paint,
            frustum(radii[i], radii[i + 1], levels[i], levels[i + 1], segments=48),
        )
    _lighthouse_lantern(model, height, top)
    dome = lathe(
        [(top * 0.95, 0), (top * 0.9, 0.1), (top * 0.5, 0.75), (0.08, 1.0), (0.06, 1.7), (0, 1.75)],
        segments=36,
    )
    model.add("dome", plastic("dome", red), dome.moved(y=height + 1.7))
    add_door(model, plastic("door", accent), 1.0, 1.9, 0, base - 0.06)
    for t, azimuth in ((0.3, side * 60.0), (0.5, side * 100.0), (0.7, side * 140.0), (0.62, 0.0)):
        glass, frame = window(0.5, 0.8)
        for name, mat, part in (("window", GLASS, glass), ("window_frame", WHITE, frame)):
            model.add(
                name,
                mat,
                part.moved(y=height * t, z=base + (top - base) * t - 0.01).turned("y", azimuth),
            )
    _keeper(rng, model, side, base)
    rock = lathe(
        [(base * 2.6, 0), (base * 2.5, 0.12), (base * 2.2, 0.22), (0, 0.25)],
        segments=11,
        crease_deg=20,
    )
    model.add(
        "rock",
        matte("rock", mix(rgb("#7a756c"), pick(rng, ROOFS), 0.2)),
        rock.scaled(x=1.25).moved(y=-0.25, x=side * base * 0.5),
    )
    return model.scene()


def _lighthouse_lantern(model: Model, height: float, top: float) -> None:
    model.add(
        "gallery",
        plastic("iron", rgb("#33373d")),
        cylinder(top * 1.45, height, height + 0.18, segments=40),
        *[
            rod((0, height, top * 1.38), (0, height + 0.95, top * 1.38), 0.04).turned("y", a)
            for a in np.arange(0, 360, 24)
        ],
    )
    from viewpoint_gen.assets.procedural.shapes import torus

    model.add(
        "rail",
        plastic("rail", rgb("#33373d")),
        torus(top * 1.38, 0.045, segments=40, sides=8).moved(y=height + 0.95),
    )
    model.add(
        "lantern",
        lamp("light", rgb("#ffe9a8"), 1.2),
        cylinder(top * 0.72, height + 0.18, height + 1.7, segments=12),
    )
    model.add(
        "lantern_bar",
        plastic("bar", rgb("#33373d")),
        *[
            rod((0, height, top * 0.74), (0, height + 1.75, top * 0.74), 0.05).turned("y", a)
            for a in np.arange(0, 360, 30)
        ],
    )


def _keeper(rng: np.random.Generator, model: Model, side: float, base: float) -> None:
    """The keeper's cottage beside the tower."""
    wall, ridge = 2.3, 3.5
    x = side * (base + 1.2)
    model.add("cottage", wall_of(rng), gable(2.8, 3.2, wall, ridge).moved(x=x, z=-0.2))
    model.add(
        "cottage_roof", roof_of(rng), roof(2.8, 3.2, wall, ridge, 0.12, 0.2).moved(x=x, z=-0.2)
    )
    add_window(model, (0.8, 0.8), "z", 1, x, 1.3, 1.4)
    add_window(model, (0.8, 0.8), "x", side, x + side * 1.4, 1.3, -0.2)
    pot = frustum(0.2, 0.17, 0, 0.9, segments=14).moved(x=x + side * 0.7, y=ridge - 0.8, z=-1.0)
    model.add("cottage_chimney", matte("pot", shade(rgb("#a85b3a"), 1.0)), pot)


CATEGORIES = (
    Category("church", "building", Symmetry.NONE, _church),
    Category("house", "building", Symmetry.NONE, _house),
    Category("lighthouse", "building", Symmetry.NONE, _lighthouse),
    Category("windmill", "building", Symmetry.NONE, _windmill),
)
