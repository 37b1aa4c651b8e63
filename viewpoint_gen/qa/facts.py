"""A table of pairs as columns of numbers that decide answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.records import STATIC_BACKDROPS


@dataclass(frozen=True)
class Facts:
    """N pairs in numbers: camera 2 relative to camera 1, and each view by itself.

    Every column is (N,) float64; angles in radians, ``_share`` translations as parts of
    ``distance_1``, so that the scene's scale drops out. What isn't defined (at a pole, or with an
    unknown front) is nan.

    Attributes:
        right_share: camera 2's centre along camera 1's +X.
        down_share: the same along +Y.
        forward_share: the same along +Z.
        rise_share: the same along the world's up.
        object_left_share: the same along the object's left (its front turned 90 degrees
            counter-clockwise, seen from above); nan where the front is unknown.
        object_front_share: the same along the object's front.
        object_left_1: camera 1's own place along the object's left; ``object_front_1`` and those
            of camera 2 likewise.
        step_share: length of the step from camera 1 to camera 2.
        light_moved: whether the light comes from elsewhere in view 2.
        static_backdrop: whether something behind the object stays put when the camera moves.

    The others are the columns of the pairs table with the logarithm taken of ratios.
    """

    right_share: Array
    down_share: Array
    forward_share: Array
    rise_share: Array
    object_left_share: Array
    object_front_share: Array
    azimuth_rad: Array
    elevation_rad: Array
    ln_distance_ratio: Array
    heading_rad: Array
    pitch_rad: Array
    roll_rad: Array
    rotation_rad: Array
    ln_focal_ratio: Array
    object_turn_rad: Array
    elevation_rad_1: Array
    elevation_rad_2: Array
    distance_1: Array
    distance_2: Array
    focal_px_1: Array
    focal_px_2: Array
    pitch_rad_1: Array
    pitch_rad_2: Array
    roll_rad_1: Array
    roll_rad_2: Array
    bearing_right_rad_1: Array
    bearing_right_rad_2: Array
    bearing_down_rad_1: Array
    bearing_down_rad_2: Array
    mask_share_1: Array
    mask_share_2: Array
    in_frame_share_1: Array
    in_frame_share_2: Array
    overlap_12: Array
    overlap_21: Array
    object_left_1: Array
    object_left_2: Array
    object_front_1: Array
    object_front_2: Array
    step_share: Array
    light_moved: Bools
    static_backdrop: Bools

    def __len__(self) -> int:
        return len(self.distance_1)

    def column(self, name: str) -> Array:
        """One column of numbers by name."""
        return np.asarray(getattr(self, name), dtype=np.float64)

    def take(self, rows: NDArray[np.int64]) -> Facts:
        """The facts of some pairs."""
        return Facts(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


_NOT_STORED = frozenset(
    {
        *("object_left_1", "object_left_2", "object_front_1", "object_front_2"),
        *("focal_px_1", "focal_px_2"),
        *("step_share", "light_moved", "static_backdrop"),
    }
)

STORED_FACTS = tuple(field.name for field in fields(Facts) if field.name not in _NOT_STORED)
"""The numbers that go into every question row, in this order."""


_WAYS = ("right", "down", "forward")


def numbers_of(table: pa.Table, name: str) -> Array:
    """A float column as (N,) float64; null becomes nan."""
    return np.asarray(table.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)


def matrices_of(table: pa.Table, name: str, size: int) -> Array:
    """A column of square matrices as (N, size, size) float64."""
    nested = table.column(name).combine_chunks()
    flat = nested.flatten().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, dtype=np.float64).reshape(-1, size, size)


def facts_of(pairs: pa.Table) -> Facts:
    """Derive every column from a table with the columns of ``pairs``."""
    distance_1 = numbers_of(pairs, "distance_1")
    step = {f"{way}_share": numbers_of(pairs, way) / distance_1 for way in _WAYS}
    derived: dict[str, Any] = {
        **step,
        "step_share": np.linalg.norm(np.stack(list(step.values())), axis=0),
        "light_moved": np.asarray(pairs.column("light_moved").to_pylist(), dtype=bool),
        "rise_share": numbers_of(pairs, "rise") / distance_1,
        "ln_distance_ratio": np.log(numbers_of(pairs, "distance_ratio")),
        "ln_focal_ratio": np.log(numbers_of(pairs, "focal_ratio")),
        "static_backdrop": np.isin(
            np.asarray(pairs.column("backdrop").to_pylist()), sorted(STATIC_BACKDROPS)
        ),
        **_object_frame(pairs, distance_1),
    }
    names = {field.name for field in fields(Facts)} - derived.keys()
    derived |= {name: numbers_of(pairs, name) for name in names}
    return Facts(**derived)


def _object_frame(pairs: pa.Table, distance_1: Array) -> dict[str, Array]:
    front_rad = numbers_of(pairs, "front_azimuth_1_rad")
    centre_1, centre_2 = (matrices_of(pairs, f"world_from_camera_{k}", 4)[:, :3, 3] for k in (1, 2))
    return object_frame(front_rad, centre_1, centre_2, distance_1)


def object_frame(
    front_rad: Array, centre_1: Array, centre_2: Array, distance_1: Array
) -> dict[str, Array]:
    """Both cameras' places, and the step between them, along the object's left and front.

    Args:
        front_rad: (N,) azimuth of the object's front; nan: unknown.
        centre_1: (N, 3) of camera 1 in the world.
        centre_2: the same of camera 2.
        distance_1: (N,) the unit.
    """
    axes = {
        "front": (np.cos(front_rad), np.sin(front_rad)),
        "left": (-np.sin(front_rad), np.cos(front_rad)),
    }
    columns = {}
    for side, (x, y) in axes.items():
        first, second = (
            (centre[:, 0] * x + centre[:, 1] * y) / distance_1 for centre in (centre_1, centre_2)
        )
        columns[f"object_{side}_1"] = first
        columns[f"object_{side}_2"] = second
        columns[f"object_{side}_share"] = second - first
    return columns
