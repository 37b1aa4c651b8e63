"""Cars. Left and right differ: a flap, an exhaust, odd doors, lettering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import trimesh

from viewpoint_gen.assets.procedural.category import Category, Symmetry
from viewpoint_gen.assets.procedural.fittings import add_wheels, either_side, facing, one_of, panel
from viewpoint_gen.assets.procedural.materials import (
    BRIGHTS,
    CAR_PAINTS,
    Material,
    chrome,
    dark_glass,
    gloss,
    lamp,
    matte,
    pick_several,
    plastic,
    rgb,
    rubber,
    steel,
)
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.outlines import (
    ellipse,
    extrude,
    extrude_across,
    notched,
    rectangle,
    rounded,
)
from viewpoint_gen.assets.procedural.part import Array, Part
from viewpoint_gen.assets.procedural.shapes import box, rod, tube
from viewpoint_gen.assets.procedural.textures import label

HEADLIGHT = rgb("#fff3cf")
TAIL_LIGHT = rgb("#c8141e")


def _number_plate(text: str) -> Material:
    picture = label(text, rgb("#f4f1e4"), rgb("#1b1d22"), width_px=192, height_px=56)
    return Material("plate", roughness=0.5, texture=picture)


def _plate_text(rng: np.random.Generator) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    first = "".join(letters[int(i)] for i in rng.integers(0, len(letters), 2))
    return f"{first} {int(rng.integers(100, 999))}"


@dataclass(frozen=True)
class _CarShape:
    """Lengths in metres; the cabin's corners run from rear to front along z."""

    length: float
    width: float
    belt: float  # height of the window line
    roof: float
    bonnet: float
    boot: float
    wheel: float
    cabin: tuple[float, float, float, float]  # rear low, rear high, front high, front low


def _car_shape(rng: np.random.Generator) -> _CarShape:
    style = one_of(rng, ("saloon", "hatchback", "estate", "coupe", "suv"))
    length = {"saloon": 4.5, "hatchback": 3.8, "estate": 4.5, "coupe": 4.2, "suv": 4.5}[style]
    length *= rng.uniform(0.95, 1.05)
    tall = {"suv": 1.72, "coupe": 1.28, "hatchback": 1.48}.get(style, 1.42) * rng.uniform(
        0.98, 1.04
    )
    lift = 0.14 if style == "suv" else 0.0
    a = length / 2
    rear = {"saloon": (-0.66, -0.42), "coupe": (-0.8, -0.3)}.get(style, (-0.95, -0.8))
    front = {"coupe": (0.08, 0.42)}.get(style, (0.14, 0.46))
    belt = 0.62 * tall + 0.06
    return _CarShape(
        length=length,
        width=rng.uniform(1.7, 1.86),
        belt=belt,
        roof=tall,
        bonnet=belt - rng.uniform(0.1, 0.18),
        boot=belt - (rng.uniform(0.0, 0.07) if style in ("saloon", "coupe") else 0.0),
        wheel=rng.uniform(0.31, 0.34) + lift * 0.4,
        cabin=(rear[0] * a, rear[1] * a, front[0] * a, front[1] * a),
    )


def _car_body(shape: _CarShape, axles: tuple[float, float]) -> Part:
    a, low = shape.length / 2, shape.wheel * 0.62
    outline = [(-a + 0.12, low), (-a, low + 0.16), (-a + 0.02, shape.boot - 0.12)]
    outline += [(-a + 0.12, shape.boot), (shape.cabin[0], shape.belt), (shape.cabin[3], shape.belt)]
    outline += [(a - 0.28, shape.bonnet), (a - 0.04, shape.bonnet - 0.16), (a, low + 0.14)]
    outline += [(a - 0.12, low)]
    arch = ellipse(shape.wheel * 1.17, shape.wheel * 1.17, 36)
    bites = [arch + np.array([z, shape.wheel]) for z in axles]
    return extrude_across(notched(rounded(outline, 0.09), *bites), shape.width, bevel=0.055)


def _narrowing(
    base_y: float, top_y: float, share: float, power: float = 1.0
) -> Callable[[Array], Array]:
    def move(points: Array) -> Array:
        t = np.clip((points[:, 1] - base_y) / (top_y - base_y), 0, 1) ** power
        return points * np.column_stack([1 - share * t, np.ones(len(t)), np.ones(len(t))])

    return move


def _car_cabin(model: Model, shape: _CarShape, paint: Material) -> None:
    rear_low, rear_high, front_high, front_low = shape.cabin
    base, top = shape.belt - 0.05, shape.roof
    outline = [
        (rear_low, base),
        (rear_high, top - 0.03),
        (front_high, top - 0.03),
        (front_low, base),
    ]
    narrow = _narrowing(base, top, 0.16)
    glass = extrude_across(rounded(outline, 0.05), shape.width * 0.9, bevel=0.03).warped(narrow)
    model.add("window", dark_glass(), glass)
    roof = [(rear_high - 0.1, top - 0.06), (rear_high + 0.04, top), (front_high - 0.04, top)]
    roof += [(front_high + 0.1, top - 0.06)]
    slab = extrude_across(rounded(roof, 0.02), shape.width * 0.92, bevel=0.025).warped(narrow)
    model.add("roof", paint, slab)
    middle = (rear_low + front_low) / 2 - 0.05
    for low_z, high_z in (
        (rear_low + 0.06, rear_high - 0.02),
        (middle, middle + 0.04),
        (front_low - 0.06, front_high + 0.02),
    ):
        slope = [(low_z - 0.05, base), (high_z - 0.05, top - 0.04), (high_z + 0.05, top - 0.04)]
        pillar = extrude_across([*slope, (low_z + 0.05, base)], 0.05)
        pillar = pillar.moved(x=shape.width * 0.456 - 0.025).warped(narrow)
        model.add("pillar", paint, pillar.both_sides())


def _car_lights(model: Model, shape: _CarShape) -> None:
    a, x, y = shape.length / 2, shape.width / 2, shape.bonnet - 0.22
    lens = extrude(rectangle(0.32, 0.13, 0.05), 0.06, bevel=0.012)
    front = lens.moved(x=x - 0.28, y=y, z=a - 0.075).both_sides()
    model.add("headlight", lamp("headlight", HEADLIGHT, 0.6), front)
    back = lens.moved(x=x - 0.26, y=shape.boot - 0.2, z=a - 0.065).turned("y", 180).both_sides()
    model.add("tail_light", lamp("tail_light", TAIL_LIGHT, 0.4), back)
    grille = extrude(rectangle(0.62, 0.16, 0.04), 0.05, bevel=0.01)
    model.add("grille", plastic("grille", rgb("#15171a")), grille.moved(y=y - 0.02, z=a - 0.045))
    low = shape.wheel * 0.62 + 0.1
    for z in (a - 0.03, -a - 0.02):
        bumper = box((-x + 0.1, low, z), (x - 0.1, low + 0.1, z + 0.05), 0.02)
        model.add("bumper", plastic("trim", rgb("#24272b")), bumper)


def _car_doors(model: Model, shape: _CarShape) -> None:
    x = shape.width / 2
    middle = (shape.cabin[0] + shape.cabin[3]) / 2 - 0.05
    seams = plastic("seam", rgb("#141518"))
    for z in (middle, shape.cabin[3] - 0.12):
        line = box((x - 0.01, shape.wheel * 1.1, z), (x + 0.003, shape.belt - 0.03, z + 0.014))
        model.add("seam", seams, line.both_sides())
    handle = box((x - 0.01, shape.belt - 0.14, 0), (x + 0.025, shape.belt - 0.11, 0.16), 0.01)
    model.add(
        "handle", chrome(), *(handle.moved(z=z).both_sides() for z in (middle + 0.06, middle - 0.3))
    )
    mirror = box((x - 0.04, shape.belt, 0), (x + 0.13, shape.belt + 0.12, 0.08), 0.03)
    model.add("mirror", seams, mirror.moved(z=shape.cabin[3] - 0.3).both_sides())


def _car_one_sided(
    rng: np.random.Generator, model: Model, shape: _CarShape, axles: tuple[float, float]
) -> None:
    """What tells the car's left from its right."""
    side, a, x = either_side(rng), shape.length / 2, shape.width / 2
    flap = extrude(ellipse(0.085, 0.085), 0.012, bevel=0.004)
    flap = facing(flap, "x", side).moved(
        x=side * (x - 0.004), y=shape.belt - 0.16, z=axles[0] + 0.1
    )
    model.add("fuel_flap", chrome(), flap)
    pipe = tube([(0.5 * x, 0, -a + 0.3), (0.5 * x, 0, -a - 0.07)], 0.04, smooth=1)
    pipe = pipe.moved(y=shape.wheel * 0.62)
    model.add("exhaust", steel(), pipe if side < 0 else pipe.mirrored())
    aerial = rod(
        (side * x * 0.55, shape.belt - 0.05, shape.cabin[3] + 0.12),
        (side * x * 0.6, shape.roof + 0.35, shape.cabin[3] - 0.1),
        0.007,
        0.004,
    )
    model.add("aerial", plastic("aerial", rgb("#17181a")), aerial)
    ground, ink = pick_several(rng, (*BRIGHTS, "#f4f1e4", "#1b1d22"), 2)
    if rng.random() < 0.5:
        text = str(int(rng.integers(2, 99)))
        sign = panel(0.62, 0.42, 0.006)
    else:
        words = ("TAXI", "PIZZA", "POST", "RALLY", "HELLO", "CAFE")
        text, sign = one_of(rng, words), panel(0.95, 0.34, 0.006)
    picture = Material("sticker", roughness=0.4, texture=label(text, ground, ink))
    door = (shape.cabin[0] + shape.cabin[3]) / 2 + 0.3
    low, high = shape.wheel * 1.2, shape.belt - 0.07
    inner, outer = -side * (x - 0.01), -side * (x + 0.0015)
    band = box((inner, low, axles[0] + 0.5), (outer, high, shape.cabin[3] - 0.13))
    model.add("odd_doors", gloss("odd_doors", ground), band)
    sign = facing(sign, "x", -side).moved(x=-side * (x + 0.004), y=shape.belt - 0.36, z=door)
    model.add("sticker", picture, sign)


def _car_extras(rng: np.random.Generator, model: Model, shape: _CarShape, accent: Material) -> None:
    a, x = shape.length / 2, shape.width / 2
    if rng.random() < 0.35:
        wing = box((-x * 0.8, 0.16, -0.12), (x * 0.8, 0.2, 0.12), 0.02)
        posts = box((x * 0.5, -0.05, -0.04), (x * 0.56, 0.17, 0.04)).both_sides()
        place = {"y": shape.boot, "z": -a + 0.2}
        model.add("spoiler", accent, wing.moved(**place), posts.moved(**place))
    elif rng.random() < 0.6:
        z0, z1 = shape.cabin[1] + 0.1, shape.cabin[2] - 0.1
        rail = tube([(x * 0.62, 0, z0), (x * 0.62, 0.07, z0 + 0.06), (x * 0.62, 0.07, z1 - 0.06),
                     (x * 0.62, 0, z1)], 0.016, smooth=1)  # fmt: skip
        model.add("rack", chrome(), rail.moved(y=shape.roof - 0.01).both_sides())
        side = either_side(rng)
        case = box((side * 0.05, 0.06, z0 + 0.15), (side * x * 0.58, 0.3, z0 + 0.85), 0.04)
        model.add("case", matte("leather", rgb("#7a4a2a")), case.moved(y=shape.roof))


def _car(rng: np.random.Generator) -> trimesh.Scene:
    shape = _car_shape(rng)
    main, other = pick_several(rng, CAR_PAINTS, 2)
    paint, accent = gloss("paint", main), gloss("accent", other)
    a = shape.length / 2
    axles = (-a * rng.uniform(0.58, 0.62), a * rng.uniform(0.6, 0.64))
    model = Model()
    model.add("body", paint, _car_body(shape, axles))
    floor = box(
        (-shape.width * 0.42, shape.wheel * 0.7, -a + 0.2), (shape.width * 0.42, 0.6, a - 0.2)
    )
    model.add("floor", rubber("underside"), floor)
    _car_cabin(model, shape, accent if rng.random() < 0.3 else paint)
    _car_lights(model, shape)
    _car_doors(model, shape)
    _car_one_sided(rng, model, shape, axles)
    _car_extras(rng, model, shape, accent)
    text = _number_plate(_plate_text(rng))
    low = shape.wheel * 0.62 + 0.15
    plate = panel(0.46, 0.11, 0.02)
    model.add("plate", text, plate.moved(y=low, z=a + 0.03))
    model.add("plate", text, facing(plate, "z", -1).moved(y=low + 0.18, z=-a - 0.005))
    add_wheels(model, rubber(), steel("rim"), radius=shape.wheel, width=0.22,
               track=shape.width - 0.22, axles=axles, spokes=int(rng.integers(5, 9)))  # fmt: skip
    return model.scene()


CATEGORIES = (Category("car", "vehicle", Symmetry.NONE, _car),)
