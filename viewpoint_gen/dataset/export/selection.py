"""Which questions of a run are exported."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.questions import question_parts
from viewpoint_gen.dataset.shards import read_part
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.qa.families import chosen_families
from viewpoint_gen.storage import Store

SPLITS: Final = ("train", "validation", "test")

SELECTING_COLUMNS: Final = ("id", "split", "family")
"""What a mask of rows is made from."""


@dataclass(frozen=True)
class Selection:
    """Which questions.

    Attributes:
        splits: in the order of ``SPLITS``.
        families: none: all.
        limit: most questions of each split, drawn by their ids, groups kept together; None: all.
    """

    splits: tuple[str, ...] = SPLITS
    families: tuple[str, ...] = ()
    limit: int | None = None

    def __post_init__(self) -> None:
        for name in self.splits:
            if name not in SPLITS:
                raise RecipeError(f"no split is called {name!r}; there are: {', '.join(SPLITS)}")
        chosen_families(self.families)


def mask_of(store: Store, selection: Selection) -> tuple[Callable[[pa.Table], Bools], int]:
    """What tells whether a row of the questions is wanted, and how many are.

    Raises:
        RecipeError: none is.
    """
    counts = dict.fromkeys(selection.splits, 0)
    kept: dict[str, list[tuple[str, str]]] = {split: [] for split in selection.splits}
    for split in selection.splits:
        ids = _ids(store, selection, split)
        if selection.limit is None:
            counts[split] = sum(1 for _ in ids)
        else:
            kept[split] = heapq.nsmallest(selection.limit, ids)
            counts[split] = len(kept[split])
    if not any(counts.values()):
        of = f" of {', '.join(selection.families)}" if selection.families else ""
        msg = f"{store.location}: no question{of} in {', '.join(selection.splits)}"
        raise RecipeError(msg)
    if selection.limit is None:
        return (lambda part: _plain_mask(part, selection)), sum(counts.values())
    wanted = pa.array([name for chosen in kept.values() for _, name in chosen])
    return (lambda part: pc.is_in(part["id"], wanted).to_numpy()), sum(counts.values())


def _ids(store: Store, selection: Selection, split: str) -> Iterator[tuple[str, str]]:
    """A number drawn for each wanted question's group, and the question's id."""
    only = Selection(splits=(split,), families=selection.families)
    for name in question_parts(store):
        part = read_part(store, name, columns=[*SELECTING_COLUMNS, "group_id"])
        part = part.filter(pa.array(_plain_mask(part, only)))
        for group, question in zip(
            part["group_id"].to_pylist(), part["id"].to_pylist(), strict=True
        ):
            yield hashlib.sha256(group.encode()).hexdigest()[:16], question


def _plain_mask(part: pa.Table, selection: Selection) -> Bools:
    mask = pc.is_in(part["split"], pa.array(list(selection.splits)))
    if selection.families:
        mask = pc.and_(mask, pc.is_in(part["family"], pa.array(list(selection.families))))
    return np.asarray(mask.to_numpy(), dtype=np.bool_)
