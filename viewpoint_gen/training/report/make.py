"""The way through the end of a training: exams taken, page and card written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from viewpoint_gen.evaluation import Settings
from viewpoint_gen.storage import open_store, write
from viewpoint_gen.training.baseline import MODEL_FOLDER, TrainingSummary
from viewpoint_gen.training.report import results
from viewpoint_gen.training.report.card import card_files
from viewpoint_gen.training.report.exams import TakenExam, planned_exams, take, trained_models
from viewpoint_gen.training.report.facts import REPORT_NAME, Training, training_of
from viewpoint_gen.training.report.page import PAGE_NAME, page_of
from viewpoint_gen.training.report.stages import Stage, stages_of

_LONGEST_REPLY: Final = 64
"""Tokens: direct answers are asked for, the longest of which are four numbers."""

_TINY_BATCH, _BATCH = 32, 8
"""Questions at once, of the tiny model and of any other."""


@dataclass(frozen=True)
class TrainingReport:
    """What a training came to.

    Attributes:
        exams: none where no model was trained yet.
        page: that shows all of it.
        model: folder of the finished model, with its card; None: there is none yet.
    """

    training: Training
    stages: tuple[Stage, ...]
    exams: tuple[TakenExam, ...]
    page: Path
    model: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Everything but curves and families, for JSON."""
        return {
            "training": self.training.to_dict(),
            "stages": {stage.name: stage.to_dict() for stage in self.stages},
            "exams": {exam.planned.name: results.to_dict(exam) for exam in self.exams},
            "page": str(self.page),
            "model": None if self.model is None else str(self.model),
        }

    def lines(self) -> list[str]:
        """What people want to know first."""
        lines = []
        for stage in self.stages:
            lines.append(
                f"{stage.title:<22}{stage.steps:>7,} steps{stage.minutes:>8.1f} min   loss "
                f"{stage.first_loss:.3g} -> {stage.last_loss:.3g}"
            )
            lines += [f"  {fact}" for fact in stage.facts]
        lines.append(
            f"{self.training.parameters:,} parameters, "
            f"{self.training.peak_memory_mb:,} MB at the most"
        )
        for exam in self.exams:
            lines += ["", *_exam_lines(exam)]
        lines.append("")
        if self.model is not None:
            lines.append(f"The model and its card: {self.model}")
        return [*lines, f"All of it: {self.page}"]


def report_training(
    out: Path,
    summary: TrainingSummary,
    runs: Sequence[str],
    *,
    own: str,
    device: str,
    limit: int | None = None,
) -> TrainingReport:
    """Put the exams, then write ``index.html``, ``report.json`` and the model's card.

    What was asked before isn't asked again; the same training gives the same figures.

    Args:
        out: folder of the training.
        runs: whose questions are asked: all of a run's, of ``own`` those of its test split.
        own: the run that was learnt from.
        limit: most questions of each run and split; None: all.

    Raises:
        RunIncomplete: a run has no questions.
        RecipeError: another run than ``own`` has none that could be asked.
        ModelError: a model can't be asked.
        StorageError: something can't be read or written.
    """
    training = training_of(out, summary, own)
    stages = stages_of(out, training.recipe)
    models = trained_models(out)
    settings = Settings(
        max_new_tokens=_LONGEST_REPLY,
        batch=_TINY_BATCH if training.is_tiny else _BATCH,
        device=device,
        geometry_factory=training.recipe.geometry_factory,
    )
    exams = [
        take(planned, models, out, settings)
        for planned in (planned_exams(runs, own=own, limit=limit) if models else ())
    ]
    finished = out / MODEL_FOLDER
    report = TrainingReport(
        training=training,
        stages=tuple(stages),
        exams=tuple(exams),
        page=out / PAGE_NAME,
        model=finished if finished.is_dir() else None,
    )
    store = open_store(out)
    write(store, PAGE_NAME, page_of(out, training, stages, exams).encode())
    told = json.dumps(report.to_dict(), indent=1, allow_nan=False)
    write(store, REPORT_NAME, f"{told}\n".encode())
    if report.model is not None:
        for name, text in card_files(training, stages, exams).items():
            write(store, f"{MODEL_FOLDER}/{name}", text.encode())
    return report


def _exam_lines(taken: TakenExam) -> list[str]:
    evaluation = taken.evaluation
    finished = results.finished_model(evaluation)
    lost = [family.family for family in results.not_learned(finished)]
    every = len(finished.families)
    learned = f"not learned, {len(lost)} of {every} families: {', '.join(lost)}"
    return [
        f"{taken.planned.name} ({', '.join(taken.planned.splits)}): "
        f"{finished.questions:,} questions, {finished.assets:,} objects",
        *results.table_lines(evaluation),
        learned if lost else f"all {every} families were learned",
    ]
