"""The validation split chooses the checkpoint: a little of it is answered whenever one is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.storage import explained
from viewpoint_gen.training.checkpoints import WEIGHTS_NAME, save_weights, write_json
from viewpoint_gen.training.journal import Journal, read_log
from viewpoint_gen.training.rows import Drawn
from viewpoint_gen.training.tries import family_means, scored_tries

BEST_FOLDER: Final = "best"
_BEST_NAME: Final = "best.json"


@dataclass(frozen=True)
class Look:
    """One look at the validation split.

    Attributes:
        step: after how many.
        dev: mean over families of their mean correctness, in [0, 1].
    """

    step: int
    dev: float


class DevWatch(TrainerCallback):
    """Looks before the first step and at each checkpoint; keeps the weights that did best.

    Stands between ``Journal`` and ``MarksWhole``: a checkpoint that was not looked at isn't whole.
    """

    def __init__(
        self,
        loaded: ImageTextModel,
        drawn: Sequence[Drawn],
        journal: Journal,
        folder: Path,
        max_tokens: int,
    ) -> None:
        self._loaded = loaded
        self._drawn = drawn
        self._journal = journal
        self._folder = folder
        self._max_tokens = max_tokens

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """How good are the weights that this stage starts from?"""
        if not looks(self._folder):
            self._look(state.global_step)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """How good are they now?"""
        look = self._look(state.global_step)
        best = best_look(self._folder)
        if best is None or look.dev > best.dev:
            save_weights(self._loaded.model, self._folder / BEST_FOLDER / WEIGHTS_NAME)
            write_json(self._folder / BEST_FOLDER / _BEST_NAME, asdict(look))

    def _look(self, step: int) -> Look:
        tries = scored_tries(
            self._loaded,
            self._drawn,
            tries=1,
            max_tokens=self._max_tokens,
            temperature=0.0,
            seed=0,
            what="validation",
        )
        families = family_means(self._drawn, [own[0] for own in tries])
        look = Look(step, fmean(families.values()))
        self._journal.note(step, {"event": "dev", "dev": look.dev, "families": families})
        return look


def looks(folder: Path) -> list[Look]:
    """All looks of a stage, from its log."""
    lines = [line for line in read_log(folder) if line.get("event") == "dev"]
    return [Look(line["step"], line["dev"]) for line in lines]


def best_look(folder: Path) -> Look | None:
    """The look at the weights that were kept as the best; None: at none yet."""
    path = folder / BEST_FOLDER / _BEST_NAME
    with explained(str(path), "read"):
        if not path.is_file():
            return None
        return Look(**json.loads(path.read_text(encoding="utf-8")))
