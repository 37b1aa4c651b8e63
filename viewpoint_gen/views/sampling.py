"""Which views are asked of one visit, and which of them may become pairs.

Views come in clusters: an *anchor*, placed freely, and *satellites* that each differ from it by
one kind of motion (``views.moves``). Everything depends on (seed, uid, round) alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count, zip_longest

import numpy as np

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.records import Backdrop, BackdropKind, Lighting, ViewRequest
from viewpoint_gen.seeding import rng_for, seed_for
from viewpoint_gen.views.config import ViewsConfig
from viewpoint_gen.views.framing import Stance, distance_for_fill, margins
from viewpoint_gen.views.moves import MOVES, ROOMY, Moved
from viewpoint_gen.views.scene import sample_backdrop, sample_lighting, with_moved_sun

_CLUSTER_TRIES = 40
_TRIES_PER_KINDS = 10
_MOVE_TRIES = 12
_MAX_ELEVATION_RAD = float(np.deg2rad(70.0))
_MAX_PITCH_RAD = float(np.deg2rad(70.0))
_MIN_ROOM_RAD = float(np.deg2rad(0.5))
_MAX_DISTANCE = 12.0
_WANTED_COVER = 0.014  # share of the image; a smaller object shows too little to be asked about
_USUAL_FILL = 0.5
_GRID = 64  # cells across the image in which cover is counted
_SEARCH_POINTS = 600


@dataclass(frozen=True)
class PairCandidate:
    """Two planned views that may become a pair; ``kind`` names the motion between them."""

    view_id_1: str
    view_id_2: str
    kind: str


@dataclass(frozen=True)
class Cluster:
    """An anchor and the satellites that each differ from it by one kind of motion."""

    anchor: ViewRequest
    satellites: tuple[ViewRequest, ...]

    @property
    def requests(self) -> tuple[ViewRequest, ...]:
        """All views, the anchor first."""
        return (self.anchor, *self.satellites)


@dataclass(frozen=True)
class _Scene:
    """What all clusters of one visit share."""

    points_world: Array
    floor_z: float
    lens: Camera
    backdrop: Backdrop
    lighting: Lighting
    config: ViewsConfig
    least_cover: float

    @property
    def elevation_rad(self) -> tuple[float, float]:
        grounded = self.backdrop.kind is BackdropKind.GROUND
        limits = self.config.ground_elevation_deg if grounded else self.config.elevation_deg
        return float(np.deg2rad(limits[0])), float(np.deg2rad(limits[1]))


def plan_clusters(
    uid: str,
    *,
    visit_round: int,
    points_world: Array,
    size_px: tuple[int, int],
    config: ViewsConfig,
    seed: int,
) -> Iterator[Cluster]:
    """Plan the views of one visit, cluster by cluster, without end.

    Args:
        uid: of the asset.
        visit_round: another round gives other cameras.
        points_world: (N, 3) points of the normalised object's surface.
        size_px: width and height of the images.
        config: which cameras.
        seed: of the run.
    """
    scene = _scene(points_world, size_px, config, rng_for(seed, "scene", uid, visit_round))
    for number in count():
        prefix = f"{uid}.{visit_round}.{number:02d}"
        yield _cluster(scene, prefix, rng_for(seed, "cluster", prefix), seed)


def pair_candidates(clusters: Sequence[Cluster]) -> Iterator[PairCandidate]:
    """Unordered pairs, best first: anchor to satellite, then mixed motions of both sorts."""
    for cluster in clusters:
        for satellite in cluster.satellites:
            yield PairCandidate(cluster.anchor.view_id, satellite.view_id, satellite.move)
    two_moves = [
        PairCandidate(first.view_id, second.view_id, "two_moves")
        for cluster in clusters
        for first, second in combinations(cluster.satellites, 2)
    ]
    free = [
        PairCandidate(first.anchor.view_id, second.anchor.view_id, "free")
        for first, second in combinations(clusters, 2)
    ]
    for one_of_each in zip_longest(free, two_moves):
        yield from (candidate for candidate in one_of_each if candidate is not None)


def clusters_for(pairs: int, satellites: int) -> int:
    """Fewest clusters whose views can give that many unordered pairs."""
    clusters = 1
    while _capacity(clusters, satellites) < pairs:
        clusters += 1
    return clusters


def _capacity(clusters: int, satellites: int) -> int:
    within = (satellites + 1) * satellites // 2
    return clusters * within + clusters * (clusters - 1) // 2


def _scene(
    points_world: Array, size_px: tuple[int, int], config: ViewsConfig, rng: np.random.Generator
) -> _Scene:
    width, height = size_px
    fov = np.deg2rad(rng.uniform(*config.horizontal_fov_deg))
    lens = Camera(
        np.eye(4), intrinsics_from_fov(fov, width_px=width, height_px=height), width, height
    )
    points = _with_extremes(points_world, max(1, len(points_world) // _SEARCH_POINTS))
    return _Scene(
        points_world=points,
        floor_z=float(points_world[:, 2].min()),
        lens=lens,
        backdrop=sample_backdrop(config.backdrop, rng),
        lighting=sample_lighting(rng),
        config=config,
        least_cover=_least_cover(points, lens),
    )


def _least_cover(points_world: Array, lens: Camera) -> float:
    """What is asked of every view; less for a thing so thin that it never covers much."""
    covers = []
    for azimuth in np.linspace(-np.pi, np.pi, 6, endpoint=False):
        distance = distance_for_fill(
            points_world, lens, azimuth_rad=azimuth, elevation_rad=0.3, fill=_USUAL_FILL
        )
        stance = Stance(OrbitPosition(azimuth, 0.3, distance), 0.0, 0.0, 0.0)
        covers.append(_cover(points_world, stance.camera(lens)))
    return min(_WANTED_COVER, 0.5 * float(np.median(covers)))


def _with_extremes(points_world: Array, stride: int) -> Array:
    """Every stride-th point, and the outermost points in many directions."""
    directions = rng_for(0, "directions").normal(size=(64, 3))
    extremes = np.unique((points_world @ directions.T).argmax(axis=0))
    return np.concatenate([points_world[::stride], points_world[extremes]])


def _cluster(scene: _Scene, prefix: str, rng: np.random.Generator, seed: int) -> Cluster:
    anchor, kinds, moved = _fitting_stances(scene, rng)
    anchor_id = f"{prefix}.0"
    return Cluster(
        _request(scene, anchor_id, "anchor", anchor_id, Moved(anchor), seed),
        tuple(
            _request(scene, f"{prefix}.{number}", kind, anchor_id, target, seed)
            for number, (kind, target) in enumerate(zip(kinds, moved, strict=True), start=1)
        ),
    )


def _fitting_stances(
    scene: _Scene, rng: np.random.Generator
) -> tuple[Stance, list[str], list[Moved]]:
    """Draw an anchor and its motions until all of them fit; kinds that never do give way."""
    for attempt in range(_CLUSTER_TRIES):
        if attempt % _TRIES_PER_KINDS == 0:
            kinds = _draw_kinds(scene.config, rng)
        anchor = _anchor(scene, roomy=any(kind in ROOMY for kind in kinds), rng=rng)
        moved = [_move(scene, anchor, kind, rng) for kind in kinds]
        fitting = [target for target in moved if target is not None]
        if _fits(scene, Moved(anchor)) and len(fitting) == len(kinds):
            return anchor, kinds, fitting
    anchor = _centred_anchor(scene, rng)
    return anchor, ["still"] * len(kinds), [Moved(anchor)] * len(kinds)


def _draw_kinds(config: ViewsConfig, rng: np.random.Generator) -> list[str]:
    weights = np.array([getattr(config.move, name) for name in MOVES])
    count = min(config.satellites_per_anchor, int((weights > 0).sum()))
    drawn = rng.choice(len(MOVES), size=count, replace=False, p=weights / weights.sum())
    names = list(MOVES)
    return [names[int(index)] for index in drawn]


def _anchor(scene: _Scene, *, roomy: bool, rng: np.random.Generator) -> Stance:
    """A freely placed camera that shows the whole object, off-centre and sometimes rolled."""
    config = scene.config
    centred = _centred_anchor(scene, rng, fill=config.roomy_fill if roomy else config.fill)
    room_x, room_y = margins(scene.points_world, centred.camera(scene.lens))
    left, up = rng.uniform(*config.offset, size=2) * rng.choice([-1.0, 1.0], size=2)
    rolled = rng.random() < config.rolled_anchor_share
    return Stance(
        centred.position,
        offset_left_rad=float(left * max(room_x, 0.0)),
        offset_up_rad=float(up * max(room_y, 0.0)),
        roll_rad=float(np.deg2rad(rng.uniform(*config.anchor_roll_deg))) if rolled else 0.0,
    )


def _centred_anchor(
    scene: _Scene, rng: np.random.Generator, fill: tuple[float, float] | None = None
) -> Stance:
    azimuth = float(rng.uniform(-np.pi, np.pi))
    elevation = float(rng.uniform(*scene.elevation_rad))
    distance = distance_for_fill(
        scene.points_world,
        scene.lens,
        azimuth_rad=azimuth,
        elevation_rad=elevation,
        fill=float(rng.uniform(*(fill or scene.config.fill))),
    )
    return Stance(OrbitPosition(azimuth, elevation, distance), 0.0, 0.0, 0.0)


def _move(scene: _Scene, anchor: Stance, kind: str, rng: np.random.Generator) -> Moved | None:
    """Draw one motion of a kind until it fits; None if it doesn't."""
    for _ in range(_MOVE_TRIES):
        moved = MOVES[kind](anchor, scene.config, rng)
        if _fits(scene, moved):
            return moved
    return None


def _fits(scene: _Scene, moved: Moved) -> bool:
    """Whether the camera stands where it may and shows the whole object at a fair size."""
    place = moved.stance.position
    pitch = -place.elevation_rad + moved.stance.offset_up_rad
    if not np.isfinite(place.azimuth_rad) or abs(pitch) > _MAX_PITCH_RAD:
        return False
    if abs(place.elevation_rad) > _MAX_ELEVATION_RAD or place.distance > _MAX_DISTANCE:
        return False
    if scene.backdrop.kind is BackdropKind.GROUND and _below_ground(scene, place):
        return False
    points = transform(turn_about_up(moved.object_turn_rad), scene.points_world)
    camera = moved.stance.camera(scene.lens)
    return (
        min(margins(points, camera)) >= _MIN_ROOM_RAD
        and _cover(points, camera) >= scene.least_cover
    )


def _below_ground(scene: _Scene, place: OrbitPosition) -> bool:
    height = place.distance * np.sin(place.elevation_rad) - scene.floor_z
    return bool(height < 0.1)


def _cover(points_world: Array, camera: Camera) -> float:
    """Share of the image that the object covers, counted in coarse cells."""
    pixels, _ = camera.project(points_world)
    size = np.array([camera.width_px, camera.height_px])
    cells = np.floor(pixels[camera.in_frame(pixels)] / size * _GRID)
    return len(np.unique(cells @ [1.0, 2.0 * _GRID])) / _GRID**2


def _request(
    scene: _Scene, view_id: str, move: str, anchor_id: str, moved: Moved, seed: int
) -> ViewRequest:
    lighting = scene.lighting
    if moved.light_moved:
        lighting = with_moved_sun(lighting, rng_for(seed, "moved light", view_id))
    return ViewRequest(
        view_id=view_id,
        move=move,
        anchor_id=anchor_id,
        camera=moved.stance.camera(scene.lens),
        object_turn_rad=moved.object_turn_rad,
        lighting=lighting,
        backdrop=scene.backdrop,
        noise_seed=seed_for(seed, "noise", view_id) % 2**31,
    )
