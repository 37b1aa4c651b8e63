"""Coats and eyes of sculpted animals and figures.

Tones of a coat: 0 light, 0.5 main, 1 dark.
"""

from __future__ import annotations

import numpy as np

from viewpoint_gen.assets.procedural.materials import (
    FURS,
    Colour,
    Material,
    gloss,
    mix,
    pick,
    rgb,
    shade,
)
from viewpoint_gen.assets.procedural.part import Part, Point, join
from viewpoint_gen.assets.procedural.shapes import sphere
from viewpoint_gen.assets.procedural.textures import ramp

LIGHT = 0.0
MAIN = 0.5
DARK = 1.0
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
    return join(ball, other[0]), join(spot, other[1])
