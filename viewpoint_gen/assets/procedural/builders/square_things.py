"""Things that look the same after a half or a quarter turn: one sector, copied round."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    DARKS,
    ENAMELS,
    FABRICS,
    WOODS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    metal,
    pick,
    plastic,
    rgb,
    rubber,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rectangle
from viewpoint_gen.assets.procedural.part import Part
from viewpoint_gen.assets.procedural.shapes import box, cylinder, frustum, rod, sphere, tube
from viewpoint_gen.assets.procedural.textures import wood


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
        y, share = 0.3 * height, 0.3 * height / (height - 0.03)
        reach = depth * 0.38 * (1 + foot / depth * 4 * (1 - share))  # to the leaning legs
        model.add("stretcher", iron, *_bar_halves(x, y, reach))
    return model.scene()


def _bar_halves(x: float, y: float, reach: float) -> list[Part]:
    bar = rod((0, y, 0), (x, y, 0), 0.016)
    cross = rod((x, y, -reach), (x, y, reach), 0.014)
    return [bar.ring(2), cross.ring(2)]


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
    Category("bench", "furniture", Symmetry.C2, _bench),
    Category("crate", "container", Symmetry.C4, _crate),
    Category("dining_table", "furniture", Symmetry.C2, _dining_table),
    Category("dumbbell", "sport", Symmetry.C2, _dumbbell),
    Category("lantern", "street", Symmetry.C4, _lantern),
    Category("square_table", "furniture", Symmetry.C4, _square_table),
)
