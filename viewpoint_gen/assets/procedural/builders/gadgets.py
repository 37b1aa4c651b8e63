"""A camera, a radio and a dial telephone."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, knob, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    DARKS,
    ENAMELS,
    FABRICS,
    WOODS,
    Material,
    chrome,
    dark_glass,
    gloss,
    lamp,
    matte,
    metal,
    mix,
    pick,
    plastic,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_across, rectangle, rounded
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import gauge, label, stripes, wood

BLACK = plastic("black", rgb("#1c1d20"))


def _camera(rng: np.random.Generator) -> trimesh.Scene:
    """A photo camera, lens to +Z, grip on its right (−X), shutter dial above it."""
    w, h, d = rng.uniform(0.12, 0.14), rng.uniform(0.075, 0.09), rng.uniform(0.036, 0.044)
    tint = pick(rng, (*DARKS, "#b9bcc2", "#8a5a3a", "#a33b34"))
    leather, top = (
        matte("leather", pick(rng, FABRICS + DARKS)),
        metal("top", mix(rgb("#c9ccd1"), tint, 0.25), 0.35),
    )
    model, f = Model(), d / 2
    model.add("body", leather, box((-w / 2, 0, -f), (w / 2, h * 0.72, f), 0.008))
    model.add(
        "top_plate",
        top,
        box((-w / 2 - 0.0006, h * 0.7, -f - 0.0006), (w / 2 + 0.0006, h, f + 0.0006), 0.007),
        box((-w / 2 - 0.0006, -0.002, -f - 0.0006), (w / 2 + 0.0006, h * 0.1, f + 0.0006), 0.003),
    )
    model.add(
        "grip",
        leather,
        box((-w / 2 - 0.002, h * 0.08, f - 0.006), (-w / 2 + 0.026, h * 0.8, f + 0.014), 0.009),
    )
    hump = [(-0.02, 0), (0.02, 0), (0.014, 0.016), (-0.014, 0.016)]
    model.add(
        "prism",
        top,
        extrude(rounded(hump, 0.003), d * 0.9, bevel=0.003).moved(
            x=w * 0.05, y=h - 0.003, z=-f * 0.9
        ),
    )
    lens_x, y, long = w * 0.07, h * 0.46, rng.uniform(0.03, 0.07)
    r = h * 0.4
    _camera_lens(rng, model, f, lens_x, long, r, y)
    _camera_fittings(model, f, h, w)
    strap = [
        (-w / 2 - 0.002, h * 0.86, 0),
        (-w / 2 - 0.035, h * 0.7, -0.02),
        (-w / 2 - 0.05, 0.02, -0.01),
        (-w / 2 - 0.03, 0.004, 0.05),
        (-w * 0.2, 0.004, 0.075 + long * 0.4),
    ]
    model.add("strap", matte("strap", pick(rng, FABRICS)), tube(strap, 0.004, sides=8).moved(y=0.0))
    return model.scene()


def _camera_lens(
    rng: np.random.Generator, model: Model, f: float, lens_x: float, long: float, r: float, y: float
) -> None:
    barrel = lathe(
        [
            (r * 1.08, 0),
            (r * 1.08, 0.006),
            (r, 0.008),
            (r, long * 0.6),
            (r * 1.06, long * 0.62),
            (r * 1.06, long),
            (r * 0.92, long),
            (r * 0.8, long * 0.8),
            (0, long * 0.78),
        ],
        segments=40,
    )
    model.add("lens", BLACK, barrel.turned("x", 90).moved(x=lens_x, y=y, z=f))
    band = lathe([(r * 1.015, long * 0.3), (r * 1.015, long * 0.36)], segments=40)
    model.add(
        "lens_band",
        gloss("band", pick(rng, BRIGHTS)),
        band.turned("x", 90).moved(x=lens_x, y=y, z=f),
    )
    model.add(
        "glass",
        gloss("lens_glass", rgb("#232b52")),
        sphere((r * 0.8, r * 0.8, r * 0.25), (lens_x, y, f + long * 0.78), segments=28),
    )


def _camera_fittings(model: Model, f: float, h: float, w: float) -> None:
    dial = cylinder(0.01, 0, 0.008, bevel=0.0015, segments=24)
    model.add(
        "dial",
        chrome(),
        dial.moved(x=-w * 0.24, y=h - 0.001),
        dial.scaled(0.7, 1.1, 0.7).moved(x=w * 0.4, y=h - 0.001),
    )
    model.add(
        "shutter",
        gloss("shutter", rgb("#c62828")),
        cylinder(0.006, 0, 0.008, bevel=0.002, segments=20).moved(
            x=-w * 0.4, y=h - 0.001, z=f * 0.3
        ),
    )
    model.add(
        "finder",
        dark_glass("finder"),
        panel(0.02, 0.011, 0.004, 0.001).moved(x=w * 0.36, y=h * 0.86, z=f + 0.001),
    )
    model.add(
        "flash",
        lamp("flash", rgb("#f3f1e6"), 0.2),
        panel(0.022, 0.012, 0.004, 0.001).moved(x=-w * 0.18, y=h * 0.86, z=f + 0.001),
    )
    model.add(
        "screen",
        gloss("screen", rgb("#20303f")),
        facing(panel(w * 0.5, h * 0.52, 0.004, 0.001), "z", -1).moved(
            x=w * 0.1, y=h * 0.42, z=-f - 0.001
        ),
    )
    for i in range(3):
        model.add(
            "button",
            BLACK,
            facing(knob(0.004, 0.003), "z", -1).moved(x=-w * 0.28, y=h * (0.25 + 0.17 * i), z=-f),
        )


def _radio(rng: np.random.Generator) -> trimesh.Scene:
    """A table radio: loudspeaker on one half of the front, dial on the other."""
    side = either_side(rng)
    w, h, d = rng.uniform(0.28, 0.36), rng.uniform(0.17, 0.21), rng.uniform(0.1, 0.13)
    if rng.random() < 0.5:
        shell = Material(
            "wood", roughness=0.4, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.2, 0.4)
        )
    else:
        shell = gloss("shell", pick(rng, ENAMELS + BRIGHTS))
    f, model = d / 2, Model()
    body = extrude(rectangle(w, h, rng.uniform(0.015, 0.05)), d, bevel=0.008)
    model.add("body", shell, body.moved(y=h / 2 + 0.012, z=-f))
    y = h / 2 + 0.012
    cloth = Material(
        "grille",
        roughness=0.9,
        texture=stripes([rgb("#d9c8a0"), rgb("#8a744e")]),
        tile_m=(0.009, 1),
    )
    model.add(
        "speaker",
        cloth,
        extrude(rectangle(w * 0.48, h * 0.76, 0.012), 0.006, bevel=0.002).moved(
            x=side * w * 0.2, y=y, z=f - 0.001
        ),
    )
    face = Material(
        "dial",
        roughness=0.4,
        texture=gauge(rgb("#f3ead2"), rgb("#26292e"), rgb("#c62828"), float(rng.random())),
    )
    model.add(
        "dial",
        face,
        disc(h * 0.24, 0.008, segments=36).moved(x=-side * w * 0.27, y=y + h * 0.13, z=f - 0.001),
    )
    model.add(
        "bezel",
        metal("brass", rgb("#d3a94e")),
        torus(h * 0.245, 0.005, segments=36, sides=8)
        .turned("x", 90)
        .moved(x=-side * w * 0.27, y=y + h * 0.13, z=f + 0.003),
    )
    _radio_fittings(rng, model, f, h, side, w, y)
    return model.scene()


def _radio_fittings(
    rng: np.random.Generator, model: Model, f: float, h: float, side: float, w: float, y: float
) -> None:
    for x in (-0.35, -0.19):
        model.add(
            "knob", BLACK, knob(h * 0.085, 0.018).moved(x=side * w * x, y=y - h * 0.27, z=f - 0.001)
        )
    handle = tube(
        [
            (-w * 0.32, h + 0.01, 0),
            (-w * 0.3, h + 0.05, 0),
            (w * 0.3, h + 0.05, 0),
            (w * 0.32, h + 0.01, 0),
        ],
        0.007,
        smooth=3,
    )
    model.add("handle", chrome(), handle)
    tip = (side * w * 0.62, h + rng.uniform(0.12, 0.2), -f * 0.7)
    model.add(
        "aerial",
        chrome(),
        rod((side * w * 0.4, h * 0.95, -f * 0.7), tip, 0.0035, 0.002),
        sphere(0.0055, tip, segments=10),
    )
    wheel = cylinder(0.022, -0.006, 0.006, segments=28).turned("z", 90)
    model.add("tuning", BLACK, wheel.moved(x=-side * (w / 2 - 0.004), y=y, z=0.01))
    foot = cylinder(0.012, 0, 0.014, segments=16)
    for z in (f * 0.6, -f * 0.6):
        model.add("foot", BLACK, foot.moved(x=w * 0.4, z=z).both_sides())
    model.add(
        "back",
        matte("back", rgb("#4a4038")),
        facing(panel(w * 0.84, h * 0.76, 0.004), "z", -1).moved(y=y, z=-f - 0.001),
    )
    cable = [
        (-side * w * 0.3, 0.05, -f),
        (-side * w * 0.36, 0.01, -f - 0.05),
        (-side * w * 0.62, 0.006, -f - 0.02),
        (-side * w * 0.7, 0.006, f),
    ]
    model.add("cable", BLACK, tube(cable, 0.004, sides=8))


def _telephone(rng: np.random.Generator) -> trimesh.Scene:
    """A dial telephone: the cord leaves on one side, the handset lies across."""
    side = either_side(rng)
    w, d, h = rng.uniform(0.19, 0.22), rng.uniform(0.19, 0.22), rng.uniform(0.09, 0.11)
    shell, model = gloss("shell", pick(rng, BRIGHTS + ENAMELS + ("#1d1d20",))), Model()
    _telephone_dial(model, d, h, shell, w)
    y, z = h + 0.035, -d * 0.2
    cradle = box((-0.012, h - 0.008, z - 0.022), (0.012, y + 0.017, z + 0.022), 0.006)
    model.add("cradle", chrome(), cradle.moved(x=w * 0.24).both_sides())
    bend = [
        (-w * 0.5, y + 0.012, z),
        (-w * 0.25, y + 0.028, z),
        (0, y + 0.032, z),
        (w * 0.25, y + 0.028, z),
        (w * 0.5, y + 0.012, z),
    ]
    model.add("handset", shell, tube(bend, [0.017, 0.014, 0.013, 0.014, 0.017], sides=14))
    cup = lathe(
        [(0.022, 0), (0.032, 0.006), (0.032, 0.018), (0.018, 0.034), (0, 0.036)],
        segments=28,
        crease_deg=50,
    )
    model.add("handset", shell, cup.moved(x=w * 0.52, y=y - 0.016, z=z).both_sides())
    t = np.linspace(0, 1, 70)
    coil = [
        (
            side * (w * 0.56 + 0.05 * np.sin(np.pi * s)) + 0.009 * np.cos(44 * s),
            max(y - 0.01 - (y - 0.02) * np.sin(np.pi * s / 1.15), 0.012),
            z + 0.13 * s + 0.009 * np.sin(44 * s),
        )
        for s in t
    ]
    model.add("cord", BLACK, tube(coil, 0.0035, sides=6, smooth=1))
    note = panel(w * 0.3, d * 0.14, 0.003)
    card = label(
        f"{int(rng.integers(100, 999))}-{int(rng.integers(100, 999))}",
        rgb("#f3ecd8"),
        rgb("#22252b"),
    )
    model.add(
        "number",
        Material("number", roughness=0.6, texture=card),
        facing(note, "x", -side).moved(x=-side * w / 2, y=0.035, z=0.0).scaled(1, 0.9, 1),
    )
    return model.scene()


def _telephone_dial(model: Model, d: float, h: float, shell: Material, w: float) -> None:
    outline = [
        (-d / 2, 0.0),
        (d / 2, 0.0),
        (d / 2, 0.02),
        (-d * 0.05, h),
        (-d * 0.35, h),
        (-d / 2, 0.03),
    ]
    model.add("body", shell, extrude_across(rounded(outline, 0.012), w, bevel=0.012))
    slope = float(np.degrees(np.arctan2(h - 0.02, d * 0.55)))
    at = np.array([0.0, (h + 0.02) / 2 + 0.003, d * 0.225])
    lie = 90 - slope
    model.add(
        "dial",
        chrome(),
        disc(w * 0.3, 0.008, segments=44, bevel=0.002).turned("x", -lie).moved(*at),
    )
    paper = Material(
        "card", roughness=0.5, texture=gauge(rgb("#f5f1e4"), rgb("#22252b"), rgb("#22252b"), 0.0)
    )
    model.add(
        "card",
        paper,
        disc(w * 0.15, 0.012, segments=32).moved(z=0.001).turned("x", -lie).moved(*at),
    )
    for i in range(10):
        a = np.radians(60 + 28 * i)
        hole = disc(w * 0.038, 0.0095, segments=16).moved(
            z=0.0005, x=w * 0.225 * np.cos(a), y=w * 0.225 * np.sin(a)
        )
        model.add("hole", BLACK, hole.turned("x", -lie).moved(*at))


CATEGORIES = (
    Category("camera", "gadget", Symmetry.NONE, _camera),
    Category("radio", "gadget", Symmetry.NONE, _radio),
    Category("telephone", "gadget", Symmetry.NONE, _telephone),
)
