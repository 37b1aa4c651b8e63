"""Proof that what was rendered is what was asked for."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.errors import AssetError
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import is_rigid

_POSE_TOLERANCE = 2e-5  # of matrix elements: Blender keeps float32
_FOCAL_TOLERANCE = 1e-5  # relative
_CENTRE_TOLERANCE_PX = 0.01


def check_view(
    planned: Camera,
    rendered: Camera,
    *,
    planned_world_from_import: Array,
    rendered_world_from_import: Array,
) -> None:
    """Hold the read-back camera and object against the plan.

    Raises:
        AssetError: ``camera_mismatch``: which quantity differs, by how much, and the limit.
    """
    size = (rendered.width_px, rendered.height_px)
    if size != (planned.width_px, planned.height_px):
        _mismatch("image size", f"asked {planned.width_px}×{planned.height_px} px, got {size} px")
    if not is_rigid(rendered.world_from_camera):
        _mismatch("camera pose", "the camera that was read back is not rigid")
    _hold(
        "camera pose", planned.world_from_camera, rendered.world_from_camera, limit=_POSE_TOLERANCE
    )
    focal_ratio = np.diag(rendered.intrinsics)[:2] / np.diag(planned.intrinsics)[:2]
    _hold("focal length ratio", np.ones(2), focal_ratio, limit=_FOCAL_TOLERANCE)
    _hold(
        "principal point in px",
        planned.intrinsics[:2, 2],
        rendered.intrinsics[:2, 2],
        limit=_CENTRE_TOLERANCE_PX,
    )
    _hold(
        "object's place",
        planned_world_from_import,
        rendered_world_from_import,
        limit=_POSE_TOLERANCE * max(1.0, float(np.abs(planned_world_from_import).max())),
    )


def _hold(what: str, planned: Array, rendered: Array, *, limit: float) -> None:
    error = float(np.abs(planned - rendered).max())
    if not error <= limit:
        _mismatch(what, f"off by {error:.3g}, allowed {limit:.3g}")


def _mismatch(what: str, detail: str) -> None:
    raise AssetError("camera_mismatch", f"{what}: {detail}")
