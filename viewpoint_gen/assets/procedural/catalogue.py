"""The table of all categories, and the way to get an object of one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from viewpoint_gen.assets.procedural.builders import (
    aircraft,
    baked,
    band,
    bedroom,
    birds,
    boats,
    cars,
    crawlers,
    engines,
    gadgets,
    garden,
    hand_tools,
    houses,
    keyboards,
    kitchen_machines,
    large_appliances,
    lorries,
    metal_figures,
    pets,
    plants,
    round_things,
    seats,
    snacks,
    soft_figures,
    square_things,
    street,
    study,
    tableware,
    towers,
    two_wheelers,
    water_animals,
    wild_animals,
)
from viewpoint_gen.assets.procedural.category import Category, Symmetry

_TABLES = (
    aircraft.CATEGORIES,
    baked.CATEGORIES,
    band.CATEGORIES,
    bedroom.CATEGORIES,
    birds.CATEGORIES,
    boats.CATEGORIES,
    cars.CATEGORIES,
    crawlers.CATEGORIES,
    engines.CATEGORIES,
    gadgets.CATEGORIES,
    garden.CATEGORIES,
    hand_tools.CATEGORIES,
    houses.CATEGORIES,
    keyboards.CATEGORIES,
    kitchen_machines.CATEGORIES,
    large_appliances.CATEGORIES,
    lorries.CATEGORIES,
    metal_figures.CATEGORIES,
    pets.CATEGORIES,
    plants.CATEGORIES,
    round_things.CATEGORIES,
    seats.CATEGORIES,
    snacks.CATEGORIES,
    soft_figures.CATEGORIES,
    square_things.CATEGORIES,
    street.CATEGORIES,
    study.CATEGORIES,
    tableware.CATEGORIES,
    towers.CATEGORIES,
    two_wheelers.CATEGORIES,
    water_animals.CATEGORIES,
    wild_animals.CATEGORIES,
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
