"""Pairs as the sampler plans them, with exact cameras and no rendering: boxes stand for objects."""

from dataclasses import asdict
from itertools import islice

import numpy as np
import pyarrow as pa

from viewpoint_gen.dataset.schema import PAIRS, QUESTIONS, REJECTED
from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.qa.build import QaSchemas, build_questions
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.summary import QaSummary
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.records import Ring, ViewRequest
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.views.sampling import clusters_for, pair_candidates, plan_clusters

NOTHING_ALIKE = Ring(azimuths=4, elevation_rad=0.3, packed=bytes([255] * 6))
"""Of an object that looks different from everywhere."""

SURFACE_POINTS = 600
BOX_COVER = 0.6  # share of its picture's bounding rectangle that a box covers, about


def planned_pairs(assets: int, recipe: Recipe) -> pa.Table:
    """The pairs of one visit to each of ``assets`` boxes of drawn proportions."""
    rows: list[dict[str, object]] = []
    for number in range(assets):
        rows += rows_of(f"box{number:06d}", recipe)
    return pa.Table.from_pylist(rows, schema=PAIRS)


def rows_of(uid: str, recipe: Recipe) -> list[dict[str, object]]:
    """Rows of the pairs table of one box, each pair both ways."""
    rng = rng_for(recipe.seed, "box", uid)
    points = box_points(rng)
    front_rad = -np.pi / 2 if rng.random() < 0.6 else None
    wanted = recipe.pairs.per_asset // 2
    planned = plan_clusters(
        uid, visit_round=0, points_world=points, size_px=(512, 512), config=recipe.views,
        seed=recipe.seed,
    )  # fmt: skip
    clusters = list(islice(planned, clusters_for(wanted, recipe.views.satellites_per_anchor)))
    views = {request.view_id: request for cluster in clusters for request in cluster.requests}
    numbers = {name: view_numbers(request, points) for name, request in views.items()}
    rows = []
    for candidate in islice(pair_candidates(clusters), wanted):
        for one, two in (
            (candidate.view_id_1, candidate.view_id_2),
            (candidate.view_id_2, candidate.view_id_1),
        ):
            rows.append(
                {
                    "asset_uid": uid,
                    "kind": candidate.kind,
                    **relative_numbers(views[one], views[two], front_rad),
                    **{f"{name}_1": value for name, value in numbers[one].items()},
                    **{f"{name}_2": value for name, value in numbers[two].items()},
                }
            )
    return rows


def box_points(rng: np.random.Generator) -> np.ndarray:
    """(N, 3) points on a box that fits the unit cube."""
    extent = np.exp(rng.normal(0.0, 0.45, 3))
    points = rng.uniform(-0.5, 0.5, (SURFACE_POINTS, 3))
    side = rng.integers(0, 3, SURFACE_POINTS)
    points[np.arange(SURFACE_POINTS), side] = rng.choice([-0.5, 0.5], SURFACE_POINTS)
    return points * extent / extent.max()


def view_numbers(request: ViewRequest, points: np.ndarray) -> dict[str, object]:
    """Columns of one view."""
    camera = request.camera
    pixels, _ = camera.project(transform(turn_about_up(request.object_turn_rad), points))
    across, down = np.ptp(pixels, axis=0) / [camera.width_px, camera.height_px]
    return {
        **asdict(ViewGeometry.of(camera, object_turn_rad=request.object_turn_rad)),
        "view_id": request.view_id,
        "mask_share": min(1.0, float(across * down * BOX_COVER)),
        "in_frame_share": float(camera.in_frame(pixels).mean()),
        "world_from_camera": camera.world_from_camera.tolist(),
        "intrinsics": camera.intrinsics.tolist(),
        "image_sha256": "0" * 64,
    }


def relative_numbers(
    one: ViewRequest, two: ViewRequest, front_rad: float | None
) -> dict[str, object]:
    """Columns of a pair; overlap falls with the angle between the views."""
    relative = RelativeView.between(
        one.camera, two.camera,
        object_turn_1_rad=one.object_turn_rad, object_turn_2_rad=two.object_turn_rad,
    )  # fmt: skip
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
        "fingerprint": "planned",
    }


def questions_about(pairs: pa.Table, config: QaConfig) -> tuple[pa.Table, QaSummary]:
    """What is asked about pairs of objects that look different from everywhere.

    Nothing was rendered, so that no points of a surface tell what would be invisible.
    """
    unseen = config.model_copy(update={"displacement_least_px": 0.0})
    summary = QaSummary()
    rings = dict.fromkeys(pairs.column("asset_uid").unique().to_pylist(), NOTHING_ALIKE)
    blocks = build_questions(
        pairs.to_batches(8192),
        rings,
        unseen,
        seed=0,
        fingerprint="planned",
        schemas=QaSchemas(questions=QUESTIONS, rejected=REJECTED),
        summary=summary,
    )
    return pa.concat_tables([block.questions for block in blocks]), summary
