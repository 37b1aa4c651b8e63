"""What the ring refuses, on objects whose symmetry is known by construction.

Renders small pairs of symmetric objects, of such with 3, 5 or 7 equal sides, and of directed ones,
asks every family but ``same_object`` about each of them, and holds what the ring leaves against an
oracle: the answer, recomputed with every turn that the object's symmetry allows (``readings.py``).
Half of the pairs stand before one colour, half before a ground or an environment. Then the ring's
share of the time, and that of the second ring that 5 and 7 sides get.

    python benchmarks/confusable.py [--objects 40] [--timed 4] [--sorts symmetric,sided,directed]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from readings import ORIGIN, ambiguous, chosen_otherwise, told_otherwise
from sided_objects import SidedSource

from viewpoint_gen.assets.generated import ProceduralSource, distinct_categories
from viewpoint_gen.assets.procedural import CATALOGUE
from viewpoint_gen.pipeline.process import Processor
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Family
from viewpoint_gen.qa.families.gathered import GatheredFamily
from viewpoint_gen.qa.invisible import Sight, refuse_invisible
from viewpoint_gen.qa.marking import mark_points
from viewpoint_gen.qa.views import Views
from viewpoint_gen.recipe import Recipe, load_recipe
from viewpoint_gen.records import LoadedAsset, RenderedView, Ring, ViewRequest, Visit
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.views.ring import look_around
from viewpoint_gen.views.sampling import plan_clusters

SIDES = (3, 5, 7)

Source = ProceduralSource | SidedSource
Symmetry = tuple[float | None, np.ndarray]
"""The smallest turn that changes nothing, in degrees, and where its axis stands."""


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
    parser.add_argument("--sorts", default="symmetric,sided,directed")
    parser.add_argument("--seed", type=int, default=11)
    return parser.parse_args()


def small_recipe(seed: int) -> Recipe:
    """Little pictures; before one colour nothing but the object tells the motion."""
    backdrop = {"ground": 0.5, "hdri": 0.5, "solid": 1.0}
    return load_recipe(
        overrides=[
            ("seed", seed),
            ("render.width_px", 96),
            ("render.height_px", 96),
            ("render.quality", "draft"),
            *((f"views.backdrop.{name}", weight) for name, weight in backdrop.items()),
        ]
    )


@dataclass(frozen=True)
class Sort:
    """Objects of one sort, and what is known of their symmetry, by their index."""

    source: Source
    step_deg: Callable[[int], float | None]
    axis_world: Callable[[int], np.ndarray]


def sort_of(name: str, seed: int, folder: Path) -> Sort:
    if name == "sided":
        sided = SidedSource(seed, SIDES, folder)
        return Sort(sided, lambda index: 360.0 / sided.sides_of(index), sided.axis_world)
    directed = distinct_categories()
    of_sort = tuple(each for each in CATALOGUE if (each in directed) == (name == "directed"))
    source = ProceduralSource(seed=seed, categories=of_sort, directory=folder)
    return Sort(
        source, lambda index: CATALOGUE[source.category(index)].symmetry.step_deg, lambda _: ORIGIN
    )


def measure(sort: Sort, objects: int, seed: int, folder: Path) -> Measured:
    recipe, source = small_recipe(seed), sort.source
    measured = Measured()
    with BlenderChild(recipe.render, recipe.machine, log_path=folder / "blender.log") as child:
        processor = Processor(ReadAhead(source), child, recipe)
        for index in range(objects):
            result = processor(Visit(index, 0, recipe.pairs.per_asset))
            if result.tables["pairs"].num_rows:
                symmetry = (sort.step_deg(index), sort.axis_world(index))
                count(measured, source.category(index), result.tables, symmetry)
            else:
                print(f"  {source.uid(index)}: {result.outcome.code} {result.outcome.message}")
    return measured


def count(
    measured: Measured, category: str, tables: dict[str, pa.Table], symmetry: Symmetry
) -> None:
    """Ask as ``viewgen qa`` does, and hold what the ring refuses against the truth."""
    truth = ambiguous(tables, *symmetry)
    for name, family in FAMILIES.items():
        if isinstance(family, GatheredFamily):
            if name == "same_object":
                continue  # of two assets; which of their sides is shown doesn't matter
            asked, left, told = asked_of_sets(family, tables, symmetry)
        else:
            asked, left = asked_of_pairs(family, tables)
            told = truth[name]
        here = measured.families.setdefault(name, Count())
        here.ambiguous += int((asked & told).sum())
        here.ambiguous_left += int((left & told).sum())
        here.clear += int((asked & ~told).sum())
        lost = int((asked & ~left & ~told).sum())
        here.clear_lost += lost
        wrong = lost + int((left & told).sum())
        if wrong:
            measured.lost_at[category] = measured.lost_at.get(category, 0) + wrong


def ring_in(tables: dict[str, pa.Table]) -> dict[str, Ring]:
    row = tables["rings"].to_pylist()[0]
    of_ring = ("azimuths", "elevation_rad", "ratios", "shape_key", "middle_x", "middle_y")
    return {row["asset_uid"]: Ring(*(row[name] for name in of_ring))}


def asked_of_pairs(family: Family, tables: dict[str, pa.Table]) -> tuple[np.ndarray, np.ndarray]:
    """(N,) which pairs are asked about without a ring, and with it."""
    pairs, config = tables["pairs"], QaConfig()
    facts = facts_of(pairs)
    verdicts = family.verdicts(facts, config)
    mark_points(family, verdicts, pairs, config, seed=0)
    refuse_invisible(verdicts, family, Sight.of(pairs), config)
    asked = verdicts.option >= 0
    refuse_confusable(verdicts, family, facts, Lookalikes.of(pairs, ring_in(tables)), config)
    return asked, verdicts.option >= 0


def asked_of_sets(
    family: GatheredFamily, tables: dict[str, pa.Table], symmetry: Symmetry
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N,) which items are asked about without a ring, and with it; and which are ambiguous."""
    pairs, rings, config = tables["pairs"], ring_in(tables), QaConfig()
    nothing_alike = {
        uid: replace(ring, packed=bytes([255] * len(ring.packed))) for uid, ring in rings.items()
    }
    views = Views.of(pairs, ["train"] * len(pairs))
    items = family.gather(views, rings, config, 0)
    asked, left = (family.judge(items, each, config).option >= 0 for each in (nothing_alike, rings))
    step_deg, axis_world = symmetry
    if family.id == "choose_view":
        return asked, left, chosen_otherwise(items, step_deg, axis_world)
    net = items.legs[0, 2]  # what ``compose`` asks about
    if step_deg is None or not len(items):
        return asked, left, np.zeros(len(items), dtype=bool)
    told = told_otherwise(net.table, step_deg, axis_world)["object_translation_around"]
    return asked, left, told.any(axis=1)[net.row]


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


def show_cost(source: Source, objects: int, seed: int, folder: Path) -> None:
    """Wall time of the rings beside that of the views, at the default size and quality."""
    recipe = load_recipe()
    print(f"\n{'object':28} {'views_s':>8} {'ring_s':>7} {'share':>6} {'pictures':>9}")
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
            looked: list[ViewRequest] = []
            began = time.monotonic()
            look_around(
                asset.uid, partial(glance, child, loaded, looked), points_world=points,
                config=recipe.views.ring, seed=seed,
            )  # fmt: skip
            ring_s = time.monotonic() - began
            share = ring_s / views_s
            print(f"{asset.uid:28} {views_s:8.2f} {ring_s:7.2f} {share:6.1%} {len(looked):9}")


def glance(
    child: BlenderChild,
    loaded: LoadedAsset,
    looked: list[ViewRequest],
    planned: Sequence[ViewRequest],
) -> Iterable[RenderedView]:
    looked.extend(planned)
    return child.glance_each(planned, loaded)


def main() -> None:
    given = options()
    with tempfile.TemporaryDirectory(prefix="viewgen-confusable-") as folder:
        for name in given.sorts.split(","):
            sort = sort_of(name, given.seed, Path(folder))
            measured = measure(sort, given.objects, given.seed, Path(folder))
            show(f"{given.objects} {name} objects", measured)
        if given.timed:
            for source in (
                ProceduralSource(seed=given.seed, directory=Path(folder)),
                SidedSource(given.seed, SIDES, Path(folder)),
            ):
                show_cost(source, given.timed, given.seed, Path(folder))


if __name__ == "__main__":
    main()
