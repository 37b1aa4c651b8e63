"""Pixels: from Blender's multilayer EXR file to arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from viewpoint_gen.errors import AssetError
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.visibility import pixel_centres
from viewpoint_gen.records import Backdrop, BackdropKind
from viewpoint_gen.render.colour import Colour, linear_from_srgb, srgb8_from_linear

_NOTHING_DEPTH = 90.0  # the worker's far clip is at 100; Cycles writes 1e10, EEVEE the far clip
_ASSET_INDEX = 1  # the worker gives this pass index to everything of the asset
_ASSET_ROOT = "viewgen_asset"  # and this name to its parent, which Cryptomatte goes by
_HALF = 0.5  # coverage from which a pixel is the asset's, for engines without an index pass
_LAYER = "ViewLayer"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pixels:
    """One picture with its data passes; ``records.RenderedView`` says what each means."""

    rgba: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    depth: Floats
    normals: Floats | None


def read_pixels(exr: Path, backdrop: Backdrop, camera: Camera, *, normals: bool) -> Pixels:
    """Read what the worker rendered.

    Args:
        exr: multilayer file with Combined and Depth, and with Normal, IndexOB or CryptoAsset
            where the engine has them.
        backdrop: a solid colour is put behind the picture here, in linear light.
        camera: that rendered it; used where the engine has no normals.
        normals: whether they are wanted.

    Raises:
        AssetError: ``bad_picture``: a pass is missing or holds nan.
    """
    header, passes = _read_exr(exr)
    combined = _required(passes, "Combined")
    depth = _finite_depth(_required(passes, "Depth.Z"))
    mask = _asset_mask(header, passes, depth, backdrop.kind)
    rgba = _encoded(combined, backdrop)
    return Pixels(rgba, mask, depth, _normals(passes, depth, camera) if normals else None)


def _read_exr(exr: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Header and passes of the file; RGBA comes as one (H, W, 4) pass, the rest one by one."""
    with OpenEXR.File(str(exr)) as file:
        header = dict(file.header())
        passes = {
            name.removeprefix(f"{_LAYER}."): channel.pixels
            for name, channel in file.channels().items()
        }
    return header, passes


def _required(passes: Mapping[str, Floats], name: str) -> Floats:
    if name not in passes:
        msg = f"the renderer wrote no {name} pass, only {', '.join(sorted(passes))}"
        raise AssetError("bad_picture", msg)
    if not np.isfinite(passes[name]).all():
        raise AssetError("bad_picture", f"the {name} pass holds nan or infinite values")
    return passes[name]


def _finite_depth(depth: Floats) -> Floats:
    """Z-depth with inf where nothing is hit."""
    return np.where(depth < _NOTHING_DEPTH, depth, np.float32(np.inf))


def _asset_mask(
    header: Mapping[str, Any], passes: Mapping[str, Floats], depth: Floats, kind: BackdropKind
) -> NDArray[np.bool_]:
    """The asset's pixels, from the best pass that the engine has."""
    if "IndexOB.X" in passes:
        return np.equal(passes["IndexOB.X"], _ASSET_INDEX)
    if kind in (BackdropKind.TRANSPARENT, BackdropKind.SOLID):
        return np.asarray(passes["Combined"][..., 3] >= _HALF)
    if kind is BackdropKind.HDRI:
        return np.isfinite(depth)
    return np.greater_equal(_cryptomatte_coverage(header, passes), _HALF)


def _cryptomatte_coverage(header: Mapping[str, Any], passes: Mapping[str, Floats]) -> Floats:
    """Share of each pixel that the asset covers.

    Source: Cryptomatte specification 1.2.0: pairs of (hash as float bits, coverage), and a
    manifest of the hashes in the file's header.
    """
    manifests = [text for key, text in header.items() if key.endswith("/manifest")]
    if not manifests or "CryptoAsset00.r" not in passes:
        raise AssetError("bad_picture", "the renderer wrote no Cryptomatte pass")
    bits = np.uint32(int(json.loads(manifests[0])[_ASSET_ROOT], 16))
    coverage: Floats = np.zeros_like(passes["CryptoAsset00.r"])
    for identity, share in (("r", "g"), ("b", "a")):
        is_asset = passes[f"CryptoAsset00.{identity}"].view(np.uint32) == bits
        coverage += np.where(is_asset, passes[f"CryptoAsset00.{share}"], 0)
    return coverage


def _encoded(combined: Floats, backdrop: Backdrop) -> NDArray[np.uint8]:
    """8-bit picture of a premultiplied linear one: over its colour if solid, else as it is."""
    if backdrop.kind is BackdropKind.TRANSPARENT:
        return straight_rgba(combined)
    colour = backdrop.colour_srgb if backdrop.kind is BackdropKind.SOLID else (0.0, 0.0, 0.0)
    return opaque_rgba(combined, linear_from_srgb(colour))


def straight_rgba(combined: Floats) -> NDArray[np.uint8]:
    """Premultiplied linear (H, W, 4) to 8-bit sRGB with straight alpha; black where alpha is 0."""
    alpha = np.clip(combined[..., 3], 0.0, 1.0)
    per_alpha = np.divide(1.0, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    rgba = np.empty(combined.shape, dtype=np.uint8)
    for channel in range(3):  # plane by plane: numpy is slow over a last axis of 3
        rgba[..., channel] = srgb8_from_linear(combined[..., channel] * per_alpha)
    rgba[..., 3] = alpha * np.float32(255.0) + np.float32(0.5)
    return rgba


def opaque_rgba(combined: Floats, behind_linear: Colour) -> NDArray[np.uint8]:
    """Premultiplied linear (H, W, 4) over one linear colour, as 8-bit sRGB with alpha 255."""
    uncovered = 1.0 - np.clip(combined[..., 3], 0.0, 1.0)
    rgba = np.full(combined.shape, 255, dtype=np.uint8)
    for channel, behind in enumerate(behind_linear):
        over = combined[..., channel] + uncovered * np.float32(behind)
        rgba[..., channel] = srgb8_from_linear(over)
    return rgba


def _normals(passes: Mapping[str, Floats], depth: Floats, camera: Camera) -> Floats:
    """World normals (H, W, 3); 0 where nothing is hit."""
    if "Normal.X" in passes:
        normals = np.stack([passes[f"Normal.{axis}"] for axis in "XYZ"], axis=-1)
    else:
        normals = normals_from_depth(depth, camera)
    return _unit_or_zero(normals, np.isfinite(depth))


def _unit_or_zero(normals: Floats, hit: NDArray[np.bool_]) -> Floats:
    """Unit length where something is hit and there is a direction at all, else 0."""
    length = np.sqrt(np.einsum("hwc,hwc->hw", normals, normals))
    usable = hit & (length > 0)
    scale = np.divide(1, length, out=np.zeros_like(length), where=usable)
    return np.asarray(normals * scale[..., None], dtype=np.float32)


def normals_from_depth(depth: Floats, camera: Camera) -> Floats:
    """World normals (H, W, 3) of the surface that a depth map shows, facing the camera.

    They are differences between neighbouring pixels, so that they are wrong along silhouettes.
    """
    points = camera.unproject(
        pixel_centres(camera.width_px, camera.height_px),
        np.where(np.isfinite(depth), depth, _NOTHING_DEPTH).reshape(-1),
    ).reshape(*depth.shape, 3)
    down, across = np.gradient(points, axis=(0, 1))
    return np.asarray(np.cross(down, across), dtype=np.float32)
