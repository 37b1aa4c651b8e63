"""A sailing boat, its sails swung to one side."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    WOODS,
    Colour,
    Material,
    dark_glass,
    gloss,
    matte,
    pick,
    pick_several,
    plastic,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude_across, rounded
from viewpoint_gen.assets.procedural.part import Part
from viewpoint_gen.assets.procedural.shapes import box, rod, skin, torus, tube
from viewpoint_gen.assets.procedural.textures import ramp, stripes, wood


def _sail(corners: list[tuple[float, float, float]], belly: float, side: float) -> Part:
    """A thin triangular sail through three corners (foot front, foot rear, head), bulging in x."""
    a, b, c = (np.array(p) for p in corners)
    front, back = [], []
    for t in np.linspace(0, 1, 9):
        left, right = a + (c - a) * t, b + (c - b) * t
        s = np.linspace(0, 1, 9)[:, None]
        row = left + (right - left) * s
        row[:, 0] += side * belly * np.sin(np.pi * s[:, 0]) * (1 - t)
        front.append(row)
        back.append(row + np.array([0.025, 0, 0]))
    rings = np.concatenate([np.array(front), np.array(back)[:, ::-1]], axis=1)
    return skin(rings, crease_deg=50)


def _sailing_boat(rng: np.random.Generator) -> trimesh.Scene:
    main, accent = pick_several(rng, CAR_PAINTS, 2)
    length, beam = rng.uniform(5.0, 7.0), rng.uniform(1.7, 2.1)
    deck, a = rng.uniform(0.75, 0.95), length / 2
    side = either_side(rng)
    model = Model()
    rings = []
    for t in np.linspace(0, 1, 16):
        z = -a + length * t
        half = beam / 2 * (1 - t**3.2) ** 0.8 * (0.82 + 0.18 * np.sin(np.pi * t)) + 0.004
        keel, rim_y = 0.55 * t**4, deck + 0.22 * t**2
        angle = np.linspace(0, np.pi, 17)
        ring = np.column_stack(
            [half * np.cos(angle), rim_y - (rim_y - keel) * np.sin(angle) ** 0.75]
        )
        rings.append(np.column_stack([ring, np.full(len(ring), z)]))
    hull = skin(np.array(rings), crease_deg=40)
    height = (hull.points_m[:, 1] - hull.points_m[:, 1].min()) / (deck + 0.22)
    paint = _hull_paint(main, accent)
    model.add(
        "hull", paint, hull.with_uv(np.column_stack([height * 0.98, np.full(len(height), 0.5)]))
    )
    _boat_deck(rng, model, deck, beam, a)
    mast = rng.uniform(1.15, 1.4) * length
    _rigging(rng, model, a, deck, mast, side)
    buoy = (
        torus(0.24, 0.06, segments=28, sides=10)
        .turned("z", 90)
        .moved(x=-side * beam * 0.46, y=deck * 0.75, z=-0.5)
    )
    model.add("life_ring", gloss("life_ring", rgb("#e2542c")), buoy)
    return model.scene()


def _rigging(
    rng: np.random.Generator, model: Model, a: float, deck: float, mast: float, side: float
) -> None:
    swing = side * rng.uniform(18, 34)
    model.add(
        "mast",
        Material("spar", rgb("#d9c8a0"), roughness=0.4),
        rod((0, deck, 0.3), (0, deck + mast, 0.3), 0.06, 0.04),
    )
    boom_end = np.array([np.sin(np.radians(swing)), 0, -np.cos(np.radians(swing))]) * (a + 0.1)
    foot = (0.0, deck + 0.75, 0.25)
    clew = (float(boom_end[0]), deck + 0.8, 0.25 + float(boom_end[2]))
    model.add("boom", Material("boom", rgb("#d9c8a0"), roughness=0.4), rod(foot, clew, 0.045))
    colours = pick_several(rng, BRIGHTS, 2)
    cloth = Material(
        "sail",
        roughness=0.8,
        texture=stripes([rgb("#f4f0e6"), rgb("#f4f0e6"), colours[0]], upright=False),
        tile_m=(3.0, mast / 1.6),
    )
    main_sail = _sail(
        [(0, deck + 0.85, 0.2), (clew[0], clew[1] + 0.08, clew[2]), (0, deck + mast * 0.96, 0.26)],
        0.3,
        side,
    )
    model.add("main_sail", cloth, main_sail)
    jib = _sail(
        [(0, deck + 0.3, a * 0.96), (side * 0.5, deck + 0.55, 0.45), (0, deck + mast * 0.78, 0.36)],
        0.25,
        side,
    )
    model.add("jib", matte("jib", colours[1]), jib)
    flag = box((0, deck + mast - 0.1, 0.3), (0.01, deck + mast + 0.12, -0.25))
    model.add("pennant", matte("pennant", pick(rng, BRIGHTS)), flag.turned("y", swing, (0, 0, 0.3)))


def _hull_paint(main: Colour, accent: Colour) -> Material:
    stops = [(0.0, accent), (0.42, rgb("#f4f1e4")), (0.47, main), (0.86, rgb("#f4f1e4"))]
    return Material("hull", roughness=0.3, texture=ramp(stops))


def _boat_deck(rng: np.random.Generator, model: Model, deck: float, beam: float, a: float) -> None:
    teak = Material("teak", roughness=0.6, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.5, 1.2))
    cabin = rounded(
        [
            (-0.2, deck - 0.1),
            (-0.2, deck + 0.42),
            (0.9, deck + 0.36),
            (1.3, deck + 0.05),
            (1.3, deck - 0.1),
        ],
        0.05,
    )
    model.add(
        "cabin", plastic("cabin", rgb("#f1ede2")), extrude_across(cabin, beam * 0.55, bevel=0.05)
    )
    port = extrude_across(
        rounded(
            [(0.05, deck + 0.14), (0.05, deck + 0.28), (0.7, deck + 0.27), (0.75, deck + 0.14)],
            0.04,
        ),
        beam * 0.56,
    )
    model.add("port", dark_glass(), port)
    well = box((-beam * 0.3, deck - 0.05, -a * 0.85), (beam * 0.3, deck + 0.045, -0.4), 0.02)
    model.add("cockpit", teak, well.with_planar_uv("y"))
    bench = box((beam * 0.2, deck + 0.02, -a * 0.8), (beam * 0.33, deck + 0.16, -0.5), 0.02)
    model.add("seat", teak, bench.with_planar_uv("y").both_sides())
    tiller = tube(
        [(0, deck + 0.05, -a), (0, deck + 0.35, -a * 0.9), (0.1, deck + 0.38, -a * 0.65)], 0.03
    )
    model.add("tiller", teak, tiller)
    rudder = rounded([(-a - 0.3, 0.1), (-a - 0.3, deck), (-a + 0.05, deck), (-a + 0.05, 0.1)], 0.06)
    model.add("rudder", teak, extrude_across(rudder, 0.06, bevel=0.02))


CATEGORIES = (Category("sailing_boat", "vehicle", Symmetry.NONE, _sailing_boat),)
