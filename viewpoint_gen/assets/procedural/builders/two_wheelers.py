"""A bicycle and a motor scooter."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, rim, tyre
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    FABRICS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude_across, rounded
from viewpoint_gen.assets.procedural.part import Point
from viewpoint_gen.assets.procedural.shapes import (
    box,
    capsule,
    cylinder,
    frustum,
    rod,
    sphere,
    torus,
    tube,
)

BLACK = plastic("black", rgb("#1a1b1e"))


def _scooter_body(model: Model, paint: Material, accent: Material, seat: Material) -> None:
    shell = [
        (-0.78, 0.42),
        (-0.72, 0.7),
        (-0.25, 0.72),
        (-0.08, 0.62),
        (-0.02, 0.35),
        (-0.2, 0.24),
        (-0.55, 0.26),
    ]
    model.add("body", paint, extrude_across(rounded(shell, 0.06), 0.34, bevel=0.06))
    floor = [(-0.1, 0.24), (-0.1, 0.33), (0.33, 0.33), (0.38, 0.24)]
    model.add("floor", accent, extrude_across(rounded(floor, 0.02), 0.36, bevel=0.02))
    shield = [(0.3, 0.26), (0.4, 0.3), (0.5, 0.9), (0.44, 0.95), (0.4, 0.9)]
    model.add("shield", paint, extrude_across(rounded(shield, 0.02), 0.4, bevel=0.02))
    cushion = [(-0.8, 0.72), (-0.8, 0.8), (-0.5, 0.86), (-0.15, 0.8), (-0.1, 0.73)]
    model.add("seat", seat, extrude_across(rounded(cushion, 0.03), 0.28, bevel=0.045))
    model.add("fork", chrome(), rod((0, 0.9, 0.44), (0, 0.22, 0.66), 0.035))
    outer = 0.285 * np.array([[np.cos(t), np.sin(t)] for t in np.radians(np.arange(-8, 165, 12))])
    guard = np.concatenate([outer, 0.88 * outer[::-1]]) + np.array([0.66, 0.22])
    model.add("mudguard", paint, extrude_across(guard, 0.17, bevel=0.012))


def _motor_scooter(rng: np.random.Generator) -> trimesh.Scene:
    main, other = pick_several(rng, CAR_PAINTS, 2)
    paint, accent = gloss("paint", main), plastic("accent", other)
    side = either_side(rng)
    wheel = rng.uniform(0.2, 0.24)
    model = Model()
    _scooter_body(model, paint, accent, matte("leather", pick(rng, FABRICS)))
    for z in (-0.5, 0.66):
        model.add("wheel", rubber(), tyre(wheel, 0.12).moved(y=wheel, z=z))
        model.add(
            "wheel", steel("rim"), rim(0.62 * wheel, 0.12, 6).moved(y=wheel, z=z).both_sides()
        )
    bar = tube(
        [(-0.34, 1.02, 0.3), (-0.2, 1.0, 0.4), (0, 0.96, 0.45), (0.2, 1.0, 0.4), (0.34, 1.02, 0.3)],
        0.018,
    )
    grip = capsule((0.26, 1.012, 0.35), (0.37, 1.02, 0.27), 0.026)
    model.add("handlebar", chrome(), bar)
    model.add("grip", rubber("grip"), grip.both_sides())
    head = sphere((0.12, 0.1, 0.12), (0, 0.95, 0.47), segments=24)
    model.add("head", paint, head)
    model.add(
        "headlight", lamp("headlight", rgb("#fff3cf"), 0.6), knob(0.075, 0.05).moved(y=0.95, z=0.55)
    )
    model.add(
        "tail_light",
        lamp("tail_light", rgb("#c8141e"), 0.4),
        box((-0.07, 0.58, -0.8), (0.07, 0.64, -0.73), 0.015),
    )
    muffler = capsule((side * 0.2, 0.24, -0.25), (side * 0.24, 0.3, -0.8), 0.05, 0.065)
    model.add("exhaust", chrome(), muffler)
    mirror_arm = tube(
        [(-side * 0.2, 1.0, 0.4), (-side * 0.26, 1.16, 0.4), (-side * 0.32, 1.22, 0.38)], 0.01
    )
    glass = facing(cylinder(0.06, -0.012, 0.012, bevel=0.006).turned("x", 90), "z", -1)
    model.add("mirror", chrome(), mirror_arm, glass.moved(x=-side * 0.34, y=1.26, z=0.38))
    stand = rod((side * 0.1, 0.26, -0.1), (side * 0.26, 0.02, -0.05), 0.016)
    model.add("stand", steel("stand"), stand)
    if rng.random() < 0.6:
        top_box = box((-0.17, 0.84, -1.02), (0.17, 1.1, -0.72), 0.05)
        model.add("top_box", accent, top_box)
        model.add("rack", chrome(), rod((0.1, 0.7, -0.6), (0.1, 0.85, -0.85), 0.014).both_sides())
    bag = box((-side * 0.17, 0.4, -0.62), (-side * 0.3, 0.68, -0.25), 0.04)
    model.add("bag", matte("bag", pick(rng, FABRICS)), bag)
    return model.scene()


def _bicycle(rng: np.random.Generator) -> trimesh.Scene:
    paint = gloss("paint", pick(rng, BRIGHTS))
    wheel, base = rng.uniform(0.3, 0.35), rng.uniform(0.98, 1.06)
    model = Model()
    rear, front = -base / 2, base / 2
    spoke = rod((0, 0, 0), (0, wheel * 0.93, 0), 0.004, segments=5)
    for z in (rear, front):
        ring = torus(wheel * 0.94, 0.02, segments=40, sides=10).turned("z", 90)
        band = torus(wheel * 0.88, 0.012, segments=40, sides=6).turned("z", 90)
        spokes = [spoke.turned("x", 360 / 16 * i).moved(y=wheel, z=z) for i in range(16)]
        model.add("tyre", rubber(), ring.moved(y=wheel, z=z))
        model.add("rim", steel("rim"), band.moved(y=wheel, z=z), *spokes)
        model.add("hub", steel("hub"), rod((-0.05, wheel, z), (0.05, wheel, z), 0.022))
    crank, seat, head = (
        (0.0, wheel - 0.04, rear + 0.42),
        (0.0, 0.82, rear + 0.27),
        (0.0, 0.84, front - 0.2),
    )
    low_head = (0.0, 0.68, front - 0.15)
    step_through = rng.random() < 0.4
    start = (0.0, wheel + 0.18, rear + 0.36) if step_through else (0.0, 0.74, rear + 0.29)
    for p, q in (
        (crank, seat),
        (crank, low_head),
        (start, head if not step_through else low_head),
        (low_head, head),
    ):
        model.add("frame", paint, rod(p, q, 0.02))
    for x in (0.045, -0.045):
        model.add(
            "frame",
            paint,
            rod((x, wheel, rear), (x * 0.3, *crank[1:]), 0.011),
            rod((x, wheel, rear), (x * 0.3, 0.76, seat[2]), 0.01),
        )
        model.add("fork", paint, rod((x, wheel, front), (x * 0.6, *low_head[1:]), 0.013))
    _bicycle_fittings(rng, model, crank, seat, head, rear, wheel)
    return model.scene()


def _bicycle_fittings(
    rng: np.random.Generator, model: Model, crank: tuple[float, float, float],
    seat: tuple[float, float, float], head: tuple[float, float, float], rear: float, wheel: float,
) -> None:  # fmt: skip
    black = BLACK
    post_top = (0.0, seat[1] + 0.14, seat[2] - 0.03)
    model.add("seat_post", steel("post"), rod(seat, post_top, 0.013))
    saddle = sphere((0.08, 0.03, 0.13), (0, post_top[1] + 0.02, post_top[2]), segments=20)
    model.add("saddle", matte("leather", pick(rng, FABRICS)), saddle)
    top = head[1] + 0.16
    bar = tube([(-0.3, top, head[2] - 0.12), (-0.16, top + 0.03, head[2]), (0, top, head[2] + 0.04),
                (0.16, top + 0.03, head[2]), (0.3, top, head[2] - 0.12)], 0.013)  # fmt: skip
    model.add("handlebar", steel("bar"), bar, rod(head, (0, top, head[2] + 0.04), 0.014))
    grip = capsule((0.25, top + 0.01, head[2] - 0.08), (0.32, top, head[2] - 0.14), 0.02)
    model.add("grip", black, grip.both_sides())
    # Chain and gears sit on the right, as on every bicycle
    ring = (
        cylinder(0.095, -0.006, 0.006, segments=32)
        .turned("z", 90)
        .moved(x=-0.055, y=crank[1], z=crank[2])
    )
    cog = cylinder(0.045, -0.012, 0.012).turned("z", 90).moved(x=-0.055, y=wheel, z=rear)
    model.add("gear", steel("gear"), ring, cog)
    for top_, bottom in ((0.092, 0.043), (-0.092, -0.043)):
        chain = rod(
            (-0.055, crank[1] + top_, crank[2]), (-0.055, wheel + bottom, rear), 0.009, segments=7
        )
        model.add("chain", black, chain)
    _pedals(model, black, crank)
    side = either_side(rng)
    bag = box((side * 0.05, wheel + 0.1, rear - 0.2), (side * 0.19, wheel + 0.4, rear + 0.16), 0.03)
    model.add("pannier", matte("pannier", pick(rng, BRIGHTS)), bag)
    rack = box((-0.06, wheel + 0.39, rear - 0.24), (0.06, wheel + 0.41, rear + 0.2), 0.006)
    model.add(
        "rack", black, rack, rod((0.05, wheel, rear), (0.05, wheel + 0.4, rear), 0.008).both_sides()
    )
    if rng.random() < 0.6:
        basket = frustum(0.13, 0.17, 0, 0.2, segments=20).scaled(x=1.1, z=0.8)
        model.add(
            "basket", matte("wicker", rgb("#b98c55")), basket.moved(y=top - 0.16, z=head[2] + 0.22)
        )
    lamp_ = knob(0.035, 0.06).moved(y=head[1] + 0.02, z=head[2] + 0.03)
    model.add("lamp", lamp("headlight", rgb("#fff3cf"), 0.6), lamp_)


def _pedals(model: Model, black: Material, crank: Point) -> None:
    for sign in (1.0, -1.0):
        arm = rod(
            (sign * 0.05, crank[1], crank[2]),
            (sign * 0.09, crank[1] + sign * 0.05, crank[2] + sign * 0.15),
            0.012,
        )
        pedal = box((0, -0.012, -0.04), (sign * 0.09, 0.012, 0.04), 0.005)
        model.add(
            "pedal",
            black,
            arm,
            pedal.moved(sign * 0.09, crank[1] + sign * 0.05, crank[2] + sign * 0.15),
        )


CATEGORIES = (
    Category("bicycle", "vehicle", Symmetry.NONE, _bicycle),
    Category("motor_scooter", "vehicle", Symmetry.NONE, _motor_scooter),
)
