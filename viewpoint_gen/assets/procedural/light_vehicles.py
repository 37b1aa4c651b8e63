"""Things that fly, float or run on two wheels."""

from __future__ import annotations

import numpy as np
import trimesh
from scipy.interpolate import PchipInterpolator

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, panel, rim, tyre
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    FABRICS,
    WOODS,
    Colour,
    Material,
    chrome,
    dark_glass,
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
from viewpoint_gen.assets.procedural.outlines import (
    extrude,
    extrude_across,
    extrude_up,
    rounded,
    superellipse,
)
from viewpoint_gen.assets.procedural.part import Part, join
from viewpoint_gen.assets.procedural.shapes import (
    box,
    capsule,
    cylinder,
    frustum,
    lathe,
    rod,
    skin,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import label, ramp, stripes, wood

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
        ("RESCUE", "POLICE", "MEDIC", "NEWS")[int(rng.integers(4))],
        rgb("#f4f1e4"),
        pick(rng, BRIGHTS),
    )
    sign = facing(panel(1.0, 0.34, 0.05), "x", -side).moved(
        x=-side * radius * 0.95, y=-0.22, z=-0.3
    )
    model.add("lettering", Material("lettering", roughness=0.5, texture=text), sign)


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
    Category("aeroplane", "vehicle", Symmetry.MIRROR, _aeroplane),
    Category("bicycle", "vehicle", Symmetry.NONE, _bicycle),
    Category("helicopter", "vehicle", Symmetry.NONE, _helicopter),
    Category("motor_scooter", "vehicle", Symmetry.NONE, _motor_scooter),
    Category("sailing_boat", "vehicle", Symmetry.NONE, _sailing_boat),
)
