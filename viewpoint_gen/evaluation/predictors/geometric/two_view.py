"""The camera's motion between two pictures from matched points: epipolar geometry, no learning.

Two models are held to the matches: a turn of the camera (a rotation of the bearings, which is all
that a far backdrop shows), with the step that the matches left over by it tell, if they do; and a
free motion (an essential matrix). The turn wins if it explains nearly as many.
What images can't tell is assumed, and said here once:

* the length of the step: the object's distance is that of the middle of the agreeing points;
* up: camera 1 is upright and looks down at its object by ``ASSUMED_PITCH_DEG``;
* the object: its centre lies on camera 1's line of sight, at that distance, and it kept still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from viewpoint_gen.evaluation.predictors.geometric.matching import LEAST_MATCHES, Matches
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.geometry.pose import pose_from_angles
from viewpoint_gen.geometry.relative import RelativeView
from viewpoint_gen.seeding import rng_for

ASSUMED_PITCH_DEG: Final = -20.0
_NEAR_PX: Final = 1.0
"""How far from its place a match may lie, in pixels of a picture 144 wide, to agree."""
_NEAR_OF_PX: Final = 144.0
_TRIES: Final = 400
_TURN_IS_ENOUGH: Final = 0.9
"""A turn in place is believed if it explains this share of what a free motion explains."""

_LEAST_STEPPING: Final = 6
_STEP_IS_TOLD: Final = 0.5
"""Of the matches that a turn leaves over, so many must agree on the step."""


@dataclass(frozen=True)
class TwoView:
    """What the matches say.

    Attributes:
        matches: how many there are.
        agreeing: how many fit the motion.
        motion: as the questions measure it, under the assumptions above.
        in_place: whether a turn alone explains the matches.
        scale: of picture 2 against picture 1, by the similarity that fits the pixels best.
        turned_rad: of the same similarity; > 0: the picture's content turned clockwise.
        shift_px: median way of the matches in the picture.
    """

    matches: int
    agreeing: int
    motion: RelativeView
    in_place: bool
    scale: float
    turned_rad: float
    shift_px: float


def two_view(
    matches: Matches, intrinsics_1: Array, intrinsics_2: Array, width_px: int
) -> TwoView | None:
    """Estimate the motion; None: too few matches, or they agree on none.

    Args:
        intrinsics_1, intrinsics_2: (3, 3) of the pictures, in pixels.
    """
    if len(matches) < LEAST_MATCHES:
        return None
    near_px = _NEAR_PX * width_px / _NEAR_OF_PX
    rays_1 = _rays(matches.pixels_1, intrinsics_1)
    rays_2 = _rays(matches.pixels_2, intrinsics_2)
    near_rad = near_px / float(intrinsics_1[0, 0])
    turned, moved = _turned(rays_1, rays_2, near_rad), _moved(rays_1, rays_2, near_rad)
    best = turned
    if moved is not None and turned.agree.sum() < _TURN_IS_ENOUGH * moved.agree.sum():
        best = moved
    if best.agree.sum() < LEAST_MATCHES:
        return None
    scale, turned_rad = _similarity(matches, best.agree)
    shift = np.linalg.norm(matches.pixels_2 - matches.pixels_1, axis=1)[best.agree]
    return TwoView(
        matches=len(matches),
        agreeing=int(best.agree.sum()),
        motion=_as_asked(best.rotation, best.step, intrinsics_1, intrinsics_2),
        in_place=not best.step.any(),
        scale=scale,
        turned_rad=turned_rad,
        shift_px=float(np.median(shift)),
    )


@dataclass(frozen=True)
class _Fit:
    """A motion, and what agrees with it.

    Attributes:
        rotation: (3, 3) ``camera_1_from_camera_2``.
        step: (3,) camera 2's centre in camera 1's axes; its unit is the object's distance.
        agree: (N,) which matches fit.
    """

    rotation: Array
    step: Array
    agree: Bools


def _rays(pixels: Array, intrinsics: Array) -> Array:
    """(N, 3) directions of pixels (N, 2) in the camera's axes, of length 1."""
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(intrinsics).T
    return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))


def _turned(rays_1: Array, rays_2: Array, near_rad: float) -> _Fit:
    """The turn that most matches agree on; the step that the others tell, if they do."""
    rng = rng_for(0, "turn", len(rays_1))
    best, agree = np.eye(3), _same_direction(np.eye(3), rays_1, rays_2, near_rad)
    for _ in range(_TRIES):
        two = rng.choice(len(rays_1), 2, replace=False)
        rotation = _rotation_of(rays_1[two], rays_2[two])
        fit = _same_direction(rotation, rays_1, rays_2, near_rad)
        if fit.sum() > agree.sum():
            best, agree = rotation, fit
    if agree.sum() >= 2:
        best = _rotation_of(rays_1[agree], rays_2[agree])
        agree = _same_direction(best, rays_1, rays_2, near_rad)
    step, stepping = _step_beside(rays_1[~agree], rays_2[~agree] @ best.T, near_rad)
    every = agree.copy()
    every[~agree] = stepping
    return _Fit(best, step, every)


def _step_beside(rays_1: Array, turned_2: Array, near_rad: float) -> tuple[Array, Bools]:
    """The step of a camera whose turn is known; (3,) zeros where the matches tell none.

    A step t and two rays to one point lie in one plane: t is normal to the rays' cross product.

    Args:
        rays_1, turned_2: (N, 3) rays of both cameras, in camera 1's axes.
    """
    none = np.zeros(3), np.zeros(len(rays_1), dtype=bool)
    if len(rays_1) < _LEAST_STEPPING:
        return none
    normals = np.cross(rays_1, turned_2)
    apart = np.linalg.norm(normals, axis=1)
    rng = rng_for(0, "step", len(rays_1))
    best, agree = none
    for _ in range(_TRIES):
        one, two = rng.choice(len(rays_1), 2, replace=False)
        step = np.cross(normals[one], normals[two])
        size = np.linalg.norm(step)
        if size < 1e-12:
            continue
        step = step / size
        step = step if _ahead(step, rays_1[[one, two]], turned_2[[one, two]]).sum() else -step
        fit = (np.abs(normals @ step) <= near_rad) & (apart > near_rad)
        fit &= _ahead(step, rays_1, turned_2)
        if fit.sum() > agree.sum():
            best, agree = step, fit
    if agree.sum() < max(_LEAST_STEPPING, _STEP_IS_TOLD * len(rays_1)):
        return none
    depth, _ = _depths(best, rays_1[agree], turned_2[agree])
    return best / float(np.median(depth)), agree


def _depths(step: Array, rays_1: Array, turned_2: Array) -> tuple[Array, Array]:
    """(N,) how far the points lie along both rays: depth_1 · ray_1 = step + depth_2 · ray_2."""
    cosine = np.sum(rays_1 * turned_2, axis=1)
    one, two = rays_1 @ step, turned_2 @ step
    with np.errstate(divide="ignore", invalid="ignore"):
        both = 1.0 - cosine**2
        return (one - cosine * two) / both, (cosine * one - two) / both


def _ahead(step: Array, rays_1: Array, turned_2: Array) -> Bools:
    """(N,) whether the point lies before both cameras."""
    depth_1, depth_2 = _depths(step, rays_1, turned_2)
    return np.asarray((depth_1 > 0) & (depth_2 > 0))


def _rotation_of(rays_1: Array, rays_2: Array) -> Array:
    """Kabsch: the rotation that brings the second directions onto the first."""
    u, _, vt = np.linalg.svd(rays_1.T @ rays_2)
    return np.asarray(u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt)


def _same_direction(rotation: Array, rays_1: Array, rays_2: Array, near_rad: float) -> Bools:
    off = np.linalg.norm(rays_1 - rays_2 @ rotation.T, axis=1)
    return np.asarray(off <= near_rad)


def _moved(rays_1: Array, rays_2: Array, near_rad: float) -> _Fit | None:
    flat_1, flat_2 = (rays[:, :2] / rays[:, 2:] for rays in (rays_1, rays_2))
    cv2.setRNGSeed(0)
    essential, mask = cv2.findEssentialMat(
        flat_1, flat_2, np.eye(3), method=cv2.RANSAC, prob=0.999, threshold=near_rad
    )
    if essential is None or essential.shape != (3, 3):
        return None
    count, turned, step, mask, points = cv2.recoverPose(
        essential, flat_1, flat_2, np.eye(3), distanceThresh=200.0, mask=mask
    )
    agree = np.asarray(mask.ravel() > 0)
    if count < LEAST_MATCHES:
        return None
    points_1 = (points[:3] / points[3]).T[agree]  # in units of the step
    distance = float(np.median(np.linalg.norm(points_1, axis=1)))
    rotation = turned.T  # OpenCV gives camera_2_from_camera_1
    return _Fit(rotation, (-rotation @ step).ravel() / distance, agree)


def _similarity(matches: Matches, agree: Bools) -> tuple[float, float]:
    found, _ = cv2.estimateAffinePartial2D(
        matches.pixels_1[agree], matches.pixels_2[agree], ransacReprojThreshold=3.0
    )
    if found is None:
        return 1.0, 0.0
    return float(np.hypot(found[0, 0], found[1, 0])), float(np.arctan2(found[1, 0], found[0, 0]))


def _as_asked(
    rotation: Array, step: Array, intrinsics_1: Array, intrinsics_2: Array
) -> RelativeView:
    """The motion round an object at the world's origin, a distance of 1 before camera 1."""
    pitch_rad = np.deg2rad(ASSUMED_PITCH_DEG)
    world_from_camera_1 = pose_from_angles(
        np.zeros(3), heading_rad=np.pi, pitch_rad=pitch_rad, roll_rad=0.0
    )
    world_from_camera_1[:3, 3] = -world_from_camera_1[:3, 2]
    camera_1_from_camera_2 = np.eye(4)
    camera_1_from_camera_2[:3, :3], camera_1_from_camera_2[:3, 3] = rotation, step
    camera_1 = Camera(world_from_camera_1, intrinsics_1, 1, 1)
    camera_2 = Camera(world_from_camera_1 @ camera_1_from_camera_2, intrinsics_2, 1, 1)
    return RelativeView.between(camera_1, camera_2)
