"""Is an image, or a pair of images, good enough to keep? A rejection is a value with numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.pose import transform
from viewpoint_gen.geometry.visibility import share_in_frame
from viewpoint_gen.records import LoadedAsset, RenderedView
from viewpoint_gen.views.config import AcceptanceConfig

_BLACK, _WHITE = 2, 253  # 8-bit grey levels at and beyond which nothing can be told apart


@dataclass(frozen=True)
class Refusal:
    """Why an image or a pair isn't kept.

    Attributes:
        code: short snake_case reason.
        numbers: what was measured, and the limit it was held to.
    """

    code: str
    numbers: dict[str, float]


def in_frame_share(view: RenderedView, loaded: LoadedAsset) -> float:
    """Share of the object's surface that projects inside the image, hidden parts included."""
    moved = view.world_from_import @ np.linalg.inv(loaded.world_from_import)
    return share_in_frame(transform(moved, loaded.points_world), view.camera)


def grey(rgba: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma (...,) of 8-bit colours (..., 3 or 4), 0 to 255."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(rgba[..., :3].astype(np.float32) @ weights)


def judge_view(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    """The first reason not to keep an image, or None."""
    for check in _VIEW_CHECKS:
        refusal = check(view, loaded, config)
        if refusal is not None:
            return refusal
    return None


def _blank(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    if view.mask.any():
        return None
    code = "alpha_zero" if "alpha_zero" in loaded.warnings else "blank"
    return Refusal(code, {"mask_share": 0.0})


def _too_small(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    share = float(view.mask.mean())
    if share >= config.min_mask_share:
        return None
    return Refusal("too_small", {"mask_share": share, "limit": config.min_mask_share})


def _cut_off(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    share = in_frame_share(view, loaded)
    if share >= config.min_in_frame_share:
        return None
    return Refusal("cut_off", {"in_frame_share": share, "limit": config.min_in_frame_share})


def _inside(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    share = float((view.depth[view.mask] < config.inside_distance).mean())
    if share <= config.max_inside_share:
        return None
    return Refusal("camera_inside", {"near_share": share, "limit": config.max_inside_share})


def _magenta(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    """Blender paints a missing texture in red and blue of equal strength and no green at all."""
    red, green, blue, _ = view.rgba[view.mask].astype(np.int16).T
    share = float(((green <= 8) & (red >= 60) & (np.abs(red - blue) <= 4)).mean())
    if share <= config.max_magenta_share:
        return None
    return Refusal("magenta", {"magenta_share": share, "limit": config.max_magenta_share})


def _flat(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    contrast = float(grey(view.rgba[view.mask]).std())
    if contrast >= config.min_contrast:
        return None
    return Refusal("flat", {"contrast": contrast, "limit": config.min_contrast})


def _clipped(view: RenderedView, loaded: LoadedAsset, config: AcceptanceConfig) -> Refusal | None:
    pixels = view.rgba[view.mask][:, :3]
    lost = (pixels >= _WHITE).all(axis=1) | (pixels <= _BLACK).all(axis=1)
    share = float(lost.mean())
    if share <= config.max_clipped_share:
        return None
    return Refusal("clipped", {"clipped_share": share, "limit": config.max_clipped_share})


_ViewCheck = Callable[[RenderedView, LoadedAsset, AcceptanceConfig], Refusal | None]
_VIEW_CHECKS: tuple[_ViewCheck, ...] = (
    _blank,
    _too_small,
    _cut_off,
    _inside,
    _magenta,
    _flat,
    _clipped,
)


def judge_pair(
    first: RenderedView, second: RenderedView, config: AcceptanceConfig
) -> Refusal | None:
    """Near duplicates: the geometry changed, the pictures did not.

    Pairs in which nothing moved by design are judged by nobody: they are meant to look the same.
    """
    if _same_geometry(first, second):
        return None
    difference = picture_difference(first, second)
    if difference >= config.duplicate_difference:
        return None
    numbers = {"difference": difference, "limit": config.duplicate_difference}
    return Refusal("near_duplicate", numbers)


def _same_geometry(first: RenderedView, second: RenderedView) -> bool:
    return all(
        np.allclose(one, other, atol=1e-6)
        for one, other in (
            (first.camera.world_from_camera, second.camera.world_from_camera),
            (first.camera.intrinsics, second.camera.intrinsics),
            (first.world_from_import, second.world_from_import),
        )
    )


def picture_difference(first: RenderedView, second: RenderedView) -> float:
    """Mean absolute difference in grey levels over the pixels that either object covers."""
    either = first.mask | second.mask
    if not either.any():
        return 0.0
    return float(np.abs(grey(first.rgba[either]) - grey(second.rgba[either])).mean())


def object_turn_rad(view: RenderedView, loaded: LoadedAsset) -> float:
    """The object's turn about the vertical, read back from where it really stood."""
    turn = view.world_from_import @ np.linalg.inv(loaded.world_from_import)
    return float(np.arctan2(turn[1, 0], turn[0, 0]))


def world_2_from_world_1(first: RenderedView, second: RenderedView) -> NDArray[np.float64]:
    """How the object's own points moved between two views."""
    return np.asarray(second.world_from_import @ np.linalg.inv(first.world_from_import))
