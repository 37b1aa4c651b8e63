"""Lorries, buses, tractors and steam engines."""

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
    BRIGHTS,
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
TAIL_LIGHT = lamp("tail_light", rgb("#c8141e"), 0.4)
BLACK = plastic("black", rgb("#1a1b1e"))


def _lights(model: Model, x: float, y: float, front_z: float, rear_z: float) -> None:
    lens = extrude(rectangle(0.3, 0.2, 0.06), 0.05, bevel=0.012)
    model.add("headlight", HEADLIGHT, lens.moved(x=x, y=y, z=front_z).both_sides())
    back = facing(lens, "z", -1).moved(x=x, y=y, z=rear_z)
    model.add("tail_light", TAIL_LIGHT, back.both_sides())


def _truck_cab(model: Model, paint: Material, width: float, height: float, front_z: float) -> None:
    z0, z1 = front_z - 1.75, front_z
    outline = [
        (z0, 0.5),
        (z0, height),
        (z1 - 0.5, height),
        (z1 - 0.08, 1.45),
        (z1, 1.35),
        (z1, 0.5),
    ]
    cab = extrude_across(rounded(outline, 0.1), width, bevel=0.07)
    model.add("cab", paint, cab)
    screen = extrude(rectangle(width - 0.3, 0.86, 0.1), 0.04, bevel=0.01)
    lean = np.degrees(np.arctan2(0.42, height - 1.45))
    screen = screen.turned("x", -lean).moved(y=(height + 1.45) / 2, z=z1 - 0.29)
    model.add("window", dark_glass(), screen)
    pane = [
        (z0 + 0.35, 1.5),
        (z0 + 0.35, height - 0.22),
        (z1 - 0.62, height - 0.22),
        (z1 - 0.3, 1.5),
    ]
    model.add("window", dark_glass(), extrude_across(rounded(pane, 0.06), width + 0.012))
    grille = extrude(rectangle(width * 0.6, 0.42, 0.05), 0.05, bevel=0.01)
    model.add("grille", BLACK, grille.moved(y=1.02, z=z1 - 0.02))
    bumper = box((-width / 2 - 0.01, 0.4, z1 - 0.15), (width / 2 + 0.01, 0.68, z1 + 0.12), 0.05)
    model.add("bumper", steel("bumper"), bumper)
    mirror = box((width / 2 + 0.06, 1.55, z1 - 0.45), (width / 2 + 0.24, 2.0, z1 - 0.36), 0.03)
    arm = rod((width / 2 - 0.05, 1.9, z1 - 0.42), (width / 2 + 0.12, 1.9, z1 - 0.42), 0.02)
    model.add("mirror", BLACK, mirror.both_sides(), arm.both_sides())


def _box_truck(rng: np.random.Generator) -> trimesh.Scene:
    width, cab_height = rng.uniform(2.1, 2.4), rng.uniform(2.3, 2.6)
    box_length, box_top = rng.uniform(3.6, 5.2), cab_height + rng.uniform(0.2, 0.8)
    length = box_length + 1.9
    front, rear = length / 2, -length / 2
    cab_paint, box_paint, accent = pick_several(rng, CAR_PAINTS, 3)
    side = either_side(rng)
    model = Model()
    _truck_cab(model, gloss("cab_paint", cab_paint), width - 0.1, cab_height, front)
    load = box((-width / 2, 0.92, rear), (width / 2, box_top, rear + box_length), 0.04)
    model.add("box", plastic("box_paint", box_paint), load)
    beam = box((0.3, 0.62, rear + 0.1), (0.5, 0.92, front - 0.4))
    model.add("chassis", BLACK, beam.both_sides())
    for y in (1.0, box_top - 0.12):
        strip = box(
            (-width / 2 - 0.012, y, rear - 0.012),
            (width / 2 + 0.012, y + 0.08, rear + box_length + 0.012),
        )
        model.add("trim", plastic("trim", accent), strip)
    words = ("FRESH", "MOVERS", "EXPRESS", "FLOWERS", "TOOLS", "BAKERY", "PARTS")
    text = label(words[int(rng.integers(len(words)))], box_paint, accent, width_px=384)
    sign = panel(box_length * 0.72, box_length * 0.24, 0.012)
    sign = facing(sign, "x", side).moved(
        x=side * width / 2, y=(box_top + 1.1) / 2, z=rear + box_length / 2
    )
    model.add("lettering", Material("lettering", roughness=0.5, texture=text), sign)
    door = box(
        (-side * width / 2, 1.15, rear + box_length * 0.6),
        (-side * (width / 2 + 0.02), box_top - 0.25, rear + box_length * 0.85),
    )
    model.add("side_door", plastic("door", accent), door)
    stack = rod(
        (-side * width * 0.42, 0.7, front - 1.86),
        (-side * width * 0.42, cab_height + 0.5, front - 1.86),
        0.075,
    )
    model.add("exhaust", chrome(), stack)
    tank = cylinder(0.27, -0.55, 0.55, bevel=0.05).turned("x", 90)
    model.add("tank", steel("tank"), tank.moved(x=side * (width / 2 - 0.3), y=0.62, z=0.1))
    model.add("seam", BLACK, box((-0.01, 1.1, rear - 0.015), (0.01, box_top - 0.2, rear)))
    _lights(model, width / 2 - 0.3, 0.85, front - 0.02, rear + 0.03)
    axles = (rear + box_length * 0.25, front - 0.85)
    _truck_wheels(model, axles, width)
    return model.scene()


def _truck_wheels(model: Model, axles: tuple[float, float], width: float) -> None:
    add_wheels(
        model,
        rubber(),
        steel("rim"),
        radius=0.45,
        width=0.3,
        track=width - 0.34,
        axles=axles,
        spokes=8,
    )


def _bus_side(
    model: Model, door: Material, width: float, length: float, door_side: float, double: bool
) -> None:
    count = int(length / 1.35)
    pitch = (length - 1.1) / count
    floors = (1.35, 1.35 + 1.75) if double else (1.35,)
    for level, y in enumerate(floors):
        for sign in (1.0, -1.0):
            for i in range(count):
                z = -length / 2 + 0.5 + i * pitch
                is_door = level == 0 and sign == door_side and i in (count - 1, count // 2 - 1)
                pane = box((0, y, z), (0.03, y + 0.85, z + pitch * 0.84), 0.014)
                place = pane.moved(x=width / 2 - 0.015)
                model.add("window", dark_glass(), place if sign > 0 else place.mirrored())
                if is_door:
                    leaf = box((0, 0.42, z), (0.024, y - 0.05, z + pitch * 0.84), 0.008)
                    leaf = leaf.moved(x=width / 2 - 0.008)
                    model.add("door", door, leaf if sign > 0 else leaf.mirrored())
                    bar = box((0, 0.42, z + pitch * 0.4), (0.02, y + 0.85, z + pitch * 0.44))
                    bar = bar.moved(x=width / 2)
                    model.add("door_seam", steel("seam"), bar if sign > 0 else bar.mirrored())


def _bus(rng: np.random.Generator) -> trimesh.Scene:
    width, length = rng.uniform(2.4, 2.55), rng.uniform(8.0, 11.5)
    double = rng.random() < 0.35
    top = 4.3 if double else rng.uniform(2.9, 3.1)
    body, band = pick_several(rng, CAR_PAINTS, 2)
    model = Model()
    a = length / 2
    outline = [
        (-a, 0.34),
        (-a, top),
        (a - 0.12, top),
        (a, top - 0.9 if not double else 1.4),
        (a, 0.34),
    ]
    model.add(
        "body", gloss("paint", body), extrude_across(rounded(outline, 0.16), width, bevel=0.12)
    )
    door_side = either_side(rng)
    _bus_side(model, gloss("door", pick(rng, BRIGHTS)), width, length, door_side, double)
    stripe = extrude_across(rectangle(length - 0.5, 0.2), width + 0.012).moved(y=1.12)
    model.add("stripe", gloss("stripe", band), stripe)
    for y in (1.35, 3.05) if double else (1.35,):
        screen = extrude(rectangle(width - 0.3, 1.15 if y < 2 else 0.9, 0.12), 0.05, bevel=0.012)
        lean = 7.0 if not double and y < 2 else (1.5 if double else 0.0)
        z = a - (0.1 if not double else 0.02 if y < 2 else 0.09)
        model.add("window", dark_glass(), screen.turned("x", -lean).moved(y=y + 0.5, z=z))
        rear = facing(extrude(rectangle(width - 0.6, 0.7, 0.12), 0.04, bevel=0.012), "z", -1)
        model.add("window", dark_glass(), rear.moved(y=y + 0.5, z=-a + 0.015))
    number = label(str(int(rng.integers(1, 199))), rgb("#16181b"), rgb("#ffb52e"), height_px=96)
    board = panel(0.95, 0.26, 0.05).moved(
        y=top - (0.26 if not double else 1.95), z=a - (0.02 if double else 0.07)
    )
    model.add(
        "destination", Material("destination", roughness=0.4, texture=number, glow=0.0), board
    )
    _bus_advert(rng, model, door_side, length, width)
    fascia = box((0, top - 0.36, -a * 0.88), (0.02, top - 0.16, a * 0.86), 0.006)
    fascia = fascia.moved(x=width / 2 - 0.008)
    model.add("fascia", gloss("fascia", band), fascia if door_side < 0 else fascia.mirrored())
    if rng.random() < 0.6:
        unit = box((-0.75, top - 0.02, -a * 0.6), (0.75, top + 0.2, -a * 0.25), 0.08)
        model.add("roof_unit", plastic("roof_unit", rgb("#d8dadb")), unit)
    _lights(model, width / 2 - 0.35, 0.72, a - 0.03, -a + 0.03)
    add_wheels(model, rubber(), steel("rim"), radius=0.48, width=0.3, track=width - 0.26,
               axles=(-a * 0.5, a * 0.56), spokes=8)  # fmt: skip
    return model.scene()


def _bus_advert(
    rng: np.random.Generator, model: Model, door_side: float, length: float, width: float
) -> None:
    advert = label(
        ("CINEMA", "MUSEUM", "COFFEE", "ZOO")[int(rng.integers(4))],
        *pick_several(rng, BRIGHTS, 2),
        width_px=384,
    )
    sign = facing(panel(length * 0.36, 0.62, 0.016), "x", -door_side)
    model.add(
        "advert",
        Material("advert", roughness=0.5, texture=advert),
        sign.moved(x=-door_side * width / 2, y=0.75, z=0.1),
    )


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
    column = rod((0, 1.2, -0.1), (0, 1.55, -0.3), 0.025)
    wheel = torus(0.17, 0.018, segments=24, sides=8).turned("x", -30).moved(y=1.55, z=-0.3)
    model.add("steering", BLACK, column, wheel)
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
    Category("box_truck", "vehicle", Symmetry.NONE, _box_truck),
    Category("bus", "vehicle", Symmetry.NONE, _bus),
    Category("steam_engine", "vehicle", Symmetry.NONE, _steam_engine),
    Category("tractor", "vehicle", Symmetry.NONE, _tractor),
)
