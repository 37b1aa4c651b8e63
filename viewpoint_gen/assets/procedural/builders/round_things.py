"""Things that look the same from every side."""

from __future__ import annotations

import numpy as np
import trimesh
from scipy.interpolate import PchipInterpolator

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    FABRICS,
    Colour,
    Material,
    chrome,
    gloss,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import Profile, cylinder, lathe, sphere, torus
from viewpoint_gen.assets.procedural.textures import ramp

SMOOTH_SEGMENTS = 72  # round enough that its corners don't show


def _spline(points: Profile, count: int = 40) -> list[tuple[float, float]]:
    """A smooth profile through (radius, height) points."""
    knots = np.array(points, dtype=float)
    t = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    curve = PchipInterpolator(t, knots)(np.linspace(0, t[-1], count))
    return [(max(float(r), 0.0), float(y)) for r, y in curve]


def _banded(part: Part) -> Part:
    """Texture u from 0 at the bottom to 1 at the top, the same all around."""
    height: Array = part.points_m[:, 1]
    u = (height - height.min()) / (height.max() - height.min())
    return part.with_uv(np.stack([u, np.full(len(u), 0.5)], axis=1))


def _bands(
    rng: np.random.Generator, colours: list[Colour], count: int
) -> list[tuple[float, Colour]]:
    places = np.sort(rng.uniform(0.05, 0.95, count - 1))
    return [
        (float(p), colours[i % len(colours)]) for i, p in enumerate(np.concatenate([[0.0], places]))
    ]


def _vase(rng: np.random.Generator) -> trimesh.Scene:
    height = rng.uniform(0.22, 0.45)
    belly, neck = height * rng.uniform(0.24, 0.36), height * rng.uniform(0.08, 0.14)
    foot, lip = height * rng.uniform(0.14, 0.2), neck * rng.uniform(1.25, 1.8)
    waist = rng.uniform(0.35, 0.5)
    outside = _spline(
        [(foot, 0), (belly, waist * height), (neck, 0.82 * height), (lip, height)], count=44
    )
    inside = [(lip * 0.9, height), (neck * 0.85, 0.82 * height), (neck * 0.8, 0.6 * height)]
    body = lathe([*outside, *inside, (0.0, 0.58 * height)], segments=SMOOTH_SEGMENTS)
    colours = pick_several(rng, ENAMELS, 3)
    paint = ramp(_bands(rng, colours, int(rng.integers(3, 8))))
    model = Model()
    model.add("body", Material("glaze", roughness=0.25, texture=paint), _banded(body))
    return model.scene()


def _bottle(rng: np.random.Generator) -> trimesh.Scene:
    height, radius = rng.uniform(0.24, 0.33), rng.uniform(0.034, 0.045)
    shoulder, neck = rng.uniform(0.52, 0.66) * height, rng.uniform(0.011, 0.015)
    body = [(radius * 0.9, 0), (radius, 0.008), (radius, shoulder)]
    body += [
        (neck + (radius - neck) * np.cos(a), shoulder + 0.17 * height * np.sin(a))
        for a in np.linspace(0.15, 1.45, 10)
    ]
    body += [(neck, shoulder + 0.2 * height), (neck, height)]
    tint = pick(rng, ("#23452f", "#5a3317", "#2b4a63", "#7a8f86", "#4b2137"))
    cap, paper = pick_several(rng, BRIGHTS, 2)
    model = Model()
    model.add("glass", gloss("glass", tint), lathe(body, segments=SMOOTH_SEGMENTS))
    grip = cylinder(
        neck * 1.35, height - 0.022, height + 0.006, bevel=0.003, segments=SMOOTH_SEGMENTS
    )
    model.add("cap", plastic("cap", cap), grip)
    low, high = 0.25 * shoulder, rng.uniform(0.7, 0.9) * shoulder
    sleeve = lathe([(radius + 0.0008, low), (radius + 0.0008, high)], segments=SMOOTH_SEGMENTS)
    print_ = ramp([(0, paper), (0.12, rgb("#f3efe2")), (0.7, shade(paper, 0.6)), (0.78, paper)])
    model.add("label", Material("label", roughness=0.7, texture=print_), _banded(sleeve))
    return model.scene()


def _plate(rng: np.random.Generator) -> trimesh.Scene:
    radius, rise = rng.uniform(0.1, 0.16), rng.uniform(0.014, 0.03)
    well = rng.uniform(0.58, 0.7) * radius
    top = [(radius, rise), (0.97 * radius, rise + 0.003), (well * 1.05, 0.4 * rise)]
    outline = [(0.0, 0.0), (0.5 * radius, 0.0), (0.55 * radius, 0.002), *top, (well, 0.006)]
    body = lathe([*outline, (0.0, 0.005)], segments=SMOOTH_SEGMENTS, crease_deg=60)
    r = np.hypot(body.points_m[:, 0], body.points_m[:, 2]) / radius
    body = body.with_uv(np.stack([0.98 * r + 0.005, np.full(len(r), 0.5)], axis=1))
    ground, line, accent = pick_several(rng, ENAMELS, 3)
    edge = rng.uniform(0.72, 0.86)
    stops = [(0.0, accent), (0.14, ground), (0.6, line), (0.63, ground), (edge, line)]
    paint = ramp([*stops, (edge + 0.08, ground), (0.96, accent)])
    model = Model()
    model.add("plate", Material("china", roughness=0.2, texture=paint), body)
    return model.scene()


def _ball(rng: np.random.Generator) -> trimesh.Scene:
    radius = rng.uniform(0.08, 0.3)
    colours = pick_several(rng, BRIGHTS, int(rng.integers(2, 5)))
    paint = ramp(_bands(rng, colours, int(rng.integers(4, 9))))
    model = Model()
    rough = rng.uniform(0.2, 0.7)
    skin = Material("rubber", roughness=rough, texture=paint)
    model.add("ball", skin, _banded(sphere(radius, segments=SMOOTH_SEGMENTS)))
    return model.scene()


def _goblet(rng: np.random.Generator) -> trimesh.Scene:
    height, bowl = rng.uniform(0.16, 0.24), rng.uniform(0.035, 0.05)
    foot, stem = bowl * rng.uniform(0.8, 1.0), rng.uniform(0.005, 0.008)
    outside = _spline(
        [
            (foot, 0),
            (foot * 0.9, 0.006),
            (stem, 0.02),
            (stem, 0.4 * height),
            (bowl, 0.68 * height),
            (bowl * 0.85, height),
        ]
    )
    inside = [(bowl * 0.8, height), (bowl * 0.9, 0.72 * height), (bowl * 0.5, 0.62 * height)]
    body = lathe([*outside, *inside, (0.0, 0.6 * height)], segments=SMOOTH_SEGMENTS)
    model = Model()
    shine = metal("metal", pick(rng, ("#d9b45b", "#c9ccd0", "#b87746")), 0.22)
    model.add("cup", shine, body)
    knot = sphere(
        (stem * 2.2, stem * 1.4, stem * 2.2), (0, 0.25 * height, 0), segments=SMOOTH_SEGMENTS
    )
    model.add("knot", gloss("enamel", pick(rng, BRIGHTS)), knot)
    return model.scene()


def _stool(rng: np.random.Generator) -> trimesh.Scene:
    height, radius = rng.uniform(0.45, 0.78), rng.uniform(0.15, 0.2)
    foot = radius * rng.uniform(1.0, 1.2)
    seat = lathe(
        [
            (radius * 0.9, height - 0.07),
            (radius, height - 0.055),
            (radius, height - 0.02),
            (radius * 0.93, height - 0.004),
            (0.5 * radius, height),
            (0, height),
        ],
        segments=SMOOTH_SEGMENTS,
    )
    column = [(foot, 0), (foot, 0.012), (foot * 0.5, 0.022), (0.03, 0.05), (0.028, height - 0.06)]
    model = Model()
    model.add("seat", matte("leather", pick(rng, FABRICS)), seat)
    model.add("column", chrome(), lathe(column, segments=SMOOTH_SEGMENTS))
    rest = torus(foot * 0.8, 0.011, segments=SMOOTH_SEGMENTS).moved(
        y=rng.uniform(0.3, 0.42) * height
    )
    plate = cylinder(foot * 0.8, 0, 0.008, segments=SMOOTH_SEGMENTS).moved(
        y=float(rest.low[1]) + 0.007
    )
    model.add("footrest", metal("ring", rgb("#8c9096"), 0.3), rest, plate)
    return model.scene()


CATEGORIES = (
    Category("ball", "toy", Symmetry.CINF, _ball),
    Category("bottle", "kitchenware", Symmetry.CINF, _bottle),
    Category("goblet", "kitchenware", Symmetry.CINF, _goblet),
    Category("plate", "kitchenware", Symmetry.CINF, _plate),
    Category("stool", "furniture", Symmetry.CINF, _stool),
    Category("vase", "kitchenware", Symmetry.CINF, _vase),
)
