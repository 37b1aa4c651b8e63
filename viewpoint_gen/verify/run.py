"""The order in which a run is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from viewpoint_gen.verify.counts import (
    check_asset_fronts,
    check_assets,
    check_counts,
    check_not_rejected,
    verify_outcomes,
    verify_rejected,
)
from viewpoint_gen.verify.layout import check_one_qa_fingerprint, check_unique_ids, survey
from viewpoint_gen.verify.pairs import check_anchors, verify_pairs
from viewpoint_gen.verify.questions import verify_questions
from viewpoint_gen.verify.reading import open_run
from viewpoint_gen.verify.report import Report, Tally
from viewpoint_gen.verify.rings import verify_rings
from viewpoint_gen.verify.sight import verify_sight
from viewpoint_gen.verify.views import verify_views

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the table's name, the parts done and the parts in all."""


def verify_run(
    run: str | Path,
    *,
    schemas: Mapping[str, pa.Schema] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Check every file of a run and recompute every answer, sharing nothing with the builder.

    Rows are streamed; in memory about 400 bytes per view, 80 per pair and 80 per question stay.

    Args:
        run: a directory, or a URL that fsspec knows. Without ``qa`` only the rest is checked.
        schemas: the declared schema of each table ("views", ..., "assets"), to have every column
            compared; by default only the columns that the checks read are.
        workers: processes that decode images.
        progress: called after each part.

    Raises:
        RunIncomplete: there is no run, or it lacks views, pairs or outcomes.
        RunError: it is of another schema version.
    """
    step = progress or _quiet
    files = open_run(run)
    tally = Tally()
    layout = survey(files, tally, schemas)
    check_unique_ids(layout, tally)
    views = verify_views(layout, tally, workers=workers, step=step)
    pairs = verify_pairs(layout, tally, views, step=step)
    rejected = verify_rejected(layout, tally)
    visits = verify_outcomes(layout, tally)
    verify_rings(layout, tally)
    check_anchors(layout, tally, views, rejected.views)
    check_not_rejected(layout, tally, "views", rejected.views, views)
    check_not_rejected(layout, tally, "pairs", rejected.pairs, pairs)
    check_counts(tally, visits, views, pairs, rejected)
    check_asset_fronts(tally, visits, views)
    check_assets(layout, tally, visits)
    if layout.parts["qa"]:
        check_one_qa_fingerprint(layout, tally)
        verify_questions(layout, tally, views, pairs, step=step)
        verify_sight(layout, tally)
    return tally.report()


def _quiet(table: str, done: int, total: int) -> None:
    """Report nothing."""
