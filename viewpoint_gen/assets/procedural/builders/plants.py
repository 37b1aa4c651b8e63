"""A potted cactus."""

from __future__ import annotations

import numpy as np
import trimesh
from PIL import Image

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    Material,
    matte,
    pick,
    pick_several,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.organic import Limb, sculpt
from viewpoint_gen.assets.procedural.outlines import extrude, rounded
from viewpoint_gen.assets.procedural.part import Part
from viewpoint_gen.assets.procedural.shapes import box, frustum, lathe, sphere
from viewpoint_gen.assets.procedural.textures import ramp


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


CATEGORIES = (Category("cactus", "plant", Symmetry.NONE, _cactus),)
