"""What the points of the surface cost a run: CPU time and bytes, per view and per pair.

    python benchmarks/surface_points.py RUN

RUN is a finished run; its points and what its pairs say of them are made again from its depth.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from viewpoint_gen.dataset.images import decode_depth, decode_picture
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.geometry.surface_points import Sight, SurfacePoints, seen_in
from viewpoint_gen.seeding import rng_for

COLUMNS = {
    "views": ("surface_points",),
    "pairs": ("surface_points_1", "surface_points_2", "seen_in_1", "seen_in_2"),
}


class View:
    """One row of views, decoded."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.view_id, self.seed = row["view_id"], row["seed"]
        depth = decode_depth(row["depth"], row["depth_near"], row["depth_far"])
        self.depth = depth.astype(np.float32)
        self.mask = decode_picture(row["mask"]) == 255
        pose, intrinsics = np.array(row["world_from_camera"]), np.array(row["intrinsics"])
        self.camera = Camera(pose, intrinsics, row["width_px"], row["height_px"])
        self.points: SurfacePoints | None = None

    def draw(self) -> None:
        rng = rng_for(self.seed, "surface points", self.view_id)
        object_depth = np.where(self.mask, self.depth, np.inf)
        self.points = SurfacePoints.of(object_depth, self.camera, rng)

    def sights_of(self, other: View, turn_rad: float) -> bytes:
        """Of this view's points, in another."""
        assert self.points is not None
        return seen_in(
            self.points,
            depth=other.depth,
            mask=other.mask,
            camera=other.camera,
            world_2_from_world_1=turn_about_up(turn_rad),
        ).tobytes()


def stored_bytes(run: Path, table: str) -> float:
    """Compressed bytes per row of the columns that hold points and sights."""
    size, rows = 0, 0
    for part in sorted((run / table).glob("*.parquet")):
        footer = pq.ParquetFile(part).metadata
        rows += footer.num_rows
        for group in map(footer.row_group, range(footer.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                if column.path_in_schema in COLUMNS[table]:
                    size += column.total_compressed_size
    return size / max(rows, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    views = {row["view_id"]: View(row) for row in pq.read_table(run / "views").to_pylist()}
    pairs = pq.read_table(run / "pairs").to_pylist()
    if not pairs:
        sys.exit(f"{run} holds no pairs")
    view_s, pair_s = [], []
    for view in views.values():
        began_s = time.process_time()
        view.draw()
        view_s.append(time.process_time() - began_s)
    told: Counter[int] = Counter()
    for pair in pairs:
        one, two, turn = views[pair["view_id_1"]], views[pair["view_id_2"]], pair["object_turn_rad"]
        began_s = time.process_time()
        sights = one.sights_of(two, turn) + two.sights_of(one, -turn)
        pair_s.append(time.process_time() - began_s)
        told.update(sights)
    counts = [len(view.points.points_world) for view in views.values() if view.points is not None]
    first = next(iter(views.values())).camera
    print(f"{len(views)} views of {first.width_px} x {first.height_px}, {len(pairs)} pairs")
    print(f"points per view: median {np.median(counts):.0f}, least {min(counts)}")
    for what, seconds in (("view", view_s), ("pair, both ways", pair_s)):
        half, most = 1e3 * np.quantile(seconds, [0.5, 0.95])
        print(f"CPU ms per {what}: median {half:.2f}, 95th percentile {most:.2f}")
    for table in COLUMNS:
        print(f"stored: {stored_bytes(run, table):.0f} bytes per row of {table}")
    for sight in Sight:
        print(f"{sight.name.lower()}: {told[sight] / told.total():.1%}")


if __name__ == "__main__":
    main()
