"""A question's images side by side under their captions, as one JPEG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_SHORT_SIDE_PX: Final = 280
"""Of an image of a pair; smaller ones are enlarged, so that all plates look alike."""

_SMALL_SIDE_PX: Final = 196
"""The same where more than three are shown."""

_WIDTH_PX: Final = 960
"""Of a whole plate, at most; wide images are shown smaller."""

_GAP_PX: Final = 14
_CAPTION_PX: Final = 26
_CORNER_PX: Final = 8
_QUALITY: Final = 88
_GROUND: Final = (255, 255, 255)
_INK: Final = (31, 36, 48)
_BESIDE: Final = 3
"""So many images stand in one row; of more, the first stands alone at the left."""


def plate(images: Sequence[Image.Image], captions: Sequence[str]) -> bytes:
    """Lay images out and put a caption above each.

    Up to three stand in a row. Of more, the first is large at the left and the others, which are
    what it is to be compared with, stand in two rows beside it.
    """
    side_px = _side_px(images)
    tiles = [_tile(each, text, side_px) for each, text in zip(images, captions, strict=True)]
    if len(images) <= _BESIDE:
        return _jpeg(_row(tiles))
    half = -(-len(tiles[1:]) // 2)
    block = _column([_row(tiles[1 : 1 + half]), _row(tiles[1 + half :])])
    return _jpeg(_row([_tile(images[0], captions[0], block.height - _CAPTION_PX), block]))


def _side_px(images: Sequence[Image.Image]) -> int:
    """Of the shorter side of an image, or of the small ones beside a large one."""
    aspect = max(max(image.width / image.height, 1.0) for image in images)
    if len(images) <= _BESIDE:
        room_px = _WIDTH_PX - _GAP_PX * (len(images) - 1)
        return int(min(room_px / aspect / len(images), _SHORT_SIDE_PX))
    across = 2 + -(-len(images[1:]) // 2)  # the large one is as wide as two
    beside_px = _WIDTH_PX - 3 * _GAP_PX - aspect * (_CAPTION_PX + _GAP_PX)
    return int(min(beside_px / aspect / across, _SMALL_SIDE_PX))


def _tile(picture: Image.Image, caption: str, side_px: int) -> Image.Image:
    """An image with its shorter side this long, its caption above it."""
    scale = side_px / min(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    flat = Image.new("RGB", picture.size, _GROUND)
    flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    tile = Image.new("RGB", (size[0], size[1] + _CAPTION_PX), _GROUND)
    tile.paste(flat.resize(size, Image.Resampling.LANCZOS), (0, _CAPTION_PX), _rounded(size))
    font = ImageFont.load_default(16.0)
    ImageDraw.Draw(tile).text((1, _CAPTION_PX / 2 - 1), caption, fill=_INK, font=font, anchor="lm")
    return tile


def _rounded(size: tuple[int, int]) -> Image.Image:
    """A mask with round corners, drawn four times as large for clean edges."""
    large = Image.new("L", (4 * size[0], 4 * size[1]), 0)
    corners = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corners, radius=4 * _CORNER_PX, fill=255)
    return large.reduce(4)


def _row(tiles: Sequence[Image.Image]) -> Image.Image:
    width = sum(tile.width for tile in tiles) + _GAP_PX * (len(tiles) - 1)
    joined = Image.new("RGB", (width, max(tile.height for tile in tiles)), _GROUND)
    left = 0
    for tile in tiles:
        joined.paste(tile, (left, 0))
        left += tile.width + _GAP_PX
    return joined


def _column(rows: Sequence[Image.Image]) -> Image.Image:
    height = sum(row.height for row in rows) + _GAP_PX * (len(rows) - 1)
    joined = Image.new("RGB", (max(row.width for row in rows), height), _GROUND)
    top = 0
    for row in rows:
        joined.paste(row, (0, top))
        top += row.height + _GAP_PX
    return joined


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return buffer.getvalue()
