"""A phone booth, a letter box and a fire hydrant."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, facing, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
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
from viewpoint_gen.assets.procedural.outlines import extrude
from viewpoint_gen.assets.procedural.part import Part, join
from viewpoint_gen.assets.procedural.shapes import box, cylinder, frustum, lathe, rod, sphere, tube
from viewpoint_gen.assets.procedural.textures import label, wood


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
        one_of(rng, ("PHONE", "TELEPHONE", "CALL")),
        rgb("#f4f0e2"),
        rgb("#1b1d22"),
        width_px=320,
        height_px=72,
    )
    board = panel(w * 0.74, 0.16, 0.03).moved(y=h - 0.14, z=half + 0.006)
    model.add("sign", Material("sign", roughness=0.5, texture=sign), board)
    _booth_door(model, h, half)
    _booth_panes(rng, model, h, half, paint, side)
    return model.scene()


def _booth_door(model: Model, h: float, half: float) -> None:
    """A pale door frame and a step: nothing like them on the other sides."""
    inside, z = half - 0.08, (half - 0.03, half + 0.012)
    stile = box((inside - 0.07, 0.1, z[0]), (inside + 0.004, h - 0.27, z[1]), 0.006)
    rails = [
        box((0.07 - inside, y, z[0]), (inside - 0.07, y + thick, z[1] - 0.003), 0.006)
        for y, thick in ((0.12, 0.16), (1.06, 0.09), (h - 0.38, 0.1))
    ]
    model.add("door", plastic("door", rgb("#efe8d6")), stile.both_sides(), *rails)
    step = box((-half * 0.85, 0.0, half - 0.02), (half * 0.85, 0.07, half + 0.24), 0.012)
    model.add("step", matte("stone", rgb("#8d8a84")), step)


def _glazed(half: float, sill: float, top: float, rows: int) -> tuple[Part, Part]:
    """Bars with the panel below them, and the glass, of one side that faces +Z."""
    inside = half - 0.08
    bars = [box((x - 0.014, sill, -0.02), (x + 0.014, top, 0.02))
            for x in (-inside / 3, inside / 3)]  # fmt: skip
    bars += [box((-inside, y - 0.014, -0.016), (inside, y + 0.014, 0.016))
             for y in np.linspace(sill, top, rows + 1)]  # fmt: skip
    lower = box((-inside, 0.1, -0.02), (inside, sill, 0.025), 0.008)
    pane = box((-inside - 0.002, sill - 0.002, -0.006), (inside + 0.002, top + 0.002, 0.006))
    return join(*bars, lower), pane


def _booth_panes(
    rng: np.random.Generator, model: Model, h: float, half: float, paint: Material, side: float
) -> None:
    """Glass all the way down in front, in the upper half only on one side, none elsewhere."""
    glass = gloss("glass", rgb("#a9c4cc"))
    top, middle = h - 0.29, 0.55 * h
    bars, pane = _glazed(half, 0.28, top, 6)
    model.add("glazing", paint, bars.moved(z=half - 0.04))
    model.add("pane", glass, pane.moved(z=half - 0.04))
    bars, pane = _glazed(half, middle, top, 3)
    model.add("glazing", paint, facing(bars, "x", side).moved(x=side * (half - 0.04)))
    model.add("pane", glass, facing(pane, "x", side).moved(x=side * (half - 0.04)))
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
        one_of(rng, ("CIRCUS", "JAZZ", "LOST CAT", "SALE")),
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
        one_of(rng, ("SMITH", "LEE", "NOVAK", "ROSSI", "DIAZ", "KIM")),
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
    main: Colour,
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


CATEGORIES = (
    Category("fire_hydrant", "street", Symmetry.NONE, _fire_hydrant),
    Category("mailbox", "street", Symmetry.NONE, _mailbox),
    Category("phone_booth", "street", Symmetry.NONE, _phone_booth),
)
