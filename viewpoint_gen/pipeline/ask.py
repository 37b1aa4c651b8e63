"""``viewgen qa``: the pairs of a finished run in, questions out. No pixel is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.dataset.schema import PAIRS, QUESTIONS, REJECTED, RINGS
from viewpoint_gen.dataset.shards import (
    PartWriter,
    check_version,
    create_part,
    open_part,
    part_name,
    part_names,
)
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.pipeline.run_directory import load_run_recipe
from viewpoint_gen.qa.build import QaBlock, QaSchemas, build_questions
from viewpoint_gen.qa.families import describe
from viewpoint_gen.qa.phrasing import example_of
from viewpoint_gen.qa.summary import SUMMARY_NAME, QaSummary
from viewpoint_gen.recipe import Recipe, with_overrides
from viewpoint_gen.records import Ring
from viewpoint_gen.storage import Store, open_store, write

_ROWS_PER_PART = 100_000
_ROWS_PER_BATCH = 8192


def ask_questions(run: str, overrides: Sequence[tuple[str, Any]] = ()) -> QaSummary:
    """Ask about every pair of a run and replace the questions that it held.

    Args:
        run: directory or fsspec URL.
        overrides: keys of the recipe's ``qa`` section, with values.

    Raises:
        RunIncomplete: there is no run, or it isn't finished, or parts are missing.
        RecipeError: a key, a value or a family isn't known.
    """
    store = open_store(run)
    of_qa = [(f"qa.{key.removeprefix('qa.')}", value) for key, value in overrides]
    recipe = with_overrides(load_run_recipe(store), of_qa)
    batches = _pair_batches(store, recipe)
    summary = QaSummary()
    blocks = build_questions(
        batches,
        _rings(store),
        recipe.qa,
        seed=recipe.seed,
        fingerprint=recipe.fingerprint,
        schemas=QaSchemas(questions=QUESTIONS, rejected=REJECTED),
        summary=summary,
    )
    _remove_questions(store)
    _write_blocks(store, blocks)
    write(store, SUMMARY_NAME, json.dumps(summary.to_dict(), indent=2).encode() + b"\n")
    return summary


def describe_families() -> list[str]:
    """Lines for people: each family, what it asks, in which frame, and an example."""
    lines = []
    for family in describe():
        example = example_of(family["id"])
        about = {**family, "example": example}
        lines.append(about.pop("id"))
        lines.extend(f"    {name:<9} {text}" for name, text in about.items())
    return lines


def _pair_batches(store: Store, recipe: Recipe) -> Iterator[pa.RecordBatch]:
    """Batches of all pairs, after a look at whether the run is whole and readable."""
    if not store.exists("assets.parquet"):
        msg = (
            f"{store.location}: rendering hasn't finished; "
            "run the same `viewgen render` command again: it goes on where it stopped"
        )
        raise RunIncomplete(msg)
    names = part_names(store, "pairs")
    if not names:
        msg = f"{store.location}: holds no pairs; `viewgen status` says what became of its assets"
        raise RunIncomplete(msg)
    return _read(store, names, recipe.fingerprint)


def _rings(store: Store) -> dict[str, Ring]:
    """How alike each asset looks from all around; its first visit with pairs looked."""
    of_ring = ("azimuths", "elevation_rad", "ratios", "shape_key", "middle_x", "middle_y")
    rings = {}
    for name in part_names(store, "rings"):
        with open_part(store, name) as part:
            check_version(store.path(name), part.schema_arrow, RINGS)
            for row in part.read(columns=["asset_uid", *of_ring]).to_pylist():
                rings[row["asset_uid"]] = Ring(*(row[column] for column in of_ring))
    return rings


def _read(store: Store, names: Iterable[str], fingerprint: str) -> Iterator[pa.RecordBatch]:
    for name in names:
        with store.open(name) as handle:
            try:
                file = pq.ParquetFile(handle)
            except pa.ArrowInvalid as error:
                msg = (
                    f"{store.path(name)}: not a whole Parquet file ({error}); render the run again"
                )
                raise StorageError(msg) from error
            check_version(store.path(name), file.schema_arrow, PAIRS)
            for batch in file.iter_batches(_ROWS_PER_BATCH):
                if set(batch.column("fingerprint").unique().to_pylist()) - {fingerprint}:
                    msg = f"{store.path(name)}: rows of another recipe; render the run again"
                    raise RunIncomplete(msg)
                yield batch


def _remove_questions(store: Store) -> None:
    """The summary first, so that what is left never looks finished."""
    store.remove(SUMMARY_NAME)
    store.remove_folder("qa")
    for name in store.names("rejected"):
        if re.fullmatch(r"questions-.*\.parquet", name):
            store.remove(f"rejected/{name}")


def _write_blocks(store: Store, blocks: Iterator[QaBlock]) -> None:
    """Questions in parts of about 100,000 rows; refusals beside the other rejections."""
    part = 0
    block = next(blocks, None)
    while block is not None:
        with ExitStack() as files:
            questions, refusals = _open_parts(store, part, files)
            rows = 0
            while block is not None and rows < _ROWS_PER_PART:
                questions.write(block.questions)
                refusals.write(block.rejections)
                rows += block.questions.num_rows
                block = next(blocks, None)
        part += 1


def _open_parts(store: Store, part: int, files: ExitStack) -> tuple[PartWriter, PartWriter]:
    name = part_name(0, part)
    refused = f"rejected/questions-{name.removeprefix('part-')}"
    return (
        files.enter_context(create_part(store, f"qa/{name}", QUESTIONS)),
        files.enter_context(create_part(store, refused, REJECTED)),
    )
