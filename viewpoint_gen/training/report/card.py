"""The model's card: what it is, what it got right, how it was trained, and what it can't."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from huggingface_hub import EvalResult, ModelCardData

from viewpoint_gen.dataset.attribution import ATTRIBUTION_NAME
from viewpoint_gen.dataset.escaping import escaped
from viewpoint_gen.dataset.markdown import card_text
from viewpoint_gen.evaluation.metrics import ModelResult
from viewpoint_gen.training.baseline import NO_GEOMETRY
from viewpoint_gen.training.report.curves import compact
from viewpoint_gen.training.report.exams import TakenExam
from viewpoint_gen.training.report.facts import Training
from viewpoint_gen.training.report.results import (
    PERCENT,
    figures_of,
    finished_model,
    not_learned,
)
from viewpoint_gen.training.report.stages import Stage

CARD_NAME: Final = "README.md"
_TASK: Final = "image-text-to-text"
_TAGS: Final = ("spatial-reasoning", "viewpoint", "camera-motion", "3d", "viewgen")
_METRICS: Final = {PERCENT: "accuracy"}
_HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")


def card_files(
    training: Training, stages: Sequence[Stage], exams: Sequence[TakenExam]
) -> dict[str, str]:
    """Name in the model's folder -> text: the card, and whose objects the images show."""
    filters = {"percent": _percent, "compact": compact}
    text = card_text(Path(__file__).parent, _context(training, stages, exams), filters)
    return {CARD_NAME: text, ATTRIBUTION_NAME: training.learnt_from.attribution}


def _context(
    training: Training, stages: Sequence[Stage], exams: Sequence[TakenExam]
) -> dict[str, Any]:
    recipe = training.recipe
    return {
        "training": training,
        "learnt": training.learnt_from,
        "title": _title(training),
        "what_it_is": _what_it_is(training),
        "front_matter": _front_matter(training, exams),
        "stages": stages,
        "stage_names": ", ".join(stage.title for stage in stages),
        "stage_facts": [f"{stage.title}: {fact}" for stage in stages for fact in stage.facts],
        "versions": ", ".join(f"{name} {which}" for name, which in training.versions.items()),
        "recipe": recipe.to_toml().rstrip(),
        "recipe_lora": recipe.lora is not None,
        "has_geometry": recipe.geometry != NO_GEOMETRY,
        "exams": [_exam(each) for each in exams],
        "limits": _limits(training, exams),
        "base_licence": "" if training.is_tiny else ", as far as the model beneath allows",
    }


def _title(training: Training) -> str:
    kind = "tiny" if training.is_tiny else _last_part(training.recipe.model)
    return f"viewgen baseline ({kind})"


def _what_it_is(training: Training) -> str:
    recipe = training.recipe
    if training.is_tiny:
        return "A small image-text model, trained from nothing on rendered images by viewgen."
    # a folder of this machine is named by its last part: its path says nothing to others
    name = recipe.model if _is_on_hub(recipe.model) else _last_part(recipe.model)
    way = "A LoRA adapter on" if recipe.lora else "Trained on from"
    return f"{way} `{escaped(name)}`, taught with rendered images by viewgen."


def _front_matter(training: Training, exams: Sequence[TakenExam]) -> str:
    recipe = training.recipe
    base = recipe.model if not training.is_tiny and _is_on_hub(recipe.model) else None
    results = [result for exam in exams for result in _eval_results(exam)]
    data = ModelCardData(
        language="en",
        license="apache-2.0",
        library_name="transformers",
        pipeline_tag=_TASK,
        base_model=base,
        tags=[*_TAGS, *(["lora"] if recipe.lora else [])],
        model_name=_title(training) if results else None,
        eval_results=results or None,
    )
    return str(data.to_yaml(line_break="\n")).strip()


def _eval_results(taken: TakenExam) -> list[EvalResult]:
    """The finished model's main figures: shares in [0, 1], angles in degrees."""
    models = taken.evaluation.models
    place = models.index(finished_model(taken.evaluation))
    return [
        EvalResult(
            task_type=_TASK,
            dataset_type="viewgen",
            dataset_name=taken.planned.name,
            dataset_split="+".join(taken.planned.splits),
            metric_type=_METRICS.get(figure.unit, "median_absolute_error"),
            metric_name=figure.label,
            metric_value=round(figure.values[place][0], 4),
        )
        for figure in figures_of(taken.evaluation)
        if not math.isnan(figure.values[place][0])
    ]


def _exam(taken: TakenExam) -> dict[str, Any]:
    models = taken.evaluation.models
    return {
        "name": taken.planned.name,
        "is_own": taken.planned.is_own,
        "questions": models[0].questions,
        "objects": models[0].assets,
        "models": [model.name for model in models],
        "figures": figures_of(taken.evaluation),
        "families": [
            {
                "name": family.family,
                "questions": family.aggregate.questions,
                "floor": family.floor,
                "cells": [_cell(model, place) for model in models],
            }
            for place, family in enumerate(models[0].families)
        ],
        "not_learned": [
            f"`{family.family}`" for family in not_learned(finished_model(taken.evaluation))
        ],
    }


def _cell(model: ModelResult, place: int) -> str:
    family = model.families[place]
    one = family.aggregate
    interval = "" if math.isnan(one.low) else f" ({100 * one.low:.0f}–{100 * one.high:.0f})"
    return f"{100 * one.correctness:.1f}{interval}{' *' if family.above_floor else ''}"


def _limits(training: Training, exams: Sequence[TakenExam]) -> list[str]:
    lost = sorted(
        {family.family for exam in exams for family in not_learned(finished_model(exam.evaluation))}
    )
    found = []
    if lost:
        named = ", ".join(f"`{name}`" for name in lost)
        found.append(f"No better than chance or a constant answer, in one exam or more: {named}.")
    if training.is_tiny:
        found.append(
            "It knows the words of these questions and nothing else: it shows that the data "
            "teaches and is no assistant."
        )
    return [
        *found,
        "It learnt from renders of single objects; photographs, rooms and crowds may be beyond it.",
        "Questions are English and made from templates; other words for the same may not be "
        "understood.",
        "Its reasons are those of the training data in form; that they are true was not measured.",
    ]


def _is_on_hub(model: str) -> bool:
    return _HUB_NAME.fullmatch(model) is not None and not Path(model).exists()


def _last_part(model: str) -> str:
    return model.rstrip("/").rsplit("/", 1)[-1]


def _percent(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{100 * value:.1f}"
