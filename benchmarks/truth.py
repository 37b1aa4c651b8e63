"""How truly a run's masks and depths follow from its matrices, judged from the asset files alone.

Each unskinned GLB is read by trimesh, projected through the stored camera, and compared with the
stored mask (intersection over union) and depth (median relative error along cast rays). Holes
that a material's alpha cuts are in the stored masks only: such files are marked "alpha".

    python benchmarks/truth.py RUN --meshes DIR
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "truth"))

from silhouettes import depth_error, has_alpha, is_posed, silhouette_iou

COLUMNS = [
    *("view_id", "asset_uid", "source_path", "move", "mask", "depth", "depth_near", "depth_far"),
    *("world_from_camera", "world_from_asset", "intrinsics", "width_px", "height_px"),
]


@dataclass(frozen=True)
class Judged:
    """One view and how well it agrees with its file."""

    view_id: str
    source_path: str
    move: str
    alpha: bool
    iou: float
    depth: float


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="run directory with views/part-*.parquet")
    parser.add_argument("--meshes", type=Path, required=True, help="folder of the source files")
    parser.add_argument("--per-asset", type=int, default=0, help="views per asset; 0: all")
    parser.add_argument("--rays", type=int, default=400, help="rays per view; 0: no depth")
    parser.add_argument("--seed", type=int, default=0, help="for the choice of rays")
    return parser.parse_args()


def usable_views(run: Path, meshes: Path, per_asset: int) -> Iterator[tuple[dict[str, Any], Path]]:
    """Views of GLB files that are here and whose triangles stand still."""
    seen: dict[str, int] = {}
    still: dict[Path, bool] = {}
    for part in sorted((run / "views").glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(batch_size=64, columns=COLUMNS):
            for row in batch.to_pylist():
                path = meshes / (row["source_path"] or "")
                if path.suffix.lower() != ".glb" or not path.is_file():
                    continue
                if path not in still:
                    still[path] = not is_posed(path)
                seen[row["asset_uid"]] = seen.get(row["asset_uid"], 0) + 1
                placed = row["world_from_asset"] is not None
                if (
                    still[path]
                    and placed
                    and (not per_asset or seen[row["asset_uid"]] <= per_asset)
                ):
                    yield row, path


def judge(row: dict[str, Any], path: Path, rays: int, seed: int) -> Judged:
    iou = silhouette_iou(row, path)
    depth = depth_error(row, path, rays=rays, seed=seed) if rays else float("nan")
    return Judged(row["view_id"], row["source_path"], row["move"], has_alpha(path), iou, depth)


def show(judged: list[Judged]) -> None:
    iou = np.array([one.iou for one in judged])
    depth = np.array([one.depth for one in judged])
    depth = depth[~np.isnan(depth)]
    print(f"views            {len(judged)} of {len({one.source_path for one in judged})} files")
    print(f"IoU median       {np.median(iou):.4f}")
    print(f"IoU 5th pct      {np.percentile(iou, 5):.4f}")
    print(f"IoU >= 0.95      {np.mean(iou >= 0.95):.1%}")
    if len(depth):
        median, high = np.percentile(depth, [50, 95], method="lower")
        print(f"depth error      median {median:.2e}, 95th pct {high:.2e} (relative)")
    print("worst:")
    for one in sorted(judged, key=lambda one: one.iou)[:10]:
        alpha = "  alpha" if one.alpha else ""
        print(f"  {one.iou:.4f}  {one.depth:.1e}  {one.view_id}  {one.move}{alpha}")


def main() -> int:
    given = options()
    judged = [
        judge(row, path, given.rays, given.seed)
        for row, path in usable_views(given.run, given.meshes, given.per_asset)
    ]
    if not judged:
        print(f"no view of an unskinned GLB from {given.meshes} in {given.run}", file=sys.stderr)
        return 1
    show(judged)
    return 0


if __name__ == "__main__":
    sys.exit(main())
