"""A hammer, a drill and a toolbox."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    WOODS,
    Colour,
    Material,
    chrome,
    gloss,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import ellipse, extrude, extrude_across, rounded
from viewpoint_gen.assets.procedural.part import Array
from viewpoint_gen.assets.procedural.shapes import box, capsule, cylinder, lathe, rod, tube
from viewpoint_gen.assets.procedural.textures import label, wood

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


def _hammer_grip(model: Model, grip_colour: Colour, long: float) -> None:
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
    picture = label(one_of(rng, words), accent, rgb("#f5f2ea"))
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
            0.042,
            bevel=0.004,
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
        box((0.002 - w / 2, 0.002, 0.002 - d / 2), (w / 2 - 0.002, t, d / 2 - 0.002), 0.004),
        box((-w / 2, 0, d / 2 - t), (w / 2, h, d / 2), 0.004),
        box((-w / 2, 0, -d / 2), (w / 2, h, -d / 2 + t), 0.004),
    )
    end = box((w / 2 - t, 0.001, 0.002 - d / 2), (w / 2 + 0.002, h + 0.003, d / 2 - 0.002), 0.004)
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
    sign = label(one_of(rng, ("TOOLS", "FIX IT", "DIY")), accent, rgb("#f5f2ea"))
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
    tip = (-side * w * 0.3, h + 0.1, d * 0.24)
    model.add(
        "driver",
        gloss("driver", pick(rng, BRIGHTS)),
        capsule((-side * w * 0.26, h, d * 0.21), tip, 0.014, 0.016),
    )
    blade = rod((-side * w * 0.22, h * 0.58, d * 0.17), (-side * w * 0.26, h, d * 0.21), 0.005)
    model.add("driver", steel("blade"), blade)
    tape = cylinder(0.04, -0.015, 0.015, bevel=0.004, segments=32).turned("x", 90)
    model.add(
        "tape",
        gloss("tape", pick(rng, BRIGHTS)),
        tape.moved(x=-side * w * 0.02, y=h * 0.6 + 0.04, z=d * 0.24),
    )


CATEGORIES = (
    Category("drill", "tool", Symmetry.NONE, _drill),
    Category("hammer", "tool", Symmetry.MIRROR, _hammer),
    Category("toolbox", "tool", Symmetry.NONE, _toolbox),
)
