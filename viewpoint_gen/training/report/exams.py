"""The exams that a training ends with: the models after its stages, and peers that learnt nothing.

A model is asked by itself, and let go before the next one: no two are in memory at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from viewpoint_gen.dataset.export.selection import SPLITS, Selection
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.evaluation import (
    Evaluation,
    Exam,
    Predictor,
    Settings,
    evaluate,
    exam_of_run,
    predictor_named,
)
from viewpoint_gen.evaluation.predictors.local import BlindModel, LocalModel
from viewpoint_gen.evaluation.report import Example, examples_of
from viewpoint_gen.storage import open_store
from viewpoint_gen.training.baseline import MODEL_FOLDER, same_weights
from viewpoint_gen.training.sft import SFT_FOLDER

EVAL_FOLDER: Final = "eval"
AFTER_SFT: Final = "after SFT"
AFTER_GRPO: Final = "after GRPO"
BLIND: Final = "blind"
PEERS: Final = ("geometric", "constant", "random")

_EXAMPLES: Final = 24
_log: Final = logging.getLogger(__name__)

Makes = Callable[[Settings], Predictor]


@dataclass(frozen=True)
class PlannedExam:
    """One run's questions that will be put.

    Attributes:
        run: as the user typed it.
        name: of its folder, unlike every other exam's.
        is_own: whether the models learnt from the run; then ``splits`` is the test split alone.
    """

    run: str
    name: str
    is_own: bool
    splits: tuple[str, ...]
    exam: Exam


@dataclass(frozen=True)
class TakenExam:
    """An exam with what came of it.

    Attributes:
        examples: some questions with the replies of the trained models.
    """

    planned: PlannedExam
    evaluation: Evaluation
    examples: tuple[Example, ...]


def planned_exams(
    runs: Sequence[str], *, own: str, limit: int | None = None
) -> tuple[PlannedExam, ...]:
    """What will be asked of which run; opens each, so that a wrong one is known beforehand.

    Args:
        own: the run that is learnt from: of it only the test split is asked. Where it has none,
            that is logged and the run left out.
        limit: most questions of each split.

    Raises:
        RunIncomplete: a run has no questions, or another version of viewgen wrote them.
        RecipeError: another run has none that could be asked.
    """
    home = open_store(own).location
    locations = list(dict.fromkeys(open_store(run).location for run in runs))
    typed = {open_store(run).location: run for run in runs}
    planned: list[PlannedExam] = []
    for location in locations:
        is_own = location == home
        splits = ("test",) if is_own else SPLITS
        try:
            selection = Selection(splits, limit=limit)
            exam = exam_of_run(typed[location], selection, think_share=0.0)
        except RecipeError as error:
            if not is_own:
                raise
            _log.warning("%s: nothing is held out to be asked", error)
            continue
        name = _unlike(exam.title, {each.name for each in planned})
        planned.append(PlannedExam(typed[location], name, is_own, splits, exam))
    return tuple(planned)


def trained_models(out: Path) -> dict[str, Makes]:
    """By name, what makes each model after a stage, and the last of them before grey images.

    Where reinforcement changed nothing, there is one model and not two.
    """
    supervised, finished = out / SFT_FOLDER / MODEL_FOLDER, out / MODEL_FOLDER
    folders = {}
    if supervised.is_dir():
        folders[AFTER_SFT] = supervised
    if finished.is_dir() and not (supervised.is_dir() and same_weights(supervised, finished)):
        folders[AFTER_GRPO] = finished
    makes = {name: _maker(LocalModel, folder, name) for name, folder in folders.items()}
    if folders:
        makes[BLIND] = _maker(BlindModel, list(folders.values())[-1], BLIND)
    return makes


def take(
    planned: PlannedExam, models: Mapping[str, Makes], out: Path, settings: Settings
) -> TakenExam:
    """Put an exam to every model and peer; what was replied before isn't asked again.

    Args:
        out: of the training; replies go to ``OUT/eval/NAME``.
        settings: what may be learnt from is added here.

    Raises:
        ModelError: a model can't be asked.
        StorageError: the folder can't be written.
    """
    exam, target = planned.exam, out / EVAL_FOLDER / planned.name
    settings = replace(settings, training=exam.training)
    makes = [*models.values(), *map(_peer, PEERS)]
    evaluation = evaluate(exam, (make(settings) for make in makes), target)
    seeing = [each for each in evaluation.scored if each.name in models and each.name != BLIND]
    return TakenExam(planned, evaluation, tuple(examples_of(exam, seeing, most=_EXAMPLES)))


def _maker(kind: type[LocalModel], folder: Path, name: str) -> Makes:
    return lambda settings: kind(str(folder), settings, name=name)


def _peer(name: str) -> Makes:
    return lambda settings: predictor_named(name, settings)


def _unlike(name: str, others: set[str]) -> str:
    """A folder's name that isn't taken: two runs may be called the same."""
    plain = name or "run"
    numbered = (plain if number == 1 else f"{plain}-{number}" for number in range(1, 10**6))
    return next(each for each in numbered if each not in others)
