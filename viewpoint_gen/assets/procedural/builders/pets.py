"""A dog and a sitting cat."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.fur import DARK, EYE, GLINT, LIGHT, MAIN, coat_of, eyes
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    FURS,
    Colour,
    Material,
    gloss,
    matte,
    metal,
    pick,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, lump, sculpt, turned_limb
from viewpoint_gen.assets.procedural.part import Point
from viewpoint_gen.assets.procedural.shapes import disc, sphere, torus


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


def _dog_head(rng: np.random.Generator, y: float, side: float, snout: float) -> list[Limb]:
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
    body, snout = _dog_body(rng, leg, side), rng.uniform(0.1, 0.16)
    head = [turned_limb(part, "y", turn, pivot) for part in _dog_head(rng, y, side, snout)]
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
    nose = sphere((0.027, 0.021, 0.02), (0, y - 0.028, 0.475 + snout), segments=16)
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


CATEGORIES = (
    Category("cat", "animal", Symmetry.NONE, _cat),
    Category("dog", "animal", Symmetry.NONE, _dog),
)
