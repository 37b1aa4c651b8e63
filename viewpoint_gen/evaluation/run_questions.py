"""A run's questions as an exam."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.export.items import COLUMNS, item_of
from viewpoint_gen.dataset.export.selection import SELECTING_COLUMNS, Selection, mask_of
from viewpoint_gen.dataset.questions import (
    fingerprints_of,
    question_parts,
    questions_with_images,
)
from viewpoint_gen.dataset.shards import iterate_batches, read_part
from viewpoint_gen.dataset.statistics import ASSETS_NAME
from viewpoint_gen.evaluation.question import Exam, Question, Row
from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.qa.phrasing import wording_of
from viewpoint_gen.storage import Store, open_store

_MORE_COLUMNS: Final = (
    "answer_key", "wording_id", "pair_id", "image_ids", "marks", "intrinsics", "width_px", "facts",
)  # fmt: skip

_LEARNED_COLUMNS: Final = (
    "family", "split", "options", "answer_type", "answer_key", "answer_letter", "answer_text",
    "answer_value", "answer_unit", "tolerance",
)  # fmt: skip

_MOST_LEARNED: Final = 4000
"""Training rows of each family that ``random`` and ``constant`` learn from."""

_ROWS_AT_ONCE: Final = 5000
_ANGLES: Final = ("azimuth_rad", "azimuth_rad_13")
"""Facts that say how far apart, round the object, the first and the last image were taken."""


def exam_of_run(run: str, selection: Selection, *, think_share: float) -> Exam:
    """The selected questions of a run.

    Args:
        run: directory or fsspec URL.
        think_share: of the questions, in [0, 1], ask for the reasons first; which ones depends on
            their ids alone.

    Raises:
        RunIncomplete: there are no questions, or another version of viewgen wrote them.
        RecipeError: no question is selected.
    """
    store = open_store(run)
    chosen, count = mask_of(store, selection)
    beside = _Beside(store, chosen)

    def stream() -> Iterator[Question]:
        columns = list(dict.fromkeys([*COLUMNS, *_MORE_COLUMNS]))
        for row, images in questions_with_images(store, columns, chosen):
            item = item_of(row, images, reasons_share=think_share)
            known = {**row, **_sorted_by(row), **beside.of(row)}
            yield Question(known, item.prompt, tuple(image.data for image in images))

    return Exam(
        title=store.location.rstrip("/").rsplit("/", 1)[-1],
        count=count,
        stream=stream,
        training=cache(lambda: _training_rows(store, selection)),
        facts={
            "split": ", ".join(selection.splits),
            **fingerprints_of(store),
            "think_share": f"{think_share:g}",
        },
    )


class _Beside:
    """What the questions' rows don't say: category and backdrop."""

    def __init__(self, store: Store, chosen: Callable[[pa.Table], Bools]) -> None:
        self._categories: dict[str, str] = {}
        if store.exists(ASSETS_NAME):
            assets = read_part(store, ASSETS_NAME, columns=["asset_uid", "category"])
            pairs = zip(
                assets["asset_uid"].to_pylist(), assets["category"].to_pylist(), strict=True
            )
            self._categories = {uid: category for uid, category in pairs if category}
        needed = _first_images(store, chosen)
        self._backdrops: dict[str, str] = {}
        columns = ["view_id", "backdrop"]
        for rows in iterate_batches(store, "views", columns=columns, rows=_ROWS_AT_ONCE):
            views = zip(rows["view_id"].to_pylist(), rows["backdrop"].to_pylist(), strict=True)
            self._backdrops.update((view, each) for view, each in views if view in needed and each)

    def of(self, row: Row) -> dict[str, Any]:
        return {
            "category": self._categories.get(row["asset_uids"][0]),
            "backdrop": self._backdrops.get(row["image_ids"][0]),
        }


def _first_images(store: Store, chosen: Callable[[pa.Table], Bools]) -> set[str]:
    """The views that the chosen questions show first."""
    found: set[str] = set()
    for name in question_parts(store):
        part = read_part(store, name, columns=[*SELECTING_COLUMNS, "image_ids"])
        found.update(ids[0] for ids in part.filter(pa.array(chosen(part)))["image_ids"].to_pylist())
    return found


def _sorted_by(row: Row) -> dict[str, Any]:
    """How far apart the images were taken; whether training questions are asked in these words."""
    facts = dict(row["facts"] or ())
    if row["family"] == "choose_view":
        angle = row["answer_value"]
    else:
        angle = next((facts[name] for name in _ANGLES if name in facts), None)
    known = angle is not None and math.isfinite(angle)
    return {
        "facts": None,  # as numbers they are read; a large evaluation needn't keep them all
        "angle_deg": abs(math.degrees(angle)) if known else None,
        "wording": _wording(row),
    }


def _wording(row: Row) -> str | None:
    """Whether questions of the training split may use the same words: "seen" or "unseen"."""
    parts = str(row["wording_id"]).split(".")
    if len(parts) < 2:
        return None
    texts: Mapping[str, bool] = {
        text.id: text.for_training for text in wording_of(row["family"]).questions
    }
    seen = texts.get(parts[1])
    return None if seen is None else "seen" if seen else "unseen"


def _training_rows(store: Store, selection: Selection) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for name in question_parts(store):
        part = read_part(store, name, columns=list(_LEARNED_COLUMNS))
        mask = pc.equal(part["split"], "train")
        if selection.families:
            mask = pc.and_(mask, pc.is_in(part["family"], pa.array(list(selection.families))))
        for row in part.filter(mask).to_pylist():
            if len(found[row["family"]]) < _MOST_LEARNED:
                found[row["family"]].append(row)
    return dict(found)
