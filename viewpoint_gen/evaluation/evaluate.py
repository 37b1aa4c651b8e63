"""The way through: questions put to models, scored, compared, written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from viewpoint_gen.errors import RecipeError
from viewpoint_gen.evaluation.asking import ask
from viewpoint_gen.evaluation.evaluation import Evaluation
from viewpoint_gen.evaluation.metrics import Scored, compare, results_of
from viewpoint_gen.evaluation.predictors import Predictor
from viewpoint_gen.evaluation.predictors.guesses import Constant
from viewpoint_gen.evaluation.question import Exam, Row
from viewpoint_gen.evaluation.report import PAGE_NAME, examples_of, page_of
from viewpoint_gen.qa.score import score
from viewpoint_gen.storage import open_store, write

RESULT_NAME: Final = "eval.json"
FOLDER: Final = "eval"


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


def evaluate(exam: Exam, predictors: Iterable[Predictor], out: Path) -> Evaluation:
    """Ask what hasn't been asked, then write ``eval.json`` and ``index.html``.

    Args:
        predictors: asked one after the other; one that is made when its turn comes is let go before
            the next, so that no two models are in memory at once.
        out: a local folder; replies of earlier calls in it are kept and used.

    Raises:
        RecipeError: no model, or one is named twice.
        ModelError: a model can't be asked.
        StorageError: the folder can't be written.
        KeyboardInterrupt: its text tells how to go on.
    """
    scored = _asked(exam, predictors, out)
    constants = _constants(exam, scored[0].rows)
    found = Evaluation(
        title=exam.title,
        facts=dict(exam.facts),
        scored=tuple(scored),
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


def _asked(exam: Exam, predictors: Iterable[Predictor], out: Path) -> list[Scored]:
    """Rows are the same for all; they are held once."""
    scored: list[Scored] = []
    for predictor in predictors:
        check_names([*(each.name for each in scored), predictor.name])
        rows, replies = ask(exam, predictor, out)
        scored.append(Scored(predictor.name, scored[0].rows if scored else rows, replies))
    check_names([each.name for each in scored])
    return scored


def check_names(names: Sequence[str]) -> None:
    """Refuse what can't be compared.

    Raises:
        RecipeError: no model, or one is named twice.
    """
    if not names or len(set(names)) != len(names):
        msg = f"which models? got {', '.join(names) or 'none'}; name each once, after --model"
        raise RecipeError(msg)


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
