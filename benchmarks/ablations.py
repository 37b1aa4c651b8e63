"""What each part of the bundled training is worth: variants of it, held against one exam.

Every variant is a whole ``viewgen train-baseline`` from nothing, of several seeds, and is examined
on a run of categories that none of them saw. Told is the mean over families of graded correctness,
the right side of sides named, the size out of four, the median error of azimuths, and the share of
questions right both ways round: the mean over the seeds with a 95 % interval of Student's t, and
the difference from the variant ``whole``, seed by seed. It goes on where it was stopped; what is
finished isn't done again. Many hours on a CPU.

    python benchmarks/ablations.py [--seeds 3] [--out runs/ablations] [--only whole,no_tower]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viewpoint_gen.geometry.frames import Array

T_975 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
"""Student's t of n - 1 degrees of freedom, by n."""

FIGURES = {
    "mean of families, %": lambda found: 100 * found["macro"]["value"],
    "right side, %": lambda found: 100 * found["right_side"]["value"],
    "four sizes, %": lambda found: 100 * found["four_way"]["value"],
    "azimuth, deg": lambda found: found["azimuth_error_deg"],
    "swap, %": lambda found: 100 * found["groups"].get("swap", {}).get("value", np.nan),
}

RUNS: Mapping[str, tuple[str, ...]] = {
    "seen": ("--recipe", "baseline"),
    "seen_3000": ("--recipe", "baseline", "--num-pairs", "3000"),
    "seen_1000": ("--recipe", "baseline", "--num-pairs", "1000"),
    "orbits": (
        "--recipe", "baseline",
        *(word for move in (
            "far_orbit", "under_rotated", "over_rotated", "arc", "under_tilted", "over_tilted",
            "counter_sideways", "counter_vertical", "mixed", "pan", "tilt", "roll", "truck",
            "pedestal", "dolly", "zoom", "still", "light", "object_turn",
        ) for word in ("--set", f"views.move.{move}=0")),
        "--set", "views.move.orbit=1", "--set", "views.offset=[0, 0]",
        "--set", "views.upright_roll_deg=0",
    ),
    "unseen": ("--recipe", "baseline-held-out"),
}  # fmt: skip
"""What is rendered, with the options of ``viewgen render``."""

NOTHING_CONFUSABLE = ("--set", "confusable_most_ratio=0")
"""Options of ``viewgen qa``: nothing is refused because two views of an object look alike."""


@dataclass(frozen=True)
class Variant:
    """A way to train.

    Attributes:
        run: of ``RUNS``, that is learnt from.
        options: of ``viewgen train-baseline``.
        stage: whose model is examined: "after SFT" or "after GRPO".
    """

    run: str = "seen"
    options: tuple[str, ...] = ()
    stage: str = "after GRPO"


def trained(*settings: str) -> tuple[str, ...]:
    """Options that set values of the training's recipe."""
    return tuple(word for setting in settings for word in ("--set", setting))


VARIANTS: Mapping[str, Variant] = {
    "whole": Variant(),
    "supervised_only": Variant(stage="after SFT"),
    "no_tower": Variant(options=("--geometry", "none")),
    "untrained_tower": Variant(options=trained("tower.steps=1")),
    "direct_only": Variant(options=("--cot-share", "0")),
    "half_reasoned": Variant(options=("--cot-share", "0.5")),
    "no_replay": Variant(options=trained("grpo.replay_share=0")),
    "orbits": Variant(run="orbits"),
    "confusable_asked": Variant(run="seen_confusable"),
    "pairs_1000": Variant(run="seen_1000"),
    "pairs_3000": Variant(run="seen_3000"),
}


def viewgen(*words: str) -> None:
    """Run a command as a user would.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    print("viewgen", *words, flush=True)
    subprocess.run([sys.executable, "-m", "viewpoint_gen", *words], check=True)


def asked_run(out: Path, name: str) -> Path:
    """A run of ``RUNS`` with its questions, rendered if it isn't there."""
    rendered, asks = (name, ())
    if name == "seen_confusable":
        rendered, asks = "seen", NOTHING_CONFUSABLE
    run = out / "runs" / name
    if not (run / "qa.json").is_file():
        viewgen("render", str(run), *RUNS[rendered], "--lanes", "2")
        viewgen("qa", str(run), *asks)
    return run


def examined(out: Path, name: str, seed: int) -> dict[str, Any]:
    """What a variant's model knows of the run that none of them saw."""
    variant = VARIANTS[name]
    shared = "whole" if name == "supervised_only" else name  # one training holds both models
    folder = out / "models" / f"{shared}-{seed}"
    if not (folder / "report.json").is_file():
        viewgen(
            "train-baseline", str(asked_run(out, variant.run)), "--out", str(folder),
            "--seed", str(seed), "--eval", str(asked_run(out, "unseen")), *variant.options,
        )  # fmt: skip
    report = json.loads((folder / "report.json").read_text())
    (exam,) = report["exams"].values()
    models = json.loads(Path(exam["result"]).read_text())["models"]
    return next(model for model in models if model["name"] == variant.stage)


def interval(values: Array) -> str:
    """Mean and half-width of the 95 % interval over seeds."""
    if len(values) < min(T_975):
        return f"{values.mean():6.1f}"
    half = T_975[len(values)] * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():6.1f} ±{half:5.1f}"


def table(found: Mapping[str, Sequence[dict[str, Any]]]) -> list[str]:
    """Markdown: each variant's figures, and what they differ by from ``whole``."""
    read = {
        name: {
            title: np.array([figure(each) for each in seeds], dtype=float)
            for title, figure in FIGURES.items()
        }
        for name, seeds in found.items()
    }
    lines = [f"| variant | {' | '.join(FIGURES)} |", "|---" * (len(FIGURES) + 1) + "|"]
    for name, figures in read.items():
        cells = [interval(values) for values in figures.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    for name, figures in read.items():
        if "whole" in read and name != "whole":
            cells = [interval(figures[title] - read["whole"][title]) for title in FIGURES]
            lines.append(f"| {name} - whole | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """See the module's own words."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, max(T_975) + 1))
    parser.add_argument("--out", type=Path, default=Path("runs/ablations"))
    parser.add_argument("--only", default=",".join(VARIANTS), help="variants, separated by commas")
    options = parser.parse_args()
    names = [name for name in VARIANTS if name in options.only.split(",")]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for seed in range(options.seeds):
        for name in names:
            found[name].append(examined(options.out, name, seed))
        print("\n".join(["", f"{seed + 1} of {options.seeds} seeds", "", *table(found), ""]))


if __name__ == "__main__":
    main()
