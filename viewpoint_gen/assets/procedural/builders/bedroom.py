"""A bed with a night table on one side."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    PASTELS,
    WOODS,
    Material,
    gloss,
    lamp,
    matte,
    pick,
    rgb,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, rounded
from viewpoint_gen.assets.procedural.shapes import box, frustum, lathe, rod, sphere
from viewpoint_gen.assets.procedural.upholstery import add_drawers, cloth, timber


def _bed(rng: np.random.Generator) -> trimesh.Scene:
    """A bed with its foot towards +Z, a night table on one side."""
    side = either_side(rng)
    width, length, high = rng.uniform(0.95, 1.6), 2.05, rng.uniform(0.42, 0.52)
    wood_, model = timber(rng, pick(rng, WOODS)), Model()
    half, a = width / 2, length / 2
    board = [
        (-half, 0.1),
        (half, 0.1),
        (half, high + 0.4),
        (half * 0.5, high + 0.55),
        (-half * 0.5, high + 0.55),
        (-half, high + 0.4),
    ]
    model.add(
        "headboard", wood_, extrude(rounded(board, 0.05), 0.05, bevel=0.012).moved(z=-a - 0.03)
    )
    model.add("footboard", wood_, box((-half, 0.1, a - 0.03), (half, high + 0.08, a + 0.02), 0.012))
    model.add(
        "rail", wood_, box((half - 0.03, 0.18, -a), (half - 0.004, 0.36, a), 0.008).both_sides()
    )
    post = frustum(0.028, 0.036, 0, 0.2, segments=16)
    for z in (-a + 0.01, a - 0.01):
        model.add("leg", wood_, post.moved(x=half - 0.05, z=z).both_sides())
    model.add(
        "mattress",
        matte("sheet", rgb("#f2efe8")),
        box((-half + 0.03, 0.3, -a + 0.03), (half - 0.03, high, a - 0.04), 0.05),
    )
    quilt = box(
        (-half - 0.008, high - 0.16, -a * 0.35), (half + 0.008, high + 0.035, a - 0.035), 0.05
    )
    model.add("quilt", cloth(rng, "quilt"), quilt)
    fold = box(
        (-half - 0.014, high - 0.1, -a * 0.35 - 0.14),
        (half + 0.014, high + 0.05, -a * 0.35 + 0.08),
        0.045,
    )
    model.add("fold", matte("fold", pick(rng, PASTELS)), fold)
    count = 2 if width > 1.25 else 1
    for i in range(count):
        x = (i - (count - 1) / 2) * width * 0.47
        pillow = sphere((min(0.34, width * 0.36 / count * 1.2), 0.1, 0.2), segments=24)
        model.add(
            "pillow",
            matte("pillow", pick(rng, PASTELS)),
            pillow.moved(x=x, y=high + 0.07, z=-a + 0.3),
        )
    _night_table(rng, model, side, half, a, wood_)
    return model.scene()


def _night_table(
    rng: np.random.Generator, model: Model, side: float, half: float, a: float, wood_: Material
) -> None:
    x0, x1 = sorted((side * (half + 0.06), side * (half + 0.46)))
    model.add("night_table", wood_, box((x0, 0.12, -a), (x1, 0.5, -a + 0.38), 0.01))
    add_drawers(rng, model, wood_, x0, x1, (0.15, 0.48), -a + 0.38, 2)
    for x in (x0 + 0.03, x1 - 0.03):
        for z in (-a + 0.03, -a + 0.35):
            model.add("table_leg", wood_, rod((x, 0.13, z), (x, 0, z), 0.016))
    x = (x0 + x1) / 2
    model.add(
        "lamp_foot",
        gloss("lamp_foot", pick(rng, BRIGHTS)),
        lathe([(0.06, 0), (0.065, 0.03), (0.03, 0.1), (0.012, 0.16), (0, 0.17)], segments=24).moved(
            x=x, y=0.5, z=-a + 0.18
        ),
    )
    shade_ = frustum(0.12, 0.075, 0.15, 0.32, segments=28).moved(x=x, y=0.5, z=-a + 0.18)
    model.add("lamp_shade", lamp("lamp_shade", rgb("#f6e3b8"), 0.5), shade_)


CATEGORIES = (Category("bed", "furniture", Symmetry.NONE, _bed),)
