"""Checks on one view's image, mask and depth, decoded from the bytes in its row."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewpoint_gen.verify.reading import Array

UNDECODABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,  # Pillow's PNG reader raises it on damaged chunks
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
PIL_FORMAT: Final = {"jpeg": "JPEG", "jpg": "JPEG", "webp": "WEBP", "png": "PNG"}

LEAST_CONTRAST: Final = 8
"""An image whose grey levels span less than this (of 255) shows nothing."""

BOX_SLACK: Final = 0.01
"""How far, in world units, a mask pixel's point may lie outside the object's unit cube."""

BOX_SHARE: Final = 0.99
"""Share of the mask's pixels that must lie in it; edges may blend two depths."""

Grey = NDArray[np.int64]
Complain = Callable[[str, str, str, str], None]
"""Called with check, what, expected, got."""


@dataclass(frozen=True)
class Picture:
    """What one row of ``views`` says about its pixels."""

    image: bytes | None
    image_format: str
    image_sha256: str
    mask: bytes | None
    depth: bytes | None
    depth_near: float
    depth_far: float
    width_px: int
    height_px: int
    mask_share: float
    world_from_camera: Array
    intrinsics: Array
    object_turn_rad: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.width_px, self.height_px


@dataclass(frozen=True)
class Decoded:
    """A view's pixels.

    Attributes:
        picture: the row that they are of.
        mask: (H, W), where the object is seen.
        depth: (H, W) z-depth; nan for nothing.
    """

    picture: Picture
    mask: NDArray[np.bool_]
    depth: Array


def check_picture(picture: Picture, complain: Complain) -> Decoded | None:
    """Run every check on one view's pixels; return mask and depth if both decode."""
    check_hash(picture, complain)
    check_image(picture, complain)
    mask = check_mask(picture, complain)
    depth = check_depth(picture, complain)
    if mask is not None:
        check_mask_share(picture, mask, complain)
    if mask is None or depth is None:
        return None
    check_mask_has_depth(mask, depth, complain)
    check_object_in_its_box(picture, mask, depth, complain)
    return Decoded(picture, mask, depth)


PICTURE_CHECKS: Final = (
    "image_sha256",
    "image",
    "mask",
    "depth",
    "mask_share",
    "mask_depth",
    "object_box",
)


def check_hash(picture: Picture, complain: Complain) -> None:
    """The stated sha256 is that of the image's bytes."""
    actual = hashlib.sha256(picture.image or b"").hexdigest()
    if actual != picture.image_sha256:
        complain("image_sha256", "image_sha256", actual, picture.image_sha256)


def check_image(picture: Picture, complain: Complain) -> None:
    """The image decodes in the stated format and size, and isn't blank."""
    opened = _opened(picture.image, "image", "image", complain)
    if opened is None:
        return
    wanted = PIL_FORMAT.get(picture.image_format.lower(), "JPEG, WebP or PNG")
    if opened.format != wanted:
        complain("image", "image_format", wanted, str(opened.format))
    if opened.mode not in ("RGB", "RGBA"):
        complain("image", "image mode", "RGB or RGBA", opened.mode)
    pixels = _pixels(opened, picture.size, "image", complain)
    if pixels is None:
        return
    contrast = int(np.ptp(pixels.reshape(-1, pixels.shape[-1]), axis=0).max())
    if contrast < LEAST_CONTRAST:
        complain("image", "contrast", f"at least {LEAST_CONTRAST} grey levels", str(contrast))


def _opened(data: bytes | None, check: str, what: str, complain: Complain) -> Any:
    try:
        return Image.open(io.BytesIO(data or b""))
    except UNDECODABLE as error:
        complain(check, what, "a picture that decodes", f"{type(error).__name__}: {error}"[:120])
        return None


def _pixels(opened: Any, size: tuple[int, int], check: str, complain: Complain) -> Grey | None:
    if opened.size != size:
        complain(check, f"{check} size", f"{size[0]} x {size[1]}", "{} x {}".format(*opened.size))
        return None
    try:
        opened.load()
    except UNDECODABLE as error:
        complain(check, check, "a picture that decodes", f"{type(error).__name__}: {error}"[:120])
        return None
    pixels = np.asarray(opened).astype(np.int64)
    return pixels if pixels.ndim == 3 else pixels[:, :, None]


def check_mask(picture: Picture, complain: Complain) -> NDArray[np.bool_] | None:
    """The mask is a grey PNG of the image's size with 0 and 255 only; return it."""
    opened = _opened(picture.mask, "mask", "mask", complain)
    if opened is None:
        return None
    if opened.format != "PNG" or opened.mode not in ("L", "1"):
        complain("mask", "mask", "a grey PNG", f"{opened.format} {opened.mode}")
        return None
    pixels = _pixels(opened.convert("L"), picture.size, "mask", complain)
    if pixels is None:
        return None
    odd = pixels[(pixels != 0) & (pixels != 255)]
    if odd.size:
        complain("mask", "mask values", "0 and 255 only", f"{odd.size} others such as {odd[0]}")
    return np.asarray(pixels[:, :, 0] == 255)


def check_depth(picture: Picture, complain: Complain) -> Array | None:
    """The depth is a 16-bit grey PNG with 0 < near <= far; return z-depth, nan for nothing."""
    near, far = picture.depth_near, picture.depth_far
    if not (np.isfinite(near) and np.isfinite(far) and 0.0 < near <= far):
        complain("depth", "depth_near, depth_far", "0 < near <= far", f"{near}, {far}")
        return None
    opened = _opened(picture.depth, "depth", "depth", complain)
    if opened is None:
        return None
    header = (picture.depth or b"")[24:26]  # of the IHDR chunk: bits per sample, colour type
    if opened.format != "PNG" or header != b"\x10\x00":
        complain("depth", "depth", "a 16-bit grey PNG", f"{opened.format} {opened.mode}")
        return None
    pixels = _pixels(opened, picture.size, "depth", complain)
    if pixels is None:
        return None
    levels = pixels[:, :, 0].astype(np.float64)
    return np.where(levels == 0, np.nan, near + (levels - 1) / 65534 * (far - near))


def check_mask_share(picture: Picture, mask: NDArray[np.bool_], complain: Complain) -> None:
    """The stated share of the image is the mask's."""
    share = np.count_nonzero(mask) / mask.size
    if not abs(share - picture.mask_share) <= 1e-6:
        complain("mask_share", "mask_share", f"{share:.9g}", f"{picture.mask_share:.9g}")
    if share == 0.0:
        complain("mask_share", "mask", "a pixel of the object at least", "none")


def check_mask_has_depth(mask: NDArray[np.bool_], depth: Array, complain: Complain) -> None:
    """Where the object is seen, there is a depth."""
    missing = int(np.count_nonzero(np.isnan(depth[mask])))
    if missing:
        complain("mask_depth", "mask pixels without depth", "0", str(missing))


def check_object_in_its_box(
    picture: Picture, mask: NDArray[np.bool_], depth: Array, complain: Complain
) -> None:
    """The mask's pixels, carried into the world by depth and camera, lie in the unit cube.

    The object was scaled into that cube, so a wrong camera, depth or mask puts points elsewhere.
    """
    seen = mask & ~np.isnan(depth)
    if not seen.any() or not np.isfinite(picture.world_from_camera).all():
        return
    row, column = np.nonzero(seen)
    pixels = np.stack([column + 0.5, row + 0.5, np.ones(len(row))])
    points_camera = np.linalg.solve(picture.intrinsics, pixels) * depth[seen]
    rotation, centre = picture.world_from_camera[:3, :3], picture.world_from_camera[:3, 3]
    points_world = rotation @ points_camera + centre[:, None]
    unturned = (points_world[0] + 1j * points_world[1]) * np.exp(-1j * picture.object_turn_rad)
    extent = np.max([np.abs(unturned.real), np.abs(unturned.imag), np.abs(points_world[2])], 0)
    share = float(np.mean(extent <= 0.5 + BOX_SLACK))
    if share < BOX_SHARE:
        complain(
            "object_box",
            "mask pixels inside the object's unit cube",
            f">= {BOX_SHARE}",
            f"{share:.3f}",
        )
