"""The page of a training: one HTML file that needs nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from viewpoint_gen.evaluation.report.page import colour_of, family_rows, page_text, style
from viewpoint_gen.training.report.curves import compact
from viewpoint_gen.training.report.exams import TakenExam
from viewpoint_gen.training.report.facts import Training
from viewpoint_gen.training.report.plots import plots_of
from viewpoint_gen.training.report.results import (
    figures_of,
    finished_model,
    not_learned,
    reinforced,
)
from viewpoint_gen.training.report.stages import Stage

PAGE_NAME: Final = "index.html"


def page_of(
    out: Path, training: Training, stages: Sequence[Stage], exams: Sequence[TakenExam]
) -> str:
    """The whole page.

    Args:
        out: where it will lie; links start there.
    """
    return page_text(
        __package__,
        {"compact": compact},
        training=training,
        recipe=training.recipe.to_toml(),
        facts=_facts(training, stages),
        stages=[(stage, plots_of(stage)) for stage in stages],
        exams=[_exam(out, each) for each in exams],
        style=style() + style(__package__, "more.css"),
    )


def _facts(training: Training, stages: Sequence[Stage]) -> dict[str, str]:
    """What is told at the top, by name."""
    recipe, learnt = training.recipe, training.learnt_from
    minutes = [f"{stage.name} {stage.minutes:.1f}" for stage in stages]
    return {
        "model": f"{recipe.model}{', LoRA' if recipe.lora else ''}",
        "geometry": recipe.geometry,
        "parameters": f"{training.parameters:,}",
        "learnt from": f"{learnt.run}: {learnt.questions:,} questions about {learnt.objects:,} "
        "objects of its train split",
        "minutes in steps": ", ".join(minutes) or "none",
        "longest session": f"{training.seconds / 60.0:.1f} minutes",
        "peak memory": f"{training.peak_memory_mb:,} MB",
        "seed": str(training.seed),
        "recipe": training.recipe_fingerprint,
        "data": training.data_fingerprint,
        "versions": ", ".join(f"{name} {which}" for name, which in training.versions.items()),
    }


def _exam(out: Path, taken: TakenExam) -> dict[str, Any]:
    evaluation = taken.evaluation
    finished = finished_model(evaluation)
    return {
        "taken": taken,
        "models": evaluation.models,
        "colours": [colour_of(number) for number in range(len(evaluation.models))],
        "figures": figures_of(evaluation),
        "families": family_rows(evaluation.models, lambda model, _: model),
        "finished": finished,
        "not_learned": not_learned(finished),
        "gain": reinforced(evaluation),
        "page": Path(os.path.relpath(evaluation.page, out)).as_posix(),
    }
