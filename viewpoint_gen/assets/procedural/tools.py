"""Hand tools and garden things."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, panel, rim, tyre
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    WOODS,
    Material,
    chrome,
    gloss,
    matte,
    metal,
    mix,
    pick,
    pick_several,
    plastic,
    rgb,
    rubber,
    shade,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import lump, sculpt
from viewpoint_gen.assets.procedural.outlines import (
    ellipse,
    extrude,
    extrude_across,
    rounded,
)
from viewpoint_gen.assets.procedural.part import Array, point
from viewpoint_gen.assets.procedural.shapes import (
    box,
    capsule,
    cylinder,
    lathe,
    rod,
    skin,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import label, speckle, stripes, wood

DARK = plastic("black", rgb("#202226"))


def _hammer(rng: np.random.Generator) -> trimesh.Scene:
    """A claw hammer standing on its handle, face towards +Z."""
    long, head = rng.uniform(0.26, 0.34), rng.uniform(0.022, 0.03)
    top = long + head
    model = Model()
    iron = metal("iron", rgb("#85898f"), 0.32)
    grip_colour = pick(rng, WOODS + BRIGHTS)
    timber = Material("wood", roughness=0.5, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.3, 0.3))
    shaft = [(0.013, 0.0), (0.017, 0.02), (0.0155, 0.3 * long), (0.011, 0.6 * long), (0.0125, top)]
    handle = lathe(shaft, segments=24, crease_deg=60).scaled(z=1.45)
    model.add("handle", timber, handle.with_uv(np.abs(handle.uv - [0.5, 0.0]) * [0.6, 1.0]))
    _hammer_grip(model, grip_colour, long)
    poll = lathe(
        [
            (head * 0.62, -0.02),
            (head * 0.62, 0.02),
            (head * 0.5, 0.03),
            (head * 0.5, 0.045),
            (head * 0.72, 0.052),
            (head * 0.74, 0.075),
            (head * 0.66, 0.08),
        ],
        segments=8,
    )
    model.add("head", iron, poll.turned("y", 22.5).turned("x", 90).moved(y=long))
    spread = rng.uniform(0.012, 0.018)
    y0, y1 = long - 0.6 * head, long + 0.6 * head
    side = [
        (-0.01, y0),
        (-0.01, y1),
        (-0.05, y1 - 0.004),
        (-0.085, y1 - 0.022),
        (-0.11, y0 - 0.02),
        (-0.105, y0 - 0.026),
        (-0.08, y0 + 0.002),
        (-0.045, y0 + 0.006),
    ]
    claw = extrude_across(rounded(side, 0.002), 0.011).moved(x=0.008)

    def splay(points: Array) -> Array:
        reach = np.clip(-(points[:, 2] + 0.02) / 0.09, 0, 1)
        return points + np.column_stack([spread * reach, 0 * reach, 0 * reach])

    model.add("claw", iron, claw.warped(splay).both_sides())
    return model.scene()


def _hammer_grip(model: Model, grip_colour: Point, long: float) -> None:
    sleeve = [
        (0.0, -0.002),
        (0.0185, 0.0),
        (0.0195, 0.03),
        (0.0175, 0.36 * long),
        (0.0, 0.36 * long + 0.002),
    ]
    model.add(
        "grip", matte("grip", grip_colour), lathe(sleeve, segments=24, crease_deg=50).scaled(z=1.45)
    )


def _drill(rng: np.random.Generator) -> trimesh.Scene:
    """A cordless drill, bit towards +Z."""
    side, size = either_side(rng), rng.uniform(0.9, 1.1)
    main, accent = pick_several(rng, BRIGHTS, 2)
    body, trim, model = plastic("shell", main), plastic("trim", accent), Model()
    _drill_body(rng, model, body)
    trigger = extrude_across(
        rounded([(-0.004, 0.165), (0.016, 0.163), (0.007, 0.125), (-0.01, 0.125)], 0.003),
        0.018,
        bevel=0.004,
    )
    model.add("trigger", trim, trigger)
    battery = extrude_across(
        rounded([(-0.085, 0.0), (0.03, 0.0), (0.03, 0.03), (0.0, 0.055), (-0.085, 0.05)], 0.008),
        0.075,
        bevel=0.01,
    )
    model.add("battery", DARK, battery)
    model.add(
        "clip",
        steel("clip"),
        tube(
            [
                (side * 0.04, 0.012, -0.04),
                (side * 0.052, 0.03, -0.03),
                (side * 0.052, 0.05, -0.0),
                (side * 0.04, 0.045, 0.01),
            ],
            0.003,
        ),
    )
    words = ("18V", "20V", "PRO", "MAX")
    picture = label(words[int(rng.integers(4))], accent, rgb("#f5f2ea"))
    sign = facing(panel(0.055, 0.026, 0.004), "x", side).moved(x=side * 0.0335, y=0.2, z=-0.02)
    model.add("badge", Material("badge", roughness=0.4, texture=picture), sign)
    model.add(
        "switch",
        trim,
        box((-side * 0.03, 0.17, -0.01), (-side * 0.022, 0.178, 0.008), 0.002).scaled(size, 1, 1),
    )
    button = cylinder(0.012, 0, 0.006, bevel=0.002, segments=20).turned("z", side * 90)
    model.add(
        "button", gloss("button", rgb("#c62828")), button.moved(x=-side * 0.0325, y=0.21, z=-0.03)
    )
    return model.scene()


def _drill_body(rng: np.random.Generator, model: Model, body: Material) -> None:
    motor = lathe(
        [(0.02, -0.085), (0.03, -0.08), (0.034, -0.06), (0.034, 0.03), (0.028, 0.05), (0, 0.05)],
        segments=32,
        crease_deg=40,
    )
    model.add("motor", body, motor.turned("x", 90).moved(y=0.2))
    model.add(
        "collar",
        DARK,
        cylinder(0.026, 0.048, 0.075, bevel=0.003, segments=28).turned("x", 90).moved(y=0.2),
    )
    chuck = lathe(
        [(0.024, 0.074), (0.024, 0.1), (0.013, 0.122), (0.008, 0.126), (0, 0.126)],
        segments=6,
        crease_deg=20,
    )
    model.add("chuck", steel(), chuck.turned("x", 90).moved(y=0.2))
    model.add(
        "bit",
        chrome(),
        rod((0, 0.2, 0.12), (0, 0.2, 0.12 + rng.uniform(0.05, 0.11)), 0.0035, 0.003),
    )
    handle = [
        (-0.055, 0.18),
        (0.005, 0.18),
        (-0.006, 0.12),
        (-0.014, 0.05),
        (-0.066, 0.05),
        (-0.06, 0.12),
    ]
    model.add("handle", body, extrude_across(rounded(handle, 0.006), 0.036, bevel=0.012))
    model.add(
        "grip",
        matte("grip", rgb("#26282c")),
        extrude_across(
            rounded([(-0.064, 0.165), (-0.04, 0.165), (-0.046, 0.06), (-0.071, 0.06)], 0.005),
            0.037,
            bevel=0.01,
        ),
    )


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
        lump((side * 0.03, 0.47, 0.04), (0.19, 0.14, 0.3)),
        lump((side * 0.08, 0.54, -0.1), (0.14, 0.13, 0.16)),
        lump((side * 0.04, 0.51, 0.2), (0.15, 0.12, 0.15)),
    ]
    soil = Material(
        "soil",
        roughness=1.0,
        texture=speckle(rng, pick(rng, ("#4a3526", "#6b5138", "#c9ad7a")), depth=0.12),
        tile_m=(0.25, 0.25),
    )
    model.add("load", soil, sculpt(heap, blend_m=0.1, cell_m=0.03).with_planar_uv("y"))
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
    for _ in range(4):
        a = rng.uniform(0, 2 * np.pi)
        model.add(
            "chip",
            light,
            chip.turned("y", float(np.degrees(a))).moved(
                x=float(1.55 * r * np.sin(a)), z=float(1.55 * r * np.cos(a))
            ),
        )


def _toolbox(rng: np.random.Generator) -> trimesh.Scene:
    """An open tray-top toolbox, latches in front, a saw sticking out at one end."""
    side = either_side(rng)
    w, d, h = rng.uniform(0.42, 0.55), rng.uniform(0.2, 0.25), rng.uniform(0.17, 0.22)
    main, accent = pick_several(rng, BRIGHTS, 2)
    paint, trim, model = plastic("shell", main), plastic("trim", accent), Model()
    t = 0.012
    model.add(
        "box",
        paint,
        box((-w / 2, 0, -d / 2), (w / 2, t, d / 2), 0.004),
        box((-w / 2, 0, d / 2 - t), (w / 2, h, d / 2), 0.004),
        box((-w / 2, 0, -d / 2), (w / 2, h, -d / 2 + t), 0.004),
    )
    end = box((w / 2 - t, 0, -d / 2), (w / 2, h * 1.0, d / 2), 0.004)
    model.add("box", paint, end.both_sides())
    model.add(
        "tray",
        matte("tray", shade(main, 0.4)),
        box((-w / 2 + t, t, -d / 2 + t), (w / 2 - t, h * 0.6, d / 2 - t)),
    )
    upright = extrude_across(
        rounded([(-0.05, h * 0.5), (0.05, h * 0.5), (0.02, h + 0.09), (-0.02, h + 0.09)], 0.01), t
    )
    model.add("upright", trim, upright.moved(x=w / 2 - 1.6 * t).both_sides())
    model.add("handle", DARK, rod((-w / 2 + t, h + 0.07, 0), (w / 2 - t, h + 0.07, 0), 0.013))
    latch = box((-0.025, h * 0.66, d / 2), (0.025, h * 0.98, d / 2 + 0.012), 0.004)
    model.add("latch", chrome(), latch.moved(x=w * 0.28), latch.moved(x=-w * 0.28))
    sign = label(("TOOLS", "FIX IT", "DIY")[int(rng.integers(3))], accent, rgb("#f5f2ea"))
    model.add(
        "label",
        Material("label", roughness=0.5, texture=sign),
        panel(0.14, 0.06, 0.006).moved(y=h * 0.42, z=d / 2 + 0.002),
    )
    _toolbox_tools(rng, model, d, h, side, w)
    nail = knob(0.008, 0.01)
    model.add(
        "rivet",
        chrome(),
        *(nail.moved(x=s * w * 0.46, y=h * 0.12, z=d / 2 - 0.001) for s in (1, -1)),
    )
    return model.scene()


def _toolbox_tools(
    rng: np.random.Generator, model: Model, d: float, h: float, side: float, w: float
) -> None:
    saw = extrude([(0, 0), (0.3, 0), (0.3, 0.045), (0, 0.1)], 0.004).turned("z", 40)
    where = {"x": side * w * 0.12, "y": h * 0.55, "z": -d * 0.25}
    model.add("saw", steel("saw"), (saw if side > 0 else saw.mirrored()).moved(**where))
    grip = (
        extrude(
            rounded([(0.26, -0.015), (0.36, -0.02), (0.37, 0.09), (0.27, 0.075)], 0.012),
            0.022,
            bevel=0.005,
            holes=[ellipse(0.018, 0.024) + np.array([0.32, 0.032])],
        )
        .turned("z", 40)
        .moved(z=-0.009)
    )
    model.add(
        "saw_grip",
        Material("saw_grip", pick(rng, WOODS), roughness=0.5),
        (grip if side > 0 else grip.mirrored()).moved(**where),
    )
    driver = (-side * w * 0.25, h * 0.55, d * 0.2)
    tip = (-side * w * 0.3, h + 0.1, d * 0.24)
    model.add(
        "driver",
        gloss("driver", pick(rng, BRIGHTS)),
        capsule((driver[0] - side * 0.004, h + 0.0, driver[2] + 0.004), tip, 0.014, 0.016),
    )
    tape = cylinder(0.04, -0.015, 0.015, bevel=0.004, segments=32).turned("x", 90)
    model.add(
        "tape",
        gloss("tape", pick(rng, BRIGHTS)),
        tape.moved(x=-side * w * 0.02, y=h * 0.6 + 0.04, z=d * 0.24),
    )


CATEGORIES = (
    Category("axe_in_stump", "tool", Symmetry.NONE, _axe_in_stump),
    Category("drill", "tool", Symmetry.NONE, _drill),
    Category("hammer", "tool", Symmetry.MIRROR, _hammer),
    Category("toolbox", "tool", Symmetry.NONE, _toolbox),
    Category("watering_can", "garden", Symmetry.MIRROR, _watering_can),
    Category("wheelbarrow", "garden", Symmetry.NONE, _wheelbarrow),
)
