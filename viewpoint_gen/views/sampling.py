"""Which views are asked of one visit, and which of them may become pairs.

Views come in clusters: an *anchor*, placed freely, and *satellites* that each differ from it by
one kind of motion (``views.moves``). Everything depends on (seed, uid, round) alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count

import numpy as np

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.records import (
    STATIC_BACKDROPS,
    Backdrop,
    BackdropKind,
    Lighting,
    ViewRequest,
)
from viewpoint_gen.seeding import rng_for, seed_for
from viewpoint_gen.views.config import Range, ViewsConfig
from viewpoint_gen.views.framing import Stance, distance_for_fill, fill_of, margins
from viewpoint_gen.views.moves import MOVES, SHOWN_BY_BACKDROP, Motion, Moved
from viewpoint_gen.views.scene import sample_backdrop, sample_lighting, with_moved_sun

_CLUSTER_TRIES = 1200
_TRIES_PER_MOTIONS = 240
_MAX_PITCH_RAD = float(np.deg2rad(72.0))
_MIN_ROOM_RAD = float(np.deg2rad(0.5))
_MAX_DISTANCE = 12.0
_WANTED_COVER = 0.014  # share of the image; a smaller object shows too little to be asked about
_USUAL_FILL = 0.5
_GRID = 64  # cells across the image in which cover is counted
_SEARCH_POINTS = 600
_ROUNDING = 1e-6


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


@dataclass(frozen=True)
class _Ranges:
    """Where a cluster's anchor may be drawn, and where its satellites must stay.

    The same for both, so that a place never tells which of the two a view is.

    Attributes:
        elevation_rad: of the camera above the object.
        roll_rad: greatest, either way.
        fill: as in ``ViewsConfig``.
        ln_focal: logarithm of ``Stance.focal_ratio``.
    """

    elevation_rad: Range
    roll_rad: float
    fill: Range
    ln_focal: Range

    @classmethod
    def of(cls, scene: _Scene, motions: Sequence[Motion]) -> _Ranges:
        config = scene.config
        grounded = scene.backdrop.kind is BackdropKind.GROUND
        low, high = config.ground_elevation_deg if grounded else config.elevation_deg
        rolls = any(motion.roll_rad for motion in motions)
        roomy = any(motion.shifts_object for motion in motions)
        # zooms and dollies look alike, and so must the lenses of both
        scales = any(motion.scales_object for motion in motions)
        fov_deg = config.roomy_fov_deg if roomy and not scales else config.horizontal_fov_deg
        widest = np.tan(np.deg2rad(_widest_fov_deg(config)) / 2)
        near, far = (float(np.log(widest / np.tan(np.deg2rad(fov) / 2))) for fov in fov_deg[::-1])
        return cls(
            elevation_rad=(float(np.deg2rad(low)), float(np.deg2rad(high))),
            roll_rad=float(np.deg2rad(config.rolled_deg if rolls else config.upright_roll_deg)),
            fill=config.fill,
            ln_focal=(near, far),
        )

    def hold(self, stance: Stance) -> bool:
        """Whether a stance lies within them, as far as it can be told without the object."""
        place = stance.position
        pitch = -place.elevation_rad + stance.offset_up_rad
        return (
            _within(place.elevation_rad, self.elevation_rad)
            and _within(stance.roll_rad, (-self.roll_rad, self.roll_rad))
            and _within(float(np.log(stance.focal_ratio)), self.ln_focal)
            and abs(pitch) <= _MAX_PITCH_RAD
            and place.distance <= _MAX_DISTANCE
        )


def _within(value: float, range_: Range) -> bool:
    return range_[0] - _ROUNDING <= value <= range_[1] + _ROUNDING


def _widest_fov_deg(config: ViewsConfig) -> float:
    return max(config.horizontal_fov_deg[1], config.roomy_fov_deg[1])


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
    """Unordered pairs, best first: anchor to satellite, then two satellites, then two anchors.

    Two anchors come last: with nothing in common, the more extreme of the two places tells much.
    """
    for cluster in clusters:
        for satellite in cluster.satellites:
            yield PairCandidate(cluster.anchor.view_id, satellite.view_id, satellite.move)
    for cluster in clusters:
        for first, second in combinations(cluster.satellites, 2):
            yield PairCandidate(first.view_id, second.view_id, "two_moves")
    for one, other in combinations(clusters, 2):
        yield PairCandidate(one.anchor.view_id, other.anchor.view_id, "free")


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
    widest_rad = float(np.deg2rad(_widest_fov_deg(config)))
    intrinsics = intrinsics_from_fov(widest_rad, width_px=width, height_px=height)
    lens = Camera(np.eye(4), intrinsics, width, height)
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
    """Draw motions, then anchors until all of them fit; motions that never do give way.

    Sizes and signs are drawn first and kept: were a motion drawn anew where it doesn't fit, an
    anchor near an edge would always move inwards, and its image alone would tell so.
    """
    for attempt in range(_CLUSTER_TRIES):
        if attempt % _TRIES_PER_MOTIONS == 0:
            kinds, motions = _draw_motions(scene, rng)
            ranges = _Ranges.of(scene, motions)
        anchor = _anchor(scene, ranges, rng)
        moved = [motion.applied(anchor) for motion in motions]
        every = [Moved(anchor), *moved]
        if all(ranges.hold(one.stance) for one in every) and all(
            _shows_object(scene, ranges, one) for one in every
        ):
            return anchor, kinds, moved
    anchor = _centred_anchor(scene, ranges, rng)
    return anchor, ["still"] * len(kinds), [Moved(anchor)] * len(kinds)


def _draw_motions(scene: _Scene, rng: np.random.Generator) -> tuple[list[str], list[Motion]]:
    """Kinds without repetition, and a motion of each; at most one of them rolls the camera.

    So a cluster of rolled cameras gives pairs in which none rolls too.
    """
    names = [name for name in MOVES if _weight(scene, name) > 0] or ["still"]
    weights = np.array([_weight(scene, name) or 1.0 for name in names])
    count = min(scene.config.satellites_per_anchor, len(names))
    while True:
        drawn = rng.choice(len(names), size=count, replace=False, p=weights / weights.sum())
        kinds = [names[int(index)] for index in drawn]
        motions = [MOVES[kind](scene.config, rng) for kind in kinds]
        if sum(motion.roll_rad != 0 for motion in motions) <= 1:
            return kinds, motions


def _weight(scene: _Scene, kind: str) -> float:
    if kind in SHOWN_BY_BACKDROP and scene.backdrop.kind not in STATIC_BACKDROPS:
        return 0.0
    return float(getattr(scene.config.move, kind))


def _anchor(scene: _Scene, ranges: _Ranges, rng: np.random.Generator) -> Stance:
    """A freely placed camera that shows the whole object, off-centre and rolled."""
    centred = _centred_anchor(scene, ranges, rng)
    room_x, room_y = margins(scene.points_world, centred.camera(scene.lens))
    left, up = rng.uniform(*scene.config.offset, size=2) * rng.choice([-1.0, 1.0], size=2)
    return replace(
        centred,
        offset_left_rad=float(left * max(room_x, 0.0)),
        offset_up_rad=float(up * max(room_y, 0.0)),
        roll_rad=float(rng.uniform(-ranges.roll_rad, ranges.roll_rad)),
    )


def _centred_anchor(scene: _Scene, ranges: _Ranges, rng: np.random.Generator) -> Stance:
    azimuth = float(rng.uniform(-np.pi, np.pi))
    elevation = float(rng.uniform(*ranges.elevation_rad))
    focal_ratio = float(np.exp(rng.uniform(*ranges.ln_focal)))
    distance = distance_for_fill(
        scene.points_world,
        scene.lens.zoomed(focal_ratio),
        azimuth_rad=azimuth,
        elevation_rad=elevation,
        fill=float(np.exp(rng.uniform(*np.log(ranges.fill)))),
    )
    position = OrbitPosition(azimuth, elevation, distance)
    return Stance(position, 0.0, 0.0, 0.0, focal_ratio=focal_ratio)


def _shows_object(scene: _Scene, ranges: _Ranges, moved: Moved) -> bool:
    """Whether the whole object is seen, at a fair size, from above any ground."""
    if scene.backdrop.kind is BackdropKind.GROUND and _below_ground(scene, moved.stance.position):
        return False
    points = transform(turn_about_up(moved.object_turn_rad), scene.points_world)
    camera = moved.stance.camera(scene.lens)
    return (
        _within(fill_of(points, camera), ranges.fill)
        and min(margins(points, camera)) >= _MIN_ROOM_RAD
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
