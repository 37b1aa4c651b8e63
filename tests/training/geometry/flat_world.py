"""Views of a world that can be worked out by hand: level ground, with a disc on it that turns."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.pose import look_at
from viewpoint_gen.training.geometry.views import TowerViews

DISC_RADIUS = 0.5
SIDE = 60  # points of the depth grid, in each direction


def unit_camera(position, target=(0.0, 0.0, 0.0), fov_deg=50.0) -> Camera:
    """A camera whose image is 1 wide and 1 high."""
    intrinsics = intrinsics_from_fov(np.deg2rad(fov_deg), width_px=1, height_px=1)
    pose = look_at(np.array(position, dtype=float), np.array(target, dtype=float))
    return Camera(pose, intrinsics, 1, 1)


def ground_at(camera: Camera, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays through places (N, 2) of the image meet the ground (N, 3), and their z-depth."""
    ahead = camera.unproject(places, np.ones(len(places))) - camera.centre_world
    along = -camera.centre_world[2] / ahead[:, 2]
    return camera.centre_world + along[:, None] * ahead, along


def views_of(cameras, turns_rad, *, image_px=72) -> TowerViews:
    """Depth and masks of the ground and the disc; pictures are noise, another in each view."""
    middles = (np.arange(SIDE) + 0.5) / SIDE
    places = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    depth, on_object = [], []
    for camera in cameras:
        points, along = ground_at(camera, places)
        depth.append(np.where(along > 0, along, np.inf).reshape(SIDE, SIDE))
        on_object.append((np.linalg.norm(points, axis=1) < DISC_RADIUS).reshape(SIDE, SIDE))
    count = len(cameras)
    return TowerViews(
        images=np.random.default_rng(0).integers(
            0, 256, (count, image_px, image_px, 3), dtype=np.uint8
        ),
        depth=np.array(depth, dtype=np.float32),
        on_object=np.array(on_object),
        world_from_camera=np.array([camera.world_from_camera for camera in cameras]),
        intrinsics=np.array([camera.intrinsics for camera in cameras]),
        object_turn_rad=np.array(turns_rad, dtype=float),
        far_is_seen=np.zeros(count, dtype=bool),
        anchor=np.zeros(count, dtype=np.int64),
        split=np.zeros(count, dtype=np.int64),
    )
