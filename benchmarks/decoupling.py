"""Whether anything but the fact itself tells the answer, over the questions of a run or a plan.

    python benchmarks/decoupling.py RUN
    python benchmarks/decoupling.py --plan 600

Without a run, cameras are planned for so many assets and nothing is rendered. Three tables:

- how many questions each family asks, and how well a random forest guesses their answers that
  knows one view's camera exactly (it learns from other assets);
- how well one axis of a motion predicts the answer about another, among those that moved on both:
  on a plain look-at orbit "moved right" predicts "turned left" in 100 %, and 50 % is nothing;
- how large the orbits are.
"""

import argparse
import time

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupKFold

from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.recipe import load_recipe
from viewpoint_gen.training.primer.planned import planned_pairs, questions_about

ASKS = {
    "ego_translation_sideways": "sideways",
    "ego_translation_vertical": "vertical",
    "ego_translation_distance": "distance",
    "object_translation_around": "azimuth",
    "ego_rotation_yaw": "yaw",
    "ego_rotation_pitch": "pitch",
    "ego_rotation_roll": "roll",
}
"""The number of the motion that each family of directions asks about."""

SAME_QUANTITY = {frozenset({"sideways", "azimuth"})}
CAMERA = ("elevation_rad", "pitch_rad", "roll_rad", "bearing_right_rad", "bearing_down_rad",
          "distance", "focal_px", "mask_share")  # fmt: skip
FOLDS = 5
FEWEST = 100  # questions that a forest can learn anything from


def signs_of(pairs: pa.Table) -> dict[str, np.ndarray]:
    """-1, 0 or +1 per pair and axis; 0 is "not at all" (within 1 degree or 1 %)."""
    degree = np.deg2rad(1.0)
    distance_1 = numbers(pairs, "distance_1")

    def sign(values: np.ndarray, still: float) -> np.ndarray:
        return np.where(np.abs(values) <= still, 0, np.sign(values)).astype(int)

    return {
        "sideways": sign(numbers(pairs, "right") / distance_1, 0.01),
        "vertical": sign(numbers(pairs, "rise") / distance_1, 0.01),
        "distance": sign(np.log(numbers(pairs, "distance_ratio")), 0.01),
        "azimuth": sign(np.nan_to_num(numbers(pairs, "azimuth_rad")), degree),
        "yaw": sign(np.nan_to_num(numbers(pairs, "heading_rad")), degree),
        "pitch": sign(numbers(pairs, "pitch_rad"), degree),
        "roll": sign(np.nan_to_num(numbers(pairs, "roll_rad")), degree),
    }


def numbers(pairs: pa.Table, name: str) -> np.ndarray:
    return pairs.column(name).to_numpy().astype(float)


def camera_of(pairs: pa.Table, view: int) -> np.ndarray:
    """(N, F) all that one view shows: its camera exactly, from which side, and its backdrop."""
    columns = [numbers(pairs, f"{name}_{view}") for name in CAMERA]
    # both views' azimuths are told against the object's front in that view
    turned = numbers(pairs, f"object_turn_rad_{view}") - numbers(pairs, "object_turn_rad_1")
    side = numbers(pairs, f"azimuth_rad_{view}") - numbers(pairs, "front_azimuth_1_rad") - turned
    backdrops = np.array(pairs.column("backdrop").to_pylist())
    columns += [np.sin(side), np.cos(side)]
    columns += [(backdrops == kind).astype(float) for kind in np.unique(backdrops)]
    return np.nan_to_num(np.stack(columns, axis=1), nan=9.0)


def forest_right(camera: np.ndarray, truth: np.ndarray, asset: np.ndarray) -> float:
    """Share of answers that a forest guesses about assets that it hasn't learned from."""
    right = np.zeros(len(truth), dtype=bool)
    for seen, held_out in GroupKFold(FOLDS).split(camera, truth, asset):
        forest = RandomForestClassifier(150, min_samples_leaf=5, random_state=0)
        forest.fit(camera[seen], truth[seen])
        right[held_out] = forest.predict(camera[held_out]) == truth[held_out]
    return float(right.mean())


def report_forest(pairs: pa.Table, asked: pa.Table, row_of: dict[str, int]) -> None:
    print(f"{'family':<32}{'asked':>7}{'per pair':>9}{'chance':>8}{'view 1':>8}{'view 2':>8}     ±")
    cameras = {view: camera_of(pairs, view) for view in (1, 2)}
    assets = np.array(pairs.column("asset_uid").to_pylist())
    families = np.array(asked.column("family").to_pylist())
    pair_rows = np.array([row_of[name] for name in asked.column("pair_id").to_pylist()])
    truths = np.array(asked.column("answer_key").to_pylist())
    for family in dict.fromkeys(families.tolist()):
        mine = families == family
        rows, truth, chance = pair_rows[mine], truths[mine], 1.0 / len(FAMILIES[family].options)
        line = f"{family:<32}{len(rows):>7}{len(rows) / len(pairs):>9.1%}{chance:>8.1%}"
        if len(rows) >= FEWEST:
            for view in (1, 2):
                line += f"{forest_right(cameras[view][rows], truth, assets[rows]):>8.1%}"
            line += f" {1.96 * np.sqrt(chance * (1 - chance) / len(rows)):>5.1%}"
        print(line, flush=True)


def report_axes(pairs: pa.Table, asked: pa.Table, row_of: dict[str, int]) -> None:
    signs = signs_of(pairs)
    worst = 0.0
    families = np.array(asked.column("family").to_pylist())
    pair_rows = np.array([row_of[name] for name in asked.column("pair_id").to_pylist()])
    for family, own in ASKS.items():
        rows = pair_rows[families == family]
        truth = signs[own][rows]
        shown = []
        for other, values in signs.items():
            both = (truth != 0) & (values[rows] != 0)
            if other == own or frozenset({own, other}) in SAME_QUANTITY or both.sum() < 10:
                continue
            same = float((truth[both] == values[rows][both]).mean())
            worst = max(worst, same, 1 - same)
            shown.append(f"{other} {same:.1%} of {both.sum()}")
        print(f"{family}, same sign as: {', '.join(shown)}")
    print(f"strongest prediction of any axis by another: {worst:.1%} (50 % is none)")


def load(run: str) -> tuple[pa.Table, pa.Table]:
    """Pairs and questions of a rendered run."""
    tables = (ds.dataset(f"{run}/{name}", format="parquet").to_table() for name in ("pairs", "qa"))
    pairs, asked = tables
    return pairs, asked


def planned(assets: int) -> tuple[pa.Table, pa.Table]:
    """Pairs of a plan by the default recipe, and what is asked about them."""
    recipe = load_recipe(None)
    pairs = planned_pairs(assets, recipe)
    started = time.process_time()
    asked, _ = questions_about(pairs, recipe.qa)
    seconds = time.process_time() - started
    print(f"{len(asked)} questions about {len(pairs)} pairs, {len(asked) / seconds:,.0f} a second")
    return pairs, asked


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("run", metavar="RUN", nargs="?")
    parser.add_argument("--plan", metavar="ASSETS", type=int, default=600)
    arguments = parser.parse_args()
    pairs, asked = load(arguments.run) if arguments.run else planned(arguments.plan)
    row_of = {pair_id: row for row, pair_id in enumerate(pairs.column("pair_id").to_pylist())}
    report_forest(pairs, asked, row_of)
    report_axes(pairs, asked, row_of)
    azimuth = np.abs(np.rad2deg(numbers(pairs, "azimuth_rad")))
    print(f"orbits of 30 degrees and more: {np.nanmean(azimuth >= 30):.1%} of {len(azimuth)} pairs")


if __name__ == "__main__":
    main()
