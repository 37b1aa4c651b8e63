"""A toaster, a kettle and a coffee machine."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    pick,
    pick_several,
    plastic,
    rgb,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import cut, extrude, extrude_across, rounded
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    frustum,
    lathe,
    rod,
    skin,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import gauge, label, speckle

DARK = plastic("black", rgb("#1e2024"))


def _toaster(rng: np.random.Generator) -> trimesh.Scene:
    """The lever is at one end, the dial in front."""
    side = either_side(rng)
    w, h, d = rng.uniform(0.27, 0.33), rng.uniform(0.17, 0.2), rng.uniform(0.16, 0.19)
    shell = gloss("shell", pick(rng, ENAMELS + BRIGHTS)) if rng.random() < 0.7 else chrome("shell")
    outline = [
        (-d / 2, 0.012),
        (d / 2, 0.012),
        (d / 2, h * 0.7),
        (d * 0.36, h),
        (-d * 0.36, h),
        (-d / 2, h * 0.7),
    ]
    body = extrude_across(rounded(outline, 0.025), w, bevel=0.02)
    slots = [
        box((-w * 0.34, h * 0.45, z - 0.015), (w * 0.34, h + 0.05, z + 0.015))
        for z in (-d * 0.17, d * 0.17)
    ]
    model = Model()
    model.add("body", shell, cut(body, *slots))
    model.add(
        "inside",
        matte("inside", rgb("#2a2421")),
        box((-w * 0.345, h * 0.44, -d * 0.3), (w * 0.345, h * 0.5, d * 0.3)),
    )
    model.add(
        "base",
        DARK,
        box((-w / 2 + 0.01, 0, -d / 2 + 0.008), (w / 2 - 0.01, 0.016, d / 2 - 0.008), 0.004),
    )
    _toast(rng, model, d, h)
    slot = box(
        (side * (w / 2 - 0.002), h * 0.25, -0.006), (side * (w / 2 + 0.002), h * 0.75, 0.006)
    )
    model.add("slot", DARK, slot)
    model.add(
        "lever",
        DARK,
        box((side * w / 2, h * 0.6, -0.022), (side * (w / 2 + 0.03), h * 0.66, 0.022), 0.006),
    )
    _toaster_fittings(rng, model, d, h, side, w)
    return model.scene()


def _toast(rng: np.random.Generator, model: Model, d: float, h: float) -> None:
    bread = Material(
        "toast",
        roughness=0.95,
        texture=speckle(rng, pick(rng, ("#d9a863", "#c98f4a", "#e3bd84")), depth=0.07),
        tile_m=(0.08, 0.08),
    )
    crust = matte("crust", rgb("#8f5a2b"))
    slice_ = [
        (-0.055, -0.06),
        (0.055, -0.06),
        (0.052, 0.02),
        (0.062, 0.04),
        (0.04, 0.062),
        (-0.04, 0.062),
        (-0.062, 0.04),
        (-0.052, 0.02),
    ]
    lifts = (
        (rng.uniform(0.0, 0.03), -0.02) if rng.random() < 0.5 else (-0.025, rng.uniform(0.0, 0.03))
    )
    for z, lift in zip((-d * 0.17, d * 0.17), lifts, strict=True):
        loaf = extrude(rounded(slice_, 0.01), 0.019).moved(y=h + lift, z=z - 0.0095)
        model.add("toast", crust, loaf)
        inner = extrude(rounded(np.array(slice_) * 0.9, 0.009), 0.0205).moved(
            y=h + lift, z=z - 0.01025
        )
        model.add("toast", bread, inner)


def _toaster_fittings(
    rng: np.random.Generator, model: Model, d: float, h: float, side: float, w: float
) -> None:
    face = Material(
        "dial",
        roughness=0.4,
        texture=gauge(rgb("#f2efe6"), rgb("#26292e"), rgb("#c62828"), float(rng.random())),
    )
    model.add("dial", face, disc(0.021, 0.008).moved(x=side * w * 0.3, y=h * 0.32, z=d / 2))
    model.add(
        "knob", chrome(), knob(0.011, 0.018).moved(x=side * w * 0.3, y=h * 0.32, z=d / 2 + 0.006)
    )
    for i in range(2):
        model.add(
            "button",
            lamp(f"button{i}", pick(rng, BRIGHTS), 0.3),
            disc(0.008, 0.008, segments=16).moved(
                x=side * w * (0.12 - 0.1 * i), y=h * 0.32, z=d / 2
            ),
        )
    name = label(one_of(rng, ("TOAST", "CRISPY", "DUO", "RETRO")), rgb("#d9dcdf"), rgb("#26292e"))
    model.add(
        "badge",
        Material("badge", roughness=0.3, texture=name),
        panel(0.07, 0.026, 0.004).moved(x=-side * w * 0.25, y=h * 0.32, z=d / 2 + 0.001),
    )
    cord = [
        (-side * w * 0.3, 0.02, -d / 2),
        (-side * w * 0.35, 0.012, -d / 2 - 0.06),
        (-side * w * 0.6, 0.008, -d / 2 - 0.05),
        (-side * w * 0.72, 0.008, -d / 2 + 0.03),
    ]
    model.add("cord", DARK, tube(cord, 0.004, sides=8))


def _kettle(rng: np.random.Generator) -> trimesh.Scene:
    """An electric kettle: spout to +Z, a water gauge on one side only."""
    side, r, high = either_side(rng), rng.uniform(0.07, 0.085), rng.uniform(0.19, 0.23)
    shell = gloss("shell", pick(rng, ENAMELS + BRIGHTS)) if rng.random() < 0.7 else steel("shell")
    top = r * rng.uniform(0.7, 0.85)
    model = Model()
    model.add("base", DARK, cylinder(r * 1.12, 0, 0.022, bevel=0.006, segments=44))
    wall = [
        (r, 0.02),
        (r * 1.03, 0.05),
        (r * 0.98, high * 0.5),
        (top, high),
        (top * 0.98, high + 0.004),
        (0, high + 0.006),
    ]
    model.add("body", shell, lathe(wall, segments=48, crease_deg=45))
    _kettle_spout(model, high, r, shell, top)
    slope = np.degrees(np.arctan2(r - top, high))
    gauge_ = box((-0.004, -high * 0.26, -0.009), (0.006, high * 0.26, 0.009), 0.004).turned(
        "z", side * slope
    )
    model.add(
        "gauge", gloss("gauge", rgb("#24384a")), gauge_.moved(x=side * r * 0.965, y=high * 0.52)
    )
    fill = box(
        (0.002, -high * 0.24, -0.006), (0.0085, high * rng.uniform(-0.05, 0.2), 0.006)
    ).turned("z", side * slope)
    fill = (
        fill
        if side > 0
        else box((-0.0085, -high * 0.24, -0.006), (-0.002, high * 0.1, 0.006)).turned(
            "z", side * slope
        )
    )
    model.add(
        "gauge", lamp("water", rgb("#58b8f0"), 0.3), fill.moved(x=side * r * 0.965, y=high * 0.52)
    )
    name = label(one_of(rng, ("HOT", "TEA", "BOIL")), *pick_several(rng, ENAMELS, 2))
    sign = facing(panel(0.046, 0.025, 0.012), "x", -side)
    model.add(
        "badge",
        Material("badge", roughness=0.3, texture=name),
        sign.turned("z", -side * slope).moved(x=-side * (r * 0.995 - 0.004), y=high * 0.4),
    )
    _kettle_cord(rng, model, r, side)
    return model.scene()


def _kettle_spout(model: Model, high: float, r: float, shell: Material, top: float) -> None:
    model.add(
        "lid",
        DARK,
        lathe(
            [
                (top * 0.93, high + 0.002),
                (top * 0.8, high + 0.02),
                (top * 0.2, high + 0.026),
                (top * 0.16, high + 0.04),
                (0, high + 0.044),
            ],
            segments=40,
            crease_deg=45,
        ),
    )
    low, tip = (0.0, high * 0.74, top * 0.86), (0.0, high * 0.99, top + 0.05)
    beak = np.array(
        [
            [(0, low[1], low[2]), (r * 0.42, high, top * 0.7), (-r * 0.42, high, top * 0.7)],
            [
                (0, tip[1] - 0.012, tip[2]),
                (0.012, tip[1] + 0.008, tip[2]),
                (-0.012, tip[1] + 0.008, tip[2]),
            ],
        ]
    )
    model.add("spout", shell, skin(beak, crease_deg=25))
    grip = tube(
        [
            (0, high * 0.97, -top * 0.7),
            (0, high * 1.0, -top - 0.045),
            (0, high * 0.85, -top - 0.07),
            (0, high * 0.35, -r - 0.06),
            (0, high * 0.2, -r * 0.85),
        ],
        [0.014, 0.014, 0.015, 0.013, 0.012],
        sides=14,
        smooth=6,
    )
    model.add("handle", DARK, grip)


def _kettle_cord(rng: np.random.Generator, model: Model, r: float, side: float) -> None:
    model.add(
        "switch",
        lamp("switch", pick(rng, BRIGHTS), 0.4),
        box((-0.012, 0.026, -r * 1.15), (0.012, 0.045, -r * 0.96), 0.004),
    )
    cord = [
        (-side * r * 0.8, 0.01, -r * 0.7),
        (-side * r * 1.5, 0.006, -r * 1.0),
        (-side * r * 2.2, 0.006, -r * 0.4),
    ]
    model.add("cord", DARK, tube(cord, 0.004, sides=8))


def _coffee_machine(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    w, h, d = rng.uniform(0.26, 0.32), rng.uniform(0.32, 0.38), rng.uniform(0.26, 0.3)
    shell, trim = gloss("shell", pick(rng, ENAMELS + BRIGHTS)), steel("trim")
    f, model = d / 2, Model()
    side_view = [(-f, 0), (f, 0), (f, h * 0.12), (-f * 0.1, h * 0.12), (-f * 0.1, h * 0.64)]
    side_view += [(f * 0.8, h * 0.64), (f * 0.8, h), (-f, h)]
    model.add("body", shell, extrude_across(rounded(side_view, 0.014), w, bevel=0.012))
    grid = [
        box((-w * 0.42, h * 0.12, z), (w * 0.42, h * 0.128, z + 0.008))
        for z in np.arange(0.0, f - 0.02, 0.016)
    ]
    model.add("drip_tray", trim, *grid)
    group = -side * w * 0.12
    _coffee_group(model, f, group, h, side, trim)
    wand = [
        (side * w * 0.4, h * 0.66, f * 0.5),
        (side * w * 0.44, h * 0.5, f * 0.6),
        (side * w * 0.42, h * 0.26, f * 0.7),
    ]
    model.add("steam_wand", chrome(), tube(wand, 0.005, sides=10))
    cup = lathe(
        [(0.02, 0), (0.03, 0.008), (0.036, 0.05), (0.033, 0.05), (0.027, 0.012), (0, 0.01)],
        segments=32,
        crease_deg=45,
    )
    place = {"x": group, "y": h * 0.128, "z": f * 0.35}
    china = gloss("cup", pick(rng, ENAMELS))
    model.add(
        "cup",
        china,
        cup.moved(**place),
        torus(0.014, 0.004, segments=20, sides=8)
        .turned("x", 90)
        .moved(x=group - side * 0.043, y=h * 0.128 + 0.028, z=f * 0.35),
    )
    _coffee_fittings(rng, model, f, group, h, side, w)
    for i in range(2):
        model.add(
            "spare_cup",
            china,
            cup.scaled(0.9, 0.9, 0.9).moved(x=-side * w * (0.08 + 0.26 * i), y=h, z=-f * 0.3),
        )
    return model.scene()


def _coffee_group(
    model: Model, f: float, group: float, h: float, side: float, trim: Material
) -> None:
    model.add(
        "group",
        trim,
        cylinder(0.036, h * 0.54, h * 0.66, bevel=0.006, segments=32).moved(x=group, z=f * 0.35),
    )
    model.add(
        "spout",
        trim,
        rod((group + 0.012, h * 0.55, f * 0.35), (group + 0.016, h * 0.48, f * 0.35), 0.006),
        rod((group - 0.012, h * 0.55, f * 0.35), (group - 0.016, h * 0.48, f * 0.35), 0.006),
    )
    model.add(
        "portafilter",
        DARK,
        rod(
            (group, h * 0.57, f * 0.5),
            (group + side * 0.03, h * 0.54, f * 1.3),
            0.012,
            0.015,
            bevel=0.004,
        ),
    )


def _coffee_fittings(
    rng: np.random.Generator, model: Model, f: float, group: float, h: float, side: float, w: float
) -> None:
    model.add(
        "coffee",
        gloss("coffee", rgb("#3a2216")),
        cylinder(0.0325, 0, 0.04, segments=28).moved(x=group, y=h * 0.128 + 0.002, z=f * 0.35),
    )
    face = Material(
        "gauge",
        roughness=0.4,
        texture=gauge(rgb("#f5f1e4"), rgb("#22252b"), rgb("#c62828"), float(rng.random())),
    )
    model.add(
        "gauge", face, disc(0.028, 0.01).moved(x=side * w * 0.28, y=h * 0.84, z=f * 0.8 - 0.002)
    )
    for i in range(3):
        model.add(
            "button",
            lamp(f"button{i}", pick(rng, BRIGHTS), 0.3),
            disc(0.009, 0.008, segments=16).moved(
                x=-side * w * (0.34 - 0.13 * i), y=h * 0.84, z=f * 0.8 - 0.001
            ),
        )
    turn = cylinder(0.02, 0, 0.03, bevel=0.005, segments=24).turned("z", -side * 90)
    model.add("knob", DARK, turn.moved(x=side * (w / 2 - 0.002), y=h * 0.82, z=f * 0.3))
    tank = box(
        (-side * w * 0.49, h * 0.2, -f * 1.25), (-side * w * 0.05, h * 0.9, -f * 0.98), 0.015
    )
    model.add("water_tank", gloss("water_tank", rgb("#5a8fae")), tank)
    hopper = frustum(w * 0.17, w * 0.24, h, h + 0.09, segments=32).moved(
        x=side * w * 0.2, z=-f * 0.35
    )
    model.add("hopper", gloss("hopper", rgb("#4a3324")), hopper)
    model.add(
        "hopper_lid",
        DARK,
        cylinder(w * 0.25, h + 0.09, h + 0.105, bevel=0.004, segments=32).moved(
            x=side * w * 0.2, z=-f * 0.35
        ),
    )


CATEGORIES = (
    Category("coffee_machine", "appliance", Symmetry.NONE, _coffee_machine),
    Category("kettle", "appliance", Symmetry.NONE, _kettle),
    Category("toaster", "appliance", Symmetry.NONE, _toaster),
)
