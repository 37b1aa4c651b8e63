"""The way through: questions put to models, scored, compared, written down."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from viewpoint_gen import __version__
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.evaluation.asking import ask
from viewpoint_gen.evaluation.metrics import Comparison, ModelResult, Scored, compare, results_of
from viewpoint_gen.evaluation.predictors import Predictor
from viewpoint_gen.evaluation.predictors.guesses import Constant
from viewpoint_gen.evaluation.question import Exam, Row
from viewpoint_gen.evaluation.report import PAGE_NAME, examples_of, page_of
from viewpoint_gen.evaluation.table import lines_of
from viewpoint_gen.qa.score import score
from viewpoint_gen.storage import open_store, write

RESULT_NAME: Final = "eval.json"
FOLDER: Final = "eval"


@dataclass(frozen=True)
class Evaluation:
    """Models on one exam.

    Attributes:
        title: of the exam.
        facts: where its questions come from.
        models: in the order in which they were asked for.
        comparisons: of every two.
        result, page: paths of what was written.
    """

    title: str
    facts: dict[str, str]
    models: tuple[ModelResult, ...]
    comparisons: tuple[Comparison, ...]
    result: Path
    page: Path

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON: what is undefined is null."""
        return {
            "title": self.title,
            "version": __version__,
            **self.facts,
            "models": [_plain(asdict(model)) for model in self.models],
            "comparisons": [_plain(asdict(each)) for each in self.comparisons],
        }

    def lines(self) -> list[str]:
        """A table for people."""
        return lines_of(self.models, self.comparisons)


def folder_for(run: str, out: Path | None, benchmark: str | None) -> Path:
    """Where an evaluation is kept: where the user says, or in the run's own folder ``eval``.

    Raises:
        RecipeError: the run isn't on this machine, or there is none, and no folder was named.
    """
    if out is not None:
        return out.expanduser()
    if benchmark is not None:
        raise RecipeError(f"{benchmark}: where to keep the replies? give --out DIR")
    store = open_store(run)
    if not store.is_local:
        raise RecipeError(f"{run} isn't on this machine: where to keep the replies? give --out DIR")
    return Path(store.location) / FOLDER


def evaluate(exam: Exam, predictors: Sequence[Predictor], out: Path) -> Evaluation:
    """Ask what hasn't been asked, then write ``eval.json`` and ``index.html``.

    Args:
        out: a local folder; replies of earlier calls in it are kept and used.

    Raises:
        RecipeError: no model, or one is named twice.
        ModelError: a model can't be asked.
        StorageError: the folder can't be written.
        KeyboardInterrupt: its text tells how to go on.
    """
    names = [predictor.name for predictor in predictors]
    if not names or len(set(names)) != len(names):
        msg = f"which models? got {', '.join(names) or 'none'}; name each once, after --model"
        raise RecipeError(msg)
    scored: list[Scored] = []
    for predictor in predictors:
        rows, replies = ask(exam, predictor, out)
        scored.append(Scored(predictor.name, scored[0].rows if scored else rows, replies))
    constants = _constants(exam, scored[0].rows)
    found = Evaluation(
        title=exam.title,
        facts=dict(exam.facts),
        models=tuple(results_of(each, constants) for each in scored),
        comparisons=compare(scored),
        result=out / RESULT_NAME,
        page=out / PAGE_NAME,
    )
    values = found.to_dict()
    store = open_store(out)
    store.prepare()
    write(store, PAGE_NAME, page_of(found, examples_of(exam, scored)).encode())
    write(store, RESULT_NAME, (json.dumps(values, indent=1, allow_nan=False) + "\n").encode())
    return found


def _constants(exam: Exam, rows: Sequence[Row]) -> dict[str, float]:
    """By family, what the best constant of the training questions scores in the exam."""
    training = exam.training()
    constant = Constant(lambda: training)
    worth: dict[str, list[float]] = {}
    for row in rows:
        if row["family"] in training:
            text = f"<answer>{constant.answer(row)}</answer>"
            worth.setdefault(row["family"], []).append(score(text, row).correctness)
    return {family: float(np.mean(values)) for family, values in worth.items()}


def _plain(value: Any) -> Any:
    """The same without what JSON doesn't know."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
