"""How well one axis of a motion predicts the answer about another, over the questions of a run.

    python benchmarks/decoupling.py RUN

On a plain look-at orbit "moved right" predicts "turned left" in 100 % of the questions; 50 % is
no prediction at all. Beside it: how often each option is the truth, and how large the orbits are.
"""

import argparse
from collections import Counter

import numpy as np
import pyarrow.dataset as ds

# The number of the motion that each family asks about.
ASKS = {
    "ego_translation_sideways": "sideways",
    "ego_translation_vertical": "vertical",
    "ego_translation_distance": "distance",
    "object_translation_around": "azimuth",
    "ego_rotation_yaw": "yaw",
    "ego_rotation_pitch": "pitch",
    "ego_rotation_roll": "roll",
}
SAME_QUANTITY = {frozenset({"sideways", "azimuth"})}


def signs_of(pairs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """-1, 0 or +1 per pair and axis; 0 is "not at all" (within 1 degree or 1 %)."""
    degree = np.deg2rad(1.0)
    distance_1 = pairs["distance_1"]

    def sign(values: np.ndarray, still: float) -> np.ndarray:
        return np.where(np.abs(values) <= still, 0, np.sign(values)).astype(int)

    return {
        "sideways": sign(pairs["right"] / distance_1, 0.01),
        "vertical": sign(pairs["rise"] / distance_1, 0.01),
        "distance": sign(np.log(pairs["distance_ratio"]), 0.01),
        "azimuth": sign(pairs["azimuth_rad"], degree),
        "yaw": sign(pairs["heading_rad"], degree),
        "pitch": sign(pairs["pitch_rad"], degree),
        "roll": sign(pairs["roll_rad"], degree),
    }


def load(run: str) -> tuple[dict[str, np.ndarray], list[dict[str, object]]]:
    columns = ["pair_id", "right", "rise", "distance_ratio", "azimuth_rad", "heading_rad",
               "pitch_rad", "roll_rad", "distance_1"]  # fmt: skip
    table = ds.dataset(f"{run}/pairs", format="parquet").to_table(columns=columns)
    pairs = {name: table.column(name).to_numpy() for name in columns}
    asked = ds.dataset(f"{run}/qa", format="parquet").to_table(
        columns=["family", "pair_id", "answer_text", "answer_value"]
    )
    return pairs, asked.to_pylist()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("run", metavar="RUN")
    run = parser.parse_args().run
    pairs, asked = load(run)
    row_of = {pair_id: row for row, pair_id in enumerate(pairs["pair_id"])}
    signs = signs_of(pairs)
    worst = 0.0
    for family, own in ASKS.items():
        its_own = [item for item in asked if item["family"] == family]
        rows = np.array([row_of[item["pair_id"]] for item in its_own], int)
        if not len(rows):
            continue
        truth = signs[own][rows]
        truths = dict(sorted(Counter(truth.tolist()).items()))
        print(f"\n{family}: {len(rows)} questions; truths {truths}")
        for other, values in signs.items():
            if other == own or frozenset({own, other}) in SAME_QUANTITY:
                continue
            both = (truth != 0) & (values[rows] != 0)
            if both.sum() < 10:
                print(f"  {other:<9} moved together in {both.sum()} only")
                continue
            same = float((truth[both] == values[rows][both]).mean())
            worst = max(worst, same, 1 - same)
            print(f"  {other:<9} same sign in {same:6.1%} of {both.sum()}")
    azimuth = np.abs(np.rad2deg(pairs["azimuth_rad"]))
    large = float(np.nanmean(azimuth >= 30))
    print(f"\nstrongest prediction of any axis by another: {worst:.1%} (50 % is none)")
    print(f"orbits of 30 degrees and more: {large:.1%} of {len(azimuth)} pairs")


if __name__ == "__main__":
    main()
