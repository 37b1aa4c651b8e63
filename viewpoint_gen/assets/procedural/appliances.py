"""Kitchen and household machines; their fronts carry doors, dials and slots."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    PASTELS,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import (
    cut,
    extrude,
    extrude_across,
    extrude_up,
    rectangle,
    rounded,
)
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    frustum,
    lathe,
    rod,
    skin,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import gauge, label, speckle

DARK = plastic("black", rgb("#1e2024"))
SCREEN = lamp("screen", rgb("#8fe3c8"), 0.5)


def _washing_machine(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    w, h, d = 0.6, rng.uniform(0.82, 0.88), rng.uniform(0.52, 0.6)
    body = gloss("enamel", pick(rng, ("#f2f1ee", "#d9dcdf", "#3b3f45", "#e8e2d2")))
    model, f = Model(), d / 2
    model.add("body", body, box((-w / 2, 0.02, -f), (w / 2, h, f), 0.015))
    model.add("plinth", DARK, box((-w / 2 + 0.02, 0, -f + 0.02), (w / 2 - 0.02, 0.06, f - 0.015)))
    y, r = h * 0.45, rng.uniform(0.17, 0.2)
    ring = torus(r, 0.028, segments=48, sides=12).turned("x", 90).scaled(z=0.8)
    model.add(
        "door",
        chrome() if rng.random() < 0.5 else plastic("ring", pick(rng, BRIGHTS)),
        ring.moved(y=y, z=f + 0.005),
    )
    model.add(
        "door",
        gloss("door_glass", rgb("#222c36")),
        sphere((r * 0.93, r * 0.93, 0.05), (0, y, f), segments=36),
    )
    model.add(
        "handle",
        steel("handle"),
        box(
            (side * (r + 0.004), y - 0.05, f + 0.005),
            (side * (r + 0.04), y + 0.05, f + 0.035),
            0.01,
        ),
    )
    model.add(
        "panel",
        plastic("panel", rgb("#c9ccd1")),
        box((-w / 2 + 0.01, h - 0.13, f - 0.01), (w / 2 - 0.01, h - 0.015, f + 0.008), 0.006),
    )
    x0, x1 = sorted((-side * (w / 2 - 0.02), -side * (w / 2 - 0.2)))
    model.add("drawer", body, box((x0, h - 0.12, f), (x1, h - 0.025, f + 0.018), 0.006))
    model.add(
        "drawer_grip",
        DARK,
        box((x0 + 0.05, h - 0.105, f + 0.012), (x1 - 0.05, h - 0.085, f + 0.024), 0.003),
    )
    _washing_controls(rng, model, f, h, side)
    _washing_on_top(rng, model, h, side)
    return model.scene()


def _washing_controls(
    rng: np.random.Generator, model: Model, f: float, h: float, side: float
) -> None:
    face = Material(
        "dial",
        roughness=0.5,
        texture=gauge(rgb("#f5f3ee"), rgb("#33373d"), rgb("#33373d"), float(rng.random())),
    )
    model.add("dial", face, disc(0.036, 0.012).moved(x=side * 0.02, y=h - 0.072, z=f + 0.006))
    model.add("dial", chrome(), knob(0.02, 0.025).moved(x=side * 0.02, y=h - 0.072, z=f + 0.016))
    model.add(
        "screen", SCREEN, panel(0.09, 0.04, 0.008).moved(x=side * 0.13, y=h - 0.06, z=f + 0.008)
    )
    for i in range(3):
        model.add(
            "button",
            DARK,
            disc(0.009, 0.008, segments=16).moved(
                x=side * (0.2 + 0.028 * i), y=h - 0.072, z=f + 0.006
            ),
        )
    flap = box((side * 0.17, 0.075, f - 0.004), (side * 0.27, 0.155, f + 0.006), 0.003)
    model.add("flap", plastic("flap", rgb("#b9bcc2")), flap)
    model.add(
        "hose",
        matte("hose", rgb("#6d7075")),
        tube(
            [
                (-side * 0.2, h * 0.75, -f - 0.01),
                (-side * 0.22, h * 0.4, -f - 0.06),
                (-side * 0.2, 0.1, -f - 0.02),
            ],
            0.016,
        ),
    )


def _washing_on_top(rng: np.random.Generator, model: Model, h: float, side: float) -> None:
    for i in range(int(rng.integers(1, 4))):
        towel = box((-0.13, 0, -0.1), (0.13, 0.035, 0.1), 0.016).moved(
            x=-side * 0.12, y=h + 0.036 * i, z=-0.04
        )
        model.add(
            "towel",
            Material(
                f"towel{i}",
                roughness=1.0,
                texture=speckle(rng, pick(rng, PASTELS)),
                tile_m=(0.1, 0.1),
            ),
            towel,
        )
    bottle = frustum(0.045, 0.04, 0, 0.2, bevel=0.01, segments=24).scaled(z=0.7)
    model.add(
        "bottle", plastic("bottle", pick(rng, BRIGHTS)), bottle.moved(x=side * 0.18, y=h, z=-0.05)
    )
    model.add(
        "cap",
        plastic("cap", pick(rng, BRIGHTS)),
        cylinder(0.022, h + 0.2, h + 0.24, bevel=0.004, segments=20).moved(x=side * 0.18, z=-0.05),
    )


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
    name = label(
        ("TOAST", "CRISPY", "DUO", "RETRO")[int(rng.integers(4))], rgb("#d9dcdf"), rgb("#26292e")
    )
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
        (r, 0.026),
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
    name = label(("HOT", "TEA", "BOIL")[int(rng.integers(3))], *pick_several(rng, ENAMELS, 2))
    sign = facing(panel(0.055, 0.03, 0.012), "x", -side)
    model.add(
        "badge",
        Material("badge", roughness=0.3, texture=name),
        sign.turned("z", -side * slope).moved(x=-side * r * 0.995, y=high * 0.4),
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


def _refrigerator(rng: np.random.Generator) -> trimesh.Scene:
    """Handles on one side, notes on the doors."""
    side = either_side(rng)
    w, h, d = rng.uniform(0.6, 0.75), rng.uniform(1.55, 1.85), rng.uniform(0.58, 0.68)
    tint = pick(rng, (*ENAMELS, "#c9ccd1", "#b9d8d2"))
    shell, f, model = gloss("shell", tint), d / 2, Model()
    split = h * (rng.uniform(0.62, 0.7) if rng.random() < 0.5 else rng.uniform(0.3, 0.38))
    model.add(
        "body",
        gloss("body", shade(tint, 0.92)),
        box((-w / 2, 0.03, -f), (w / 2, h, f - 0.05), 0.02),
    )
    model.add("plinth", DARK, box((-w / 2 + 0.02, 0, -f + 0.03), (w / 2 - 0.02, 0.05, f - 0.07)))
    for y0, y1 in ((0.06, split - 0.006), (split + 0.006, h)):
        door = extrude(rectangle(w, y1 - y0, 0.04), 0.06, bevel=0.018)
        model.add("door", shell, door.moved(y=(y0 + y1) / 2, z=f - 0.052))
    _fridge_handles(model, f, side, split, w)
    hinge = cylinder(0.018, -0.03, 0.03, bevel=0.004, segments=16)
    for y in (h - 0.1, split, 0.16):
        model.add("hinge", chrome(), hinge.moved(x=-side * (w / 2 - 0.0), y=y, z=f - 0.03))
    name = label(("FROST", "POLAR", "COOL", "NORD")[int(rng.integers(4))], tint, rgb("#8a8f96"))
    model.add(
        "badge",
        Material("badge", roughness=0.3, texture=name),
        panel(0.16, 0.05, 0.006).moved(x=-side * w * 0.2, y=h - 0.09, z=f + 0.008),
    )
    for i in range(int(rng.integers(3, 6))):
        size = rng.uniform(0.07, 0.12)
        note = panel(size, size, 0.003).turned("z", float(rng.uniform(-12, 12)))
        spot = {
            "x": float(rng.uniform(-0.32, 0.18)) * side * w,
            "y": split + 0.15 + float(rng.uniform(0, 0.35)) * (h - split),
            "z": f + 0.0095 + 0.0012 * i,
        }
        model.add("note", matte(f"note{i}", pick(rng, PASTELS)), note.moved(**spot))
        model.add(
            "magnet",
            gloss(f"magnet{i}", pick(rng, BRIGHTS)),
            disc(0.012, 0.01, segments=16).moved(spot["x"], spot["y"] + size * 0.36, spot["z"]),
        )
    _fridge_coil(model, f, w)
    basket = extrude_up(rectangle(0.3, 0.2, 0.03), h, h + 0.14, bevel=0.01).moved(
        x=side * w * 0.18, z=-0.05
    )
    model.add("box", matte("basket", pick(rng, ("#b98c55", "#8a6a45", "#a9a49a"))), basket)
    return model.scene()


def _fridge_handles(model: Model, f: float, side: float, split: float, w: float) -> None:
    x = side * (w / 2 - 0.055)
    for y, up in ((split + 0.06, 1), (split - 0.06, -1)):
        bar = tube(
            [
                (x, y, f),
                (x, y + up * 0.02, f + 0.045),
                (x, y + up * 0.26, f + 0.045),
                (x, y + up * 0.28, f),
            ],
            0.011,
            smooth=2,
        )
        model.add("handle", chrome(), bar)


def _fridge_coil(model: Model, f: float, w: float) -> None:
    coil = [
        (
            w * 0.36 * (1 if i % 2 else -1),
            0.25 + 0.07 * (i // 2) + (0.035 if i % 4 in (1, 2) else 0),
            -f - 0.02,
        )
        for i in range(16)
    ]
    model.add("coil", DARK, tube(coil, 0.008, sides=6, smooth=1))


CATEGORIES = (
    Category("coffee_machine", "appliance", Symmetry.NONE, _coffee_machine),
    Category("kettle", "appliance", Symmetry.NONE, _kettle),
    Category("refrigerator", "appliance", Symmetry.NONE, _refrigerator),
    Category("toaster", "appliance", Symmetry.NONE, _toaster),
    Category("washing_machine", "appliance", Symmetry.NONE, _washing_machine),
)
