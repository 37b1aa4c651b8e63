"""A washing machine and a refrigerator."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, knob, one_of, panel
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
    plastic,
    rgb,
    shade,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, extrude_up, rectangle
from viewpoint_gen.assets.procedural.shapes import box, cylinder, disc, frustum, sphere, torus, tube
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
    name = label(one_of(rng, ("FROST", "POLAR", "COOL", "NORD")), tint, rgb("#8a8f96"))
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
    Category("refrigerator", "appliance", Symmetry.NONE, _refrigerator),
    Category("washing_machine", "appliance", Symmetry.NONE, _washing_machine),
)
