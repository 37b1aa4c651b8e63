"""Cloth, varnished wood and drawers of furniture."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.assets.procedural.fittings import knob
from viewpoint_gen.assets.procedural.materials import (
    FABRICS,
    Colour,
    Material,
    chrome,
    metal,
    pick_several,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.shapes import box
from viewpoint_gen.assets.procedural.textures import dots, fabric, stripes, tartan, wood

BRASS = metal("brass", rgb("#c9a34e"), 0.3)


def timber(rng: np.random.Generator, colour: Colour, name: str = "wood") -> Material:
    """Varnished wood, grain along v."""
    return Material(name, roughness=0.45, texture=wood(rng, colour), tile_m=(0.35, 0.9))


def cloth(rng: np.random.Generator, name: str = "cloth") -> Material:
    """Plain, checked, dotted or striped upholstery."""
    a, b = pick_several(rng, FABRICS, 2)
    kind = int(rng.integers(4))
    if kind == 0:
        picture, tile = tartan(rng, a, b), 0.4
    elif kind == 1:
        picture, tile = stripes([a, a, b, a]), 0.3
    elif kind == 2:
        picture, tile = dots(a, shade(b, 1.4)), 0.14
    else:
        picture, tile = fabric(rng, a), 0.12
    return Material(name, roughness=0.92, texture=picture, tile_m=(tile, tile))


def add_drawers(
    rng: np.random.Generator,
    model: Model,
    wood_: Material,
    x0: float,
    x1: float,
    y: tuple[float, float],
    z: float,
    count: int,
) -> None:
    """Drawer fronts with knobs on a face towards +Z at depth `z`, between x0, x1 and heights y."""
    high = (y[1] - y[0]) / count
    pull = BRASS if rng.random() < 0.5 else chrome()
    for i in range(count):
        low = y[0] + i * high
        front = box((x0 + 0.01, low + 0.008, z), (x1 - 0.01, low + high - 0.008, z + 0.018), 0.005)
        model.add("drawer", wood_, front.with_swapped_uv())
        model.add(
            "pull", pull, knob(0.015, 0.025).moved(x=(x0 + x1) / 2, y=low + high / 2, z=z + 0.016)
        )
