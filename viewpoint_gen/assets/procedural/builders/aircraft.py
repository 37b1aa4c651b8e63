"""An aeroplane and a helicopter."""

from __future__ import annotations

import numpy as np
import trimesh
from scipy.interpolate import PchipInterpolator

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, one_of, panel, rim, tyre
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    Material,
    dark_glass,
    gloss,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import (
    extrude,
    extrude_across,
    extrude_up,
    rounded,
    superellipse,
)
from viewpoint_gen.assets.procedural.part import Part, join
from viewpoint_gen.assets.procedural.shapes import box, cylinder, lathe, rod, skin, torus, tube
from viewpoint_gen.assets.procedural.textures import label

BLACK = plastic("black", rgb("#1a1b1e"))


def _loft_z(stations: list[tuple[float, float, float, float]], power: float = 2.3) -> Part:
    """A body along Z through (z, middle height, half width, half height) stations."""
    rings = []
    for z, y, half_x, half_y in stations:
        ring = superellipse(max(half_x, 1e-6), max(half_y, 1e-6), power, 32)
        rings.append(np.column_stack([ring[:, 0], ring[:, 1] + y, np.full(len(ring), z)]))
    return skin(np.array(rings), crease_deg=50)


def _smooth_stations(stations: list[tuple[float, float, float, float]], count: int = 24) -> Part:

    table = np.array(sorted(stations))
    z = np.linspace(table[0, 0], table[-1, 0], count)
    # Denser towards the ends, where the body closes
    t = (1 - np.cos(np.pi * np.linspace(0, 1, count))) / 2
    z = table[0, 0] + t * (table[-1, 0] - table[0, 0])
    rows = PchipInterpolator(table[:, 0], table[:, 1:])(z)
    return _loft_z(
        [(float(a), float(r[0]), float(r[1]), float(r[2])) for a, r in zip(z, rows, strict=True)]
    )


def _wing(plan: list[tuple[float, float]], thickness: float) -> Part:
    """A flat lens over a floor plan of (x, z) points, both sides."""
    half = extrude_up(
        rounded(plan, thickness), -thickness / 2, thickness / 2, bevel=thickness * 0.4
    )
    return half.both_sides()


def _aeroplane(rng: np.random.Generator) -> trimesh.Scene:
    main, accent = pick_several(rng, CAR_PAINTS, 2)
    paint, trim = gloss("paint", main), gloss("trim", accent)
    length, radius = rng.uniform(7.0, 9.0), rng.uniform(0.55, 0.7)
    span, chord = length * rng.uniform(0.62, 0.75), rng.uniform(1.2, 1.6)
    low_wing = rng.random() < 0.5
    nose, tail = length * 0.36, -length * 0.64
    model = Model()
    stations = [(tail, 0.35, 0.04, 0.08), (tail * 0.6, 0.18, radius * 0.5, radius * 0.5)]
    stations += [
        (0.0, 0.0, radius, radius * 1.05),
        (nose * 0.6, -0.03, radius * 0.92, radius * 0.9),
    ]
    stations += [
        (nose * 0.95, -0.06, radius * 0.6, radius * 0.6),
        (nose, -0.06, radius * 0.5, radius * 0.5),
    ]
    model.add("fuselage", paint, _smooth_stations(stations))
    wing_y = -radius * 0.6 if low_wing else radius * 0.98
    plan = [
        (0, -chord * 0.5),
        (0, chord * 0.55),
        (span * 0.92, chord * 0.42),
        (span, chord * 0.2),
        (span, -chord * 0.35),
    ]
    model.add(
        "wing", trim if rng.random() < 0.5 else paint, _wing(plan, 0.16).moved(y=wing_y, z=0.15)
    )
    tips = box((span * 0.86, -0.1, -chord * 0.46), (span * 1.005, 0.1, chord * 0.5), 0.03)
    model.add(
        "wing_tip", plastic("tip", pick(rng, BRIGHTS)), tips.moved(y=wing_y, z=0.15).both_sides()
    )
    if not low_wing:
        strut = rod((radius * 0.8, -radius * 0.4, 0.1), (span * 0.5, wing_y, 0.1), 0.05)
        model.add("strut", steel("strut"), strut.both_sides())
    tail_plan = [(0, -0.35), (0, 0.5), (span * 0.34, 0.1), (span * 0.34, -0.35)]
    model.add("tailplane", trim, _wing(tail_plan, 0.1).moved(y=0.4, z=tail + 0.45))
    fin = [(tail - 0.05, 0.3), (tail - 0.15, 1.55), (tail + 0.4, 1.55), (tail + 1.3, 0.35)]
    model.add("fin", trim, extrude_across(rounded(fin, 0.05), 0.1, bevel=0.03))
    canopy = [(-0.9, radius * 0.6, 0.05, 0.05), (-0.3, radius * 0.8, radius * 0.66, radius * 0.55)]
    canopy += [(0.5, radius * 0.75, radius * 0.7, radius * 0.55), (1.3, radius * 0.5, 0.1, 0.06)]
    model.add("canopy", dark_glass(), _smooth_stations(canopy, 14))
    _propeller(model, trim, nose, radius)
    _landing_gear(model, tail, radius)
    return model.scene()


def _propeller(model: Model, trim: Material, nose: float, radius: float) -> None:
    spinner = lathe(
        [(radius * 0.3, 0), (radius * 0.24, 0.18), (radius * 0.1, 0.32), (0, 0.36)], crease_deg=60
    )
    model.add("spinner", trim, spinner.turned("x", 90).moved(y=-0.06, z=nose))
    # Two upright blades keep the aeroplane equal to its mirror image
    blade = extrude(
        rounded(
            [(-0.06, 0.05), (0.06, 0.05), (0.11, 0.7), (0.05, 1.15), (-0.05, 1.15), (-0.11, 0.7)],
            0.03,
        ),
        0.03,
        bevel=0.008,
    )
    blade = blade.moved(y=0.0, z=0.1)
    both = join(blade, blade.turned("z", 180))
    model.add("propeller", BLACK, both.moved(y=-0.06, z=nose))
    exhaust = box(
        (radius * 0.5, -radius * 0.55, nose * 0.86),
        (radius * 0.66, -radius * 0.42, nose * 0.97),
        0.02,
    )
    model.add("exhaust", steel("exhaust"), exhaust.both_sides())


def _landing_gear(model: Model, tail: float, radius: float) -> None:
    drop = -radius - 0.65
    leg = rod((radius * 0.5, -radius * 0.7, 0.5), (radius + 0.35, drop, 0.65), 0.05)
    model.add("leg", steel("leg"), leg.both_sides())
    place = {"x": radius + 0.42, "y": drop, "z": 0.65}
    model.add("wheel", rubber(), tyre(0.28, 0.16).moved(**place).both_sides())
    model.add("wheel", steel("rim"), rim(0.17, 0.16, 6).moved(**place).both_sides())
    small = torus(0.1, 0.045, segments=24, sides=10).turned("z", 90)
    model.add("tail_wheel", rubber(), small.moved(y=drop * 0.18, z=tail + 0.35))
    stay = rod((0, 0.3, tail + 0.45), (0, drop * 0.18, tail + 0.35), 0.03)
    model.add("leg", steel("leg"), stay)


def _helicopter(rng: np.random.Generator) -> trimesh.Scene:
    main, accent = pick_several(rng, CAR_PAINTS, 2)
    paint, trim = gloss("paint", main), gloss("trim", accent)
    radius, boom = rng.uniform(0.78, 0.92), rng.uniform(4.0, 5.0)
    side = either_side(rng)
    model = Model()
    body = [
        (-1.9, 0.35, 0.12, 0.2),
        (-1.1, 0.15, radius * 0.8, radius * 0.85),
        (0.2, 0, radius, radius),
    ]
    body += [(1.3, -0.15, radius * 0.75, radius * 0.72), (1.9, -0.3, radius * 0.1, radius * 0.12)]
    model.add("body", paint, _smooth_stations(body))
    _helicopter_glass(model, radius)
    model.add("boom", paint, rod((0, 0.35, -1.5), (0, 0.6, -boom), 0.26, 0.11, segments=20))
    stripe = rod(
        (0, 0.35 + 0.25 * 0.45, -1.5 - 0.45 * (boom - 1.5)),
        (0, 0.35 + 0.25 * 0.6, -1.5 - 0.6 * (boom - 1.5)),
        0.2,
        0.185,
        segments=20,
    )
    model.add("stripe", trim, stripe)
    fin = [(-boom - 0.1, 0.2), (-boom - 0.45, 1.5), (-boom - 0.1, 1.5), (-boom + 0.45, 0.6)]
    model.add("fin", trim, extrude_across(rounded(fin, 0.04), 0.07, bevel=0.02))
    model.add("tailplane", trim, box((-0.75, 0.52, -boom + 0.7), (0.75, 0.58, -boom + 1.1), 0.02))
    for turn in (0.0, 90.0):
        blade = box((-0.03, -0.55, -0.07), (0.0, 0.55, 0.07), 0.01).turned("x", turn + 20)
        model.add("tail_rotor", BLACK, blade.moved(x=side * 0.2 + 0.015, y=0.95, z=-boom - 0.1))
    model.add(
        "tail_rotor",
        steel("hub"),
        rod((0, 0.95, -boom - 0.1), (side * 0.24, 0.95, -boom - 0.1), 0.05),
    )
    mast = lathe(
        [(0.3, 0), (0.28, 0.25), (0.08, 0.35), (0.08, 0.6), (0.14, 0.62), (0.14, 0.74), (0, 0.76)]
    )
    model.add("mast", steel("mast"), mast.moved(y=radius * 0.9))
    count = int(rng.integers(2, 5))
    span = rng.uniform(3.4, 4.2)
    wing = box((-0.11, 0, 0.1), (0.11, 0.035, span), 0.012).turned("x", 2.0)
    model.add(
        "rotor", BLACK, wing.moved(y=radius * 0.9 + 0.66).ring(count, float(rng.uniform(20, 70)))
    )
    _helicopter_details(rng, model, radius, side)
    return model.scene()


def _helicopter_glass(model: Model, radius: float) -> None:
    screen = [
        (0.35, 0.18, radius * 0.72, radius * 0.72),
        (1.0, 0.1, radius * 0.8, radius * 0.68),
        (1.72, -0.12, 0.2, 0.2),
    ]
    model.add("screen", dark_glass(), _smooth_stations(screen, 12))
    pane = extrude_across(
        rounded([(-0.75, 0.05), (-0.75, 0.5), (0.2, 0.5), (0.3, 0.05)], 0.06), 1.93 * radius
    )
    model.add("window", dark_glass(), pane)


def _helicopter_details(rng: np.random.Generator, model: Model, radius: float, side: float) -> None:
    drop = -radius - 0.45
    skid = tube([(0.85, drop, -1.4), (0.85, drop, 1.2), (0.85, drop + 0.2, 1.55)], 0.05, smooth=2)
    legs = [rod((radius * 0.5, -radius * 0.6, z), (0.85, drop, z), 0.045) for z in (-0.8, 0.7)]
    model.add("skid", steel("skid"), skid.both_sides(), *(leg.both_sides() for leg in legs))
    door = extrude_across(
        rounded([(-0.8, -0.55), (-0.8, 0.58), (0.32, 0.58), (0.4, -0.5)], 0.08), 0.05
    )
    model.add("door", gloss("door", pick(rng, BRIGHTS)), door.moved(x=side * radius * 0.945))
    winch = rod(
        (side * radius * 0.8, radius * 0.75, 0.1),
        (side * (radius + 0.25), radius * 0.75, 0.1),
        0.06,
    )
    drum = cylinder(0.1, -0.15, 0.15, bevel=0.02).turned("x", 90)
    model.add(
        "winch", steel("winch"), winch, drum.moved(x=side * (radius + 0.25), y=radius * 0.72, z=0.1)
    )
    text = label(
        one_of(rng, ("RESCUE", "POLICE", "MEDIC", "NEWS")),
        rgb("#f4f1e4"),
        pick(rng, BRIGHTS),
    )
    sign = facing(panel(1.0, 0.34, 0.05), "x", -side).moved(
        x=-side * radius * 0.95, y=-0.22, z=-0.3
    )
    model.add("lettering", Material("lettering", roughness=0.5, texture=text), sign)


CATEGORIES = (
    Category("aeroplane", "vehicle", Symmetry.MIRROR, _aeroplane),
    Category("helicopter", "vehicle", Symmetry.NONE, _helicopter),
)
