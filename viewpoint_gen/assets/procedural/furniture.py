"""Furniture with a front, most of it different on its two sides."""

from __future__ import annotations

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import either_side, knob, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    ENAMELS,
    FABRICS,
    PASTELS,
    WOODS,
    Colour,
    Material,
    chrome,
    gloss,
    lamp,
    matte,
    metal,
    pick,
    pick_several,
    plastic,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import extrude, halves, rounded
from viewpoint_gen.assets.procedural.part import Part, Point
from viewpoint_gen.assets.procedural.shapes import (
    box,
    cylinder,
    disc,
    frustum,
    lathe,
    rod,
    sphere,
    tube,
)
from viewpoint_gen.assets.procedural.textures import (
    book_spine,
    checks,
    clock_face,
    dots,
    fabric,
    stripes,
    tartan,
    wood,
)

PAPER = matte("paper", rgb("#efe8d8"))
BRASS = metal("brass", rgb("#c9a34e"), 0.3)


def timber(rng: np.random.Generator, colour: Colour, name: str = "wood") -> Material:
    """Varnished wood, grain along v."""
    return Material(name, roughness=0.45, texture=wood(rng, colour), tile_m=(0.35, 0.9))


def cloth(rng: np.random.Generator, name: str = "cloth") -> Material:
    """Plain, checked, dotted or striped upholstery."""
    a, b = pick_several(rng, FABRICS, 2)
    kind = int(rng.integers(4))
    if kind == 0:
        picture, tile = tartan(rng, a, b), 0.4
    elif kind == 1:
        picture, tile = stripes([a, a, b, a]), 0.3
    elif kind == 2:
        picture, tile = dots(a, shade(b, 1.4)), 0.14
    else:
        picture, tile = fabric(rng, a), 0.12
    return Material(name, roughness=0.92, texture=picture, tile_m=(tile, tile))


def _chair(rng: np.random.Generator) -> trimesh.Scene:
    width, depth = rng.uniform(0.4, 0.48), rng.uniform(0.4, 0.46)
    seat, leg = rng.uniform(0.43, 0.47), rng.uniform(0.03, 0.042)
    tint = pick(rng, WOODS) if rng.random() < 0.6 else pick(rng, ENAMELS)
    frame, model = plastic("frame", tint), Model()
    x, z = width / 2 - leg / 2, depth / 2 - leg / 2
    plate = box((-width / 2, seat - 0.03, -depth / 2), (width / 2, seat, depth / 2), 0.012)
    model.add("seat", frame, plate)
    low, high = (
        (-width * 0.45, seat - 0.005, -depth * 0.42),
        (width * 0.45, seat + 0.035, depth * 0.46),
    )
    model.add("cushion", cloth(rng), halves(box(low, high, 0.018)))
    front = rod((x, seat - 0.02, z), (x, 0, z + 0.01), leg * 0.55, leg * 0.38, bevel=0.004)
    side_bar = rod((x, seat * 0.4, z), (x, seat * 0.4, -z - 0.01), leg * 0.3)
    cross_bar = rod((-x, seat * 0.4, 0), (x, seat * 0.4, 0), leg * 0.3)
    model.add("leg", frame, front.both_sides())
    model.add("stretcher", frame, side_bar.both_sides(), cross_bar)
    _chair_back(rng, model, frame, (x, seat, -z), leg)
    return model.scene()


def _chair_back(
    rng: np.random.Generator, model: Model, frame: Material, corner: Point, leg: float
) -> None:
    """Rear legs running up into a back of slats or spindles; `corner` is the seat's."""
    x, seat, z = corner
    tall, lean = rng.uniform(0.38, 0.55), rng.uniform(0.04, 0.1)
    top = (x, seat + tall, z - lean)
    rear = tube([(x, 0, z - 0.05), (x, seat * 0.6, z), corner, top], leg * 0.5)
    model.add("leg", frame, rear.both_sides())
    slope = float(np.degrees(np.arctan2(lean, tall)))
    if rng.random() < 0.5:
        for i in range(int(rng.integers(2, 5))):
            rise = tall - 0.05 - i * 0.11
            slat = box((-x, -0.03, -0.01), (x, 0.03, 0.01), 0.006).turned("x", -slope)
            model.add("slat", frame, slat.moved(y=seat + rise, z=z - lean * rise / tall))
        return
    count = int(rng.integers(3, 7))
    for i in range(count):
        px = -x + 2 * x * (i + 1) / (count + 1)
        model.add("spindle", frame, rod((px, seat, z), (px, top[1] - 0.03, top[2]), leg * 0.26))
    rail = box((-x - leg * 0.5, -0.04, -0.014), (x + leg * 0.5, 0.045, 0.014), 0.01)
    model.add("rail", frame, rail.turned("x", -slope).moved(y=top[1] - 0.02, z=top[2]))


def _cushion(width: float, height: float, depth: float) -> Part:
    return box(
        (-width / 2, 0, -depth / 2), (width / 2, height, depth / 2), min(height, depth) * 0.42
    )


def _armchair(rng: np.random.Generator) -> trimesh.Scene:
    side = either_side(rng)
    width, depth, seat = rng.uniform(0.78, 0.95), rng.uniform(0.78, 0.9), rng.uniform(0.38, 0.44)
    arm, back, arm_top = rng.uniform(0.13, 0.18), rng.uniform(0.85, 1.05), rng.uniform(0.56, 0.66)
    cover, model = cloth(rng), Model()
    inner = width - 2 * arm
    model.add(
        "base",
        cover,
        box(
            (-inner / 2 - 0.02, 0.12, -depth / 2 + 0.05),
            (inner / 2 + 0.02, seat - 0.1, depth / 2 - 0.02),
            0.03,
        ),
    )
    model.add(
        "arm",
        cover,
        box(
            (inner / 2, 0.12, -depth / 2 + 0.02), (width / 2, arm_top, depth / 2), 0.055
        ).both_sides(),
    )
    rest = box((-inner / 2 - 0.05, 0.12, -0.1), (inner / 2 + 0.05, back, 0.1), 0.08)
    model.add("back", cover, rest.turned("x", -8, (0, 0.12, 0)).moved(z=-depth / 2 + 0.12))
    model.add("seat", cover, _cushion(inner, 0.15, depth - 0.2).moved(y=seat - 0.12, z=0.09))
    foot = frustum(0.018, 0.03, 0, 0.13, segments=16)
    wood_ = Material("foot", pick(rng, WOODS), roughness=0.4)
    for z in (-depth / 2 + 0.1, depth / 2 - 0.07):
        model.add("foot", wood_, foot.moved(x=width / 2 - 0.08, z=z).both_sides())
    pillow = sphere((0.21, 0.2, 0.07), segments=24).turned("x", -18).turned("z", side * 14)
    model.add(
        "pillow",
        cloth(rng, "pillow"),
        pillow.with_planar_uv("z").moved(x=side * inner * 0.2, y=seat + 0.2, z=-depth / 2 + 0.33),
    )
    x0, x1 = -side * (inner / 2 - 0.012), -side * (width / 2 + 0.012)
    z0 = -0.12
    throw = [(x0, seat + 0.05), (x0, arm_top + 0.012), (x1, arm_top + 0.012), (x1, 0.24)]
    inside = [
        (x1 + side * 0.014, 0.24),
        (x1 + side * 0.014, arm_top - 0.002),
        (x0 - side * 0.014, arm_top - 0.002),
        (x0 - side * 0.014, seat + 0.05),
    ]
    blanket = extrude([*throw, *inside], 0.36).moved(z=z0)
    _blanket(rng, model, blanket)
    return model.scene()


def _blanket(rng: np.random.Generator, model: Model, blanket: Part) -> None:
    light, dark = pick_several(rng, PASTELS, 2)
    check = Material(
        "blanket",
        roughness=0.95,
        texture=checks(light, dark),
        tile_m=(0.16, 0.16),
    )
    model.add("blanket", check, blanket)


def _sofa(rng: np.random.Generator) -> trimesh.Scene:
    """A sofa with a chaise longue at one end."""
    side = either_side(rng)
    width, depth, seat = rng.uniform(2.0, 2.6), rng.uniform(0.85, 0.95), rng.uniform(0.4, 0.45)
    arm, back, long = 0.16, rng.uniform(0.78, 0.9), rng.uniform(0.6, 0.8)
    cover, model = cloth(rng), Model()
    inner = width - 2 * arm
    model.add(
        "base",
        cover,
        box(
            (-width / 2 + 0.01, 0.106, -depth / 2), (width / 2 - 0.01, seat - 0.1, depth / 2), 0.03
        ),
    )
    chaise = side * (width / 2)
    model.add(
        "base",
        cover,
        box(
            (chaise - side * inner / 3 - side * arm, 0.1, depth / 2 - 0.05),
            (chaise, seat - 0.1, depth / 2 + long),
            0.03,
        ),
    )
    _sofa_back(model, back, cover, depth, width)
    model.add(
        "arm",
        cover,
        box((-chaise, 0.1, -depth / 2), (-chaise + side * arm, seat + 0.2, depth / 2 + 0.01), 0.05),
    )
    third = (inner + arm) / 3
    for i in range(3):
        x = side * (-width / 2 + arm + third * (i + 0.5))
        deep = depth - 0.2 + (long if i == 2 else 0.0)
        z = 0.1 + (long / 2 if i == 2 else 0.0)
        model.add("seat", cover, _cushion(third * 0.99, 0.14, deep).moved(x=x, y=seat - 0.11, z=z))
        model.add(
            "back_cushion",
            cover,
            _cushion(third * 0.97, 0.42, 0.18)
            .turned("x", -12)
            .moved(x=x, y=seat + 0.02, z=-depth / 2 + 0.3),
        )
    _sofa_pillows(rng, model, depth, seat, width)
    return model.scene()


def _sofa_back(model: Model, back: float, cover: Material, depth: float, width: float) -> None:
    model.add(
        "back",
        cover,
        box(
            (-width / 2 + 0.004, 0.103, -depth / 2 - 0.02),
            (width / 2 - 0.004, back, -depth / 2 + 0.2),
            0.07,
        ),
    )


def _sofa_pillows(
    rng: np.random.Generator, model: Model, depth: float, seat: float, width: float
) -> None:
    for x in rng.choice([-0.34, -0.1, 0.12, 0.33], 2, replace=False):
        pillow = sphere((0.22, 0.21, 0.075), segments=24).with_planar_uv("z").turned("x", -22)
        model.add(
            "pillow",
            cloth(rng, "pillow"),
            pillow.moved(x=x * width, y=seat + 0.23, z=-depth / 2 + 0.48),
        )
    foot = frustum(0.02, 0.03, 0, 0.12, segments=14)
    for x, z in ((width / 2 - 0.1, -depth / 2 + 0.1), (width / 2 - 0.1, depth / 2 - 0.1)):
        model.add(
            "foot",
            Material("foot", pick(rng, WOODS), roughness=0.4),
            foot.moved(x=x, z=z).both_sides(),
        )


def _drawers(
    rng: np.random.Generator,
    model: Model,
    wood_: Material,
    x0: float,
    x1: float,
    y: tuple[float, float],
    z: float,
    count: int,
) -> None:
    high = (y[1] - y[0]) / count
    pull = BRASS if rng.random() < 0.5 else chrome()
    for i in range(count):
        low = y[0] + i * high
        front = box((x0 + 0.01, low + 0.008, z), (x1 - 0.01, low + high - 0.008, z + 0.018), 0.005)
        model.add("drawer", wood_, front.with_swapped_uv())
        model.add(
            "pull", pull, knob(0.015, 0.025).moved(x=(x0 + x1) / 2, y=low + high / 2, z=z + 0.016)
        )


def _desk_lamp(
    rng: np.random.Generator, model: Model, x: float, y: float, z: float, side: float
) -> None:
    paint = gloss("lamp_paint", pick(rng, BRIGHTS))
    model.add("lamp", paint, cylinder(0.085, 0, 0.025, bevel=0.008).moved(x=x, y=y, z=z))
    elbow, head = (x + side * 0.1, y + 0.25, z - 0.03), (x - side * 0.1, y + 0.42, z + 0.06)
    model.add(
        "lamp_arm",
        chrome(),
        rod((x, y, z), elbow, 0.009),
        rod(elbow, head, 0.009),
        sphere(0.016, elbow, segments=12),
    )
    shade_ = lathe(
        [(0.025, 0.09), (0.04, 0.07), (0.085, 0), (0.078, 0), (0.03, 0.06), (0, 0.065)], segments=28
    )
    shade_ = shade_.turned("z", -side * 25)
    model.add("lamp", paint, shade_.moved(head[0] - side * 0.03, head[1] - 0.06, head[2]))
    model.add(
        "bulb",
        lamp("bulb", rgb("#fff0c4"), 2.0),
        sphere(0.026, (head[0] - side * 0.04, head[1] - 0.05, head[2]), segments=14),
    )


def _desk(rng: np.random.Generator) -> trimesh.Scene:
    """A writing desk; one sits on its +Z side, where the drawers open."""
    side = either_side(rng)
    width, depth, high = rng.uniform(1.1, 1.5), rng.uniform(0.55, 0.7), rng.uniform(0.72, 0.76)
    tint = pick(rng, WOODS)
    wood_, dark = timber(rng, tint), timber(rng, shade(tint, 0.8), "front")
    model, half = Model(), width / 2
    top = box((-half, high - 0.03, -depth / 2), (half, high, depth / 2), 0.008)
    model.add("top", wood_, top.with_planar_uv("y").with_swapped_uv())
    inner = half - rng.uniform(0.36, 0.44)
    model.add(
        "pedestal",
        wood_,
        box(
            (side * inner, 0.05, -depth * 0.45),
            (side * (half - 0.03), high - 0.03, depth * 0.42),
            0.004,
        ),
    )
    x0, x1 = sorted((side * inner, side * (half - 0.03)))
    _drawers(rng, model, dark, x0, x1, (0.07, high - 0.04), depth * 0.42, int(rng.integers(3, 5)))
    leg = box((-0.025, 0, -0.025), (0.025, high - 0.03, 0.025), 0.006)
    for z in (-depth * 0.42, depth * 0.42):
        model.add("leg", wood_, leg.moved(x=-side * (half - 0.06), z=z))
    model.add(
        "modesty",
        dark,
        box((-half + 0.05, high * 0.5, -depth * 0.44), (half - 0.05, high - 0.02, -depth * 0.41)),
    )
    _desk_lamp(rng, model, side * half * 0.7, high, -depth * 0.25, side)
    for i in range(int(rng.integers(2, 5))):
        colour = matte(f"book{i}", pick(rng, FABRICS))
        y = high + i * 0.035
        book = box((-0.11, y, -0.08), (0.11, y + 0.033, 0.08), 0.003).turned(
            "y", float(rng.uniform(-25, 25))
        )
        model.add("book", colour, book.moved(x=-side * half * 0.62, z=-depth * 0.12))
    _desk_paper(rng, model, depth, high, side)
    return model.scene()


def _desk_paper(
    rng: np.random.Generator, model: Model, depth: float, high: float, side: float
) -> None:
    sheet = box((-0.11, high, -0.15), (0.11, high + 0.003, 0.15)).turned(
        "y", float(rng.uniform(-12, 12))
    )
    model.add("paper", PAPER, sheet.moved(x=side * 0.06, z=depth * 0.12))
    pot = lathe([(0.035, 0), (0.04, 0.1), (0.034, 0.1), (0.03, 0.01), (0, 0.01)], segments=20)
    model.add("pot", gloss("pot", pick(rng, ENAMELS)), pot.moved(x=0, y=high, z=-depth * 0.33))
    pencil = rod(
        (0, high + 0.02, -depth * 0.33),
        (side * 0.03, high + 0.17, -depth * 0.35),
        0.005,
        segments=6,
    )
    model.add("pencil", matte("pencil", pick(rng, BRIGHTS)), pencil)


def _shelf_row(
    rng: np.random.Generator,
    model: Model,
    x: float,
    end: float,
    y: float,
    high: float,
    spines: list[Material],
) -> None:
    while x < end - 0.05:
        if rng.random() < 0.12:
            ball = sphere(min(0.06, high * 0.3), segments=16)
            model.add(
                "ornament",
                gloss(f"ornament{len(spines)}", pick(rng, BRIGHTS)),
                ball.moved(x=x + 0.07, y=y + 0.06, z=0.02),
            )
            x += 0.16
            continue
        wide, tall = rng.uniform(0.022, 0.05), high * rng.uniform(0.6, 0.9)
        deep = rng.uniform(0.16, 0.2)
        book = box((x, y, -0.1), (x + wide, y + tall, -0.1 + deep)).with_fitted_uv()
        model.add("book", spines[int(rng.integers(len(spines)))], book)
        x += wide + 0.0015
        if rng.random() < 0.06:
            x += rng.uniform(0.06, 0.2)


def _bookshelf(rng: np.random.Generator) -> trimesh.Scene:
    width, height, depth = rng.uniform(0.7, 1.1), rng.uniform(1.4, 2.0), rng.uniform(0.26, 0.32)
    rows, board = int(rng.integers(4, 6)), 0.022
    tint = pick(rng, WOODS)
    wood_ = timber(rng, tint) if rng.random() < 0.7 else plastic("paint", pick(rng, ENAMELS))
    back = timber(rng, shade(tint, 0.7), "back")
    half, model = width / 2, Model()
    model.add(
        "side",
        wood_,
        box((half - board, 0, -depth / 2), (half, height, depth / 2), 0.003).both_sides(),
    )
    model.add(
        "back",
        back,
        box((-half + board, 0.05, -depth / 2), (half - board, height - 0.02, -depth / 2 + 0.01)),
    )
    spines = [
        Material(
            f"spine{i}",
            roughness=0.6,
            texture=book_spine(rng, pick(rng, FABRICS + BRIGHTS), rgb("#e8d9a8")),
        )
        for i in range(7)
    ]
    step = (height - 0.08 - board) / rows
    for i in range(rows + 1):
        y = 0.08 + i * step
        shelf = box(
            (-half + board, y - board, -depth / 2 + 0.01), (half - board, y, depth / 2 - 0.004)
        )
        model.add("shelf", wood_, shelf.with_planar_uv("y").with_swapped_uv())
        if i < rows:
            start = -half + board + 0.004 + (rng.uniform(0.0, 0.3) if rng.random() < 0.4 else 0.0)
            _shelf_row(
                rng, model, start, (half - board) * rng.uniform(0.35, 1.0), y, step - board, spines
            )
    model.add(
        "plinth",
        wood_,
        box((-half + board, 0, -depth / 2 + 0.02), (half - board, 0.058, depth / 2 - 0.03)),
    )
    _shelf_plant(rng, model, board, half, height)
    return model.scene()


def _shelf_plant(
    rng: np.random.Generator, model: Model, board: float, half: float, height: float
) -> None:
    side = either_side(rng)
    pot = lathe([(0.05, 0), (0.065, 0.1), (0.055, 0.1), (0.05, 0.08), (0, 0.08)], segments=24)
    model.add(
        "pot", matte("pot", rgb("#b5643c")), pot.moved(x=side * half * 0.6, y=height - 0.02 + board)
    )
    for i in range(7):
        leaf = (
            sphere((0.02, 0.1, 0.035), (0, 0.1, 0), segments=12)
            .turned("z", 26)
            .turned("y", 51 * i + 20 * float(rng.random()))
        )
        model.add(
            "leaf", matte("leaf", rgb("#4f8a4a")), leaf.moved(x=side * half * 0.6, y=height + 0.06)
        )


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
    _drawers(rng, model, wood_, x0, x1, (0.15, 0.48), -a + 0.38, 2)
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


def _grandfather_clock(rng: np.random.Generator) -> trimesh.Scene:
    width, height, depth = rng.uniform(0.42, 0.5), rng.uniform(1.9, 2.2), rng.uniform(0.26, 0.32)
    wood_, model = timber(rng, pick(rng, WOODS)), Model()
    half, d = width / 2, depth / 2
    model.add(
        "base",
        wood_,
        box((-half, 0, -d), (half, 0.45, d), 0.015),
        box((-half - 0.02, -0.01, -d - 0.02), (half + 0.02, 0.08, d + 0.02), 0.01),
    )
    model.add(
        "trunk",
        wood_,
        box((-half * 0.72, 0.44, -d * 0.8), (half * 0.72, height - 0.55, d * 0.8), 0.01),
    )
    model.add("hood", wood_, box((-half, height - 0.56, -d), (half, height - 0.08, d), 0.012))
    crest = [
        (-half - 0.02, 0),
        (half + 0.02, 0),
        (half + 0.02, 0.04),
        (0.06, 0.16),
        (0, 0.12),
        (-0.06, 0.16),
        (-half - 0.02, 0.04),
    ]
    model.add(
        "crest",
        wood_,
        extrude(rounded(crest, 0.012), depth + 0.04, bevel=0.006).moved(
            y=height - 0.09, z=-d - 0.02
        ),
    )
    glass_ = box((-half * 0.5, 0.56, d * 0.8), (half * 0.5, height - 0.66, d * 0.8 + 0.006))
    model.add("window", gloss("window", rgb("#2a2420")), glass_)
    face = clock_face(rgb("#f3ead2"), rgb("#1c1a18"), float(rng.uniform(0, 12)))
    dial = disc(half * 0.78, 0.02, segments=40).moved(y=height - 0.32, z=d - 0.004)
    model.add("dial", Material("dial", roughness=0.5, texture=face), dial)
    _pendulum(rng, model, d, half, height)
    plate = Material("plate", roughness=0.5, texture=checks(pick(rng, WOODS), rgb("#3a2416")))
    model.add("inlay", plate, panel(width * 0.5, 0.2, 0.008).moved(y=0.26, z=d))
    model.add("finial", BRASS, sphere((0.03, 0.05, 0.03), (0, height + 0.05, 0), segments=16))
    return model.scene()


def _pendulum(rng: np.random.Generator, model: Model, d: float, half: float, height: float) -> None:
    swing = float(rng.choice([-1, 1])) * rng.uniform(5, 9)
    top = (0.0, height - 0.62, d * 0.8 + 0.012)
    low = height * 0.36
    rod_ = box((-0.006, low, d * 0.8 + 0.008), (0.006, height - 0.66, d * 0.8 + 0.014))
    bob = disc(0.07, 0.012, bevel=0.003).moved(y=low, z=d * 0.8 + 0.008)
    model.add("pendulum", BRASS, rod_.turned("z", swing, top), bob.turned("z", swing, top))
    side = either_side(rng)
    model.add(
        "key",
        BRASS,
        rod((side * half * 0.7, 1.2, 0), (side * (half * 0.72 + 0.06), 1.2, 0), 0.012),
        sphere(0.025, (side * (half * 0.72 + 0.07), 1.2, 0), segments=14),
    )


CATEGORIES = (
    Category("armchair", "furniture", Symmetry.NONE, _armchair),
    Category("bed", "furniture", Symmetry.NONE, _bed),
    Category("bookshelf", "furniture", Symmetry.NONE, _bookshelf),
    Category("chair", "furniture", Symmetry.MIRROR, _chair),
    Category("desk", "furniture", Symmetry.NONE, _desk),
    Category("grandfather_clock", "furniture", Symmetry.NONE, _grandfather_clock),
    Category("sofa", "furniture", Symmetry.NONE, _sofa),
)
