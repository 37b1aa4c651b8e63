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
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viewpoint_gen.bundled import bundled_path
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.training.report.exams import AFTER_GRPO, AFTER_SFT

T_975 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
"""Student's t of n - 1 degrees of freedom, by n."""

FIGURES = {
    "mean of families, %": lambda found: 100 * found["macro"]["value"],
    "right side, %": lambda found: 100 * found["right_side"]["value"],
    "four sizes, %": lambda found: 100 * found["four_way"]["value"],
    "azimuth, deg": lambda found: found["azimuth_error_deg"],
    "swap, %": lambda found: 100 * found["groups"].get("swap", {}).get("value", np.nan),
}


@dataclass(frozen=True)
class Run:
    """What is rendered and asked.

    Attributes:
        render, ask: options of ``viewgen render`` and of ``viewgen qa``.
    """

    render: tuple[str, ...] = ("--recipe", "baseline")
    ask: tuple[str, ...] = ()


def settings(*given: str) -> tuple[str, ...]:
    """Options that set values of a recipe, each KEY=VALUE."""
    return tuple(word for setting in given for word in ("--set", setting))


def of_recipe(name: str) -> tuple[str, ...]:
    """The same, with the values of ``[views]`` in a recipe that travels with the package."""
    text = (bundled_path("manifests") / "recipes" / f"{name}.toml").read_text()
    views = tomllib.loads(text)["views"]
    moves = views.pop("move")
    return settings(
        *(f"views.{key}={value}" for key, value in views.items()),
        *(f"views.move.{key}={value}" for key, value in moves.items()),
    )


RUNS: Mapping[str, Run] = {
    "seen": Run(),
    "seen_3000": Run(("--recipe", "baseline", "--num-pairs", "3000")),
    "seen_1000": Run(("--recipe", "baseline", "--num-pairs", "1000")),
    "seen_confusable": Run(ask=settings("confusable_most_ratio=0")),
    "orbits": Run(("--recipe", "baseline", *of_recipe("orbits"))),
    "unseen": Run(("--recipe", "baseline-held-out")),
}


@dataclass(frozen=True)
class Variant:
    """A way to train, and which of its models is examined.

    Attributes:
        run: of ``RUNS``, that is learnt from.
        options: of ``viewgen train-baseline``.
        stage: after which.
        trained_as: the variant whose training holds that model; by default its own.
    """

    run: str = "seen"
    options: tuple[str, ...] = ()
    stage: str = AFTER_GRPO
    trained_as: str | None = None


VARIANTS: Mapping[str, Variant] = {
    "whole": Variant(),
    "supervised_only": Variant(stage=AFTER_SFT, trained_as="whole"),
    "no_tower": Variant(options=("--geometry", "none")),
    "untrained_tower": Variant(options=settings("tower.steps=1")),
    "cameras_as_they_are": Variant(options=settings("tower.turned=0")),
    "direct_only": Variant(options=("--cot-share", "0")),
    "half_reasoned": Variant(options=("--cot-share", "0.5")),
    "no_replay": Variant(options=settings("grpo.replay_share=0")),
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
    run = out / "runs" / name
    if not (run / "qa.json").is_file():
        viewgen("render", str(run), *RUNS[name].render, "--lanes", "2")
        viewgen("qa", str(run), *RUNS[name].ask)
    return run


def examined(out: Path, name: str, seed: int) -> dict[str, Any]:
    """What a variant's model knows of the run that none of them saw."""
    variant = VARIANTS[name]
    folder = out / "models" / f"{variant.trained_as or name}-{seed}"
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
