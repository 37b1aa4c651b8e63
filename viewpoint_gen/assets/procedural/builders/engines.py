"""A steam engine and a tractor."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import (
    add_wheels,
    either_side,
    facing,
    panel,
    rim,
    tyre,
)
from viewpoint_gen.assets.procedural.materials import (
    CAR_PAINTS,
    DARKS,
    Material,
    chrome,
    dark_glass,
    gloss,
    lamp,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_across, rectangle, rounded
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    frustum,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import label

HEADLIGHT = lamp("headlight", rgb("#fff3cf"), 0.6)
BLACK = plastic("black", rgb("#1a1b1e"))


def _boiler(
    model: Model, paint: Material, brass: Material, radius: float, y: float, z0: float, z1: float
) -> None:
    profile = [(radius, z0), (radius, z1), (radius * 1.05, z1), (radius * 1.05, z1 + 0.5)]
    profile += [(radius * 0.98, z1 + 0.56), (radius * 0.4, z1 + 0.64), (0, z1 + 0.65)]
    model.add("boiler", paint, lathe(profile, segments=36).turned("x", 90).moved(y=y))
    for t in (0.15, 0.5, 0.85):
        ring = torus(radius + 0.005, 0.025, segments=36, sides=8).turned("x", 90)
        model.add("band", brass, ring.moved(y=y, z=z0 + t * (z1 - z0)))
    door = cylinder(radius * 0.55, 0, 0.08, bevel=0.03).turned("x", 90)
    model.add("smokebox_door", BLACK, door.moved(y=y, z=z1 + 0.6))


def _loco_top(
    rng: np.random.Generator, model: Model, brass: Material, radius: float, y: float, z: float
) -> None:
    top = y + radius
    flare = rng.uniform(1.0, 2.0)
    stack = [
        (0.16, 0),
        (0.15, 0.35),
        (0.15 * flare, 0.75),
        (0.19 * flare, 0.8),
        (0.19 * flare, 0.9),
    ]
    stack += [(0.12, 0.9), (0.1, 0.5), (0.0, 0.5)]
    model.add("chimney", BLACK, lathe(stack, segments=28).moved(y=top - 0.06, z=z))
    dome = [(0.3, 0), (0.28, 0.25), (0.2, 0.4), (0, 0.45)]
    model.add("dome", brass, lathe(dome, segments=28, crease_deg=60).moved(y=top - 0.06, z=z - 1.2))
    bell = [(0.12, 0), (0.1, 0.05), (0.06, 0.16), (0, 0.19)]
    model.add("bell", brass, lathe(bell, segments=20, crease_deg=60).moved(y=top + 0.1, z=z - 0.6))
    posts = box((0.12, -0.1, -0.015), (0.15, 0.22, 0.015)).both_sides()
    model.add("bell_post", BLACK, posts.moved(y=top + 0.05, z=z - 0.6))


def _drive(
    model: Model, red: Material, radius: float, track: float, wheel_z: list[float], side: float
) -> None:
    for z in wheel_z:
        disc = tyre(radius, 0.12, 0.86).moved(x=track / 2, y=radius, z=z)
        web = rim(0.86 * radius, 0.12, 12).moved(x=track / 2, y=radius, z=z)
        model.add("wheel", steel("tyre"), disc.both_sides())
        model.add("wheel", red, web.both_sides())
    y = radius - 0.3 * radius
    bar = box((0.0, y - 0.05, wheel_z[0]), (0.05, y + 0.05, wheel_z[-1] + 1.0), 0.015)
    model.add("rod", steel("rod"), bar.moved(x=track / 2 + 0.08).both_sides())
    cyl = cylinder(0.22, -0.35, 0.35, bevel=0.04).turned("x", 90)
    model.add(
        "cylinder",
        BLACK,
        cyl.moved(x=track / 2 + 0.08, y=radius, z=wheel_z[-1] + 1.15).both_sides(),
    )
    pump = cylinder(0.13, -0.3, 0.3, bevel=0.03).moved(
        x=side * 0.8, y=radius * 2.5, z=wheel_z[-1] - 0.1
    )
    model.add("pump", metal("copper", rgb("#b5653a"), 0.3), pump)
    pipe = tube(
        [
            (side * 0.8, radius * 2.7, wheel_z[-1] - 0.1),
            (side * 0.8, radius * 3.0, wheel_z[-1] - 0.4),
            (side * 0.75, radius * 3.0, wheel_z[0]),
        ],
        0.03,
    )
    model.add("pipe", metal("copper_pipe", rgb("#b5653a"), 0.3), pipe)


def _steam_engine(rng: np.random.Generator) -> trimesh.Scene:
    main, accent = pick_several(rng, CAR_PAINTS, 2)
    paint, trim = gloss("paint", main), plastic("trim", accent)
    brass = metal("brass", rgb("#d3a94e"), 0.25)
    radius, wheel = rng.uniform(0.58, 0.72), rng.uniform(0.52, 0.68)
    count, y = int(rng.integers(2, 4)), 0.0
    y = 2 * wheel + 0.35 + radius * 0.75
    z1, cab = 1.9, 1.3
    model = Model()
    _boiler(model, paint, brass, radius, y, -1.4, z1)
    _loco_top(rng, model, brass, radius, y, z1 + 0.25)
    deck = box((-1.05, 2 * wheel * 0.9, -1.43 - cab), (1.05, 2 * wheel * 0.9 + 0.1, z1 + 0.9), 0.02)
    model.add("deck", trim, deck)
    _engine_cab(model, cab, paint, trim, wheel)
    side = either_side(rng)
    tank = box((side * radius * 0.8, y - radius * 0.75, -1.35), (side * 1.02, y + 0.15, 0.5), 0.06)
    model.add("side_tank", trim, tank)
    buffer_beam = box((-1.05, wheel * 1.2, z1 + 0.85), (1.05, wheel * 1.9, z1 + 0.98), 0.02)
    model.add("beam", plastic("red", rgb("#b3202a")), buffer_beam)
    catcher = frustum(0.95, 0.5, 0.12, wheel * 1.2, segments=4).turned("y", 45).moved(z=z1 + 0.55)
    model.add("cowcatcher", trim, catcher)
    light = (
        cylinder(0.17, -0.12, 0.12, bevel=0.03)
        .turned("x", 90)
        .moved(y=y + radius + 0.12, z=z1 + 0.72)
    )
    model.add("lamp", brass, light)
    model.add(
        "lamp",
        HEADLIGHT,
        cylinder(0.13, 0, 0.02).turned("x", 90).moved(y=y + radius + 0.12, z=z1 + 0.835),
    )
    gap = 2 * wheel + 0.12
    wheel_z = [-1.2 + gap * i for i in range(count)]
    _drive(
        model,
        plastic("wheel_paint", accent),
        wheel,
        1.5,
        wheel_z,
        -side,
    )
    small = tyre(0.33, 0.1, 0.8).moved(x=0.75, y=0.33, z=z1 + 0.35)
    model.add("wheel", steel("tyre"), small.both_sides())
    _engine_number(rng, model, wheel)
    return model.scene()


def _engine_cab(model: Model, cab: float, paint: Material, trim: Material, wheel: float) -> None:
    wall = [(-1.4 - cab, 0), (-1.4, 0), (-1.4, 2.0), (-1.4 - cab, 2.0)]
    hole = rectangle(0.6, 0.55, 0.1) + np.array([-1.4 - cab * 0.45, 1.45])
    side_wall = extrude_across(wall, 0.05).moved(x=0.95)
    base = {"y": 2 * wheel * 0.9 + 0.012}
    model.add("cab", paint, side_wall.moved(**base).both_sides())
    front = box((-0.95, 0, -1.46), (0.95, 2.0, -1.4))
    model.add("cab", paint, front.moved(**base))
    window = extrude_across(hole, 1.97).moved(**base)
    model.add("window", dark_glass(), window)
    roof = rounded(
        [
            (-1.15, 1.95),
            (-0.8, 2.12),
            (0, 2.2),
            (0.8, 2.12),
            (1.15, 1.95),
            (0.8, 2.02),
            (-0.8, 2.02),
        ],
        0.02,
    )
    model.add(
        "roof", BLACK, extrude(roof, cab + 0.5, bevel=0.01).moved(z=-1.4 - cab - 0.25, **base)
    )
    tender = box((-0.9, 0.08, -1.42 - cab), (0.9, 0.95, -0.95 - cab), 0.03)
    model.add("bunker", trim, tender.moved(**base))


def _engine_number(rng: np.random.Generator, model: Model, wheel: float) -> None:
    plate = label(str(int(rng.integers(10, 9999))), rgb("#16181b"), rgb("#e6c25a"))
    sign = panel(0.5, 0.24, 0.02)
    model.add(
        "number",
        Material("number", texture=plate),
        facing(sign, "x", 1).moved(x=0.98, y=2 * wheel + 0.5, z=-2.1),
    )


def _tractor_body(model: Model, paint: Material, trim: Material, side: float) -> None:
    hood = rounded([(-0.1, 0.75), (-0.1, 1.42), (1.5, 1.32), (1.62, 1.2), (1.62, 0.72)], 0.07)
    model.add("hood", paint, extrude_across(hood, 0.72, bevel=0.06))
    model.add("engine", BLACK, box((-0.26, 0.55, -0.9), (0.26, 0.85, 1.5), 0.04))
    grille = extrude(rectangle(0.5, 0.42, 0.05), 0.03, bevel=0.008).moved(y=0.98, z=1.6)
    model.add("grille", BLACK, grille)
    lens = extrude(rectangle(0.14, 0.12, 0.04), 0.04, bevel=0.01).moved(x=0.26, y=1.22, z=1.6)
    model.add("headlight", HEADLIGHT, lens.both_sides())
    stack = [(side * 0.2, 1.3, 0.9), (side * 0.2, 2.0, 0.9), (side * 0.2, 2.12, 0.82)]
    model.add("exhaust", chrome(), tube(stack, 0.045, smooth=1))
    seat = rounded(
        [(-0.95, 1.02), (-0.55, 1.0), (-0.55, 1.12), (-0.85, 1.14), (-1.0, 1.6), (-1.1, 1.58)], 0.03
    )
    model.add("seat", matte("seat", rgb("#232428")), extrude_across(seat, 0.46, bevel=0.03))
    column = rod((0, 1.2, -0.06), (0, 1.56, -0.32), 0.025)
    wheel = torus(0.17, 0.018, segments=24, sides=8).turned("x", -30).moved(y=1.55, z=-0.3)
    spoke = rod((0, 0, -0.17), (0, 0, 0.17), 0.014).ring(2, 90).turned("x", -30)
    post = box((-0.06, 0.8, -0.8), (0.06, 1.05, -0.66), 0.01)
    model.add("steering", BLACK, column, wheel, spoke.moved(y=1.55, z=-0.3), post)
    step = box((side * 0.3, 0.42, -0.2), (side * 0.62, 0.46, 0.1), 0.01)
    toolbox = box((-side * 0.36, 0.62, 0.2), (-side * 0.6, 0.9, 0.75), 0.03)
    model.add("step", steel("step"), step)
    model.add("toolbox", trim, toolbox)


def _tractor(rng: np.random.Generator) -> trimesh.Scene:
    main, accent = pick_several(rng, CAR_PAINTS, 2)
    paint, trim = gloss("paint", main), plastic("trim", accent)
    side = either_side(rng)
    big, small = rng.uniform(0.72, 0.85), rng.uniform(0.38, 0.48)
    model = Model()
    _tractor_body(model, paint, trim, side)
    add_wheels(model, rubber(), trim, radius=big, width=0.42, track=1.5, axles=(-0.7,), spokes=8)
    add_wheels(model, rubber(), trim, radius=small, width=0.26, track=1.3, axles=(1.15,), spokes=6)
    model.add(
        "axle",
        BLACK,
        rod((-0.7, big, -0.7), (0.7, big, -0.7), 0.09),
        rod((-0.6, small, 1.15), (0.6, small, 1.15), 0.06),
    )
    lugs = box((-0.2, big * 0.88, -0.03), (0.2, big * 1.04, 0.03))
    cleats = [lugs.turned("x", a).moved(x=0.75, y=big, z=-0.7) for a in np.arange(0, 360, 24)]
    model.add("lug", rubber("lug"), *(c.both_sides() for c in cleats))
    arc = [(big + 0.12) * np.array([np.cos(t), np.sin(t)]) for t in np.linspace(0.3, 2.5, 14)]
    inner = [0.94 * p for p in arc[::-1]]
    fender = extrude_across(np.array(arc + inner) + np.array([-0.7, big]), 0.44, bevel=0.008)
    model.add("fender", paint, fender.moved(x=0.74).both_sides())
    if rng.random() < 0.5:
        posts = [rod((0.45, 1.0, z), (0.45, 2.3, z), 0.03) for z in (-1.15, -0.15)]
        model.add("post", BLACK, *(p.both_sides() for p in posts))
        model.add("canopy", paint, box((-0.62, 2.28, -1.4), (0.62, 2.36, 0.1), 0.03))
    lamp_ = sphere(0.07, (side * 0.62, 1.6, -0.95))
    model.add("beacon", lamp("beacon", pick(rng, ("#ff9a1f", "#ffb52e")), 0.5), lamp_)
    model.add(
        "beacon_post", BLACK, rod((side * 0.62, 1.3, -0.95), (side * 0.62, 1.56, -0.95), 0.02)
    )
    if rng.random() < 0.6:
        blade = matte("hitch", pick(rng, DARKS))
        model.add(
            "hitch",
            blade,
            box((-0.5, 0.35, -1.75), (0.5, 0.75, -1.62), 0.02),
            rod((0, 0.6, -0.9), (0, 0.55, -1.65), 0.05),
        )
    return model.scene()


CATEGORIES = (
    Category("steam_engine", "vehicle", Symmetry.NONE, _steam_engine),
    Category("tractor", "vehicle", Symmetry.NONE, _tractor),
)
