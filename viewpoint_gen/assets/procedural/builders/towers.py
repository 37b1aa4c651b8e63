"""A windmill and a lighthouse."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.masonry import (
    GLASS,
    WHITE,
    add_door,
    add_window,
    gable,
    roof,
    roof_of,
    wall_of,
    window,
)
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ROOFS,
    WOODS,
    Material,
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
from viewpoint_gen.assets.procedural.part import Array, Part, join
from viewpoint_gen.assets.procedural.shapes import box, cylinder, frustum, lathe, rod, wedge
from viewpoint_gen.assets.procedural.textures import shingles, speckle


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
    _rock(rng, model, base, side * base * 0.5)
    return model.scene()


def _rock(rng: np.random.Generator, model: Model, base: float, x: float) -> None:
    """A low rugged island, flat where the buildings stand."""
    profile = [(2.75, 0), (2.7, 0.4), (2.4, 0.55), (2.45, 0.8), (2.2, 1.05), (2.1, 1.1), (0, 1.1)]
    phase = rng.uniform(0, 2 * np.pi, 4)

    def rugged(points: Array) -> Array:
        around = np.arctan2(points[:, 2], points[:, 0])
        tier = points[:, 1] * 2.5
        bulge = sum(
            depth * np.sin(waves * around + phase[k] + tier)
            for k, (waves, depth) in enumerate(((2, 0.05), (5, 0.06), (9, 0.04), (14, 0.025)))
        )
        return points * np.column_stack([1 + bulge, np.ones(len(points)), 1 + bulge])

    cliff = lathe([(base * r, y) for r, y in profile], segments=44).warped(rugged, crease_deg=25)
    stone = mix(rgb("#7a756c"), pick(rng, ROOFS), 0.2)
    grain = Material(
        "rock", roughness=0.95, texture=speckle(rng, stone, grain_px=2.5, depth=0.1),
        tile_m=(2.5, 2.5),
    )  # fmt: skip
    model.add("rock", grain, cliff.scaled(x=1.25).moved(y=-1.1, x=x))


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
    Category("lighthouse", "building", Symmetry.NONE, _lighthouse),
    Category("windmill", "building", Symmetry.NONE, _windmill),
)
