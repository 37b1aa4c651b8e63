"""Draws the marks of a question into its images: an open ring round each point, a letter beside it.

A question's ``marks`` say where; the views' own pictures stay as they were rendered. What shows a
question (a preview, a published set, a trainer) shows ``images_of`` it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viewpoint_gen.geometry.frames import Array

_FINER: Final = 4  # marks are drawn so many times larger and made smaller, for clean edges

_RING_SHARE: Final = 0.014  # radius of a ring, of the image's shorter side
_LEAST_RING_PX: Final = 2.6
_LETTER_SHARE: Final = 0.042  # height of the letters
_LEAST_LETTER_PX: Final = 10.0

_LIGHT: Final = (255, 214, 10, 255)
_DARK: Final = (20, 20, 24, 255)
"""A ring is light between two dark lines, a letter dark on light: both show on any ground."""

_DIRECTIONS: Final = 16
_DISTANCES: Final = (0.0, 0.6, 1.2, 2.0, 3.0)
"""Of a label from its ring, in ring radii; nearer ones are tried first."""

_FIRST_DIRECTION_RAD: Final = -math.pi / 4  # up and to the right
_STEP_PX: Final = 0.25  # in which a label is moved away from its ring
_TILE_MARGIN_PX: Final = 3  # round what is drawn on: half of a line, and a little
_OUTSIDE_WEIGHS: Final = 10.0  # what is cut off, against what is covered


@dataclass(frozen=True)
class Mark:
    """One marked point of an image; pixel centres at +0.5."""

    label: str
    x_px: float
    y_px: float


@dataclass(frozen=True)
class _Box:
    """An upright rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, x: float, y: float, half_width: float, half_height: float) -> _Box:
        return cls(x - half_width, y - half_height, x + half_width, y + half_height)

    def overlap(self, other: _Box) -> float:
        """Shared area."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0.0) * max(down, 0.0)


@dataclass(frozen=True)
class _Style:
    """Sizes in pixels of the image."""

    ring: float
    line: float
    letter: float

    @classmethod
    def of(cls, width_px: int, height_px: int) -> _Style:
        side = min(width_px, height_px)
        ring = max(_RING_SHARE * side, _LEAST_RING_PX)
        letter = max(_LETTER_SHARE * side, _LEAST_LETTER_PX)
        return cls(ring, 0.36 * ring, letter)

    @property
    def reach(self) -> float:
        """From a ring's centre to its outer edge."""
        return self.ring + 1.2 * self.line


def images_of(row: Mapping[str, Any], pictures: Mapping[str, bytes]) -> list[Image.Image]:
    """A question's images as they must be shown, its marks drawn in.

    Args:
        row: of the questions table: ``image_ids`` and ``marks``.
        pictures: the encoded picture of each view, by ``view_id``.

    Raises:
        KeyError: a view of the question has no picture.
    """
    shown = []
    for number, view_id in enumerate(row["image_ids"]):
        marks = [
            Mark(mark["label"], mark["x_px"], mark["y_px"])
            for mark in row["marks"] or ()
            if mark["image"] == number
        ]
        with Image.open(io.BytesIO(pictures[view_id])) as picture:
            shown.append(draw_marks(picture, marks))
    return shown


def draw_marks(picture: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    """A copy of a picture with rings and letters; the marked pixels themselves stay free."""
    mode = "RGBA" if "A" in picture.getbands() else "RGB"
    shown = picture.convert(mode) if picture.mode != mode else picture.copy()
    if not marks:
        return shown
    style = _Style.of(*picture.size)
    boxes = label_boxes(picture.size, marks)
    for tile, members in _tiles(picture.size, marks, boxes, style):
        layer = _layer(tile, [(marks[number], boxes[number]) for number in members], style)
        under = shown.crop(tile).convert("RGBA")
        shown.paste(Image.alpha_composite(under, _shrunk(layer)).convert(mode), tile[:2])
    return shown


def _tiles(
    size_px: tuple[int, int], marks: Sequence[Mark], boxes: Sequence[_Box], style: _Style
) -> list[tuple[tuple[int, int, int, int], list[int]]]:
    """Parts of the image that hold whole marks, and which; no two of them touch.

    Little of an image is marked, and only that much is drawn on.
    """
    tiles: list[tuple[tuple[int, int, int, int], list[int]]] = []
    for number, (mark, box) in enumerate(zip(marks, boxes, strict=True)):
        reach = style.reach + _TILE_MARGIN_PX
        ring = _Box.around(mark.x_px, mark.y_px, reach, reach)
        tile = (
            max(math.floor(min(ring.left, box.left - _TILE_MARGIN_PX)), 0),
            max(math.floor(min(ring.top, box.top - _TILE_MARGIN_PX)), 0),
            min(math.ceil(max(ring.right, box.right + _TILE_MARGIN_PX)), size_px[0]),
            min(math.ceil(max(ring.bottom, box.bottom + _TILE_MARGIN_PX)), size_px[1]),
        )
        members = [number]
        while touching := [each for each in tiles if _touch(each[0], tile)]:
            tiles = [each for each in tiles if each not in touching]
            edges = [tile, *(each[0] for each in touching)]
            members = sorted([*members, *(at for each in touching for at in each[1])])
            low, high = np.min(edges, axis=0).tolist(), np.max(edges, axis=0).tolist()
            tile = (low[0], low[1], high[2], high[3])
        tiles.append((tile, members))
    return [tile for tile in tiles if tile[0][0] < tile[0][2] and tile[0][1] < tile[0][3]]


def _touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _layer(
    tile: tuple[int, int, int, int], marks: Sequence[tuple[Mark, _Box]], style: _Style
) -> Image.Image:
    """Marks on a clear ground, larger than they will be."""
    left, top, right, bottom = tile
    layer = Image.new("RGBA", ((right - left) * _FINER, (bottom - top) * _FINER), (*_LIGHT[:3], 0))
    pen = ImageDraw.Draw(layer)
    moved = [
        (
            Mark(mark.label, mark.x_px - left, mark.y_px - top),
            _Box(box.left - left, box.top - top, box.right - left, box.bottom - top),
        )
        for mark, box in marks
    ]
    for mark, box in moved:
        _draw_leader(pen, mark, box, style)
    for mark, box in moved:
        _draw_ring(pen, mark, style)
        _draw_label(pen, mark, box, _font(style.letter), style)
    return layer


def label_boxes(size_px: tuple[int, int], marks: Sequence[Mark]) -> list[_Box]:
    """Where the labels go: in the image, off all rings and off one another, near their own ring.

    One label after the other takes the best of its places; that it covers nothing counts first,
    then that it is near, then that it points away from the other marks.
    """
    style = _Style.of(*size_px)
    image = _Box(0.0, 0.0, *map(float, size_px))
    rings = [_Box.around(mark.x_px, mark.y_px, style.reach, style.reach) for mark in marks]
    boxes: list[_Box] = []
    for number, mark in enumerate(marks):
        places = _places(mark, _outwards(mark, marks), style)
        outside = _areas(places) - _overlaps(places, image)
        others = [*rings[:number], *rings[number + 1 :], *boxes]
        covered = sum((_overlaps(places, other) for other in others), np.zeros(len(places)))
        best = places[np.argmin(np.round(_OUTSIDE_WEIGHS * outside + covered, 3))]
        boxes.append(_Box(*best.tolist()))
    return boxes


def _areas(boxes: Array) -> Array:
    """(N,) of boxes (N, 4): left, top, right, bottom."""
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _overlaps(boxes: Array, other: _Box) -> Array:
    """(N,) the area that each of some boxes (N, 4) shares with another."""
    across = np.minimum(boxes[:, 2], other.right) - np.maximum(boxes[:, 0], other.left)
    down = np.minimum(boxes[:, 3], other.bottom) - np.maximum(boxes[:, 1], other.top)
    return np.maximum(across, 0.0) * np.maximum(down, 0.0)


def _outwards(mark: Mark, marks: Sequence[Mark]) -> float:
    """Direction from the middle of all marks to one; of a single one, up and to the right."""
    right = mark.x_px - float(np.mean([each.x_px for each in marks]))
    down = mark.y_px - float(np.mean([each.y_px for each in marks]))
    return math.atan2(down, right) if math.hypot(right, down) > 1.0 else _FIRST_DIRECTION_RAD


def _places(mark: Mark, first_rad: float, style: _Style) -> Array:
    """(N, 4) every place for a label, the ones to be preferred first."""
    half_width, half_height = _half_label(mark.label, style)
    numbers = np.arange(_DIRECTIONS)
    # 0, 1, -1, 2, -2 ... sixteenths of a turn from the first direction
    steps = (numbers + 1) // 2 * np.where(numbers % 2, 1, -1)
    angles = first_rad + 2.0 * math.pi * steps / _DIRECTIONS
    right, down = np.cos(angles), np.sin(angles)
    radii = style.reach + np.array(_DISTANCES) * style.ring
    ways = _ways_clear_of(radii, right, down, half_width, half_height)
    x = (mark.x_px + ways * right).ravel()
    y = (mark.y_px + ways * down).ravel()
    return np.stack([x - half_width, y - half_height, x + half_width, y + half_height], axis=1)


def _ways_clear_of(
    radii: Array, right: Array, down: Array, half_width: float, half_height: float
) -> Array:
    """(R, D) how far along each direction a box must go to leave each circle round its start."""
    ways = np.arange(0.0, radii.max() + half_width + half_height + _STEP_PX, _STEP_PX)
    across = np.maximum(np.abs(np.outer(right, ways)) - half_width, 0.0)
    along = np.maximum(np.abs(np.outer(down, ways)) - half_height, 0.0)
    apart = np.hypot(across, along)
    return np.stack([ways[np.argmax(apart >= radius, axis=1)] for radius in radii])


@cache
def _font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Of the letters, in the finer layer."""
    return ImageFont.load_default(size_px * _FINER)


@cache
def _half_label(label: str, style: _Style) -> tuple[float, float]:
    """Half the width and height of a label's plate."""
    left, _, right, _ = _font(style.letter).getbbox(label, anchor="ls")
    across = (right - left) / _FINER / 2.0 + 0.18 * style.letter
    return max(across, 0.5 * style.letter), 0.5 * style.letter


def _draw_ring(pen: ImageDraw.ImageDraw, mark: Mark, style: _Style) -> None:
    for half_line, colour in ((1.2 * style.line, _DARK), (0.5 * style.line, _LIGHT)):
        outer = (style.ring + half_line) * _FINER
        width = max(round(2.0 * half_line * _FINER), 1)
        x, y = mark.x_px * _FINER, mark.y_px * _FINER
        pen.ellipse((x - outer, y - outer, x + outer, y + outer), outline=colour, width=width)


def _draw_leader(pen: ImageDraw.ImageDraw, mark: Mark, box: _Box, style: _Style) -> None:
    """A line from the ring to the plate: seen only where they are apart."""
    x, y = (box.left + box.right) / 2.0, (box.top + box.bottom) / 2.0
    length = math.hypot(x - mark.x_px, y - mark.y_px)
    start = style.ring / length
    ends = [
        (mark.x_px + start * (x - mark.x_px), mark.y_px + start * (y - mark.y_px)),
        (x, y),
    ]
    points = [(across * _FINER, down * _FINER) for across, down in ends]
    for half_line, colour in ((1.0 * style.line, _DARK), (0.4 * style.line, _LIGHT)):
        pen.line(points, fill=colour, width=max(round(2.0 * half_line * _FINER), 1))


def _draw_label(
    pen: ImageDraw.ImageDraw,
    mark: Mark,
    box: _Box,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    style: _Style,
) -> None:
    corners = tuple(_FINER * edge for edge in (box.left, box.top, box.right, box.bottom))
    line = max(round(0.6 * style.line * _FINER), 1)
    pen.rounded_rectangle(
        corners, radius=0.28 * style.letter * _FINER, fill=_LIGHT, outline=_DARK, width=line
    )
    middle = ((corners[0] + corners[2]) / 2.0, (corners[1] + corners[3]) / 2.0)
    pen.text(middle, mark.label, fill=_DARK, font=font, anchor="mm", stroke_width=line / 4)


def _shrunk(layer: Image.Image) -> Image.Image:
    """The layer at its picture's size, colours weighted by their alpha."""
    return layer.reduce(_FINER)
