"""What is true of two views: where the points of one lie in the other, and the motion between.

Everything follows from the renders' depth and cameras. The object's points turn with the object,
all others stand still; what is infinitely far moves with the camera's rotation alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.match import places_of
from viewpoint_gen.models.tower.motion import MOTION, motion_between
from viewpoint_gen.models.tower.windows import in_image, in_window, whole_image, windows_of
from viewpoint_gen.training.geometry.views import TowerViews

_FAR: Final = 1e4
"""World units; stands for infinitely far: cameras stand some units apart."""

_SAME_SURFACE: Final = 0.05
"""Depths that differ by less, in parts of themselves, belong to one surface. Coarser than what
decides questions: depth is known at few points here."""

_MOST_FLOW: Final = 3.0
"""Half images; what comes to lie behind a camera went anywhere."""

_POLE_RAD: Final = float(np.deg2rad(75.0))

_OUTLINED: Final = slice(1, None, 3)
"""Of the points at which the object is known, in each direction, those that windows are found with:
every third, from the second on, so that none of the four sides is preferred."""


@dataclass(frozen=True)
class Matches:
    """Where patches of one image lie in another.

    Attributes:
        place: (B, G * G, 2) right and down, in [-1, 1] of the other image, or of a window of it,
            of each patch's middle.
        seen: (B, G * G) whether it is seen there.
    """

    place: Tensor
    seen: Tensor

    def within(self, windows: Tensor) -> Matches:
        """The same in windows (B, 3) of the other images."""
        place = in_window(self.place, windows)
        return Matches(place, self.seen & (place.abs() < 1).all(dim=-1))


@dataclass(frozen=True)
class LookTruth:
    """What is true of one look at some pairs.

    Attributes:
        matches_12, matches_21: from image 1 into image 2, and back.
        depth: (B, 2, G * G) of each patch's middle, in world units; inf where nothing is hit.
        on_object: (B, 2, G * G).
    """

    matches_12: Matches
    matches_21: Matches
    depth: Tensor
    on_object: Tensor

    @classmethod
    def of(cls, views: TowerViews, pairs: Indices, windows: Tensor, *, grid: int) -> LookTruth:
        """Of windows (B, 2, 3) of pairs (B, 2) of views."""
        one, two = pairs.T
        first, second = (
            Patches.of(views, rows, windows[:, side], grid) for side, rows in enumerate((one, two))
        )
        return cls(
            matches_12=matches(views, one, two, first).within(windows[:, 1]),
            matches_21=matches(views, two, one, second).within(windows[:, 0]),
            depth=torch.stack([first.depth, second.depth], dim=1),
            on_object=torch.stack([first.on_object, second.on_object], dim=1),
        )

    def flow(self) -> tuple[Tensor, Tensor]:
        """Displacements (B, 2, G * G, 2) in half images or half windows, and whether seen."""
        both = (self.matches_12, self.matches_21)
        places = torch.stack([found.place.nan_to_num() for found in both], dim=1)
        flow = places - places_of(round(places.shape[2] ** 0.5))
        seen = torch.stack([found.seen for found in both], dim=1)
        return flow.clamp(-_MOST_FLOW, _MOST_FLOW), seen


@dataclass(frozen=True)
class PairTruth:
    """All that the tower is taught about some pairs.

    Attributes:
        motion: (B, Q), see ``models.tower.motion``.
        known: (B, Q) where that is defined.
        whole, close: of the images, and of the windows.
        windows: (B, 2, 3) of the second look, see ``models.tower.windows``.
        around: (B, 2, 3) those round the object.
        cameras: (B, 2, 5), see ``models.tower.motion_of_flow.CAMERA_WIDTH``.
    """

    motion: Tensor
    known: Tensor
    whole: LookTruth
    close: LookTruth
    windows: Tensor
    around: Tensor
    cameras: Tensor


@dataclass(frozen=True)
class Patches:
    """The middles of the patches of some windows, with what is seen there.

    Attributes:
        place: (B, G * G, 2) in [-1, 1] of the image.
        depth: (B, G * G); inf where nothing is hit.
        on_object: (B, G * G).
    """

    place: Tensor
    depth: Tensor
    on_object: Tensor

    @classmethod
    def of(cls, views: TowerViews, rows: Indices, windows: Tensor, grid: int) -> Patches:
        """Of ``grid`` patches in each direction, in windows (B, 3) of views (B,)."""
        place = in_image(places_of(grid), windows)
        return cls(place, *_found(views, rows, place))


def pair_truth(
    views: TowerViews,
    pairs: Indices,
    sizes: GeometryTowerConfig,
    windows: Tensor | None = None,
) -> PairTruth:
    """The truth about ordered pairs (B, 2) of views.

    Args:
        windows: (B, 2, 3) for a second look; None: round the object.
    """
    one, two = pairs[:, 0], pairs[:, 1]
    motion, known = motions(views, pairs)
    around = windows_around(views, pairs)
    if windows is None:
        windows = around
    return PairTruth(
        motion=motion,
        known=known,
        whole=LookTruth.of(views, pairs, whole_image(windows), grid=sizes.grid),
        close=LookTruth.of(views, pairs, windows, grid=sizes.close_grid),
        windows=windows,
        around=around,
        cameras=torch.stack([cameras(views, one), cameras(views, two)], dim=1),
    )


def windows_around(views: TowerViews, rows: Indices) -> Tensor:
    """Windows (…, 3) round the object as views (…) truly show it."""
    shown = views.on_object[rows][..., _OUTLINED, _OUTLINED]
    on_object = torch.from_numpy(shown).float()
    return windows_of(on_object.flatten(-2), places_of(on_object.shape[-1]))


def cameras(views: TowerViews, rows: Indices) -> Tensor:
    """Focal lengths and the upward direction (B, 5), as the tower is to read them."""
    focal = np.log(np.array(views.intrinsics[rows])[:, [0, 1], [0, 1]])
    up = np.array(views.world_from_camera[rows])[:, 2, :3]
    return torch.from_numpy(np.concatenate([focal, up], axis=1)).float()


def motions(views: TowerViews, pairs: Indices) -> tuple[Tensor, Tensor]:
    """The motions (B, Q) and where they are defined (B, Q)."""
    values, known = np.zeros((2, len(pairs), len(MOTION)))
    upright = np.array([quantity.upright for quantity in MOTION])
    for place, (one, two) in enumerate(pairs):
        camera_1, camera_2 = (_camera(views, row) for row in (one, two))
        turns_rad = float(views.object_turn_rad[one]), float(views.object_turn_rad[two])
        values[place] = motion_between(camera_1, camera_2, *turns_rad)
        at_pole = max(map(_steepest_rad, (camera_1, camera_2))) > _POLE_RAD
        known[place] = np.isfinite(values[place]) & ~(upright & at_pole)
    return torch.from_numpy(np.nan_to_num(values)).float(), torch.from_numpy(known.astype(bool))


def matches(views: TowerViews, source: Indices, target: Indices, patches: Patches) -> Matches:
    """Where the patches of views ``source`` (B,) lie in views ``target`` (B,)."""
    pixels = F.pad((patches.place.double() + 1) / 2, (0, 1), value=1.0)
    far = torch.isinf(patches.depth)
    depth = torch.where(far, torch.full_like(patches.depth, _FAR), patches.depth).double()
    inverse_1 = torch.linalg.inv(_tensor(views.intrinsics[source]))
    points_1 = torch.einsum("bij,bnj->bni", inverse_1, pixels) * depth[..., None]  # (B, N, 3)
    pose_1, pose_2 = (_tensor(views.world_from_camera[rows]) for rows in (source, target))
    points_world = points_1 @ pose_1[:, :3, :3].mT + pose_1[:, None, :3, 3]
    turn = _tensor(views.object_turn_rad[target] - views.object_turn_rad[source])
    turned = about_z(points_world, turn[:, None])
    points_world = torch.where(patches.on_object[..., None], turned, points_world)
    points_2 = (points_world - pose_2[:, None, :3, 3]) @ pose_2[:, :3, :3]
    ahead = points_2[..., 2].clamp(min=1e-4)
    projected = (points_2 @ _tensor(views.intrinsics[target]).mT)[..., :2] / ahead[..., None]
    place = (projected * 2 - 1).float()
    inside = (place.abs() < 1).all(dim=-1) & (points_2[..., 2] > 1e-2)
    inside &= (patches.place.abs() < 1).all(dim=-1)
    depth_2, on_object_2 = _found(views, target, place)
    same_surface = (depth_2 - ahead.float()).abs() < _SAME_SURFACE * ahead.float()
    has_look = torch.from_numpy(np.asarray(views.far_is_seen[source]))[:, None]
    same = torch.where(far, torch.isinf(depth_2) & has_look, same_surface)
    return Matches(place, inside & same & (on_object_2 == patches.on_object))


def about_z(vectors: Tensor, angles_rad: Tensor) -> Tensor:
    """Vectors (…, 3) turned about the vertical by angles (…), counter-clockwise from above."""
    cos, sin = angles_rad.cos(), angles_rad.sin()
    x, y, z = vectors.unbind(dim=-1)
    return torch.stack([cos * x - sin * y, sin * x + cos * y, z], dim=-1)


def _found(views: TowerViews, rows: Indices, place: Tensor) -> tuple[Tensor, Tensor]:
    """Depth, and whether it is the object, at places (B, N, 2) of views (B,), in [-1, 1]."""
    side = views.depth.shape[1]
    at = (place.nan_to_num() + 1) / 2 * side
    column, row = at.clamp(0, side - 1).long().unbind(dim=-1)
    flat = row * side + column
    depth = torch.from_numpy(views.depth[rows].reshape(len(rows), -1))
    on_object = torch.from_numpy(views.on_object[rows].reshape(len(rows), -1))
    return depth.gather(1, flat), on_object.gather(1, flat)


def _camera(views: TowerViews, row: int) -> Camera:
    return Camera(views.world_from_camera[row], views.intrinsics[row], 1, 1)


def _steepest_rad(camera: Camera) -> float:
    """The larger of the camera's elevation over the object and its pitch, without sign."""
    centre, ahead = camera.centre_world, camera.world_from_camera[:3, 2]
    elevation = np.arcsin(np.clip(centre[2] / np.linalg.norm(centre), -1, 1))
    return float(max(abs(elevation), abs(np.arcsin(np.clip(ahead[2], -1, 1)))))


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(np.array(array, dtype=np.float64))
