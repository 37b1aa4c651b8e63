"""Walls, roofs, windows and doors of buildings."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.assets.procedural.fittings import facing, knob
from viewpoint_gen.assets.procedural.materials import (
    BRICKS,
    PLASTERS,
    ROOFS,
    Colour,
    Material,
    dark_glass,
    matte,
    metal,
    pick,
    plastic,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rectangle
from viewpoint_gen.assets.procedural.part import Axis, Part, join
from viewpoint_gen.assets.procedural.shapes import box
from viewpoint_gen.assets.procedural.textures import boards, bricks, shingles, speckle

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
