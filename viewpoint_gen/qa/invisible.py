"""Questions whose wrong answers would give nearly the same picture.

For each coordinate that a wrong answer changes, camera 2 is put where it would then stand, and the
points of the surface that view 2 shows are projected into both. Unless their pictures lie at least
``QaConfig.displacement_least_px`` apart (the median over the points, in an image 512 wide), nobody
could tell the answers apart by the object, and the question is ``invisible``. Of two motions that
look alike, the wrong one starts from camera 1 and goes as far as brings it nearest to picture 2.

Where only the surroundings tell the answer (who moved), the object's points say nothing, and the
family names no coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from viewpoint_gen.geometry.displacement import (
    displacement_px,
    nearest_displacement_px,
    pictures_of,
)
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import inverse
from viewpoint_gen.geometry.surface_points import padded_points
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import matrices_of, numbers_of
from viewpoint_gen.qa.families.family import Family, Verdicts

_EVERY = 4
"""Of the points that are kept, every so many are enough for a median."""

_UP = np.array([0.0, 0.0, 1.0])
_AHEAD = 2  # column of a camera's forward axis


@dataclass(frozen=True)
class Sight:
    """N pairs: both cameras, and what the second sees of the object.

    Attributes:
        points_world: (N, P, 3) surface points that view 2 shows; nan pads.
        world_from_camera_1: (N, 4, 4).
        world_from_camera_2: (N, 4, 4).
        focal_px_1: (N,).
        intrinsics_2: (N, 3, 3).
        front_rad: (N,) azimuth of the object's front; nan: unknown.
        width_px: (N,) of image 2.
    """

    points_world: Array
    world_from_camera_1: Array
    world_from_camera_2: Array
    focal_px_1: Array
    intrinsics_2: Array
    front_rad: Array
    width_px: Array

    @classmethod
    def of(cls, pairs: pa.Table) -> Sight:
        """Read what is needed of the pairs table."""
        packed = pairs.column("surface_points_2").to_pylist()
        return cls(
            padded_points([each or b"" for each in packed])[:, ::_EVERY],
            matrices_of(pairs, "world_from_camera_1", 4),
            matrices_of(pairs, "world_from_camera_2", 4),
            matrices_of(pairs, "intrinsics_1", 3)[:, 0, 0],
            matrices_of(pairs, "intrinsics_2", 3),
            numbers_of(pairs, "front_azimuth_1_rad"),
            numbers_of(pairs, "width_px"),
        )

    def take(self, rows: NDArray[np.int64]) -> Sight:
        """Some pairs."""
        taken = Sight(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))
        vars(taken)["true_px"] = self.true_px[rows]  # every family asks for them
        return taken

    @cached_property
    def true_px(self) -> Array:
        """(N, P, 2) where view 2 shows the points."""
        return pictures_of(self.points_world, self.intrinsics_2, inverse(self.world_from_camera_2))

    @property
    def distance_1(self) -> Array:
        """(N,) of camera 1 to the object's centre."""
        return np.asarray(np.linalg.norm(self.world_from_camera_1[:, :3, 3], axis=1))


def refuse_invisible(verdicts: Verdicts, family: Family, sight: Sight, config: QaConfig) -> None:
    """``invisible``: a wrong answer's motion would hardly move what image 2 shows."""
    rows = np.flatnonzero(verdicts.option >= 0)
    nothing_to_see = family.nearby is None and not family.rivals
    if nothing_to_see or not len(rows) or not config.displacement_least_px:
        return
    mine, answers = sight.take(rows), verdicts.take(rows)
    moved = np.full(len(rows), np.inf)
    for name, gap in family.nearby(answers, config).items() if family.nearby else ():
        for signed in (gap, -gap):
            moved = np.minimum(moved, _moved_px(mine, name, signed))
    for option, rival in enumerate(family.rivals):
        its = np.flatnonzero(answers.option == option)
        moved[its] = np.minimum(moved[its], _rival_px(mine.take(its), rival))
    displacement = np.full(len(verdicts.option), np.nan)
    displacement[rows] = moved
    least = config.displacement_least_px
    hardly = np.zeros(len(verdicts.option), dtype=bool)
    hardly[rows] = ~(moved >= least)
    limit = np.full(len(displacement), least)
    verdicts.withdraw("invisible", hardly, {"displacement_px": displacement, "limit": limit})


def _moved_px(sight: Sight, name: str, gap: Array) -> Array:
    """(N,) how far the points' pictures move if a coordinate of camera 2 changes by the gap."""
    return displacement_px(
        sight.points_world,
        sight.intrinsics_2,
        sight.true_px,
        _moved(sight.world_from_camera_2, sight, name, gap),
        width_px=sight.width_px,
    )


def _rival_px(sight: Sight, name: str) -> Array:
    """(N,) how far the points lie from where another motion of camera 1 would put them at best."""
    lens = np.log(sight.focal_px_1 / sight.intrinsics_2[:, 0, 0])
    return nearest_displacement_px(
        sight.points_world,
        sight.intrinsics_2,
        sight.true_px,
        lambda size: _zoomed(_moved(sight.world_from_camera_1, sight, name, size), lens),
        width_px=sight.width_px,
    )


def _moved(world_from_camera: Array, sight: Sight, name: str, gap: Array) -> Array:
    """(N, 4, 4) camera_from_world of cameras of which one coordinate changes by the gap."""
    if name == "focal":
        return _zoomed(inverse(world_from_camera), gap)
    moved = world_from_camera.copy()
    _MOVES[name](moved, sight, gap)
    return inverse(moved)


def _zoomed(camera_2_from_world: Array, gap: Array) -> Array:
    """(N, 4, 4) as if the points were farther from the axis, or nearer: what a zoom does."""
    wider = np.tile(np.eye(4), (len(gap), 1, 1))
    wider[:, 0, 0] = wider[:, 1, 1] = np.exp(gap)
    return wider @ camera_2_from_world


def _turn(axes_world: Array, angle_rad: Array) -> Array:
    """(N, 3, 3) rotations about unit axes (N, 3)."""
    return np.asarray(Rotation.from_rotvec(axes_world * angle_rad[:, None]).as_matrix())


def _about_object(axes_world: Array, pose: Array, gap: Array) -> None:
    """Carry the camera round the object's centre, facing it as before."""
    pose[:, :3] = _turn(axes_world, gap) @ pose[:, :3]


def _on_the_spot(axes_world: Array, pose: Array, gap: Array) -> None:
    pose[:, :3, :3] = _turn(axes_world, gap) @ pose[:, :3, :3]


def _level_right(direction_world: Array) -> Array:
    """(N, 3) unit horizontal vectors to the right of looking along a direction."""
    across = np.cross(direction_world, _UP)
    length = np.linalg.norm(across, axis=1, keepdims=True)
    return np.asarray(across / np.maximum(length, 1e-12))


def _ups(sight: Sight) -> Array:
    return np.broadcast_to(_UP, (len(sight.width_px), 3))


def _azimuth(pose: Array, sight: Sight, gap: Array) -> None:
    _about_object(_ups(sight), pose, gap)


def _elevation(pose: Array, sight: Sight, gap: Array) -> None:  # noqa: ARG001
    _about_object(_level_right(pose[:, :3, 3]), pose, gap)


def _sideways(pose: Array, sight: Sight, gap: Array) -> None:
    _step(pose, sight.world_from_camera_1[:, :3, 0], gap * sight.distance_1)


def _truck(pose: Array, sight: Sight, gap: Array) -> None:
    """Along the camera's own left and right, but on the level, if it is rolled."""
    _step(pose, _level_right(pose[:, :3, _AHEAD]), gap * sight.distance_1)


def _vertical(pose: Array, sight: Sight, gap: Array) -> None:
    _step(pose, _ups(sight), gap * sight.distance_1)


def _object_left(pose: Array, sight: Sight, gap: Array) -> None:
    side = np.stack([-np.sin(sight.front_rad), np.cos(sight.front_rad)], axis=1)
    _step(pose, np.pad(side, ((0, 0), (0, 1))), gap * sight.distance_1)


def _object_front(pose: Array, sight: Sight, gap: Array) -> None:
    front = np.stack([np.cos(sight.front_rad), np.sin(sight.front_rad)], axis=1)
    _step(pose, np.pad(front, ((0, 0), (0, 1))), gap * sight.distance_1)


def _step(pose: Array, axes_world: Array, length: Array) -> None:
    pose[:, :3, 3] += axes_world * length[:, None]


def _distance(pose: Array, sight: Sight, gap: Array) -> None:  # noqa: ARG001
    pose[:, :3, 3] *= np.exp(gap)[:, None]


def _yaw(pose: Array, sight: Sight, gap: Array) -> None:
    _on_the_spot(_ups(sight), pose, gap)


def _pitch(pose: Array, sight: Sight, gap: Array) -> None:  # noqa: ARG001
    _on_the_spot(_level_right(pose[:, :3, _AHEAD]), pose, gap)


def _roll(pose: Array, sight: Sight, gap: Array) -> None:  # noqa: ARG001
    _on_the_spot(pose[:, :3, _AHEAD].copy(), pose, gap)


_MOVES: Final[Mapping[str, Callable[[Array, Sight, Array], None]]] = {
    "azimuth": _azimuth,
    "elevation": _elevation,
    "sideways": _sideways,
    "truck": _truck,
    "vertical": _vertical,
    "object_left": _object_left,
    "object_front": _object_front,
    "distance": _distance,
    "yaw": _yaw,
    "pitch": _pitch,
    "roll": _roll,
}
"""What each coordinate does to camera 2, in place: (N, 4, 4) poses, the pairs, (N,) gaps."""
