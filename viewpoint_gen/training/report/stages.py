"""What each stage of a training did, read from what it left in its folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from viewpoint_gen.storage import explained
from viewpoint_gen.training.config import TrainRecipe
from viewpoint_gen.training.curriculum import POOL_NAME, middling
from viewpoint_gen.training.dev import looks
from viewpoint_gen.training.geometry.pretrain import GEOMETRY_FOLDER
from viewpoint_gen.training.grpo import GRPO_FOLDER
from viewpoint_gen.training.journal import read_log, seconds_in
from viewpoint_gen.training.primer.school import MISREAD_FOLDER, PRIMER_FOLDER
from viewpoint_gen.training.primer.sight import SIGHT_FOLDER
from viewpoint_gen.training.sft import SFT_FOLDER

_TITLES: Final = {
    GEOMETRY_FOLDER: "Geometry tower",
    PRIMER_FOLDER: "Reading (text alone)",
    MISREAD_FOLDER: "Reading what is misread",
    SIGHT_FOLDER: "Pictures as words",
    SFT_FOLDER: "Supervised (SFT)",
    GRPO_FOLDER: "Reinforcement (GRPO)",
}
"""Folders of the stages in their order, with their names for people."""


@dataclass(frozen=True)
class Stage:
    """One stage, over all its sessions.

    Attributes:
        name: of its folder.
        steps: of the optimiser.
        seconds: spent in them; what was prepared or tried before isn't counted.
        first_loss, last_loss: means over the first and the last tenth of the steps.
        facts: what else is worth telling, in words.
        numbers: the same for machines.
        log: its lines.
    """

    name: str
    title: str
    steps: int
    seconds: float
    first_loss: float
    last_loss: float
    facts: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    log: Sequence[Mapping[str, Any]] = ()

    @property
    def minutes(self) -> float:
        """Spent in steps."""
        return self.seconds / 60.0

    def to_dict(self) -> dict[str, Any]:
        """Without the log."""
        return {
            "steps": self.steps,
            "minutes": round(self.minutes, 2),
            "first_loss": round(self.first_loss, 4),
            "last_loss": round(self.last_loss, 4),
            **self.numbers,
        }


def stages_of(out: Path, recipe: TrainRecipe) -> list[Stage]:
    """Those that were trained, in order; a stage that wasn't is absent.

    Raises:
        StorageError: a log can't be read.
    """
    more: dict[str, Callable[[Path, TrainRecipe], tuple[list[str], dict[str, Any]]]] = {
        GRPO_FOLDER: _of_grpo
    }
    found = []
    for name, title in _TITLES.items():
        log = read_log(out / name)
        steps = [line for line in log if "loss" in line]
        if not steps:
            continue
        facts, numbers = more[name](out / name, recipe) if name in more else ([], {})
        losses = [float(line["loss"]) for line in steps]
        tenth = max(1, len(losses) // 10)
        found.append(
            Stage(
                name=name,
                title=title,
                steps=int(steps[-1]["step"]),
                seconds=seconds_in(steps),
                first_loss=math.fsum(losses[:tenth]) / tenth,
                last_loss=math.fsum(losses[-tenth:]) / tenth,
                facts=tuple(facts),
                numbers=numbers,
                log=log,
            )
        )
    return found


def _of_grpo(folder: Path, recipe: TrainRecipe) -> tuple[list[str], dict[str, Any]]:
    """Which questions it learnt from, and which of its weights were kept."""
    facts, numbers = _of_curriculum(folder, recipe)
    seen = {look.step: look.dev for look in looks(folder)}
    kept = [line for line in read_log(folder) if line.get("event") == "kept"]
    if kept and seen:
        step = int(kept[-1]["of_step"])
        before, after = seen[min(seen)], seen.get(step, seen[min(seen)])
        numbers |= {"kept_step": step, "dev_before": before, "dev_after": after}
        if step:
            facts.append(
                f"the weights of step {step:,} were kept: {100 * after:.1f} % on the validation "
                f"split, {100 * before:.1f} % before"
            )
        else:
            facts.append(
                "no checkpoint did well enough on the validation split: the supervised weights "
                "were kept"
            )
    return facts, numbers


def _of_curriculum(folder: Path, recipe: TrainRecipe) -> tuple[list[str], dict[str, Any]]:
    path = folder / POOL_NAME
    if not path.is_file():
        return [], {}
    with explained(str(path), "read"):
        tried = pq.read_table(path)
    kept = sum(middling(tried, recipe.grpo.curriculum))
    success = float(tried["success"].to_numpy().mean())
    fact = (
        f"{kept:,} of {tried.num_rows:,} questions that were tried "
        f"{recipe.grpo.curriculum.samples} times each were neither too easy nor too hard; "
        f"the mean over all was {100 * success:.1f} %"
    )
    return [fact], {"tried": tried.num_rows, "of_middling_difficulty": kept}
