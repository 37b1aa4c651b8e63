"""The small run, its views with depth and cameras, so that a tower can learn from them.

Every view looks straight at a wall three units away, from a place of its own beside the others.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from small_run import HEIGHT_PX, WIDTH_PX, write_run

from viewpoint_gen.dataset.images import encode_depth, encode_mask
from viewpoint_gen.dataset.schema import VIEWS
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME
from viewpoint_gen.recipe import Recipe

WALL = 3.0


def write_seen_run(root: Path) -> Path:
    """A run that every stage can learn from."""
    write_run(root)
    (root / RECIPE_NAME).write_text(Recipe().to_toml())
    for path in sorted((root / "views").glob("*.parquet")):
        rows = [row | _seen(row) for row in pq.read_table(path).to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, schema=VIEWS), path)
    return root


def _seen(row):
    place = int(row["view_id"].rsplit(".", 1)[1])
    world_from_camera = np.diag([1.0, -1.0, -1.0, 1.0])  # it looks down, at the ground
    world_from_camera[:3, 3] = [0.2 + 0.15 * place, 0.1, WALL]
    depth = np.full((HEIGHT_PX, WIDTH_PX), WALL, dtype=np.float32)
    encoded, near, far = encode_depth(depth)
    focal_px = 50.0
    return {
        "anchor_id": row["asset_uid"],
        "mask": encode_mask(np.ones((HEIGHT_PX, WIDTH_PX), dtype=bool)),
        "depth": encoded,
        "depth_near": near,
        "depth_far": far,
        "world_from_camera": world_from_camera.tolist(),
        "intrinsics": [[focal_px, 0.0, WIDTH_PX / 2], [0.0, focal_px, HEIGHT_PX / 2], [0, 0, 1.0]],
        "object_turn_rad": 0.0,
        "backdrop": "solid",
        "width_px": WIDTH_PX,
        "height_px": HEIGHT_PX,
    }
