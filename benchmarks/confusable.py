"""What the ring refuses, on objects whose symmetry is known by construction.

Renders small pairs of symmetric and of directed procedural objects, asks every family of directions
about each of them, and holds what the ring leaves against an oracle: the answer's own number,
recomputed with every turn that the object's symmetry allows. Then the ring's share of the time.

    python benchmarks/confusable.py [--objects 40] [--timed 4]
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from viewpoint_gen.assets.generated import ProceduralSource, distinct_categories
from viewpoint_gen.assets.procedural import CATALOGUE
from viewpoint_gen.pipeline.process import Processor
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable
from viewpoint_gen.qa.facts import facts_of, matrices_of, numbers_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.recipe import Recipe, load_recipe
from viewpoint_gen.records import Ring, Visit
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.views.ring import plan_ring
from viewpoint_gen.views.sampling import plan_clusters

STILL = np.deg2rad(1.0)  # also 1 % of a distance, nearly enough
OBJECT_NUMBERS = ("object_translation_left_right", "object_translation_front_back")


@dataclass
class Count:
    """Questions of one family."""

    ambiguous: int = 0
    ambiguous_left: int = 0
    clear: int = 0
    clear_lost: int = 0


@dataclass
class Measured:
    """Questions per family, and how many were wrongly kept or lost per category."""

    families: dict[str, Count] = field(default_factory=dict)
    lost_at: dict[str, int] = field(default_factory=dict)

    def total(self, name: str) -> int:
        return sum(getattr(count, name) for count in self.families.values())


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objects", type=int, default=40, help="of each sort")
    parser.add_argument("--timed", type=int, default=4, help="objects rendered at 512 px; 0: none")
    parser.add_argument("--seed", type=int, default=11)
    return parser.parse_args()


def small_recipe(seed: int) -> Recipe:
    """Little pictures before one colour: nothing but the object tells the motion."""
    backdrop = {"ground": 0.0, "hdri": 0.0, "solid": 1.0}
    return load_recipe(
        overrides=[
            ("seed", seed),
            ("render.width_px", 96),
            ("render.height_px", 96),
            ("render.quality", "draft"),
            *((f"views.backdrop.{name}", weight) for name, weight in backdrop.items()),
        ]
    )


def numbers(first: np.ndarray, second: np.ndarray, front_rad: np.ndarray) -> dict[str, np.ndarray]:
    """The number that decides each family, from the cameras (N, 4, 4) alone."""
    place_1, place_2 = first[:, :3, 3], second[:, :3, 3]
    distance_1, distance_2 = (np.linalg.norm(place, axis=1) for place in (place_1, place_2))
    step = (place_2 - place_1) / distance_1[:, None]
    look_1, look_2 = first[:, :3, 2], second[:, :3, 2]

    def between(one: np.ndarray, two: np.ndarray) -> np.ndarray:
        cross = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
        return np.arctan2(cross, one[:, 0] * two[:, 0] + one[:, 1] * two[:, 1])

    def roll(camera: np.ndarray) -> np.ndarray:
        return np.arctan2(-camera[:, 2, 0], -camera[:, 2, 1])

    return {
        "ego_translation_sideways": np.einsum("ni,ni->n", step, first[:, :3, 0]),
        "ego_translation_vertical": step[:, 2],
        "ego_translation_distance": np.log(distance_2 / distance_1),
        "object_translation_around": between(place_1, place_2),
        "object_translation_left_right": step[:, 1] * np.cos(front_rad)
        - step[:, 0] * np.sin(front_rad),
        "object_translation_front_back": step[:, 0] * np.cos(front_rad)
        + step[:, 1] * np.sin(front_rad),
        "ego_rotation_yaw": between(look_1, look_2),
        "ego_rotation_pitch": np.arcsin(look_2[:, 2]) - np.arcsin(look_1[:, 2]),
        "ego_rotation_roll": np.angle(np.exp(1j * (roll(second) - roll(first)))),
    }


def ambiguous(pairs: pa.Table, step_deg: float | None) -> dict[str, np.ndarray]:
    """Which answers change under some turn of the object's symmetry."""
    first, second = (matrices_of(pairs, f"world_from_camera_{view}", 4) for view in (1, 2))
    front_rad = numbers_of(pairs, "front_azimuth_1_rad")
    turns = [0.0] if step_deg is None else np.arange(0.0, 360.0, step_deg or 15.0)
    told = {name: signs(values) for name, values in numbers(first, second, front_rad).items()}
    differs = {name: np.zeros(len(pairs), dtype=bool) for name in told}
    for turn_1, turn_2 in itertools.product(turns, turns):
        other = numbers(turned(first, turn_1), turned(second, turn_2), front_rad)
        for name, values in other.items():
            differs[name] |= signs(values) != told[name]
    return differs


def signs(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) <= STILL, 0, np.sign(values))


def turned(cameras: np.ndarray, turn_deg: float) -> np.ndarray:
    turn = np.eye(4)
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    turn[:2, :2] = [[cos, -sin], [sin, cos]]
    return turn @ cameras


def measure(categories: tuple[str, ...], objects: int, seed: int, folder: Path) -> Measured:
    recipe = small_recipe(seed)
    source = ProceduralSource(seed=seed, categories=categories, directory=folder)
    measured = Measured()
    with BlenderChild(recipe.render, recipe.machine, log_path=folder / "blender.log") as child:
        processor = Processor(ReadAhead(source), child, recipe)
        for index in range(objects):
            result = processor(Visit(index, 0, recipe.pairs.per_asset))
            if result.tables["pairs"].num_rows:
                count(measured, source.category(index), result.tables)
            else:
                print(f"  {source.uid(index)}: {result.outcome.code} {result.outcome.message}")
    return measured


def count(measured: Measured, category: str, tables: dict[str, pa.Table]) -> None:
    pairs, config = tables["pairs"], QaConfig()
    row = tables["rings"].to_pylist()[0]
    ring = Ring(row["azimuths"], row["elevation_rad"], row["ratios"])
    lookalikes = Lookalikes.of(pairs, {row["asset_uid"]: ring})
    facts = facts_of(pairs)
    truth = ambiguous(pairs, CATALOGUE[category].symmetry.step_deg)
    for name, told in truth.items():
        family = FAMILIES[name]
        verdicts = family.verdicts(facts, config)
        asked = verdicts.option >= 0
        refuse_confusable(verdicts, family, facts, lookalikes, config)
        left = verdicts.option >= 0
        here = measured.families.setdefault(name, Count())
        here.ambiguous += int((asked & told).sum())
        here.ambiguous_left += int((left & told).sum())
        here.clear += int((asked & ~told).sum())
        lost = int((asked & ~left & ~told).sum())
        here.clear_lost += lost
        wrong = lost + int((left & told).sum())
        if wrong:
            measured.lost_at[category] = measured.lost_at.get(category, 0) + wrong


def show(title: str, measured: Measured) -> None:
    print(f"\n{title}")
    print(f"{'family':32} {'ambiguous':>9} {'survive':>8} {'clear':>6} {'lost':>5}")
    for name, one in measured.families.items():
        print(
            f"{name:32} {one.ambiguous:9} {one.ambiguous_left:8} {one.clear:6} {one.clear_lost:5}"
        )
    for kind, gone in (("ambiguous", "ambiguous_left"), ("clear", "clear_lost")):
        whole, part = measured.total(kind), measured.total(gone)
        print(f"{gone:16} {part} of {whole} = {part / max(whole, 1):.2%}")
    wrong = sorted(measured.lost_at.items(), key=lambda item: -item[1])
    print(
        "wrongly kept or lost:", ", ".join(f"{name} {number}" for name, number in wrong) or "none"
    )


def show_cost(objects: int, seed: int, folder: Path) -> None:
    """Wall time of the ring beside that of the views, at the default size and quality."""
    recipe = load_recipe()
    source = ProceduralSource(seed=seed, directory=folder)
    print(f"\n{'object':28} {'views_s':>8} {'ring_s':>7} {'share':>6}")
    with BlenderChild(recipe.render, recipe.machine, log_path=folder / "blender.log") as child:
        for index in range(objects):
            asset = source.asset(index)
            loaded = child.load(asset)
            points = loaded.points_world
            size_px = (recipe.render.width_px, recipe.render.height_px)
            clusters = plan_clusters(
                asset.uid, visit_round=0, points_world=points, size_px=size_px,
                config=recipe.views, seed=seed,
            )  # fmt: skip
            wanted = [one for cluster in islice(clusters, 3) for one in cluster.requests]
            began = time.monotonic()
            for _ in child.render_each(wanted, loaded):
                pass
            views_s = time.monotonic() - began
            ring = plan_ring(asset.uid, points_world=points, config=recipe.views.ring, seed=seed)
            began = time.monotonic()
            for _ in child.glance_each(ring, loaded):
                pass
            ring_s = time.monotonic() - began
            print(f"{asset.uid:28} {views_s:8.2f} {ring_s:7.2f} {ring_s / views_s:6.1%}")


def main() -> None:
    given = options()
    directed = distinct_categories()
    symmetric = tuple(name for name in CATALOGUE if name not in directed)
    with tempfile.TemporaryDirectory(prefix="viewgen-confusable-") as folder:
        for title, categories in (("symmetric", symmetric), ("directed", directed)):
            measured = measure(categories, given.objects, given.seed, Path(folder))
            show(f"{given.objects} {title} objects", measured)
        if given.timed:
            show_cost(given.timed, given.seed, Path(folder))


if __name__ == "__main__":
    main()
