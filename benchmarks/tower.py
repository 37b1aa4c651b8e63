"""What a trained geometry tower reads from a run that it was not trained on.

Every ordered pair of views of each anchor is read, and held against the truth: the share of sides
that are right (chance 50 %), the median error, and the share of sizes that are right within a
quarter or so; each over the pairs that moved enough to be asked about.

    python benchmarks/tower.py runs/baseline/unseen runs/baseline/model/geometry/tower
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from viewpoint_gen.models.tower import GeometryTower
from viewpoint_gen.storage import open_store
from viewpoint_gen.training.geometry.reading import readings_of
from viewpoint_gen.training.geometry.views import tower_views


def main() -> None:
    """See the module's own words."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", help="a run with its questions")
    parser.add_argument("tower", type=Path, help="folder of a trained tower")
    options = parser.parse_args()
    tower = GeometryTower.from_pretrained(options.tower)
    with tempfile.TemporaryDirectory() as folder:
        views = tower_views(open_store(options.run), Path(folder), image_px=tower.config.image_px)
        splits = np.unique(views.split)
        pairs = np.concatenate([views.pairs(int(split)) for split in splits])
        found = readings_of(tower, views, pairs)
    print(f"{len(pairs)} pairs of {options.run}\n")
    print("| motion | right side, % | median error | right size, % |\n|---|---|---|---|")
    for name, side in found.side.items():
        error, near = found.error[name], found.near[name]
        print(f"| {name} | {100 * side:.1f} | {error:.3g} | {100 * near:.1f} |")


if __name__ == "__main__":
    main()
