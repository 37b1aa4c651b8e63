"""A watering can, a wheelbarrow and an axe in its stump."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, rim, tyre
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    WOODS,
    Material,
    gloss,
    matte,
    metal,
    mix,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import lump, sculpt
from viewpoint_gen.assets.procedural.outlines import extrude, rounded
from viewpoint_gen.assets.procedural.part import Array, point
from viewpoint_gen.assets.procedural.shapes import box, capsule, lathe, rod, skin, torus, tube
from viewpoint_gen.assets.procedural.textures import speckle, stripes, wood


def _watering_can(rng: np.random.Generator) -> trimesh.Scene:
    """The spout points to +Z."""
    r, high = rng.uniform(0.09, 0.12), rng.uniform(0.18, 0.24)
    paint, accent = (
        gloss(n, c)
        for n, c in zip(("enamel", "accent"), pick_several(rng, ENAMELS + BRIGHTS, 2), strict=True)
    )
    model = Model()
    body = [
        (r, 0),
        (r, 0.01),
        (r * 0.96, high * 0.5),
        (r * 0.88, high),
        (r * 0.84, high),
        (r * 0.9, high * 0.5),
        (r * 0.92, 0.02),
        (0, 0.02),
    ]
    model.add("body", paint, lathe(body, segments=44, crease_deg=50))
    for y in (0.012, high - 0.005):
        model.add(
            "band",
            accent,
            torus(r * (0.995 if y < 0.1 else 0.87), 0.006, segments=44, sides=8).moved(y=y),
        )
    tip_y, tip_z = high * rng.uniform(1.05, 1.25), r * rng.uniform(2.3, 2.8)
    model.add(
        "spout",
        paint,
        tube(
            [(0, high * 0.2, r * 0.75), (0, high * 0.45, r * 1.4), (0, tip_y, tip_z)],
            [0.024, 0.019, 0.012],
            sides=16,
        ),
    )
    rose = lathe(
        [(0.012, 0), (0.035, 0.035), (0.033, 0.042), (0, 0.046)], segments=28, crease_deg=40
    )
    way = (0.0, 0.55, 0.8)
    model.add(
        "rose",
        metal("brass", rgb("#c9a34e"), 0.3),
        rose.aimed(way).moved(y=tip_y - 0.004, z=tip_z - 0.004),
    )
    _can_handle(model, accent, high, paint, r)
    return model.scene()


def _can_handle(model: Model, accent: Material, high: float, paint: Material, r: float) -> None:
    grip = tube(
        [
            (0, high * 0.94, r * 0.6),
            (0, high * 1.4, r * 0.1),
            (0, high * 1.25, -r * 0.9),
            (0, high * 0.75, -r * 1.5),
            (0, high * 0.3, -r * 0.9),
        ],
        0.011,
    )
    model.add("handle", accent, grip)
    cover = lathe(
        [(r * 0.87, high - 0.004), (r * 0.8, high + 0.012), (0, high + 0.016)], segments=44
    )
    half = cover.scaled(z=1.0)
    model.add(
        "cover",
        paint,
        half.warped(lambda p: np.column_stack([p[:, 0], p[:, 1], np.maximum(p[:, 2], 0.0)])),
    )


def _wheelbarrow(rng: np.random.Generator) -> trimesh.Scene:
    """The wheel is in front (+Z); the load lies on one side."""
    side = either_side(rng)
    paint, frame = (
        gloss("tray", pick(rng, BRIGHTS)),
        plastic("frame", pick(rng, ("#2b2e33", "#5a3a24", "#3c5a3c"))),
    )
    wheel, model = rng.uniform(0.17, 0.21), Model()
    _tray(model, paint)
    bar = tube(
        [
            (0.05, wheel, 0.62),
            (0.2, 0.28, 0.3),
            (0.26, 0.3, -0.3),
            (0.29, 0.52, -0.75),
            (0.29, 0.56, -0.95),
        ],
        0.018,
    )
    model.add("frame", frame, bar.both_sides())
    model.add(
        "grip",
        rubber("grip"),
        capsule((0.29, 0.545, -0.86), (0.29, 0.565, -0.98), 0.025).both_sides(),
    )
    leg = tube(
        [(0.25, 0.3, -0.12), (0.26, 0.02, -0.2), (0.26, 0.02, -0.28), (0.26, 0.31, -0.36)],
        0.014,
        smooth=2,
    )
    model.add("leg", frame, leg.both_sides())
    place = {"y": wheel, "z": 0.62}
    half = tyre(wheel, 0.08)
    model.add("wheel", rubber(), half.moved(**place))
    model.add("wheel", steel("rim"), rim(0.62 * wheel, 0.09, 5).moved(**place).both_sides())
    _barrow_load(rng, model, side)
    return model.scene()


def _tray(model: Model, paint: Material) -> None:
    x0, x1, z0, z1 = 0.2, 0.32, (-0.26, 0.3), (-0.42, 0.52)
    outer = np.array(
        [
            [[-x0, 0.3, z0[0]], [x0, 0.3, z0[0]], [x0, 0.3, z0[1]], [-x0, 0.3, z0[1]]],
            [[-x1, 0.58, z1[0]], [x1, 0.58, z1[0]], [x1, 0.58, z1[1]], [-x1, 0.58, z1[1]]],
        ]
    )
    inner = outer * np.array([0.95, 1.0, 0.95]) + np.array([[[0, 0.02, 0.0]], [[0, 0.0, 0.0]]])
    model.add("tray", paint, skin(np.concatenate([outer, inner[::-1]]), crease_deg=20))
    lip = np.concatenate([outer[1], outer[1][:1]])
    model.add(
        "rim",
        steel("lip"),
        *(rod(point(a), point(b), 0.013) for a, b in pairwise(lip)),
    )


def _barrow_load(rng: np.random.Generator, model: Model, side: float) -> None:
    heap = [
        lump((0.0, 0.5, 0.04), (0.26, 0.06, 0.36)),
        lump((0.0, 0.44, 0.03), (0.2, 0.09, 0.28)),
        lump((side * 0.07, 0.56, -0.08), (0.14, 0.1, 0.2)),
        lump((-side * 0.03, 0.54, 0.17), (0.15, 0.07, 0.15)),
    ]
    soil = Material(
        "soil",
        roughness=1.0,
        texture=speckle(rng, pick(rng, ("#4a3526", "#6b5138", "#c9ad7a")), depth=0.12),
        tile_m=(0.25, 0.25),
    )
    model.add("load", soil, sculpt(heap, blend_m=0.08, cell_m=0.024).with_planar_uv("y"))
    top = (side * 0.12, 0.6, 0.0)
    end = (side * 0.42, 1.05, -0.35)
    model.add(
        "shovel",
        Material("shaft", pick(rng, WOODS), roughness=0.5),
        rod(top, end, 0.014),
        rod(
            (end[0] - side * 0.04, end[1] + 0.01, end[2] - 0.03),
            (end[0] + side * 0.04, end[1] - 0.01, end[2] + 0.03),
            0.014,
        ),
    )
    blade = extrude(
        rounded([(-0.08, 0.05), (0.08, 0.05), (0.08, -0.1), (0, -0.2), (-0.08, -0.1)], 0.015), 0.006
    )
    model.add(
        "shovel_blade", steel("blade"), blade.turned("x", 30).turned("z", -side * 25).moved(*top)
    )


def _axe_in_stump(rng: np.random.Generator) -> trimesh.Scene:
    """An axe stuck in a stump; the handle leans to the front and to one side."""
    side, r, high = either_side(rng), rng.uniform(0.2, 0.27), rng.uniform(0.28, 0.38)
    bark_tint = pick(rng, ("#5b4636", "#6b5644", "#4a3a2e"))
    bark = Material("bark", roughness=1.0, texture=wood(rng, bark_tint), tile_m=(0.25, 1.0))
    phase, lobes = rng.uniform(0, 6.3), int(rng.integers(5, 8))

    def gnarled(points: Array) -> Array:
        angle = np.arctan2(points[:, 0], points[:, 2])
        flare = np.clip(1 - points[:, 1] / high, 0, 1) ** 2
        grow = (
            1
            + 0.025 * np.sin(lobes * angle + phase)
            + flare * (0.12 + 0.12 * np.sin(lobes * angle + phase))
        )
        return points * np.column_stack([grow, np.ones(len(grow)), grow])

    profile = [(r, y) for y in np.linspace(0, high, 8)]
    trunk = lathe(profile, segments=56)
    model = Model()
    model.add("stump", bark, trunk.with_uv(trunk.uv * np.array([2 * np.pi * r, 1])).warped(gnarled))
    rings = stripes(
        [mix(rgb("#d9b98a"), rgb("#a9804f"), s) for s in (0, 0.5, 0.1, 0.7, 0.2, 0.5, 0.0, 0.8)]
    )
    top = lathe(
        [(r * 0.985, high - 0.01), (r * 0.985, high + 0.003), (0, high + 0.003)], segments=56
    )
    u = np.hypot(top.points_m[:, 0], top.points_m[:, 2]) / r
    grain = Material("rings", roughness=0.8, texture=rings)
    model.add("cut", grain, top.with_uv(np.stack([u * 2.0, u * 0 + 0.5], axis=1)).warped(gnarled))
    _axe(rng, model, high, r, side)
    cap = matte("mushroom", pick(rng, ("#c0392b", "#d98a3d", "#8a5a3a")))
    foot = 1.12 * r
    model.add(
        "mushroom",
        cap,
        lathe(
            [(0.045, 0.05), (0.04, 0.065), (0.02, 0.085), (0, 0.09)], segments=20, crease_deg=60
        ).moved(x=side * foot, z=foot * 0.6),
    )
    model.add(
        "stem",
        matte("stem", rgb("#efe4cf")),
        rod((side * foot, 0, foot * 0.6), (side * foot, 0.055, foot * 0.6), 0.014),
    )
    return model.scene()


def _axe(rng: np.random.Generator, model: Model, high: float, r: float, side: float) -> None:
    blade = [
        (-0.02, -0.035),
        (-0.02, 0.035),
        (0.04, 0.03),
        (0.09, 0.055),
        (0.11, 0.0),
        (0.09, -0.065),
        (0.04, -0.03),
    ]
    head = extrude(rounded(blade, 0.004), 0.03, bevel=0.006).moved(x=-0.02, z=-0.015)

    def wedge_shaped(points: Array) -> Array:
        thin = np.clip(1 - 0.95 * (points[:, 0] / 0.09), 0.05, 1)
        return points * np.column_stack([np.ones(len(thin)), np.ones(len(thin)), thin])

    axe_paint = gloss("axe", pick(rng, BRIGHTS))
    lean, turn = rng.uniform(28, 45), side * rng.uniform(25, 65)
    shaft = tube(
        [(0, 0.04, 0), (0.0, -0.1, 0), (0.008, -0.35, 0), (-0.006, -0.5, 0), (-0.02, -0.56, 0)],
        [0.014, 0.014, 0.015, 0.016, 0.02],
    )
    parts = (
        (axe_paint, head.warped(wedge_shaped)),
        (Material("shaft", pick(rng, WOODS), roughness=0.45), shaft),
    )
    for mat, part in parts:
        # Edge down into the wood, handle up towards the front
        posed = part.turned("z", -90).turned("y", 90).turned("x", -lean).turned("y", turn)
        model.add("axe", mat, posed.moved(x=-side * 0.03, y=high + 0.062, z=-0.03))
    chip = box((-0.03, 0, -0.015), (0.03, 0.012, 0.015), 0.003)
    light = matte("chip", rgb("#d9b98a"))
    for quarter in range(4):  # one each, so that no two lie in one place
        a = np.pi / 2 * (quarter + rng.uniform(0.12, 0.88))
        model.add(
            "chip",
            light,
            chip.turned("y", float(np.degrees(a))).moved(
                x=float(1.55 * r * np.sin(a)), z=float(1.55 * r * np.cos(a))
            ),
        )


CATEGORIES = (
    Category("axe_in_stump", "tool", Symmetry.NONE, _axe_in_stump),
    Category("watering_can", "garden", Symmetry.MIRROR, _watering_can),
    Category("wheelbarrow", "garden", Symmetry.NONE, _wheelbarrow),
)
