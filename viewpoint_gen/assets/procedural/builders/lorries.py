"""A box lorry and a bus: doors and lettering on one side only."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import add_wheels, either_side, facing, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    Material,
    chrome,
    dark_glass,
    gloss,
    lamp,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_across, rectangle, rounded
from viewpoint_gen.assets.procedural.part import Part
from viewpoint_gen.assets.procedural.shapes import box, cuboid, cylinder, rod, tube
from viewpoint_gen.assets.procedural.textures import label

HEADLIGHT = lamp("headlight", rgb("#fff3cf"), 0.6)
TAIL_LIGHT = lamp("tail_light", rgb("#c8141e"), 0.4)
BUS_LEAN_M = 0.45  # how far a bus's roof lies behind its bumper
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
    text = label(one_of(rng, words), box_paint, accent, width_px=384)
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
    outline = [(-a, 0.34), (-a, top), (a - BUS_LEAN_M, top), (a, 1.2), (a, 0.34)]
    shell = extrude_across(rounded(outline, 0.12), width, bevel=0.1)
    model.add("body", gloss("paint", body), shell)
    door_side = either_side(rng)
    _bus_tail(model, gloss("tail", band), width, a, top)
    _bus_mirrors(model, width, a)
    _bus_side(model, gloss("door", pick(rng, BRIGHTS)), width, length, door_side, double)
    stripe = extrude_across(rectangle(length - 0.5, 0.2), width + 0.014).moved(y=1.12)
    model.add("stripe", gloss("stripe", band), stripe)
    _bus_ends(rng, model, width, a, top)
    _bus_advert(rng, model, door_side, length, width)
    fascia = box((0, top - 0.36, -a * 0.88), (0.02, top - 0.16, a * 0.86), 0.006)
    fascia = fascia.moved(x=width / 2 - 0.008)
    model.add("fascia", gloss("fascia", band), fascia if door_side < 0 else fascia.mirrored())
    if rng.random() < 0.6:
        unit = box((-0.75, top - 0.02, -a * 0.6), (0.75, top + 0.2, -a * 0.25), 0.08)
        model.add("roof_unit", plastic("roof_unit", rgb("#d8dadb")), unit)
    _lights(model, width / 2 - 0.35, 0.72, a - 0.03, -a + 0.03)
    add_wheels(model, rubber(), steel("rim"), radius=0.48, width=0.3, track=width - 0.26,
               axles=(-a * 0.4, a * 0.6), spokes=8)  # fmt: skip
    return model.scene()


def _bus_tail(model: Model, paint: Material, width: float, a: float, top: float) -> None:
    """The engine's end in a colour of its own, its edge slanting, with grilles on three sides."""
    skin_m = 0.005
    outline = [(-a - skin_m, 0.335), (-a - skin_m, top + skin_m), (-a * 0.72, top + skin_m)]
    outline += [(-a * 0.34, 0.335)]
    tail = extrude_across(rounded(outline, 0.11), width + 2 * skin_m, bevel=0.1)
    model.add("tail", paint, tail)
    for i in range(5):
        slat = box((-0.7, 0.62 + 0.1 * i, -a - 0.03), (0.7, 0.67 + 0.1 * i, -a + 0.03), 0.008)
        model.add("grille", BLACK, slat)
        side = box((width / 2 - 0.03, 0.5 + 0.08 * i, -a * 0.93),
                   (width / 2 + 0.022, 0.54 + 0.08 * i, -a * 0.8), 0.006)  # fmt: skip
        model.add("grille", BLACK, side.both_sides())


def _bus_mirrors(model: Model, width: float, a: float) -> None:
    """A dark bumper, and mirrors that hang ahead of the windscreen."""
    bumper = box((-width / 2 - 0.01, 0.3, a - 0.3), (width / 2 + 0.01, 0.56, a + 0.05), 0.04)
    model.add("bumper", BLACK, bumper)
    arm = tube([(width / 2 - 0.12, 2.3, a - 0.45), (width / 2 + 0.1, 2.45, a - 0.1),
                (width / 2 + 0.17, 2.3, a + 0.06)], 0.025, smooth=4)  # fmt: skip
    mirror = cuboid(0.2, 0.46, 0.1, 0.04).moved(x=width / 2 + 0.17, y=2.1, z=a + 0.06)
    model.add("mirror", BLACK, arm.both_sides(), mirror.both_sides())


def _bus_ends(
    rng: np.random.Generator, model: Model, width: float, half_length: float, top: float
) -> None:
    """Windscreens on the leaning front, the number above them, and rear windows."""
    lean = float(np.degrees(np.arctan2(BUS_LEAN_M, top - 1.2)))

    def on_front(part: Part, y: float) -> Part:
        z = half_length - BUS_LEAN_M * (y - 1.2) / (top - 1.2) - 0.035
        return part.turned("x", -lean).moved(y=y, z=z)

    screen = extrude(rectangle(width - 0.24, 1.25, 0.12), 0.05, bevel=0.012)
    rear = facing(extrude(rectangle(width - 0.6, 0.7, 0.12), 0.04, bevel=0.012), "z", -1)
    for y in (1.8, 3.55) if top > 4 else (1.8,):
        model.add("window", dark_glass(), on_front(screen, y))
        model.add("window", dark_glass(), rear.moved(y=y + 0.1, z=-half_length + 0.015))
    digits = label(str(int(rng.integers(1, 199))), rgb("#16181b"), rgb("#ffb52e"), height_px=96)
    board = on_front(panel(1.1, 0.27, 0.08), 2.6)
    model.add("destination", Material("destination", roughness=0.4, texture=digits), board)


def _bus_advert(
    rng: np.random.Generator, model: Model, door_side: float, length: float, width: float
) -> None:
    advert = label(
        one_of(rng, ("CINEMA", "MUSEUM", "COFFEE", "ZOO")),
        *pick_several(rng, BRIGHTS, 2),
        width_px=384,
    )
    sign = facing(panel(length * 0.36, 0.62, 0.016), "x", -door_side)
    model.add(
        "advert",
        Material("advert", roughness=0.5, texture=advert),
        sign.moved(x=-door_side * width / 2, y=0.75, z=0.1),
    )


CATEGORIES = (
    Category("box_truck", "vehicle", Symmetry.NONE, _box_truck),
    Category("bus", "vehicle", Symmetry.NONE, _bus),
)
