"""A ring of small pictures around an asset, and how alike they are: what can be mistaken for what.

All pictures share one noise seed and an even light without a sun. Seen from a turn that is a
symmetry of the object, the same rays meet the same surface, so that two pictures of it differ by
less than the noise that another seed makes; that noise is the unit. Pictures of the procedural
objects with a known symmetry stay below 0.6 of it; without one, a turn of 30 degrees or more is
above 1.2 for all but a hammer seen along its handle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import look_at
from viewpoint_gen.records import (
    Backdrop,
    BackdropKind,
    Lighting,
    RenderedView,
    Ring,
    ViewRequest,
)
from viewpoint_gen.seeding import seed_for
from viewpoint_gen.views.config import RingConfig

_FOV_RAD = 0.6
_ROOM = 1.02  # between the object's bounding sphere and the picture's edge
_EVEN_LIGHT = Lighting(
    sun_azimuth_rad=0.0,
    sun_elevation_rad=1.2,
    sun_strength=0.0,
    sun_angle_rad=0.1,
    ambient_strength=1.0,
)
_LEAST_ALPHA = 0.02  # below: not covered
_LEAST_NOISE = 0.1  # of engines that have next to none; Cycles' own is 0.11 to 0.3


def plan_ring(
    uid: str, *, points_world: Array, config: RingConfig, seed: int
) -> tuple[ViewRequest, ...]:
    """The pictures to take: all azimuths with one noise seed, then a few with others.

    Args:
        uid: of the asset.
        points_world: (N, 3) points of the normalised object's surface.
        seed: of the run. No round: one ring serves every visit to the asset.
    """
    radius = float(np.linalg.norm(points_world, axis=1).max())
    distance = _ROOM * radius / np.sin(_FOV_RAD / 2)
    places = [(place, 0) for place in range(config.azimuths)]
    places += [(place, number) for number, place in enumerate(_repeated(config), start=1)]
    return tuple(_request(uid, place, number, distance, config, seed) for place, number in places)


def measure_ring(views: Sequence[RenderedView], config: RingConfig) -> Ring:
    """Compare the pictures of ``plan_ring``, in its order."""
    pictures = np.stack([_premultiplied(view) for view in views])
    ring, repeats = pictures[: config.azimuths], pictures[config.azimuths :]
    pairs = zip(_repeated(config), repeats, strict=True)
    noise = [_differences(np.stack([ring[place], again]))[0, 1] for place, again in pairs]
    unit = max(float(np.median(noise)), _LEAST_NOISE)
    return Ring.of_ratios(
        _differences(ring) / unit, elevation_rad=float(np.deg2rad(config.elevation_deg))
    )


def _repeated(config: RingConfig) -> list[int]:
    """Which azimuths are taken again to measure the noise: evenly spread."""
    return [number * config.azimuths // config.repeats for number in range(config.repeats)]


def _request(
    uid: str, place: int, number: int, distance: float, config: RingConfig, seed: int
) -> ViewRequest:
    azimuth_rad = 2.0 * np.pi * place / config.azimuths
    position = OrbitPosition(azimuth_rad, float(np.deg2rad(config.elevation_deg)), distance)
    size_px = config.size_px
    view_id = f"{uid}.ring.{place:02d}.{number}"
    return ViewRequest(
        view_id=view_id,
        move="ring",
        anchor_id=view_id,
        camera=Camera(
            look_at(position.point_world(), np.zeros(3)),
            intrinsics_from_fov(_FOV_RAD, width_px=size_px, height_px=size_px),
            size_px,
            size_px,
        ),
        object_turn_rad=0.0,
        lighting=_EVEN_LIGHT,
        backdrop=Backdrop(BackdropKind.TRANSPARENT),
        noise_seed=seed_for(seed, "ring", uid, number) % 2**31,
    )


def _premultiplied(view: RenderedView) -> Array:
    """(P, 4) colours times alpha, and alpha, in [0, 1]; 0 where nothing is covered."""
    picture = view.rgba.reshape(-1, 4) / 255.0
    picture[picture[:, 3] <= _LEAST_ALPHA] = 0.0
    picture[:, :3] *= picture[:, 3:]
    return picture


def _differences(pictures: Array) -> Array:
    """(N, N) root mean square difference over the pixels that either of two pictures covers."""
    flat = pictures.reshape(len(pictures), -1)
    products = flat @ flat.T
    squares = products.diagonal()
    summed = np.maximum(squares[:, None] + squares - 2.0 * products, 0.0)
    covered = (pictures[:, :, 3] > 0).astype(np.float64)
    shared = covered @ covered.T
    either = shared.diagonal()[:, None] + shared.diagonal() - shared
    return np.asarray(np.sqrt(summed / np.maximum(either, 1.0)))
