"""Pieces that many objects share: wheels, signs, lamps, knobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from viewpoint_gen.assets.procedural.materials import Material
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.part import Axis, Part, join
from viewpoint_gen.assets.procedural.shapes import box, cuboid, cylinder, lathe, torus

T = TypeVar("T")


def either_side(rng: np.random.Generator) -> float:
    """+1 for the object's left (+X) or -1 for its right, evenly."""
    return 1.0 if rng.random() < 0.5 else -1.0


def one_of(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of the options, evenly."""
    return options[int(rng.integers(len(options)))]


def panel(width: float, height: float, thickness: float = 0.004, bevel: float = 0.0) -> Part:
    """A plate centred on the origin that faces +Z; its picture fills the face, edges plain."""
    return cuboid(width, height, thickness, bevel).with_planar_uv("z").with_fitted_uv()


def facing(part: Part, axis: Axis, sign: float) -> Part:
    """Turns a part that faces +Z so that it faces along an axis (up and down keep +X right)."""
    if axis == "z":
        return part if sign > 0 else part.turned("y", 180)
    if axis == "x":
        return part.turned("y", 90 if sign > 0 else -90)
    return part.turned("x", -90 if sign > 0 else 90)


def tyre(radius: float, width: float, rim: float = 0.62) -> Part:
    """A tyre with a closed, sunken middle; axle along X, outside towards +X."""
    half, hub = width / 2, rim * radius
    profile = [
        (0.0, -half * 0.5),
        (hub, -half * 0.9),
        (0.93 * radius, -half),
        (radius, -half * 0.6),
    ]
    profile += [(radius, half * 0.6), (0.93 * radius, half), (hub, half * 0.9), (hub, half * 0.3)]
    return lathe([*profile, (0.0, half * 0.3)], segments=28, crease_deg=50).turned("z", -90)


def rim(radius: float, width: float, spokes: int) -> Part:
    """Spokes, ring and hub that fit `tyre` with rim radius `radius`."""
    half = width / 2
    ring = torus(radius * 0.94, radius * 0.09, segments=28, sides=8).moved(y=half * 0.75)
    hub = cylinder(radius * 0.24, half * 0.2, half * 0.85, bevel=radius * 0.05, segments=16)
    spoke = box((-radius * 0.1, half * 0.3, 0.0), (radius * 0.1, half * 0.72, radius * 0.92))
    return join(ring, hub, spoke.ring(spokes)).turned("z", -90)


def add_wheels(
    model: Model,
    rubber: Material,
    metal: Material,
    *,
    radius: float,
    width: float,
    track: float,
    axles: tuple[float, ...],
    spokes: int = 5,
) -> None:
    """Adds a pair of wheels per axle position (z, metres); `track` is between their middles."""
    outer, inner = tyre(radius, width), rim(0.62 * radius, width, spokes)
    for z in axles:
        place = {"x": track / 2, "y": radius, "z": z}
        model.add("wheel", rubber, outer.moved(**place).both_sides())
        model.add("wheel", metal, inner.moved(**place).both_sides())


def knob(radius: float, length: float) -> Part:
    """A round knob that sticks out along +Z from z = 0."""
    profile = [(radius, 0.0), (radius, length * 0.7), (radius * 0.85, length), (0.0, length)]
    return lathe(profile, segments=20, crease_deg=50).turned("x", 90)


def dish(radius: float, rise: float = 0.02) -> Part:
    """A plate of the given radius, its rim `rise` above the table."""
    profile = [
        (radius * 0.55, 0),
        (radius * 0.6, 0.004),
        (radius, rise),
        (radius * 0.97, rise + 0.003),
    ]
    return lathe([*profile, (radius * 0.62, 0.009), (0, 0.008)], segments=56, crease_deg=50)
