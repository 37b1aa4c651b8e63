"""Other people's benchmarks, from a copy that the user has, as exams scored by ``qa.score``.

==============  ===================================================================================
blink           BLINK: Parquet of one sub-task or several; ``image_1`` …, ``choices``, "(A)"
vsi-bench       VSI-Bench: ``test.jsonl`` (or Parquet) beside ``DATASET/SCENE.mp4``; 16 frames each
mmsi-bench      MMSI-Bench: Parquet with a list of images; the options stand in the question
3dsrbench       3DSRBench: TSV or Parquet, ``A`` to ``D``; questions of one ``qid`` are a group
cv-bench        CV-Bench: Parquet, one image each, ``choices``, "(A)"
==============  ===================================================================================

Choices are right or wrong, numbers get their mean relative accuracy. Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from viewpoint_gen.errors import RecipeError
from viewpoint_gen.evaluation.benchmarks.blink import BLINK
from viewpoint_gen.evaluation.benchmarks.cv_bench import CV_BENCH
from viewpoint_gen.evaluation.benchmarks.mmsi_bench import MMSI_BENCH
from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, question_of
from viewpoint_gen.evaluation.benchmarks.tables import Table, open_table
from viewpoint_gen.evaluation.benchmarks.three_dsr_bench import THREE_DSR_BENCH
from viewpoint_gen.evaluation.benchmarks.vsi_bench import VSI_BENCH
from viewpoint_gen.evaluation.question import Exam, Question

BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "blink": BLINK,
    "vsi-bench": VSI_BENCH,
    "mmsi-bench": MMSI_BENCH,
    "3dsrbench": THREE_DSR_BENCH,
    "cv-bench": CV_BENCH,
}


def exam_of_benchmark(name: str, data: Path | None, *, limit: int | None) -> Exam:
    """The questions of a local copy, in its order.

    Args:
        data: a file, or a folder of them.
        limit: only so many, from the first; None: all.

    Raises:
        RecipeError: no benchmark is called this, or no copy was named.
        SourceError: the copy isn't in the published layout.
    """
    if name not in BENCHMARKS:
        known = ", ".join(BENCHMARKS)
        raise RecipeError(f"no benchmark is called {name!r}; there are: {known}")
    if data is None:
        raise RecipeError(f"{name}: where is your copy? give --data FILE or FOLDER")
    benchmark = BENCHMARKS[name]
    table = open_table(data.expanduser(), benchmark.columns)
    count = min(table.count, limit) if limit is not None else table.count
    return Exam(
        title=name,
        count=count,
        stream=lambda: islice(_questions(benchmark, table), count),
        facts={"split": "benchmark", "data": table.where.name},
    )


def _questions(benchmark: Benchmark, table: Table) -> Iterator[Question]:
    for number, row in enumerate(table.rows()):
        yield question_of(benchmark.read(row, number, table.folder))
