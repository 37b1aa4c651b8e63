"""The table of all categories, and the way to get an object of one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from viewpoint_gen.assets.procedural import (
    appliances,
    buildings,
    characters,
    food,
    furniture,
    heavy_vehicles,
    instruments,
    light_vehicles,
    mammals,
    road_vehicles,
    small_animals,
    street,
    symmetric,
    tools,
)
from viewpoint_gen.assets.procedural.category import Category, Symmetry

_TABLES = (
    appliances.CATEGORIES,
    buildings.CATEGORIES,
    characters.CATEGORIES,
    food.CATEGORIES,
    furniture.CATEGORIES,
    heavy_vehicles.CATEGORIES,
    instruments.CATEGORIES,
    light_vehicles.CATEGORIES,
    mammals.CATEGORIES,
    road_vehicles.CATEGORIES,
    small_animals.CATEGORIES,
    street.CATEGORIES,
    symmetric.CATEGORIES,
    tools.CATEGORIES,
)
CATALOGUE: Mapping[str, Category] = MappingProxyType(
    {c.name: c for c in sorted((c for table in _TABLES for c in table), key=lambda c: c.name)}
)


@dataclass(frozen=True)
class ProceduralObject:
    """One built object.

    Attributes:
        glb: binary glTF, +Y up, front towards +Z, textures inside.
        size_m: width (x), height (y), depth (z) of its bounding box.
    """

    category: str
    symmetry: Symmetry
    glb: bytes
    size_m: tuple[float, float, float]


def build(category: str, rng: np.random.Generator) -> ProceduralObject:
    """Builds an object; the same generator state gives the same bytes.

    Raises:
        ValueError: no such category; the message names the nearest one.
    """
    if category not in CATALOGUE:
        raise ValueError(_unknown(category))
    entry = CATALOGUE[category]
    scene = entry.build(rng)
    low, high = scene.bounds
    width, height, depth = (float(s) for s in high - low)
    glb = bytes(scene.export(file_type="glb"))  # type: ignore[no-untyped-call]
    return ProceduralObject(category, entry.symmetry, glb, (width, height, depth))


def _unknown(name: str) -> str:
    nearest = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.0)[0]
    return (
        f"no procedural category is called {name!r}; did you mean {nearest!r}? "
        f"There are {len(CATALOGUE)}: {', '.join(CATALOGUE)}"
    )
