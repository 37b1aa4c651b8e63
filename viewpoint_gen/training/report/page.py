"""The page of a training: one HTML file that needs nothing beside it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jinja2

from viewpoint_gen import __version__
from viewpoint_gen.evaluation.report.charts import Point, interval_bar
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
_COLOURS: Final = 6


def page_of(
    out: Path, training: Training, stages: Sequence[Stage], exams: Sequence[TakenExam]
) -> str:
    """The whole page.

    Args:
        out: where it will lie; links start there.
    """
    loader = jinja2.FunctionLoader(_bundled)
    pages = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    pages.filters |= {"percent": _percent, "compact": compact}
    return pages.get_template("index.html.j2").render(
        training=training,
        recipe=training.recipe.to_toml(),
        facts=_facts(training, stages),
        stages=[(stage, plots_of(stage)) for stage in stages],
        exams=[_exam(out, each) for each in exams],
        style=_of_evaluations("style.css") + _bundled("more.css"),
        version=__version__,
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
    colours = [1 + number % _COLOURS for number in range(len(evaluation.models))]
    finished = finished_model(evaluation)
    return {
        "taken": taken,
        "models": evaluation.models,
        "colours": colours,
        "figures": figures_of(evaluation),
        "families": _families(taken, colours),
        "finished": finished,
        "not_learned": not_learned(finished),
        "gain": reinforced(evaluation),
        "page": Path(os.path.relpath(evaluation.page, out)).as_posix(),
    }


def _families(taken: TakenExam, colours: Sequence[int]) -> list[Mapping[str, Any]]:
    models = taken.evaluation.models
    rows: list[Mapping[str, Any]] = []
    for place, family in enumerate(models[0].families):
        cells = []
        for model, colour in zip(models, colours, strict=True):
            got = model.families[place]
            one = got.aggregate
            low, high = (
                one.correctness if math.isnan(limit) else limit for limit in (one.low, one.high)
            )
            note = (
                f"{model.name}: {100 * one.correctness:.1f} % [{100 * low:.1f}, {100 * high:.1f}] "
                f"of {one.questions:,} questions"
            )
            point = Point(family.family, one.correctness, low, high, note)
            bar = interval_bar(point, floor=got.floor, colour=colour)
            cells.append({"result": got, "bar": bar})
        rows.append({"family": family, "cells": cells})
    return rows


def _percent(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{100 * value:.1f}"


def _bundled(name: str) -> str:
    return _read("viewpoint_gen.training.report", name)


def _of_evaluations(name: str) -> str:
    """Both pages look alike."""
    return _read("viewpoint_gen.evaluation.report", name)


def _read(package: str, name: str) -> str:
    return (resources.files(package) / "page" / name).read_text(encoding="utf-8")
