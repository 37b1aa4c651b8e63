"""``viewgen audit``: every cheat on every family of a finished run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np
from tqdm import tqdm

from viewpoint_gen.audit.cheats import Cheat, cheats_on
from viewpoint_gen.audit.gate import MARGIN, interval, judged_by
from viewpoint_gen.audit.guessing import guess
from viewpoint_gen.audit.questions import Questions, read_questions
from viewpoint_gen.audit.report import CheatResult, FamilyResult, Report
from viewpoint_gen.audit.sight import Sight, read_sight
from viewpoint_gen.storage import open_store, write

REPORT_NAME: Final = "audit.json"


def audit_run(
    run: str, families: Sequence[str] = (), *, most_per_family: int, seed: int, workers: int = 1
) -> Report:
    """Try every cheat and leave the report in the run.

    Args:
        run: directory or fsspec URL.
        families: empty: all.
        most_per_family: questions; 0: all.
        workers: processes that learn.

    Raises:
        RecipeError: a family isn't known.
        RunIncomplete: there is nothing to audit.
        StorageError: a file can't be read or written.
    """
    started = time.monotonic()
    store = open_store(run)
    asked = read_questions(store, families, most_per_family=most_per_family, seed=seed)
    sight = read_sight(store, {view for each in asked for view in each.shown})
    with tqdm(total=len(asked), desc="cheating", unit="family", disable=None) as bar:
        results = []
        for result in _results(asked, sight, seed=seed, workers=workers):
            results.append(result)
            bar.update()
    report = Report(run, seed, time.monotonic() - started, tuple(results))
    write(store, REPORT_NAME, json.dumps(report.to_dict(), indent=2).encode() + b"\n")
    return report


def _results(
    asked: list[Questions], sight: Sight, *, seed: int, workers: int
) -> Iterator[FamilyResult]:
    """One per family, in order; the same whatever the number of workers."""
    one = partial(audit_family, seed=seed)
    mine = (sight.of(questions.shown) for questions in asked)
    if workers == 1:
        yield from map(one, asked, mine)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, asked, mine)


def audit_family(questions: Questions, sight: Sight, *, seed: int) -> FamilyResult:
    """Try every cheat on one family's questions."""
    assets = len(np.unique(questions.assets))
    cheats = cheats_on(questions, sight, seed=seed) if assets > 1 else ()
    results = tuple(_tried(cheat, questions, assets, seed) for cheat in cheats)
    return FamilyResult(questions.family, len(questions), assets, questions.chance, results)


def _tried(cheat: Cheat, questions: Questions, assets: int, seed: int) -> CheatResult:
    guesses = guess(cheat, questions.assets, seed=seed, explain_above=questions.chance)
    share = float(guesses.right.mean())
    low, high = interval(guesses.right, questions.assets, seed=seed)
    held = {"share": share, "lower end": low, "nothing": 0.0}[judged_by(len(questions), assets)]
    return CheatResult(
        cheat=cheat.name,
        sees=cheat.sees,
        share=share,
        low=low,
        high=high,
        gated=cheat.gated,
        past_gate=cheat.gated and held > questions.chance + MARGIN,
        tells=guesses.tells,
    )
