"""Pictures, masks and depth as the bytes that a row stores, and back."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewpoint_gen.dataset.config import ImageFormat, StoreConfig

DEPTH_LEVELS = 65534
"""16-bit values 1 … 65535 span near … far; 0 is "nothing is hit"."""


def encode_picture(rgba: NDArray[np.uint8], config: StoreConfig) -> tuple[bytes, ImageFormat]:
    """Encode (H, W, 4) sRGB; a picture with alpha becomes WebP where JPEG was asked for."""
    opaque = bool((rgba[..., 3] == 255).all())
    return encode_image(Image.fromarray(rgba[..., :3] if opaque else rgba), config)


def encode_image(picture: Image.Image, config: StoreConfig) -> tuple[bytes, ImageFormat]:
    """Encode an RGB or RGBA image; one with alpha becomes WebP where JPEG was asked for."""
    chosen = config.image
    if chosen is ImageFormat.JPEG and picture.mode == "RGBA":
        chosen = ImageFormat.WEBP
    buffer = io.BytesIO()
    if chosen is ImageFormat.JPEG:
        picture.save(buffer, "JPEG", quality=config.quality, subsampling=0, optimize=False)
    elif chosen is ImageFormat.WEBP:
        picture.save(buffer, "WEBP", quality=config.quality, method=2)
    else:
        picture.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue(), chosen


def decode_picture(data: bytes) -> NDArray[np.uint8]:
    """Decode any stored picture to (H, W, 3) or (H, W, 4) uint8."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def encode_mask(mask: NDArray[np.bool_]) -> bytes:
    """8-bit PNG, 255 where the object is seen."""
    return _png(np.where(mask, np.uint8(255), np.uint8(0)))


def encode_depth(depth: NDArray[np.float32]) -> tuple[bytes, float, float]:
    """16-bit PNG with its near and far.

    Args:
        depth: (H, W) z-depth in world units; inf where nothing is hit.

    Returns:
        The PNG, and the depths that the values 1 and 65535 stand for.
    """
    hit = np.isfinite(depth)
    near = float(depth[hit].min()) if hit.any() else 0.0
    far = float(depth[hit].max()) if hit.any() else 1.0
    span = max(far - near, 1e-9)
    with np.errstate(invalid="ignore"):
        levels = 1 + np.round((depth.astype(np.float64) - near) / span * DEPTH_LEVELS)
    return _png(np.where(hit, levels, 0).astype(np.uint16)), near, near + span


def decode_depth(data: bytes, near: float, far: float) -> NDArray[np.float64]:
    """(H, W) z-depth in world units; inf where nothing is hit."""
    with Image.open(io.BytesIO(data)) as picture:
        levels = np.asarray(picture).astype(np.float64)
    return np.where(levels == 0, np.inf, near + (levels - 1) / DEPTH_LEVELS * (far - near))


def encode_normals(normals: NDArray[np.float32]) -> bytes:
    """8-bit RGB PNG of (n + 1) / 2, world axes."""
    return _png(np.round((normals + 1.0) * 127.5).clip(0, 255).astype(np.uint8))


def _png(array: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
