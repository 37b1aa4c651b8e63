"""Small procedural pictures: wood, brick, tiles, cloth, boards, dials, colour ramps.

All but dials, labels and ramps tile without a seam. Sizes are in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viewpoint_gen.assets.procedural.materials import Colour, mix
from viewpoint_gen.assets.procedural.part import Array

SIZE_PX = 128
RAMP_PX = 256
BLACK: Colour = (0.08, 0.08, 0.09)


def _noise(
    rng: np.random.Generator, spread_x: float, spread_y: float, size: int = SIZE_PX
) -> Array:
    """(size, size) seamless noise of unit variance, blurred by so many pixels each way."""
    fx, fy = np.meshgrid(np.fft.rfftfreq(size), np.fft.fftfreq(size))
    blur = np.exp(-2 * np.pi**2 * ((fx * spread_x) ** 2 + (fy * spread_y) ** 2))
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((size, size))) * blur, (size, size))
    return np.asarray(field / (field.std() + 1e-12), dtype=np.float64)


def _image(pixels: Array) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))


def _byte(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(c, 0.0), 1.0)) for c in colour)
    return red, green, blue


def _tinted(colour: Colour, light: Array) -> Array:
    return np.asarray(np.array(colour) * light[..., None], dtype=np.float64)


def wood(rng: np.random.Generator, colour: Colour) -> Image.Image:
    """Grain along v."""
    x = np.mgrid[0:SIZE_PX, 0:SIZE_PX][1] / SIZE_PX
    bend = 0.05 * _noise(rng, 14, 40)
    lines = np.sin(2 * np.pi * (7 * x + 2.2 * bend * 7))
    light = 0.92 + 0.09 * lines + 0.05 * _noise(rng, 0.7, 14)
    return _image(_tinted(colour, light))


def speckle(
    rng: np.random.Generator, colour: Colour, *, grain_px: float = 1.0, depth: float = 0.035
) -> Image.Image:
    """Plaster, stone, felt, bread: soft noise."""
    return _image(_tinted(colour, 0.97 + depth * _noise(rng, grain_px, grain_px)))


def fabric(rng: np.random.Generator, colour: Colour) -> Image.Image:
    """Plain weave."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    weave = np.where((x // 4 + y // 4) % 2 == 0, 1.0, 0.86)
    return _image(_tinted(colour, weave + 0.03 * _noise(rng, 1, 1)))


def tartan(rng: np.random.Generator, a: Colour, b: Colour) -> Image.Image:
    """Crossing bands of two colours."""
    band = np.zeros(SIZE_PX)
    band[:40] = 0.55
    band[60:68] = 0.9
    band[100:108] = 0.9
    share = (band[:, None] + band[None, :]) / 2 + 0.02 * _noise(rng, 1, 1)
    return _image(np.array(a) + share[..., None] * (np.array(b) - np.array(a)))


def checks(a: Colour, b: Colour, count: int = 4) -> Image.Image:
    """A chess board with `count` (even) fields along a side."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] * count // SIZE_PX
    return _image(np.where(((x + y) % 2 == 0)[..., None], np.array(a), np.array(b)))


def stripes(colours: Sequence[Colour], *, upright: bool = True) -> Image.Image:
    """Equal bands; upright ones change along u, lying ones along v (first at the top)."""
    row = np.array(colours)[np.arange(SIZE_PX) * len(colours) // SIZE_PX]
    grid = np.repeat(row[None], SIZE_PX, axis=0)
    return _image(grid if upright else np.swapaxes(grid, 0, 1))


def dots(ground: Colour, dot: Colour, share: float = 0.28) -> Image.Image:
    """Polka dots, two to a tile."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX
    near = np.full(x.shape, 1.0)
    for cx, cy in ((0.25, 0.25), (0.75, 0.75)):
        near = np.minimum(near, np.hypot(x - cx, y - cy))
    return _image(np.where((near < share / 2)[..., None], np.array(dot), np.array(ground)))


def bricks(rng: np.random.Generator, colour: Colour, mortar: Colour, rows: int = 8) -> Image.Image:
    """Running bond, `rows` (even) courses and half as many bricks along."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    high, wide = SIZE_PX / rows, SIZE_PX / (rows // 2)
    row = (y / high).astype(int)
    across = (x + (row % 2) * wide / 2) / wide
    column = across.astype(int) % (rows // 2)
    tone = 1.0 + 0.09 * rng.standard_normal((rows, rows // 2))[row, column]
    body = _tinted(colour, tone + 0.04 * _noise(rng, 1, 1))
    joint = (y % high < 1.6) | ((across % 1.0) * wide < 1.6)
    return _image(np.where(joint[..., None], np.array(mortar), body))


def shingles(rng: np.random.Generator, colour: Colour, rows: int = 8) -> Image.Image:
    """Roof tiles with round lower ends; v points up the roof."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX * rows
    row = y.astype(int)
    across = x + (row % 2) * 0.5
    column = across.astype(int) % rows
    inside, down = across % 1.0 - 0.5, y % 1.0
    tone = 1.0 + 0.08 * rng.standard_normal((rows, rows))[row % rows, column]
    light = tone * (0.78 + 0.28 * down)
    light = np.where(down > 0.72 + 0.26 * np.sqrt(np.maximum(1 - 4 * inside**2, 0)), 0.5, light)
    return _image(_tinted(colour, light))


def boards(rng: np.random.Generator, colour: Colour, count: int = 4) -> Image.Image:
    """Boards side by side along u, grain along v."""
    x = np.mgrid[0:SIZE_PX, 0:SIZE_PX][1]
    wide = SIZE_PX // count
    tone = (1.0 + 0.07 * rng.standard_normal(count))[np.minimum(x // wide, count - 1)]
    light = tone * (0.95 + 0.05 * _noise(rng, 0.8, 20))
    return _image(_tinted(colour, np.where(x % wide < 2, 0.45, light)))


def ramp(stops: Sequence[tuple[float, Colour]], *, soft: bool = False) -> Image.Image:
    """Colours along u: stop i's colour from its position to the next one's (or blended)."""
    t = (np.arange(RAMP_PX) + 0.5) / RAMP_PX
    places = np.array([s[0] for s in stops])
    colours = np.array([s[1] for s in stops])
    if soft:
        row = np.stack([np.interp(t, places, colours[:, k]) for k in range(3)], axis=1)
    else:
        row = colours[np.clip(np.searchsorted(places, t, side="right") - 1, 0, len(stops) - 1)]
    return _image(np.repeat(row[None], 4, axis=0))


def clock_face(ground: Colour, ink: Colour, hour: float) -> Image.Image:
    """A dial with twelve marks and two hands."""
    image = Image.new("RGB", (SIZE_PX, SIZE_PX), _byte(ground))
    draw = ImageDraw.Draw(image)
    middle = SIZE_PX / 2
    draw.ellipse((3, 3, SIZE_PX - 4, SIZE_PX - 4), outline=_byte(ink), width=5)
    for mark in range(12):
        _hand(draw, mark / 12, 0.78 * middle, 0.9 * middle, 4, ink)
    _hand(draw, hour / 12 % 1.0, 0.0, 0.48 * middle, 7, ink)
    _hand(draw, hour % 1.0, 0.0, 0.7 * middle, 4, ink)
    return image


def gauge(ground: Colour, ink: Colour, needle: Colour, share: float) -> Image.Image:
    """A dial with marks over three quarters of a turn and one needle."""
    image = Image.new("RGB", (SIZE_PX, SIZE_PX), _byte(ground))
    draw = ImageDraw.Draw(image)
    middle = SIZE_PX / 2
    for mark in range(11):
        _hand(draw, 0.625 + 0.075 * mark, 0.68 * middle, 0.9 * middle, 4, ink)
    _hand(draw, 0.625 + 0.75 * share, -0.1 * middle, 0.8 * middle, 6, needle)
    return image


def _hand(
    draw: ImageDraw.ImageDraw, turn: float, start: float, end: float, width: int, ink: Colour
) -> None:
    way = np.array([np.sin(2 * np.pi * turn), -np.cos(2 * np.pi * turn)])
    middle = SIZE_PX / 2
    line = [tuple(middle + r * way) for r in (start, end)]
    draw.line(line, fill=_byte(ink), width=width)


def label(
    text: str, ground: Colour, ink: Colour, *, width_px: int = 256, height_px: int = 128
) -> Image.Image:
    """A plate with one line of text in a thin frame."""
    image = Image.new("RGB", (width_px, height_px), _byte(ground))
    draw = ImageDraw.Draw(image)
    size = min(0.72 * height_px, 1.5 * width_px / max(len(text), 1))
    font = ImageFont.load_default(size)
    draw.text((width_px / 2, height_px / 2), text, fill=_byte(ink), font=font, anchor="mm")
    draw.rectangle((0, 0, width_px - 1, height_px - 1), outline=_byte(ink), width=3)
    return image


def piano_keys(octaves: int = 4) -> Image.Image:
    """White and black keys along u, their fronts at the bottom."""
    width = 32 * 7 * octaves
    image = Image.new("RGB", (width, 128), (246, 243, 235))
    draw = ImageDraw.Draw(image)
    for key in range(7 * octaves):
        draw.line(((32 * key, 0), (32 * key, 128)), fill=(70, 68, 64), width=3)
        if key % 7 not in (0, 3):
            draw.rectangle((32 * key - 10, 0, 32 * key + 10, 80), fill=(20, 20, 22))
    return image


def book_spine(rng: np.random.Generator, colour: Colour, ink: Colour) -> Image.Image:
    """A spine with bands and a title block."""
    image = Image.new("RGB", (48, 128), _byte(colour))
    draw = ImageDraw.Draw(image)
    for y in (10, 112):
        draw.rectangle((0, y, 48, y + 5), fill=_byte(ink))
    top = int(rng.integers(26, 44))
    draw.rectangle(
        (12, top, 36, top + int(rng.integers(24, 52))), fill=_byte(mix(colour, ink, 0.7))
    )
    return image
