"""One picture and its mask in numbers: what a small image model would look at first."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt

Floats = NDArray[np.float64]

_SIDE_PX: Final = 64
"""Pictures are shrunk to this; a JPEG is decoded at an eighth of its size for it."""
_GREY_CELLS: Final = 8
_COLOUR_CELLS: Final = 4
_GRADIENT_CELLS: Final = 2
_ORIENTATIONS: Final = 8
_OUTLINE_CELLS: Final = 64

SIZE: Final = "the object's share of the picture"
PLACE: Final = ("the object's place across", "the object's height in the picture")

PICTURE_NAMES: Final = (
    "brightness",
    "contrast",
    *["pattern of light and dark"] * _GREY_CELLS**2,
    *["colours"] * (2 * _COLOUR_CELLS**2),
    *["directions of edges"] * (_ORIENTATIONS * _GRADIENT_CELLS**2),
    SIZE,
    *PLACE,
    *["the object's outline box"] * 5,
    *["the object's slant"] * 3,
    "the object's brightness",
    *["backdrop"] * 4,
    *["horizon"] * 4,
)
"""Of the columns of ``picture_numbers``. Overall brightness is taken out of all but the first."""


def picture_numbers(image: bytes, mask: bytes) -> NDArray[np.float32]:
    """(F,) numbers of one view; nan where there is no object or no backdrop."""
    colour, grey = _shrunk(image)
    with Image.open(io.BytesIO(mask)) as picture:
        covered = np.asarray(picture) > 127
        small = picture.convert("L").resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    share = np.asarray(small) / 255.0
    brightness = grey.mean()
    grey = grey - brightness
    parts = [
        np.array([brightness, grey.std()]),
        _cells(grey, _GREY_CELLS),
        _cells(colour[..., 0] - colour[..., 1], _COLOUR_CELLS),
        _cells(colour[..., 2] - colour[..., :2].mean(axis=2), _COLOUR_CELLS),
        _edges(grey),
        _outline(covered),
        _inside_and_outside(grey, share),
        _horizon(grey, share),
    ]
    return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True)
class Outline:
    """An object's silhouette, as far as a mark's place in it goes.

    Attributes:
        middle: (2,) of the mask, in widths of the image.
        inside: (C, C) distance to the outline in widths, negative outside; by cells of the image.
    """

    middle: Floats
    inside: NDArray[np.float16]

    def numbers_at(self, places: Floats) -> Floats:
        """(M, 4) of places (M, 2) in widths: where, how far off the middle, how deep inside."""
        cells = len(self.inside)
        column, row = np.clip((places * cells).astype(np.int64), 0, cells - 1).T
        off = np.linalg.norm(places - self.middle, axis=1)
        return np.column_stack([places - self.middle, off, self.inside[row, column]])


def outline_of(mask: bytes) -> Outline:
    """Of one view; the distances are worked out on a small mask."""
    with Image.open(io.BytesIO(mask)) as picture:
        width, height = picture.size
        square = Image.new("L", (max(width, height),) * 2)
        square.paste(picture.convert("L"))
    cells = square.resize((_OUTLINE_CELLS,) * 2, Image.Resampling.BOX)
    covered = np.asarray(cells) > 127
    step = square.width / width / _OUTLINE_CELLS
    inside = distance_transform_edt(np.pad(covered, 1))[1:-1, 1:-1]
    outside = distance_transform_edt(~covered)
    row, column = np.nonzero(covered)
    middle = np.array([column.mean(), row.mean()]) + 0.5 if len(row) else np.full(2, np.nan)
    return Outline(middle * step, ((inside - outside) * step).astype(np.float16))


def _shrunk(image: bytes) -> tuple[Floats, Floats]:
    """(S, S, 3) and (S, S) in [0, 1]; what is transparent becomes white."""
    with Image.open(io.BytesIO(image)) as opened:
        opened.draft("RGB", (_SIDE_PX, _SIDE_PX))
        picture: Image.Image = opened
        if picture.mode != "RGB":
            picture = picture.convert("RGBA")
            white = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(white, picture).convert("RGB")
        picture = picture.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    colour = np.asarray(picture) / 255.0
    return colour, colour.mean(axis=2)


def _cells(values: Floats, count: int) -> Floats:
    side = _SIDE_PX // count
    return values.reshape(count, side, count, side).mean(axis=(1, 3)).ravel()


def _edges(grey: Floats) -> Floats:
    """How strong edges of each direction are, in each quarter; adds up to 1."""
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    turned = np.arctan2(down, right) % np.pi
    direction = np.minimum(turned / np.pi * _ORIENTATIONS, _ORIENTATIONS - 1).astype(np.int64)
    quarter = np.arange(_SIDE_PX) * _GRADIENT_CELLS // _SIDE_PX
    place = (direction * _GRADIENT_CELLS + quarter[:, None]) * _GRADIENT_CELLS + quarter
    count = _ORIENTATIONS * _GRADIENT_CELLS**2
    found = np.bincount(place.ravel(), strength.ravel(), minlength=count)
    return np.asarray(found / max(float(found.sum()), 1e-9))


def _outline(covered: NDArray[np.bool_]) -> Floats:
    """Share, centroid (2), box (left, right, top, bottom, aspect), slant (2) and elongation.

    Places are in [0, 1] of the picture's width or height.
    """
    height, width = covered.shape
    rows, columns = np.nonzero(covered)
    if not len(rows):
        return np.array([0.0, *[np.nan] * 10])
    x, y = (columns + 0.5) / width, (rows + 0.5) / height
    left, right, top, bottom = x.min(), x.max(), y.min(), y.max()
    aspect = (bottom - top + 1 / height) / (right - left + 1 / width)
    across, along = np.var(x), np.var(y)
    both = np.mean((x - x.mean()) * (y - y.mean()))
    spread = max(across + along, 1e-9)
    longer = np.hypot(across - along, 2 * both) / spread
    slant = ((across - along) / spread, 2 * both / spread)
    box = (left, right, top, bottom, aspect)
    return np.array([covered.mean(), x.mean(), y.mean(), *box, *slant, longer])


def _inside_and_outside(grey: Floats, share: Floats) -> Floats:
    """Object's brightness; backdrop's brightness, spread, and above and below its middle."""
    upper = np.arange(_SIDE_PX)[:, None] < _SIDE_PX / 2
    outside = 1.0 - share
    behind = _mean(grey, outside)
    spread = np.sqrt(_mean((grey - behind) ** 2, outside))
    return np.array(
        [
            _mean(grey, share),
            behind,
            spread,
            _mean(grey, outside * upper),
            _mean(grey, outside * ~upper),
        ]
    )


def _mean(values: Floats, weights: Floats) -> float:
    total = weights.sum()
    return float((values * weights).sum() / total) if total > 0 else np.nan


def _horizon(grey: Floats, share: Floats) -> Floats:
    """Height and strength of the strongest level edge of the backdrop; its height at each side."""
    step = np.diff(grey, axis=0) * (share[:-1] < 0.5) * (share[1:] < 0.5)
    half = _SIDE_PX // 2
    profile, left, right = (
        np.abs(part.mean(axis=1)) for part in (step, step[:, :half], step[:, half:])
    )
    heights = [float(np.argmax(part)) / _SIDE_PX for part in (profile, left, right)]
    return np.array([heights[0], profile.max(), heights[1], heights[2]])
