"""Street furniture, gadgets and a plant: things with one face and different flanks."""

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
    pick_several,
    plastic,
    rgb,
    shade,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, sculpt
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_across, rectangle, rounded
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    frustum,
    lathe,
    rod,
    sphere,
    torus,
    tube,
)
from viewpoint_gen.assets.procedural.textures import gauge, label, ramp, stripes, wood

BLACK = plastic("black", rgb("#1c1d20"))


def _phone_booth(rng: np.random.Generator) -> trimesh.Scene:
    """Glazed door in front and panes on one side; the other side and the back are closed."""
    side = either_side(rng)
    w, h = rng.uniform(0.9, 1.0), rng.uniform(2.3, 2.5)
    paint, half = (
        gloss("paint", pick(rng, ("#b3202a", "#b3202a", "#1f4e8c", "#2f6b4a", "#d9a12e"))),
        w / 2,
    )
    model = Model()
    post = box((half - 0.08, 0.08, half - 0.08), (half, h - 0.27, half), 0.012)
    model.add(
        "frame",
        paint,
        post.ring(4),
        box((-half - 0.02, 0, -half - 0.02), (half + 0.02, 0.1, half + 0.02), 0.015),
    )
    model.add(
        "frame",
        paint,
        box((-half - 0.005, h - 0.28, -half - 0.005), (half + 0.005, h, half + 0.005), 0.012),
        box((-half - 0.03, h - 0.02, -half - 0.03), (half + 0.03, h + 0.06, half + 0.03), 0.02),
    )
    crown = lathe(
        [(half * 1.25, 0), (half * 1.0, 0.08), (half * 0.5, 0.15), (0, 0.17)],
        segments=4,
        crease_deg=10,
    )
    model.add("roof", paint, crown.turned("y", 45).moved(y=h + 0.06))
    sign = label(
        ("PHONE", "TELEPHONE", "CALL")[int(rng.integers(3))],
        rgb("#f4f0e2"),
        rgb("#1b1d22"),
        width_px=320,
        height_px=72,
    )
    board = panel(w * 0.74, 0.16, 0.03)
    for axis, s in (("z", 1.0), ("x", side)):
        where = (
            (0.0, h - 0.14, half + 0.006) if axis == "z" else (side * (half + 0.006), h - 0.14, 0.0)
        )
        model.add(
            "sign",
            Material("sign", roughness=0.5, texture=sign),
            facing(board, "z" if axis == "z" else "x", s).moved(*where),
        )
    _booth_panes(rng, model, h, half, paint, side, w)
    return model.scene()


def _booth_panes(
    rng: np.random.Generator,
    model: Model,
    h: float,
    half: float,
    paint: Material,
    side: float,
    w: float,
) -> None:
    glazing = []
    columns, rows, y0, y1 = 3, 6, 0.34, h - 0.34
    for i in range(1, columns):
        x = -half + 0.08 + (w - 0.16) * i / columns
        glazing.append(box((x - 0.014, y0, -0.02), (x + 0.014, y1, 0.02)))
    for i in range(rows + 1):
        y = y0 + (y1 - y0) * i / rows
        glazing.append(box((-half + 0.08, y - 0.014, -0.016), (half - 0.08, y + 0.014, 0.016)))
    lower = box((-half + 0.08, 0.1, -0.02), (half - 0.08, y0, 0.025), 0.008)
    pane = box((-half + 0.078, y0 - 0.002, -0.006), (half - 0.078, y1 + 0.002, 0.006))
    glass = gloss("glass", rgb("#a9c4cc"))
    for axis, s in (("z", 1.0), ("x", side)):
        where = (0.0, 0.0, half - 0.04) if axis == "z" else (side * (half - 0.04), 0.0, 0.0)
        for name, mat, parts in (("glazing", paint, [*glazing, lower]), ("pane", glass, [pane])):
            model.add(
                name, mat, *(facing(p, "z" if axis == "z" else "x", s).moved(*where) for p in parts)
            )
    wall = box((-half + 0.08, 0.1, -0.02), (half - 0.08, h - 0.28, 0.02))
    model.add(
        "wall",
        paint,
        facing(wall, "z", -1).moved(z=-half + 0.04),
        facing(wall, "x", -side).moved(x=-side * (half - 0.04)),
    )
    model.add(
        "handle",
        metal("brass", rgb("#d3a94e")),
        rod((side * half * 0.62, 1.0, half + 0.03), (side * half * 0.62, 1.25, half + 0.03), 0.016),
        box((side * half * 0.6, 0.99, half - 0.03), (side * half * 0.64, 1.26, half + 0.015)),
    )
    poster = label(
        ("CIRCUS", "JAZZ", "LOST CAT", "SALE")[int(rng.integers(4))],
        *pick_several(rng, BRIGHTS, 2),
        width_px=160,
        height_px=224,
    )
    model.add(
        "poster",
        Material("poster", roughness=0.8, texture=poster),
        facing(panel(0.5, 0.7, 0.012), "x", -side).moved(x=-side * (half - 0.016), y=1.3, z=0.05),
    )


def _mailbox(rng: np.random.Generator) -> trimesh.Scene:
    """A letter box on a post; the flag is on one side, the flap in front."""
    side = either_side(rng)
    w, long, y = rng.uniform(0.19, 0.24), rng.uniform(0.42, 0.52), rng.uniform(0.95, 1.1)
    main, accent = pick_several(rng, ENAMELS + BRIGHTS, 2)
    paint, trim, model = gloss("paint", main), gloss("flag", accent), Model()
    _mailbox_body(rng, model, long, main, paint, w, y)
    up = rng.random() < 0.6
    arm = box((0, -0.012, -0.01), (0.012, 0.2, 0.012), 0.003)
    cloth = box((0, 0.12, 0.01), (0.012, 0.2, 0.12), 0.003)
    turn = 0.0 if up else 90.0
    place = {
        "x": side * (w / 2 + 0.002) - (0.012 if side < 0 else 0.0),
        "y": y + w * 0.45,
        "z": long * 0.12,
    }
    model.add(
        "flag", trim, arm.turned("x", -turn).moved(**place), cloth.turned("x", -turn).moved(**place)
    )
    name = label(
        ("SMITH", "LEE", "NOVAK", "ROSSI", "DIAZ", "KIM")[int(rng.integers(6))],
        main,
        shade(accent, 0.8),
    )
    plate = facing(panel(long * 0.55, w * 0.36, 0.006), "x", -side)
    model.add(
        "name",
        Material("name", roughness=0.5, texture=name),
        plate.moved(x=-side * (w / 2 + 0.001), y=y + w * 0.3),
    )
    timber = Material(
        "post", roughness=0.8, texture=wood(rng, pick(rng, WOODS)), tile_m=(0.12, 0.6)
    )
    model.add(
        "post",
        timber,
        box((-0.05, 0, -0.05), (0.05, y, 0.05), 0.006),
        box((-0.045, y - 0.06, -long * 0.42), (0.045, y - 0.001, long * 0.42), 0.006),
    )
    brace = rod((0, y * 0.72, -0.02), (0, y - 0.05, -long * 0.36), 0.025)
    model.add("brace", timber, brace)
    _grass(rng, model, side)
    return model.scene()


def _mailbox_body(
    rng: np.random.Generator,
    model: Model,
    long: float,
    main: Point,
    paint: Material,
    w: float,
    y: float,
) -> None:
    arch = np.concatenate(
        [
            [(-w / 2, 0), (w / 2, 0)],
            [(w / 2 * np.cos(a), w * 0.55 + w / 2 * np.sin(a)) for a in np.linspace(0, np.pi, 18)],
        ]
    )
    body = extrude(arch, long, bevel=0.006)
    model.add("box", paint, body.moved(y=y, z=-long / 2))
    door = extrude(arch * 1.05 - np.array([0, 0.004]), 0.018, bevel=0.005)
    model.add("door", plastic("door", shade(main, 0.85)), door.moved(y=y, z=long / 2 - 0.004))
    model.add(
        "grip",
        chrome(),
        box((-0.03, y + w * 0.85, long / 2 + 0.012), (0.03, y + w * 0.92, long / 2 + 0.035), 0.006),
    )
    number = label(
        str(int(rng.integers(2, 999))), main, rgb("#f7f4ea") if sum(main) < 1.8 else rgb("#22252b")
    )
    model.add(
        "number",
        Material("number", roughness=0.5, texture=number),
        panel(w * 0.62, w * 0.3, 0.006).moved(y=y + w * 0.42, z=long / 2 + 0.015),
    )


def _grass(rng: np.random.Generator, model: Model, side: float) -> None:
    for _ in range(9):
        blade = (
            frustum(0.012, 0.001, 0, rng.uniform(0.12, 0.28), segments=5)
            .turned("z", float(rng.uniform(-22, 22)))
            .turned("x", float(rng.uniform(-22, 22)))
        )
        model.add(
            "grass",
            matte("grass", rgb("#5f8a3a")),
            blade.moved(
                x=float(rng.uniform(-0.1, 0.1)) + side * 0.05, z=float(rng.uniform(-0.1, 0.1))
            ),
        )
    model.add(
        "tuft",
        matte("tuft", rgb("#4f7a33")),
        sphere((0.12, 0.03, 0.1), (side * 0.05, 0.0, 0), segments=20),
    )


def _fire_hydrant(rng: np.random.Generator) -> trimesh.Scene:
    """A large outlet in front, smaller ones at the sides, one of them with a hose."""
    side, r, h = either_side(rng), rng.uniform(0.1, 0.12), rng.uniform(0.62, 0.75)
    main, cap = pick_several(
        rng, ("#c4272c", "#e2a21b", "#2f6b4a", "#1f4e8c", "#d9622b", "#e8e4dc"), 2
    )
    paint, accent, model = gloss("paint", main), gloss("cap", cap), Model()
    body = [
        (r * 1.6, 0),
        (r * 1.6, 0.035),
        (r * 1.1, 0.05),
        (r * 1.0, 0.09),
        (r * 0.95, h * 0.66),
        (r * 1.25, h * 0.68),
        (r * 1.25, h * 0.72),
        (r * 1.1, h * 0.74),
    ]
    model.add("body", paint, lathe(body, segments=40))
    dome = [
        (r * 1.1, h * 0.74),
        (r * 1.05, h * 0.82),
        (r * 0.75, h * 0.92),
        (r * 0.3, h * 0.97),
        (0, h * 0.98),
    ]
    model.add("dome", accent, lathe(dome, segments=40, crease_deg=50))
    model.add("nut", accent, cylinder(r * 0.28, h * 0.96, h * 1.05, bevel=0.004, segments=5))
    bolt = cylinder(0.012, 0.03, 0.055, segments=6).moved(z=r * 1.42)
    model.add(
        "bolt",
        steel("bolt"),
        bolt.ring(8, 22.5),
        cylinder(0.01, 0.0, 0.018, segments=6).moved(y=h * 0.72, z=r * 1.17).ring(8),
    )
    y = h * 0.5
    _hydrant_outlets(rng, model, accent, r, side, y)
    plate = label(str(int(rng.integers(10, 99))), rgb("#f5f2e8"), rgb("#22252b"), width_px=128)
    model.add(
        "plate",
        Material("plate", roughness=0.5, texture=plate),
        panel(r * 0.8, r * 0.6, 0.02).moved(y=h * 0.29, z=r * 0.97),
    )
    return model.scene()


def _hydrant_outlets(
    rng: np.random.Generator, model: Model, accent: Material, r: float, side: float, y: float
) -> None:
    for azimuth, size in ((0.0, 0.62), (90.0, 0.42), (-90.0, 0.42)):
        neck = lathe(
            [
                (size * r, r * 0.8),
                (size * r, r * 1.25),
                (size * r * 1.25, r * 1.26),
                (size * r * 1.25, r * 1.5),
                (size * r * 1.05, r * 1.56),
                (0, r * 1.58),
            ],
            segments=28,
        )
        nut = cylinder(size * r * 0.35, r * 1.5, r * 1.8, segments=5)
        model.add(
            "outlet",
            accent,
            neck.turned("x", 90).turned("y", azimuth).moved(y=y),
            nut.turned("x", 90).turned("y", azimuth).moved(y=y),
        )
    x = side * r * 1.8
    hose = [
        (x, y, 0),
        (x + side * 0.09, y - 0.02, 0.0),
        (x + side * 0.13, y * 0.45, 0.03),
        (x + side * 0.16, 0.04, 0.14),
        (x + side * 0.02, 0.035, 0.3),
        (x - side * 0.12, 0.035, 0.34),
    ]
    model.add(
        "hose",
        matte("hose", pick(rng, ("#d9c8a0", "#c9b48a", "#b35a3a"))),
        tube(hose, 0.032, sides=14, smooth=6),
    )
    nozzle = rod(
        (x - side * 0.11, 0.036, 0.338), (x - side * 0.26, 0.045, 0.36), 0.035, 0.022, bevel=0.004
    )
    model.add("nozzle", metal("brass", rgb("#d3a94e"), 0.3), nozzle)
    chain = [
        (-side * r * 1.3, y + r * 0.35, 0.0),
        (-side * r * 1.5, y - 0.1, 0.03),
        (-side * r * 0.95, y - 0.12, 0.06),
    ]
    model.add("chain", steel("chain"), tube(chain, 0.006, sides=6, smooth=6))


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
    cradle = box((-0.012, h - 0.008, z - 0.022), (0.012, h + 0.028, z + 0.022), 0.006)
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


def _cactus(rng: np.random.Generator) -> trimesh.Scene:
    """A potted cactus with arms of different heights and a flower."""
    side, h = either_side(rng), rng.uniform(0.3, 0.45)
    r = h * rng.uniform(0.12, 0.15)
    green = pick(rng, ("#5f8a4a", "#4f7a52", "#7a9a5a", "#4a8070"))
    limbs = [Limb((0, 0.1, 0), (0, 0.12 + h, 0), r, r * 0.85)]
    for sign, start, out, up in ((side, 0.45, 0.42, 0.38), (-side, 0.3, 0.36, 0.24)):
        lift = h * (start + rng.uniform(-0.05, 0.08))
        elbow = (sign * h * out, 0.12 + lift, h * 0.03)
        limbs += [Limb((0, 0.12 + lift, 0), elbow, r * 0.55, r * 0.55)]
        limbs += [
            Limb(
                elbow,
                (elbow[0] * 1.05, elbow[1] + h * up * rng.uniform(0.8, 1.2), h * 0.05),
                r * 0.55,
                r * 0.48,
            )
        ]
    if rng.random() < 0.5:
        limbs += [
            Limb((0, 0.12 + h * 0.6, 0), (0.02, 0.12 + h * 0.66, h * 0.28), r * 0.4, r * 0.42)
        ]
    model = Model()
    ribs = ramp([(i / 24, green if i % 2 else shade(green, 0.8)) for i in range(24)])
    plant = sculpt(limbs, blend_m=r * 0.5, cell_m=h * 0.026)
    _cactus_skin(model, plant, ribs)
    spine = frustum(0.0016, 0.0003, 0, r * 0.28, segments=4)
    spots = rng.choice(len(plant.points_m), 90, replace=False)
    for i in spots:
        n, p = plant.normals[i], plant.points_m[i]
        if p[1] > 0.14:
            model.add(
                "spine",
                matte("spine", rgb("#f1e8cf")),
                spine.aimed((float(n[0]), float(n[1]), float(n[2]))).moved(*p),
            )
    petal = sphere((r * 0.14, r * 0.08, r * 0.36), (0, 0, r * 0.3), segments=10)
    flower = [petal.turned("x", -35).turned("y", 60 * i) for i in range(6)]
    top = limbs[2].end
    model.add(
        "flower",
        matte("flower", pick(rng, ("#e0559a", "#f2b134", "#d7263d", "#f4f0e6"))),
        *(p.moved(top[0], top[1] + r * 0.48, top[2]) for p in flower),
    )
    _pot(rng, model, side, r)
    return model.scene()


def _cactus_skin(model: Model, plant: Part, ribs: Image.Image) -> None:
    angle = np.arctan2(plant.points_m[:, 0] * 0 + plant.normals[:, 0], plant.normals[:, 2]) / (
        2 * np.pi
    )
    fold = np.abs(angle) * 2
    model.add(
        "plant",
        Material("plant", roughness=0.7, texture=ribs),
        plant.with_uv(np.stack([fold * 0.98 + 0.01, fold * 0 + 0.5], axis=1)),
    )


def _pot(rng: np.random.Generator, model: Model, side: float, r: float) -> None:
    a, b = pick_several(rng, ("#b5643c", "#c9805a", "#e8e0d0", "#4f7f86", "#d9a441"), 2)
    wide = r * rng.uniform(2.0, 2.4)
    wall = [
        (wide * 0.72, 0),
        (wide * 0.95, 0.11),
        (wide * 1.08, 0.112),
        (wide * 1.08, 0.145),
        (wide * 0.98, 0.145),
        (wide * 0.94, 0.125),
        (0, 0.125),
    ]
    model.add("pot", matte("pot", a), lathe(wall, segments=44))
    model.add(
        "soil",
        matte("soil", rgb("#4a3526")),
        lathe([(wide * 0.95, 0.12), (wide * 0.5, 0.134), (0, 0.136)], segments=36, crease_deg=50),
    )
    mark = extrude(rounded([(-0.03, -0.02), (0.03, -0.02), (0.0, 0.035)], 0.006), 0.02).turned(
        "x", 8
    )
    for azimuth in (side * 25.0, side * 65.0, side * 105.0):
        model.add(
            "mark", matte("mark", b), mark.moved(y=0.055, z=wide * 0.845).turned("y", azimuth)
        )
    stone = sphere((0.018, 0.012, 0.015), segments=12)
    for i in range(4):
        model.add(
            "pebble",
            matte("pebble", rgb("#b9b2a6")),
            stone.turned("y", 50.0 * i).moved(
                x=-side * wide * (0.5 + 0.08 * i), y=0.135, z=wide * (0.5 - 0.25 * i)
            ),
        )
    stick = box((-0.012, 0, -0.0015), (0.012, 0.11, 0.0015))
    model.add(
        "tag",
        matte("tag", rgb("#f3ecd8")),
        stick.turned("z", -side * 10).moved(x=side * wide * 0.62, y=0.11, z=wide * 0.45),
    )


CATEGORIES = (
    Category("cactus", "plant", Symmetry.NONE, _cactus),
    Category("camera", "gadget", Symmetry.NONE, _camera),
    Category("fire_hydrant", "street", Symmetry.NONE, _fire_hydrant),
    Category("mailbox", "street", Symmetry.NONE, _mailbox),
    Category("phone_booth", "street", Symmetry.NONE, _phone_booth),
    Category("radio", "gadget", Symmetry.NONE, _radio),
    Category("telephone", "gadget", Symmetry.NONE, _telephone),
)
