"""``viewgen audit``: every cheat on every family of a finished run."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np
from tqdm import tqdm

from viewpoint_gen.audit.cheats import Cheat, cheats_on
from viewpoint_gen.audit.constants import best_constant
from viewpoint_gen.audit.gate import MARGINS, interval, judged_by
from viewpoint_gen.audit.guessing import guess, tells
from viewpoint_gen.audit.questions import Questions, read_questions
from viewpoint_gen.audit.report import CheatResult, FamilyResult, Report
from viewpoint_gen.audit.sight import Sight, read_sight
from viewpoint_gen.errors import EnvironmentProblem
from viewpoint_gen.storage import open_store, write

REPORT_NAME: Final = "audit.json"


def audit_run(
    run: str,
    families: Sequence[str] = (),
    *,
    most_per_family: int,
    seed: int,
    trees: int,
    workers: int = 1,
) -> Report:
    """Try every cheat and leave the report in the run.

    Args:
        run: directory or fsspec URL.
        families: empty: all.
        most_per_family: questions; 0: all.
        trees: in a forest, and four for a round of boosting; fewer are faster and weaker.
        workers: processes that learn.

    Raises:
        RecipeError: a family isn't known.
        RunIncomplete: there is nothing to audit.
        StorageError: a file can't be read or written.
        EnvironmentProblem: a worker was killed.
    """
    started = time.monotonic()
    store = open_store(run)
    asked = read_questions(store, families, most_per_family=most_per_family, seed=seed)
    shown = {view for each in asked for view in each.shown}
    outlined = {view for each in asked if each.marked is not None for view in each.shown}
    sight = read_sight(store, shown, outlined)
    one = partial(audit_family, seed=seed, trees=trees)
    with tqdm(total=len(asked), desc="cheating", unit="family", disable=None) as bar:
        results = []
        for result in _results(one, asked, sight, workers):
            results.append(result)
            bar.update()
    report = Report(run, seed, time.monotonic() - started, tuple(results))
    write(store, REPORT_NAME, json.dumps(report.to_dict(), indent=2).encode() + b"\n")
    return report


def _results(
    one: Callable[[Questions, Sight], FamilyResult],
    asked: list[Questions],
    sight: Sight,
    workers: int,
) -> Iterator[FamilyResult]:
    """One per family, in order; the same whatever the number of workers."""
    if workers == 1:
        for questions in asked:
            yield one(questions, sight.of(questions.shown))
        return
    waiting: deque[Future[FamilyResult]] = deque()
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for questions in asked:
                if len(waiting) > workers:  # so that few families' views are held at once
                    yield waiting.popleft().result()
                waiting.append(pool.submit(one, questions, sight.of(questions.shown)))
            while waiting:
                yield waiting.popleft().result()
    except BrokenProcessPool as error:
        msg = (
            f"one of {workers} workers was killed, most likely because memory ran out; "
            f"try fewer --workers, or fewer --max-questions"
        )
        raise EnvironmentProblem(msg) from error


def audit_family(questions: Questions, sight: Sight, *, seed: int, trees: int) -> FamilyResult:
    """Try every cheat on one family's questions."""
    assets = len(np.unique(questions.assets))
    cheats = cheats_on(questions, sight, seed=seed, trees=trees) if assets > 1 else ()
    return FamilyResult(
        family=questions.family,
        questions=len(questions),
        assets=assets,
        chance=questions.chance,
        never_true=questions.never_true,
        best_constant=best_constant(questions.scored) if questions.scored else None,
        cheats=tuple(_tried(cheat, questions, assets, seed) for cheat in cheats),
    )


def _tried(cheat: Cheat, questions: Questions, assets: int, seed: int) -> CheatResult:
    guesses = guess(cheat, questions.assets, seed=seed)
    share = float(guesses.right.mean())
    low, high = interval(guesses.right, questions.assets, seed=seed)
    held = {"share": share, "lower end": low, "nothing": 0.0}[judged_by(len(questions), assets)]
    past_gate = held > cheat.chance + MARGINS[cheat.kind]
    explained = past_gate or low > cheat.chance
    return CheatResult(
        cheat=cheat.name,
        sees=cheat.sees,
        kind=cheat.kind,
        chance=cheat.chance,
        share=share,
        low=low,
        high=high,
        past_gate=past_gate,
        tells=tells(cheat, guesses, seed=seed) if explained else (),
    )
