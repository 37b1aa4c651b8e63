"""Things that look the same after some turn: for questions that can't be answered.

Each is built from one sector that is copied round, so its symmetry is exact, texture included.
"""

from __future__ import annotations

import numpy as np
import trimesh
from scipy.interpolate import PchipInterpolator

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    DARKS,
    ENAMELS,
    FABRICS,
    WOODS,
    Colour,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rectangle
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import (
    Profile,
    box,
    cylinder,
    frustum,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import ramp, wood

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


def _top_quarter(side_m: float, y0: float, y1: float) -> Part:
    """The front quarter of a square board, cut along its diagonals."""
    half = side_m / 2
    triangle = [(0.0, 0.0), (half, -half), (-half, -half)]
    return extrude(triangle, y1 - y0, crease_deg=20).turned("x", -90).moved(y=y0)


def _square_table(rng: np.random.Generator) -> trimesh.Scene:
    side, height = rng.uniform(0.6, 1.1), rng.uniform(0.42, 0.78)
    leg, thick = rng.uniform(0.04, 0.08), rng.uniform(0.025, 0.045)
    tint = pick(rng, WOODS)
    grain = Material("wood", roughness=0.5, texture=wood(rng, tint), tile_m=(0.4, 0.9))
    frame = plastic("paint", pick(rng, ENAMELS)) if rng.random() < 0.5 else grain
    model = Model()
    model.add("top", grain, _top_quarter(side, height - thick, height).ring(4))
    inset = side / 2 - rng.uniform(0.02, 0.08)
    post = box((inset - leg, 0, inset - leg), (inset, height - thick, inset), 0.006)
    model.add("leg", frame, post.ring(4))
    apron = box((-inset + leg, height - thick - 0.09, inset - leg * 0.7),
                (inset - leg, height - thick, inset - leg * 0.3))  # fmt: skip
    model.add("apron", frame, apron.ring(4))
    if rng.random() < 0.5:
        shelf = _top_quarter(2 * inset - leg, 0.14, 0.16)
        model.add("shelf", frame, shelf.ring(4))
    return model.scene()


def _crate(rng: np.random.Generator) -> trimesh.Scene:
    side = rng.uniform(0.35, 0.9)
    half, board = side / 2, side * rng.uniform(0.09, 0.13)
    tint = pick(rng, WOODS)
    grain = Material("wood", roughness=0.75, texture=wood(rng, tint), tile_m=(side * 0.35, side))
    dark = Material(
        "frame", roughness=0.7, texture=wood(rng, shade(tint, 0.75)), tile_m=(0.3, side)
    )
    model = Model()
    inner = half - 0.25 * board
    planks = int(rng.integers(3, 6))
    high = (side - 0.02 * side) / planks
    for i in range(planks):
        y = 0.01 * side + i * high
        plank = box((-inner, y, inner - 0.3 * board), (inner - 0.3 * board, y + 0.94 * high, inner))
        model.add("plank", grain, plank.turned("y", 0).ring(4))
    top = _top_quarter(2 * inner - 0.2 * board, side * 0.95, side * 0.985)
    model.add("lid", grain, top.ring(4))
    low = box((-half, 0, half - 0.5 * board), (half - 0.5 * board, board, half), 0.08 * board)
    model.add("rail", dark, low.ring(4), low.moved(y=side - board).ring(4))
    post = box((half - board, board, half - board), (half, side - board, half), 0.08 * board)
    model.add("post", dark, post.ring(4))
    slope = np.degrees(np.arctan2(side - 2 * board, side - 2 * board))
    brace = box((-0.62 * side, -board / 2, 0), (0.62 * side, board / 2, 0.3 * board))
    brace = brace.turned("z", float(slope)).moved(y=half, z=inner - 0.02 * board)
    model.add("brace", dark, brace.ring(4))
    return model.scene()


def _lantern(rng: np.random.Generator) -> trimesh.Scene:
    width, height = rng.uniform(0.14, 0.24), rng.uniform(0.24, 0.36)
    half, bar = width / 2, width * 0.07
    frame = plastic("iron", pick(rng, DARKS))
    model = Model()
    base = extrude(rectangle(width * 1.25, width * 1.25, bar), 0.02, bevel=0.004)
    model.add("base", frame, base.turned("x", -90))
    post = box((half - bar, 0.02, half - bar), (half, height, half), bar * 0.2)
    model.add("post", frame, post.ring(4))
    bars = box((-half + bar, height * 0.5, half - bar), (half - bar, height * 0.5 + bar, half))
    model.add("bar", frame, bars.ring(4))
    roof_base = half * rng.uniform(1.3, 1.6)
    roof = frustum(roof_base, half * 0.4, height, height * 1.32, segments=4).turned("y", 45)
    model.add("roof", gloss("roof", pick(rng, ENAMELS)), roof)
    knob = sphere(half * 0.3, (0, height * 1.38, 0), segments=32)
    model.add("knob", frame, knob)
    candle = cylinder(half * 0.45, 0.02, height * 0.55, bevel=0.004, segments=64)
    model.add("candle", matte("wax", pick(rng, ("#efe6cf", "#b3202a", "#d9b45b"))), candle)
    flame = sphere((half * 0.16, half * 0.4, half * 0.16), (0, height * 0.55 + half * 0.4, 0))
    model.add("flame", lamp("flame", rgb("#ffb84d"), 3.0), flame)
    return model.scene()


def _bench(rng: np.random.Generator) -> trimesh.Scene:
    width, depth, height = rng.uniform(1.2, 1.9), rng.uniform(0.34, 0.5), rng.uniform(0.42, 0.48)
    slats = 2 * int(rng.integers(1, 4))
    grain = Material(
        "wood", roughness=0.6, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.3, width)
    )
    iron = plastic("iron", pick(rng, DARKS))
    model = Model()
    gap = depth / slats
    for i in range(slats // 2):
        z = gap * i + 0.06 * gap
        slat = box((-width / 2, height - 0.035, z), (width / 2, height, z + 0.88 * gap), 0.006)
        model.add("slat", grain, slat.with_planar_uv("y").with_swapped_uv().ring(2))
    x = width / 2 - rng.uniform(0.12, 0.25)
    foot = rng.uniform(0.02, 0.05)
    for z in (depth * 0.38, -depth * 0.38):
        splay = z * (1 + foot / depth * 4)
        leg = rod((x, height - 0.03, z), (x, 0, splay), 0.024, 0.018, bevel=0.004)
        model.add("leg", iron, leg.ring(2))
    rail = box((x - 0.02, height - 0.07, -depth * 0.44), (x + 0.02, height - 0.036, depth * 0.44))
    model.add("rail", iron, rail.ring(2))
    if rng.random() < 0.6:
        y = 0.3 * height
        model.add("stretcher", iron, *_bar_halves(x, y))
    return model.scene()


def _bar_halves(x: float, y: float) -> list[Part]:
    bar = rod((0, y, 0), (x, y, 0), 0.016)
    cross = rod((x, y, 0), (x, y, 0.15), 0.014)
    return [bar.ring(2), cross.ring(2), cross.mirrored().ring(2)]


def _dining_table(rng: np.random.Generator) -> trimesh.Scene:
    width, depth, height = rng.uniform(1.5, 2.2), rng.uniform(0.75, 1.0), rng.uniform(0.7, 0.77)
    thick, leg = rng.uniform(0.03, 0.05), rng.uniform(0.055, 0.09)
    top = Material("wood", roughness=0.4, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.5, width))
    frame = plastic("paint", pick(rng, ENAMELS + WOODS))
    model = Model()
    half = box((-width / 2, height - thick, 0), (width / 2, height, depth / 2))
    model.add("top", top, half.with_planar_uv("y").with_swapped_uv().ring(2))
    x, z = width / 2 - rng.uniform(0.04, 0.2), depth / 2 - rng.uniform(0.03, 0.08)
    tip = leg * rng.uniform(0.25, 0.45)
    for sign in (1.0, -1.0):
        at = x - leg / 2, sign * (z - leg / 2)
        foot = rod((at[0], height - thick, at[1]), (at[0], 0, at[1]), leg / 2, tip)
        model.add("leg", frame, foot.ring(2))
    y0, y1 = height - thick - 0.1, height - thick
    long = box((-x + leg, y0, z - leg * 0.7), (x - leg, y1, z - leg * 0.4))
    short = box((x - leg * 0.7, y0, -z + leg), (x - leg * 0.4, y1, z - leg))
    model.add("apron", frame, long.ring(2), short.ring(2))
    if rng.random() < 0.6:
        cloth = matte("runner", pick(rng, FABRICS))
        runner = box((-0.42 * width, height - 0.001, -0.18), (0.42 * width, height + 0.003, 0.18))
        model.add("runner", cloth, runner)
    return model.scene()


def _dumbbell(rng: np.random.Generator) -> trimesh.Scene:
    grip, radius = rng.uniform(0.11, 0.15), rng.uniform(0.05, 0.1)
    discs = int(rng.integers(1, 4))
    model = Model()
    bar = cylinder(0.015, -grip / 2 - 0.12, grip / 2 + 0.12, bevel=0.003).turned("z", 90)
    model.add("bar", chrome(), bar)
    paint = plastic("disc", pick(rng, BRIGHTS))
    start = grip / 2
    for i in range(discs):
        wide = rng.uniform(0.022, 0.035)
        size = radius * (1 - 0.17 * i)
        disc = cylinder(size, start, start + wide, bevel=0.006, segments=48).turned("z", -90)
        model.add("disc", paint if i % 2 == 0 else rubber(), disc.ring(2))
        start += wide + 0.002
    nut = cylinder(0.024, start, start + 0.02, bevel=0.003, segments=6).turned("z", -90)
    model.add("nut", metal("nut", rgb("#8c9096"), 0.35), nut.ring(2))
    ends = tube([(-0.02, 0, 0.0), (0.0, 0, 0), (0.02, 0, 0)], 0.0165, smooth=2)
    model.add("grip", matte("grip", rgb("#222326")), ends.scaled(x=0.4 * grip / 0.02))
    return model.scene()


CATEGORIES = (
    Category("ball", "toy", Symmetry.CINF, _ball),
    Category("bench", "furniture", Symmetry.C2, _bench),
    Category("bottle", "kitchenware", Symmetry.CINF, _bottle),
    Category("crate", "container", Symmetry.C4, _crate),
    Category("dining_table", "furniture", Symmetry.C2, _dining_table),
    Category("dumbbell", "sport", Symmetry.C2, _dumbbell),
    Category("goblet", "kitchenware", Symmetry.CINF, _goblet),
    Category("lantern", "street", Symmetry.C4, _lantern),
    Category("plate", "kitchenware", Symmetry.CINF, _plate),
    Category("square_table", "furniture", Symmetry.C4, _square_table),
    Category("stool", "furniture", Symmetry.CINF, _stool),
    Category("vase", "kitchenware", Symmetry.CINF, _vase),
)
