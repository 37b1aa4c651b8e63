"""Four-legged animals: soft bodies with a coat of up to three colours.

Tones of a coat: 0 light, 0.5 main, 1 dark.
"""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    FURS,
    Colour,
    Material,
    gloss,
    matte,
    metal,
    mix,
    pick,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt, turned_limb
from viewpoint_gen.assets.procedural.part import Part, Point
from viewpoint_gen.assets.procedural.shapes import disc, sphere, torus, tube
from viewpoint_gen.assets.procedural.textures import ramp

LIGHT, MAIN, DARK = 0.0, 0.5, 1.0
EYE = gloss("eye", rgb("#17120f"))
GLINT = gloss("glint", rgb("#ffffff"))


def coat(light: Colour, main: Colour, dark: Colour, roughness: float = 0.9) -> Material:
    """Turns the tones of a sculpted body into colours."""
    picture = ramp([(0.0, light), (0.25, main), (0.75, dark)])
    return Material("coat", roughness=roughness, texture=picture)


def coat_of(rng: np.random.Generator, palette: tuple[str, ...] = FURS) -> Material:
    """A coat of related colours."""
    main = pick(rng, palette)
    light = mix(main, rgb("#f4ead9"), rng.uniform(0.55, 0.8))
    return coat(light, main, shade(main, rng.uniform(0.3, 0.5)))


def eyes(radius: float, at: Point, gap: float) -> tuple[Part, Part]:
    """A pair of eyes and their glints; `at` is the middle between them, `gap` half the distance."""
    x, y, z = at
    ball = sphere(radius, (x + gap, y, z), segments=16)
    spot = sphere(radius * 0.3, (x + gap * 1.12, y + radius * 0.45, z + radius * 0.8), segments=8)
    other = ball.moved(x=-2 * gap), spot.moved(x=-2.24 * gap)
    return _both(ball, other[0]), _both(spot, other[1])


def _both(a: Part, b: Part) -> Part:
    from viewpoint_gen.assets.procedural.part import join

    return join(a, b)


def _dog_body(rng: np.random.Generator, leg: float, side: float) -> list[Limb]:
    y, fat = leg + 0.12, rng.uniform(0.9, 1.1)
    limbs = [Limb((0, y, -0.24), (0, y + 0.02, 0.18), 0.115 * fat, 0.145 * fat, MAIN)]
    limbs += [lump((0, y - 0.03, 0.2), (0.12 * fat, 0.15, 0.12), LIGHT)]
    limbs += [Limb((0, y + 0.05, 0.2), (0, y + 0.2, 0.34), 0.1, 0.085, MAIN)]
    for x in (0.09, -0.09):
        limbs += [Limb((x, y - 0.04, 0.17), (x, 0.07, 0.19), 0.062, 0.036, MAIN)]
        limbs += [lump((x, 0.035, 0.215), (0.045, 0.036, 0.062), LIGHT)]
        limbs += [Limb((x, y - 0.02, -0.24), (x * 1.15, leg * 0.62, -0.22), 0.095, 0.058, MAIN)]
        limbs += [
            Limb((x * 1.15, leg * 0.62, -0.22), (x * 1.1, leg * 0.34, -0.31), 0.05, 0.034, MAIN)
        ]
        limbs += [Limb((x * 1.1, leg * 0.34, -0.31), (x * 1.1, 0.05, -0.28), 0.033, 0.035, MAIN)]
        limbs += [lump((x * 1.1, 0.035, -0.25), (0.043, 0.036, 0.06), LIGHT)]
    curl = rng.uniform(0.12, 0.26)
    limbs += [Limb((0, y + 0.06, -0.33), (side * 0.07, y + curl, -0.45), 0.042, 0.03, MAIN)]
    limbs += [
        Limb(
            (side * 0.07, y + curl, -0.45), (side * 0.15, y + curl * 1.5, -0.42), 0.03, 0.018, LIGHT
        )
    ]
    return limbs


def _dog_head(rng: np.random.Generator, y: float, side: float) -> list[Limb]:
    snout = rng.uniform(0.12, 0.18)
    limbs = [lump((0, y, 0.4), (0.105, 0.1, 0.115), MAIN)]
    limbs += [Limb((0, y - 0.035, 0.46), (0, y - 0.05, 0.44 + snout), 0.062, 0.044, LIGHT)]
    floppy = rng.random() < 0.5
    for x in (1.0, -1.0):
        if floppy and (x == side or rng.random() < 0.7):
            limbs += [
                Limb(
                    (x * 0.09, y + 0.06, 0.38),
                    (x * 0.14, y - 0.07, 0.39),
                    0.042,
                    0.036,
                    DARK,
                    (0.6, 1, 1),
                )
            ]
        else:
            limbs += [
                Limb(
                    (x * 0.065, y + 0.06, 0.37),
                    (x * 0.1, y + 0.18, 0.35),
                    0.045,
                    0.014,
                    DARK,
                    (1, 1, 0.6),
                )
            ]
    return limbs


def _dog(rng: np.random.Generator) -> trimesh.Scene:
    leg, side = rng.uniform(0.26, 0.4), either_side(rng)
    y = leg + 0.4
    pivot, turn = (0.0, y, 0.3), side * rng.uniform(12, 28)
    body = _dog_body(rng, leg, side)
    head = [turned_limb(part, "y", turn, pivot) for part in _dog_head(rng, y, side)]
    spots = [lump((side * 0.14, leg + 0.17, rng.uniform(-0.2, 0.05)), (0.07, 0.1, 0.12), DARK)]
    spots += [lump((-side * 0.1, leg + 0.2, -0.26), (0.08, 0.07, 0.07), LIGHT)]
    spots += [
        turned_limb(
            lump((side * 0.06, y + 0.03, 0.47), (0.05, 0.055, 0.06), DARK), "y", turn, pivot
        )
    ]
    model = Model()
    skin = sculpt([*body, *head], blend_m=0.055, cell_m=0.02, paint=spots)
    model.add("body", coat_of(rng), skin)
    ball, glint = eyes(0.018, (0.0, y + 0.03, 0.493), 0.046)
    nose = sphere((0.027, 0.02, 0.02), (0, y - 0.03, 0.4 + 0.2), segments=16)
    model.add("eye", EYE, ball.turned("y", turn, pivot))
    model.add("eye", GLINT, glint.turned("y", turn, pivot))
    model.add("nose", EYE, nose.turned("y", turn, pivot))
    collar = torus(0.1, 0.014, segments=28, sides=8).turned("x", 45).moved(y=y - 0.115, z=0.285)
    model.add("collar", plastic_like(pick(rng, BRIGHTS)), collar)
    tag = disc(0.024, 0.006).turned("x", 20).moved(x=side * 0.03, y=y - 0.235, z=0.365)
    model.add("tag", metal("tag", rgb("#d9b45b")), tag)
    return model.scene()


def plastic_like(colour: Colour) -> Material:
    """Collars and ribbons."""
    return Material("ribbon", colour, roughness=0.6)


def _cat(rng: np.random.Generator) -> trimesh.Scene:
    """A sitting cat, its tail laid round one side."""
    side, fat = either_side(rng), rng.uniform(0.92, 1.12)
    y = rng.uniform(0.29, 0.33)
    limbs = [lump((0, 0.12, -0.06), (0.105 * fat, 0.12, 0.12), MAIN)]
    limbs += [Limb((0, 0.12, -0.04), (0, 0.24, 0.03), 0.1 * fat, 0.065, MAIN)]
    limbs += [lump((0, 0.19, 0.06), (0.055, 0.075, 0.05), LIGHT)]
    for x in (0.04, -0.04):
        limbs += [Limb((x, 0.2, 0.06), (x * 0.95, 0.03, 0.1), 0.036, 0.025, MAIN)]
        limbs += [lump((x * 0.95, 0.022, 0.115), (0.027, 0.022, 0.035), LIGHT)]
        limbs += [Limb((x * 2.1, 0.07, -0.06), (x * 2.2, 0.035, 0.04), 0.055, 0.032, MAIN)]
        limbs += [lump((x * 2.2, 0.022, 0.075), (0.03, 0.022, 0.04), LIGHT)]
    tail = [
        (0.0, 0.03, -0.17),
        (side * 0.12, 0.025, -0.16),
        (side * 0.19, 0.025, -0.03),
        (side * 0.16, 0.03, 0.1),
    ]
    for i in range(3):
        limbs += [Limb(tail[i], tail[i + 1], 0.028, 0.024, MAIN if i < 2 else DARK)]
    pivot, turn = (0.0, y, 0.03), side * rng.uniform(8, 22)
    head = [
        lump((0, y, 0.05), (0.078, 0.066, 0.068), MAIN),
        lump((0, y - 0.022, 0.105), (0.034, 0.024, 0.026), LIGHT),
    ]
    for x in (1.0, -1.0):
        head += [
            Limb(
                (x * 0.045, y + 0.04, 0.04),
                (x * 0.062, y + 0.1, 0.035),
                0.034,
                0.006,
                DARK,
                (1, 1, 0.55),
            )
        ]
    stripes = [
        lump((0, 0.13 + 0.05 * i, -0.15 + 0.035 * i), (0.13, 0.012, 0.06), DARK) for i in range(3)
    ]
    stripes += [lump((side * 0.1, 0.1, -0.05), (0.04, 0.06, 0.05), LIGHT)]
    posed = [turned_limb(part, "y", turn, pivot) for part in head]
    model = Model()
    _cat_skin(rng, model, limbs, pivot, posed, stripes, turn, y)
    collar = torus(0.06, 0.008, segments=28, sides=8).turned("x", 25).moved(y=y - 0.066, z=0.042)
    model.add("collar", plastic_like(pick(rng, BRIGHTS)), collar)
    return model.scene()


def _cat_skin(
    rng: np.random.Generator,
    model: Model,
    limbs: list[Limb],
    pivot: Point,
    posed: list[Limb],
    stripes: list[Limb],
    turn: float,
    y: float,
) -> None:
    model.add(
        "body",
        coat_of(rng, (*FURS, "#4a4a4e", "#d98a3d")),
        sculpt([*limbs, *posed], blend_m=0.03, cell_m=0.0105, paint=stripes),
    )
    ball, glint = eyes(0.0145, (0, y + 0.012, 0.109), 0.031)
    model.add(
        "eye",
        gloss("iris", pick(rng, ("#7fae3f", "#d9a832", "#4f9bc4"))),
        ball.turned("y", turn, pivot),
    )
    pupil, _ = eyes(0.0075, (0, y + 0.013, 0.118), 0.0315)
    model.add("eye", EYE, pupil.scaled(y=1.0).turned("y", turn, pivot))
    model.add("eye", GLINT, glint.turned("y", turn, pivot))
    nose = sphere((0.01, 0.007, 0.007), (0, y - 0.012, 0.131), segments=12)
    model.add("nose", matte("nose", rgb("#c97b7b")), nose.turned("y", turn, pivot))


def _elephant_limbs(rng: np.random.Generator, side: float) -> list[Limb]:
    limbs = [
        Limb((0, 1.75, -0.75), (0, 1.85, 0.5), 0.72, 0.7, MAIN),
        lump((0, 1.45, -0.1), (0.7, 0.62, 0.9), MAIN),
    ]
    for x in (0.42, -0.42):
        for z, lean in ((0.6, 0.05), (-0.85, -0.05)):
            limbs += [Limb((x, 1.4, z), (x, 0.2, z + lean), 0.34, 0.24, MAIN)]
            limbs += [lump((x, 0.1, z + lean + 0.03), (0.27, 0.12, 0.28), MAIN)]
    limbs += [
        lump((0, 2.3, 1.2), (0.46, 0.52, 0.48), MAIN),
        lump((0, 2.6, 1.1), (0.32, 0.28, 0.32), MAIN),
    ]
    swing = side * rng.uniform(0.2, 0.45)
    trunk = [
        (0, 2.1, 1.55),
        (0, 1.6, 1.85),
        (swing * 0.3, 1.05, 1.95),
        (swing, 0.65, 2.05),
        (swing * 1.5, 0.62, 2.35),
    ]
    width = [0.26, 0.21, 0.16, 0.125, 0.1]
    for i in range(4):
        limbs += [Limb(trunk[i], trunk[i + 1], width[i], width[i + 1], MAIN)]
    size = rng.uniform(0.85, 1.15)
    for x in (1.0, -1.0):
        limbs += [lump((x * 0.72, 2.2, 0.88), (0.4 * size, 0.55 * size, 0.09), DARK)]
    limbs += [
        Limb((0, 1.95, -1.4), (side * 0.06, 1.1, -1.55), 0.07, 0.03, MAIN),
        lump((side * 0.06, 1.05, -1.55), (0.06, 0.14, 0.06), DARK),
    ]
    return limbs


def _elephant(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    grey = pick(rng, ("#8d8f96", "#7a7470", "#9a938c", "#74808a"))
    hide = coat(mix(grey, rgb("#e8d9d0"), 0.5), grey, shade(grey, 0.82), 0.95)
    model = Model()
    toes = [lump((x + dx, 0.07, z), (0.07, 0.06, 0.05), LIGHT)
            for x in (0.42, -0.42) for z in (0.93, -0.6) for dx in (-0.13, 0.0, 0.13)]  # fmt: skip
    model.add(
        "body", hide, sculpt(_elephant_limbs(rng, side), blend_m=0.22, cell_m=0.085, paint=toes)
    )
    tusk = tube(
        [(0.22, 1.95, 1.5), (0.27, 1.6, 1.75), (0.28, 1.45, 2.1), (0.25, 1.5, 2.3)],
        [0.075, 0.07, 0.05, 0.015],
    )
    broken = tube(
        [(0.22, 1.95, 1.5), (0.27, 1.6, 1.75), (0.28, 1.48, 1.98)], [0.075, 0.07, 0.058]
    ).mirrored()
    ivory = gloss("ivory", rgb("#efe6cf"))
    other = broken if rng.random() < 0.5 else tusk.mirrored()
    model.add(
        "tusk",
        ivory,
        tusk if side > 0 else tusk.mirrored(),
        other if side > 0 else other.mirrored(),
    )
    ball, glint = eyes(0.06, (0, 2.36, 1.52), 0.33)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    if rng.random() < 0.7:
        cloth = lump((0, 1.9, -0.15), (0.79, 0.72, 0.42))
        rug = sculpt([cloth], blend_m=0.05, cell_m=0.1)
        shell = rug.moved(y=0.0)
        colours = [pick(rng, BRIGHTS) for _ in range(3)]
        picture = ramp([(i / 9, colours[i % 3]) for i in range(9)])
        u = (shell.points_m[:, 2] + 0.6) / 0.95
        model.add(
            "rug",
            Material("rug", roughness=0.9, texture=picture),
            shell.with_uv(np.stack([np.clip(u, 0.01, 0.99), u * 0 + 0.5], axis=1)),
        )
    return model.scene()


def _giraffe(rng: np.random.Generator) -> trimesh.Scene:
    side, top = either_side(rng), rng.uniform(4.0, 4.6)
    limbs = _giraffe_limbs(top, side)
    spots = _giraffe_spots(rng, top, side)
    model = Model()
    light, main, dark = (
        rgb("#f3e6c8"),
        pick(rng, ("#e3bd77", "#dcb26a", "#e8c98e")),
        pick(rng, ("#8a4f22", "#74401c", "#9a5f2c")),
    )
    model.add(
        "body", coat(light, main, dark), sculpt(limbs, blend_m=0.14, cell_m=0.06, paint=spots)
    )
    ball, glint = eyes(0.045, (side * 0.1, top + 0.06, 1.25), 0.15)
    model.add("eye", EYE, ball)
    model.add("eye", GLINT, glint)
    return model.scene()


def _giraffe_limbs(top: float, side: float) -> list[Limb]:
    limbs = [Limb((0, 2.0, -0.55), (0, 2.25, 0.45), 0.36, 0.42, MAIN)]
    limbs += [Limb((0, 2.4, 0.6), (side * 0.1, top, 1.1), 0.3, 0.15, MAIN)]
    for x in (0.22, -0.22):
        limbs += [
            Limb((x, 1.95, 0.5), (x, 1.0, 0.55), 0.17, 0.085, MAIN),
            Limb((x, 1.0, 0.55), (x, 0.12, 0.53), 0.08, 0.06, LIGHT),
        ]
        limbs += [
            Limb((x, 1.85, -0.6), (x, 1.0, -0.55), 0.22, 0.09, MAIN),
            Limb((x, 1.0, -0.55), (x, 0.12, -0.65), 0.08, 0.06, LIGHT),
        ]
        limbs += [lump((x, 0.07, z), (0.085, 0.08, 0.11), DARK) for z in (0.56, -0.62)]
    head_x = side * 0.1
    limbs += [
        Limb((head_x, top + 0.05, 1.08), (head_x, top - 0.1, 1.62), 0.18, 0.1, MAIN),
        lump((head_x, top - 0.12, 1.62), (0.12, 0.1, 0.12), LIGHT),
    ]
    for x in (1.0, -1.0):
        limbs += [
            Limb(
                (head_x + x * 0.07, top + 0.15, 1.05),
                (head_x + x * 0.09, top + 0.38, 1.0),
                0.035,
                0.03,
                MAIN,
            )
        ]
        limbs += [lump((head_x + x * 0.09, top + 0.4, 1.0), (0.05, 0.05, 0.05), DARK)]
        limbs += [
            Limb(
                (head_x + x * 0.14, top + 0.1, 1.0),
                (head_x + x * 0.3, top + 0.14, 0.98),
                0.06,
                0.03,
                MAIN,
                (1, 1, 0.6),
            )
        ]
    limbs += [
        Limb((0, 2.1, -0.88), (side * 0.08, 1.3, -1.0), 0.045, 0.025, MAIN),
        lump((side * 0.08, 1.2, -1.0), (0.06, 0.16, 0.06), DARK),
    ]
    limbs += [Limb((0, 2.75, 0.55), (side * 0.1, top + 0.1, 0.95), 0.08, 0.06, DARK, (0.5, 1, 1))]
    return limbs


def _giraffe_spots(rng: np.random.Generator, top: float, side: float) -> list[Limb]:
    spots = []
    for x in (1.0, -1.0):
        for z in np.arange(-0.75, 0.75, 0.27):
            for y in (1.85, 2.12, 2.4):
                dz, dy = rng.uniform(-0.05, 0.05, 2)
                radii = rng.uniform(0.085, 0.125, 2)
                spots += [lump((x * 0.36, y + dy, z + dz), (0.2, radii[0], radii[1]), DARK)]
        for t in np.arange(0.2, 1.0, 0.13):
            y, z = 2.4 + t * (top - 2.4), 0.6 + 0.5 * t
            spots += [
                lump(
                    (side * 0.1 * t + x * 0.2, y, z + rng.uniform(-0.1, 0.1)),
                    (0.12, 0.1, 0.085),
                    DARK,
                )
            ]
    return spots


CATEGORIES = (
    Category("cat", "animal", Symmetry.NONE, _cat),
    Category("dog", "animal", Symmetry.NONE, _dog),
    Category("elephant", "animal", Symmetry.NONE, _elephant),
    Category("giraffe", "animal", Symmetry.NONE, _giraffe),
)
