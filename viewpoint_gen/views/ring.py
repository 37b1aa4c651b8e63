"""A ring of small pictures around an asset, and how alike they are: what can be mistaken for what.

All pictures share one noise seed and an even light without a sun. Seen from a turn that is a
symmetry of the object, the same rays meet the same surface, so that two pictures of it differ by
less than the noise that another seed makes; that noise is the unit. Pictures of the procedural
objects with a known symmetry stay below 0.6 of it; without one, a turn of 30 degrees or more is
above 1.2 for all but a hammer seen along its handle.

The cameras go round the middle of the object's outline from above, because there the axis of every
symmetry is; an odd number of equal sides has it off the middle of the bounding box. Twelve pictures
fall on the sides of what has 2, 3, 4 or 6 of them. Of 5 and of 7 equal sides the ring gives a hint:
150 degrees come near to a multiple of theirs, so that no other turn is as hard to tell. Then the
object is looked at again from as many sides, and that ring is kept if they are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import ConvexHull, QhullError

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
_ALIKE = 1.2  # in units of the noise; from where on questions tell pictures apart, too
_RARE_SIDES = (5, 7)  # the primes below 11 that no ring of 12 falls on; 11 sides look round
_HINT = 0.9  # of the next turn's difference; 40 objects without such sides all have 1.0 and more
_MIDDLE_ROOM = 0.5  # over the root of the number of points; they tell the middle to 0.15
_LEAST_NOISE = 0.1  # of engines that have next to none; Cycles' own is 0.11 to 0.3


Glance = Callable[[Sequence[ViewRequest]], Iterable[RenderedView]]
"""Takes small pictures."""


def look_around(
    uid: str, glance: Glance, *, points_world: Array, config: RingConfig, seed: int
) -> Ring:
    """Take a ring's pictures and compare them; arguments as of ``plan_ring``."""
    ring = _looked(uid, glance, points_world, config, seed)
    for sides in _RARE_SIDES:
        if hints_at(sides, ring.ratios):
            other = config.model_copy(update={"azimuths": sides})
            of_sides = _looked(uid, glance, points_world, other, seed)
            apart = of_sides.ratios[np.triu_indices(sides, 1)]
            if np.median(apart) <= _ALIKE:
                return of_sides
    return ring


def hints_at(sides: int, ratios: Array) -> bool:
    """Whether the turn that comes nearest to one of so many equal sides is the hardest to tell.

    Args:
        ratios: (N, N) of a ring; if it falls on those sides itself, there is nothing to hint at.
    """
    azimuths = len(ratios)
    if azimuths % sides == 0:
        return False
    places, turns = np.arange(azimuths), np.arange(1, azimuths // 2 + 1)
    told = np.median(ratios[places, (places + turns[:, None]) % azimuths], axis=1)
    sides_turned = turns * sides / azimuths
    nearest = int(np.argmin(np.abs(sides_turned - np.rint(sides_turned))))
    return bool(told[nearest] < _HINT * np.delete(told, nearest).min())


def _looked(uid: str, glance: Glance, points_world: Array, config: RingConfig, seed: int) -> Ring:
    planned = plan_ring(uid, points_world=points_world, config=config, seed=seed)
    middle_x, middle_y, _ = middle_of(points_world).tolist()
    ring = measure_ring(list(glance(planned)), config)
    return replace(ring, middle_x=middle_x, middle_y=middle_y)


def middle_of(points_world: Array) -> Array:
    """(3,) the middle of an outline from above, at height 0: where every symmetry has its axis.

    The middle of the area that the outline's hull takes up, which misses little where a corner
    has no point. The origin, which is the bounding box's middle, unless the points say for certain
    that it is elsewhere: an even number of equal sides has it there exactly.
    """
    outline = points_world[:, :2]
    try:
        corners = outline[ConvexHull(outline).vertices]  # counter-clockwise
    except QhullError:  # as flat as a board on its edge
        return np.zeros(3)
    after = np.roll(corners, -1, axis=0)
    doubled = corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]
    middle = ((corners + after) * doubled[:, None]).sum(axis=0) / (3.0 * doubled.sum())
    certain = np.linalg.norm(middle) > _MIDDLE_ROOM / np.sqrt(len(points_world))
    return np.append(middle, 0.0) if certain else np.zeros(3)


def plan_ring(
    uid: str, *, points_world: Array, config: RingConfig, seed: int
) -> tuple[ViewRequest, ...]:
    """The pictures to take: all azimuths with one noise seed, then a few with others.

    The cameras stand evenly around the vertical through ``middle_of`` the object.

    Args:
        uid: of the asset.
        points_world: (N, 3) points of the normalised object's surface.
        seed: of the run. No round: one ring serves every visit to the asset.
    """
    middle = middle_of(points_world)
    radius = float(np.linalg.norm(points_world - middle, axis=1).max())
    distance = _ROOM * radius / np.sin(_FOV_RAD / 2)
    places = [(place, 0) for place in range(config.azimuths)]
    places += [(place, number) for number, place in enumerate(_repeated(config), start=1)]
    stand = (middle, distance)
    return tuple(_request(uid, place, number, stand, config, seed) for place, number in places)


def measure_ring(views: Sequence[RenderedView], config: RingConfig) -> Ring:
    """Compare the pictures of ``plan_ring``, in its order; they don't tell the middle."""
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
    uid: str, place: int, number: int, stand: tuple[Array, float], config: RingConfig, seed: int
) -> ViewRequest:
    middle, distance = stand
    azimuth_rad = 2.0 * np.pi * place / config.azimuths
    position = OrbitPosition(azimuth_rad, float(np.deg2rad(config.elevation_deg)), distance)
    size_px = config.size_px
    view_id = f"{uid}.ring{config.azimuths}.{place:02d}.{number}"
    return ViewRequest(
        view_id=view_id,
        move="ring",
        anchor_id=view_id,
        camera=Camera(
            look_at(middle + position.point_world(), middle),
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
