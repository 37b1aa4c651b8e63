"""Questions about views that are planned and never rendered: lessons of text alone need no picture.

The sampler plans them as it plans a run's, with boxes for objects, and what is asked about them is
what a run is asked. So there are as many motions as lessons need: those of a run alone are soon
known by heart, above all in families of which it has few questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from viewpoint_gen.dataset.schema import PAIRS, QUESTIONS, REJECTED
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.models.tower.motion import motion_between
from viewpoint_gen.qa.build import QaSchemas, build_questions
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families import chosen_families
from viewpoint_gen.qa.families.marked_points import MARKED_POINTS
from viewpoint_gen.qa.families.shared_surface import SHARED_SURFACE
from viewpoint_gen.qa.summary import QaSummary
from viewpoint_gen.recipe import Recipe, fingerprint_of
from viewpoint_gen.records import Ring, ViewRequest
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import explained
from viewpoint_gen.training.cache import Cache, CacheWriter, open_cache
from viewpoint_gen.training.data import cached_row
from viewpoint_gen.views.sampling import clusters_for, pair_candidates, plan_clusters

PLANNED_FOLDER: Final = "planned"
_POSES_NAME: Final = "poses.parquet"

_NOT_OF_MOTIONS: Final = {
    *(family.id for family in (*MARKED_POINTS, *SHARED_SURFACE)),
    "choose_view",
    "same_object",
}
"""Families that motions don't answer, or not those between neighbouring pictures."""

_NOTHING_ALIKE: Final = Ring(azimuths=4, elevation_rad=0.3, packed=bytes([255] * 6))
"""Of an object that looks different from everywhere."""

_SURFACE_POINTS: Final = 600
_BOX_COVER: Final = 0.6
"""Share of its picture's bounding rectangle that a box covers, about."""

_SIDED: Final = 0.6
"""Of the boxes, have a front."""

_PLAN: Final = "planned"
"""In place of a recipe's fingerprint."""

_PAIRS_AT_ONCE: Final = 8192


@dataclass(frozen=True)
class Planned:
    """Questions, and the cameras that they are about.

    Attributes:
        cache: of the questions; ``views`` are ids of ``poses``.
        poses: each view's camera, and how far its object is turned, in radians.
    """

    cache: Cache
    poses: dict[str, tuple[Camera, float]]

    def motions(self, views: Sequence[str]) -> Array:
        """The motions (N - 1, 2, Q) to each view but the first, see ``models.tower.motion``.

        From the one before it, and from the first; nan: undefined.
        """
        before = [self._between(*pair) for pair in pairwise(views)]
        since_first = before[:1] + [self._between(views[0], view) for view in views[2:]]
        return np.stack([before, since_first], axis=1)

    def _between(self, view_1: str, view_2: str) -> Array:
        (one, turn_1_rad), (two, turn_2_rad) = self.poses[view_1], self.poses[view_2]
        return motion_between(one, two, turn_1_rad, turn_2_rad)


def planned_questions(recipe: Recipe, folder: Path, *, assets: int) -> Planned:
    """Questions about one visit to each of so many boxes, from ``folder`` where they were made.

    Args:
        recipe: of the run that they are to be like.
    """
    asked = recipe.qa.model_copy(update={"families": _answered_by_motions()})
    key = fingerprint_of(
        {
            "recipe": recipe.model_dump(mode="json", include={"seed", "views", "pairs", "render"}),
            "qa": asked.model_dump(mode="json"),
            "assets": assets,
        }
    )
    cache = open_cache(folder, key)
    if cache is None:
        pairs = planned_pairs(assets, recipe)
        questions, _ = questions_about(pairs, asked)
        with CacheWriter(folder, key) as writer:
            with explained(str(folder), "write"):
                pq.write_table(_poses(pairs), folder / _POSES_NAME)
            for batch in questions.to_batches(_PAIRS_AT_ONCE):
                for row in batch.to_pylist():
                    writer.add(cached_row(row, []), [])
        cache = open_cache(folder, key)
    assert cache is not None  # it was written just now
    with explained(str(folder), "read"):
        rows = pq.read_table(folder / _POSES_NAME).to_pylist()
    return Planned(cache, {row["view_id"]: _pose(row) for row in rows})


def _answered_by_motions() -> tuple[str, ...]:
    every = (family.id for family in chosen_families([]))
    return tuple(family for family in every if family not in _NOT_OF_MOTIONS)


def _poses(pairs: pa.Table) -> pa.Table:
    """One row of each view of some pairs."""
    columns = ("view_id", "world_from_camera", "intrinsics", "object_turn_rad")
    sides = [
        pairs.select([*(f"{name}_{side}" for name in columns), "width_px", "height_px"])
        .rename_columns([*columns, "width_px", "height_px"])
        .to_pylist()
        for side in (1, 2)
    ]
    return pa.Table.from_pylist(list({row["view_id"]: row for row in chain(*sides)}.values()))


def _pose(row: dict[str, Any]) -> tuple[Camera, float]:
    pose, intrinsics = np.array(row["world_from_camera"]), np.array(row["intrinsics"])
    return Camera(pose, intrinsics, row["width_px"], row["height_px"]), row["object_turn_rad"]


def planned_pairs(assets: int, recipe: Recipe) -> pa.Table:
    """The pairs of one visit to each of ``assets`` boxes of drawn proportions, each both ways.

    Their cameras are exact; boxes look different from everywhere, and how much of their surface two
    views share is guessed from the angle between them.
    """
    numbers = tqdm(range(assets), desc="planning views", unit="object", disable=None)
    rows = [row for number in numbers for row in _rows_of(f"box{number:06d}", recipe)]
    return pa.Table.from_pylist(rows, schema=PAIRS)


def questions_about(pairs: pa.Table, config: QaConfig) -> tuple[pa.Table, QaSummary]:
    """What is asked about planned pairs.

    Nothing was rendered, so that no points of a surface tell what would be invisible.
    """
    unseen = config.model_copy(update={"displacement_least_px": 0.0})
    summary = QaSummary()
    rings = dict.fromkeys(pairs.column("asset_uid").unique().to_pylist(), _NOTHING_ALIKE)
    blocks = build_questions(
        pairs.to_batches(_PAIRS_AT_ONCE),
        rings,
        unseen,
        seed=0,
        fingerprint=_PLAN,
        schemas=QaSchemas(questions=QUESTIONS, rejected=REJECTED),
        summary=summary,
    )
    return pa.concat_tables([block.questions for block in blocks]), summary


def _rows_of(uid: str, recipe: Recipe) -> list[dict[str, Any]]:
    """Rows of the pairs table of one box."""
    rng = rng_for(recipe.seed, "box", uid)
    points = _box_points(rng)
    front_rad = -np.pi / 2 if rng.random() < _SIDED else None
    wanted = recipe.pairs.per_asset // 2
    planned = plan_clusters(
        uid,
        visit_round=0,
        points_world=points,
        size_px=(recipe.render.width_px, recipe.render.height_px),
        config=recipe.views,
        seed=recipe.seed,
    )
    clusters = list(islice(planned, clusters_for(wanted, recipe.views.satellites_per_anchor)))
    views = {request.view_id: request for cluster in clusters for request in cluster.requests}
    numbers = {name: _view_numbers(request, points) for name, request in views.items()}
    rows = []
    for candidate in islice(pair_candidates(clusters), wanted):
        both = candidate.view_id_1, candidate.view_id_2
        for one, two in (both, both[::-1]):
            rows.append(
                {
                    "asset_uid": uid,
                    "kind": candidate.kind,
                    **_relative_numbers(views[one], views[two], front_rad),
                    **{f"{name}_1": value for name, value in numbers[one].items()},
                    **{f"{name}_2": value for name, value in numbers[two].items()},
                }
            )
    return rows


def _box_points(rng: np.random.Generator) -> Array:
    """(N, 3) points on a box that fits the unit cube."""
    extent = np.exp(rng.normal(0.0, 0.45, 3))
    points = rng.uniform(-0.5, 0.5, (_SURFACE_POINTS, 3))
    side = rng.integers(0, 3, _SURFACE_POINTS)
    points[np.arange(_SURFACE_POINTS), side] = rng.choice([-0.5, 0.5], _SURFACE_POINTS)
    return np.asarray(points * extent / extent.max())


def _view_numbers(request: ViewRequest, points: Array) -> dict[str, Any]:
    """Columns of one view."""
    camera = request.camera
    pixels, _ = camera.project(transform(turn_about_up(request.object_turn_rad), points))
    across, down = np.ptp(pixels, axis=0) / [camera.width_px, camera.height_px]
    return {
        **asdict(ViewGeometry.of(camera, object_turn_rad=request.object_turn_rad)),
        "view_id": request.view_id,
        "mask_share": min(1.0, float(across * down * _BOX_COVER)),
        "in_frame_share": float(camera.in_frame(pixels).mean()),
        "world_from_camera": camera.world_from_camera.tolist(),
        "intrinsics": camera.intrinsics.tolist(),
        "image_sha256": "0" * 64,
    }


def _relative_numbers(
    one: ViewRequest, two: ViewRequest, front_rad: float | None
) -> dict[str, Any]:
    """Columns of a pair; overlap falls with the angle between the views."""
    relative = RelativeView.between(
        one.camera,
        two.camera,
        object_turn_1_rad=one.object_turn_rad,
        object_turn_2_rad=two.object_turn_rad,
    )
    apart = np.hypot(np.nan_to_num(relative.azimuth_rad), relative.elevation_rad)
    return {
        **asdict(relative),
        "pair_id": f"{one.view_id}>{two.view_id}",
        "reverse_id": f"{two.view_id}>{one.view_id}",
        "category": "box",
        "licence": "CC0-1.0",
        "overlap_12": float(np.clip(1 - apart / 2.2, 0, 1)),
        "overlap_21": float(np.clip(1 - apart / 2.2, 0, 1)),
        "light_moved": one.lighting != two.lighting,
        "front_azimuth_1_rad": None if front_rad is None else front_rad + one.object_turn_rad,
        "backdrop": one.backdrop.kind.value,
        "width_px": one.camera.width_px,
        "height_px": one.camera.height_px,
        "seed": 0,
        "fingerprint": _PLAN,
    }
