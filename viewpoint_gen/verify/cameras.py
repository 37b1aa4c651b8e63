"""Camera numbers by another route than the builder's: Euler angles, complex numbers, solves.

The world is right-handed with +Z up and the object's centre at its origin. Camera axes are
OpenCV's: +X right, +Y down, +Z forward. A camera's *body* frame here is forward, left, up, so
that its ZYX Euler angles in the world are heading (positive: left), minus pitch (positive
pitch: up) and roll (positive: the right side dips, clockwise seen from behind).
"""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from viewpoint_gen.verify.compare import blame, close, close_angle, holds, wrapped
from viewpoint_gen.verify.reading import Array, Mask, Rows
from viewpoint_gen.verify.report import Tally

RIGID_TOLERANCE: Final = 1e-5
"""Blender keeps float32 matrices: their axes are orthonormal to a few 1e-7."""

TOLERANCE: Final = 2e-6
"""Of lengths in world units and of angles in radians, for the same reason."""

STEP_PARTS: Final = frozenset({"right", "down", "forward", "rise"})
"""Of the way from camera 1 to camera 2."""

POLE_RAD: Final = np.deg2rad(75.0)
"""Above it heading, azimuth and roll aren't asked; there they may also be nan."""

CAMERA_FROM_BODY: Final = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""Columns: forward, left and up in OpenCV camera axes."""


def view_numbers(world_from_camera: Array, intrinsics: Array) -> dict[str, Array]:
    """Return where each camera stands and how it looks.

    Args:
        world_from_camera: (N, 4, 4).
        intrinsics: (N, 3, 3).

    Returns:
        (N,) arrays by the names of ``VIEW_NUMBERS``, without the object's turn.
    """
    centre = world_from_camera[:, :3, 3]
    ground = centre[:, 0] + 1j * centre[:, 1]
    heading, pitch, roll = body_angles(world_from_camera)
    origin = np.broadcast_to([0.0, 0.0, 0.0, 1.0], (len(centre), 4))
    seen = _solved(world_from_camera, origin[:, :, None])[:, :3, 0]
    return {
        "azimuth_rad": np.angle(ground),
        "elevation_rad": np.arctan2(centre[:, 2], np.abs(ground)),
        "distance": np.hypot(np.abs(ground), centre[:, 2]),
        "heading_rad": heading,
        "pitch_rad": pitch,
        "roll_rad": roll,
        "bearing_right_rad": np.angle(seen[:, 2] + 1j * seen[:, 0]),
        "bearing_down_rad": np.angle(seen[:, 2] + 1j * seen[:, 1]),
        "focal_px": np.sqrt(intrinsics[:, 0, 0] * intrinsics[:, 1, 1]),
    }


def body_angles(world_from_camera: Array) -> tuple[Array, Array, Array]:
    """Return heading, pitch and roll (N,) of the cameras' body frames; nan where not rigid."""
    turned = world_from_camera[:, :3, :3] @ CAMERA_FROM_BODY
    rigid = is_rigid(world_from_camera)
    angles = np.full((len(turned), 3), np.nan)
    if rigid.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # gimbal lock: a camera straight down
            angles[rigid] = Rotation.from_matrix(turned[rigid]).as_euler("ZYX")
    return angles[:, 0], -angles[:, 1], angles[:, 2]


def is_rigid(world_from_camera: Array) -> Mask:
    """Say (N,) whether each matrix is a rotation and a translation, without mirroring."""
    rotation = world_from_camera[:, :3, :3]
    gram = np.einsum("nki,nkj->nij", rotation, rotation)
    with np.errstate(invalid="ignore"):
        orthonormal = np.abs(gram - np.eye(3)).max(axis=(1, 2)) <= RIGID_TOLERANCE
        right_handed = np.abs(_triple_product(rotation) - 1.0) <= RIGID_TOLERANCE
        bottom = np.abs(world_from_camera[:, 3] - [0.0, 0.0, 0.0, 1.0]).max(axis=1) <= 1e-12
    finite = np.isfinite(world_from_camera).all(axis=(1, 2))
    return np.asarray(orthonormal & right_handed & bottom & finite)


def _triple_product(rotation: Array) -> Array:
    crossed = np.cross(rotation[:, :, 0], rotation[:, :, 1])
    return np.asarray(np.einsum("ni,ni->n", crossed, rotation[:, :, 2]))


def _solved(matrices: Array, right_sides: Array) -> Array:
    fine = is_rigid(matrices)
    solved = np.full(right_sides.shape, np.nan)
    if fine.any():
        solved[fine] = np.linalg.solve(matrices[fine], right_sides[fine])
    return solved


def relative_numbers(
    world_from_camera_1: Array,
    world_from_camera_2: Array,
    intrinsics_1: Array,
    intrinsics_2: Array,
) -> dict[str, Array]:
    """Return how camera 2 differs from camera 1, by the names of ``RELATIVE_NUMBERS``.

    ``right``, ``down`` and ``forward`` are where camera 2 stands in camera 1's axes; angles are
    differences (2 minus 1) in (-pi, pi]; ratios are 2 over 1. Without the object's turn.
    """
    one = view_numbers(world_from_camera_1, intrinsics_1)
    two = view_numbers(world_from_camera_2, intrinsics_2)
    camera_1_from_2 = _solved(world_from_camera_1, world_from_camera_2)
    angles = ("azimuth_rad", "elevation_rad", "heading_rad", "pitch_rad", "roll_rad")
    numbers = {name: wrapped(two[name] - one[name]) for name in angles}
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers["distance_ratio"] = two["distance"] / one["distance"]
        numbers["focal_ratio"] = two["focal_px"] / one["focal_px"]
    for axis, name in enumerate(("right", "down", "forward")):
        numbers[name] = camera_1_from_2[:, axis, 3]
    numbers["rise"] = world_from_camera_2[:, 2, 3] - world_from_camera_1[:, 2, 3]
    numbers["rotation_rad"] = _rotation_size(camera_1_from_2)
    return numbers


def _rotation_size(camera_1_from_2: Array) -> Array:
    sizes = np.full(len(camera_1_from_2), np.nan)
    fine = np.isfinite(camera_1_from_2).all(axis=(1, 2))
    if fine.any():
        sizes[fine] = Rotation.from_matrix(camera_1_from_2[fine, :3, :3]).magnitude()
    return sizes


def check_rigid(tally: Tally, rows: Rows, name: str, world_from_camera: Array) -> None:
    """A camera's matrix is a rotation (det +1) and a translation, nothing else."""
    fine = is_rigid(world_from_camera)
    holds(tally, rows, "camera_rigid", name, fine, "a rigid transform", list(world_from_camera))


def check_intrinsics(tally: Tally, rows: Rows, name: str, intrinsics: Array) -> None:
    """Square pixels, no skew, the principal point in the image, a lens that exists."""
    size = np.stack([rows.numbers("width_px"), rows.numbers("height_px")], axis=1)
    focal = intrinsics[:, [0, 1], [0, 1]]
    zeros = np.abs(intrinsics[:, [0, 1, 2, 2], [1, 0, 0, 1]]).max(axis=1) <= 1e-9
    with np.errstate(invalid="ignore", divide="ignore"):
        square = np.abs(focal[:, 0] / focal[:, 1] - 1.0) <= 1e-3
        lens = (focal > 0.1 * size).all(axis=1) & (focal < 100 * size).all(axis=1)
        principal = intrinsics[:, :2, 2]
        inside = (principal >= 0).all(axis=1) & (principal <= size).all(axis=1)
    fine = zeros & square & lens & inside & (intrinsics[:, 2, 2] == 1.0)
    holds(tally, rows, "intrinsics", name, fine, "a plain pinhole camera", list(intrinsics))


def check_view_numbers(tally: Tally, rows: Rows, world_from_camera: Array, K: Array) -> None:
    """Azimuth, elevation, heading and the rest of each view follow from its matrix."""
    want = view_numbers(world_from_camera, K)
    pitch, elevation = want["pitch_rad"], want["elevation_rad"]
    for name in (n for n in want if n.endswith("_rad")):
        steep = elevation if name == "azimuth_rad" else pitch
        poles = name in ("azimuth_rad", "heading_rad", "roll_rad")
        compare_angle(tally, rows, "view_numbers", name, want[name], steep=steep if poles else None)
    distance = rows.numbers("distance")
    close(tally, rows, "view_numbers", "distance", want["distance"], distance, tolerance=TOLERANCE)
    check_focal(tally, rows, K)
    turn = rows.numbers("object_turn_rad")
    holds(
        tally,
        rows,
        "view_numbers",
        "object_turn_rad",
        np.abs(turn) <= np.pi + 1e-12,
        "an angle in (-pi, pi]",
        list(turn),
    )


def check_focal(tally: Tally, rows: Rows, K: Array) -> None:
    """The focal length is the intrinsics' own, between the two axes' if they differ."""
    got = rows.numbers("focal_px")
    focal = K[:, [0, 1], [0, 1]]
    slack = 1e-6 * focal.max(axis=1)
    fine = (got >= focal.min(axis=1) - slack) & (got <= focal.max(axis=1) + slack)
    holds(tally, rows, "view_numbers", "focal_px", fine, list(focal), list(got))


def compare_angle(
    tally: Tally,
    rows: Rows,
    check: str,
    name: str,
    want: Array,
    *,
    steep: Array | None = None,
) -> None:
    """Compare an angle column, with room for float32 near the poles.

    Args:
        steep: (N,) elevation or pitch that the angle becomes undefined with; None: never.
    """
    got = rows.numbers(name)
    tolerance: Array = np.full(len(rows), TOLERANCE)
    if steep is not None:
        cosine = np.cos(steep)
        tolerance = TOLERANCE / np.maximum(cosine, 1e-9)
        undefined = (np.abs(steep) > POLE_RAD) & (np.isnan(got) | (cosine < 1e-4))
        want = np.where(undefined, got, want)
    close_angle(tally, rows, check, name, want, got, tolerance=tolerance)


def check_relative_numbers(
    tally: Tally, rows: Rows, numbers: dict[str, Array], steep: dict[str, Array]
) -> None:
    """Every number of a pair follows from the two views' matrices.

    Args:
        numbers: of ``relative_numbers`` and the object's turn.
        steep: (N,) the larger elevation or pitch of the two views, by the angle it spoils.
    """
    # the axes' own error turns a step by so much of its length, into every part of it
    step = np.linalg.norm([numbers[name] for name in ("right", "down", "forward")], axis=0)
    for name, want in numbers.items():
        if name == "rotation_rad":
            check_rotation_size(tally, rows, want)
        elif name.endswith("_rad"):
            compare_angle(tally, rows, "pair_numbers", name, want, steep=steep.get(name))
        else:
            size = step if name in STEP_PARTS else np.abs(want)
            tolerance = TOLERANCE * np.maximum(1.0, size)
            close(tally, rows, "pair_numbers", name, want, rows.numbers(name), tolerance=tolerance)


def check_rotation_size(tally: Tally, rows: Rows, want: Array) -> None:
    """The whole rotation between the cameras; equal in the angle or in its cosine.

    By way of the arc cosine of a float32 trace, no angle below 1e-3 rad can be told from 0.
    """
    got = rows.numbers("rotation_rad")
    tally.looked("pair_numbers", len(rows))
    with np.errstate(invalid="ignore"):
        fine = (np.abs(want - got) <= TOLERANCE) | (np.abs(np.cos(want) - np.cos(got)) <= 1e-6)
        fine &= (got >= 0.0) & (got <= np.pi + 1e-12)
    wrong = np.flatnonzero(~fine & ~(np.isnan(want) & np.isnan(got)))
    blame(tally, rows, "pair_numbers", "rotation_rad", wrong, list(want), list(got))
