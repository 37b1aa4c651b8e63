"""A run's questions, or an even draw of them, with what each option means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.dataset.shards import ROWS_PER_GROUP, iterate_batches, part_names
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.draws import keys_of
from viewpoint_gen.qa.families import FAMILIES, chosen_families
from viewpoint_gen.qa.phrasing import IMAGES, wording_of
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.storage import Store

Ints = NDArray[np.int64]

_COLUMNS: Final = ("family", "group_id", "question", "options", "answer_text", "asset_uids",
                   "image_ids", "id")  # fmt: skip


@dataclass(frozen=True)
class Questions:
    """N questions of one family, whose options mean K things.

    An option's *sense* is its place in ``Family.options``: the same whatever its letter and its
    words, so that a guess of the sense is not hidden by the shuffling of letters.

    Attributes:
        texts: without the line that stands for the images.
        assets: (N,) uid.
        first, second: (N,) view_id of each image.
        option_set: (N,) which of the family's option sets gives the options' words.
        letter_of_sense: (N, K) place of each sense among the letters.
        sense: (N,) of the true option.
    """

    family: str
    texts: list[str]
    assets: NDArray[np.str_]
    first: NDArray[np.str_]
    second: NDArray[np.str_]
    option_set: Ints
    letter_of_sense: Ints
    sense: Ints

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def shown(self) -> set[str]:
        """The views that they show."""
        return {*self.first.tolist(), *self.second.tolist()}

    @property
    def letter(self) -> Ints:
        """(N,) place of the true option among the letters."""
        return np.asarray(self.letter_of_sense[np.arange(len(self)), self.sense])

    @property
    def chance(self) -> float:
        """What a guess without any knowledge is worth."""
        return 1.0 / self.letter_of_sense.shape[1]


def read_questions(
    store: Store, families: Sequence[str], *, most_per_family: int, seed: int
) -> list[Questions]:
    """The questions to try the cheats on, by family in the registry's order.

    Memory grows with the questions drawn, not with the run. A question and its reverse are drawn
    together.

    Args:
        families: empty: all.
        most_per_family: 0: all.

    Raises:
        RecipeError: a family isn't known.
        RunIncomplete: there is nothing to audit, or it was asked in words that aren't known.
    """
    wanted = {family.id for family in chosen_families(families)}
    _check_asked(store)
    last_key = _last_keys(store, wanted, most_per_family=most_per_family, seed=seed)
    if not last_key:
        named = f" of {', '.join(families)}" if families else ""
        msg = (
            f"{store.location}: holds no questions{named}; `viewgen qa` says why a family has none"
        )
        raise RunIncomplete(msg)
    rows: dict[str, list[pa.RecordBatch]] = defaultdict(list)
    for batch in iterate_batches(store, "qa", columns=_COLUMNS, rows=ROWS_PER_GROUP):
        for family, chosen in _chosen(batch, last_key, seed).items():
            rows[family].append(batch.take(chosen))
    return [
        _questions_of(family, pa.Table.from_batches(rows[family]))
        for family in FAMILIES
        if family in rows
    ]


def _check_asked(store: Store) -> None:
    if not part_names(store, "views"):
        msg = f"{store.location}: there is no run here; `viewgen render` makes one"
        raise RunIncomplete(msg)
    if not part_names(store, "qa") or not store.exists(SUMMARY_NAME):
        msg = f"{store.location}: holds no questions yet; `viewgen qa` asks them"
        raise RunIncomplete(msg)


def _last_keys(
    store: Store, wanted: set[str], *, most_per_family: int, seed: int
) -> dict[str, np.uint64]:
    """The greatest key still drawn, for each family that has questions."""
    keys: dict[str, list[NDArray[np.uint64]]] = defaultdict(list)
    for batch in iterate_batches(store, "qa", columns=("family", "group_id"), rows=ROWS_PER_GROUP):
        family_of = np.array(batch.column("family").to_pylist())
        key_of = _keys(batch, seed)
        for family in wanted.intersection(family_of):
            keys[family].append(key_of[family_of == family])
    last = {}
    for family, parts in keys.items():
        every = np.sort(np.concatenate(parts))
        last[family] = every[min(most_per_family or len(every), len(every)) - 1]
    return last


def _chosen(
    batch: pa.RecordBatch, last_key: dict[str, np.uint64], seed: int
) -> dict[str, pa.Array]:
    family_of = np.array(batch.column("family").to_pylist())
    key_of = _keys(batch, seed)
    return {
        family: pa.array(np.flatnonzero((family_of == family) & (key_of <= last_key[family])))
        for family in last_key.keys() & set(family_of)
    }


def _keys(batch: pa.RecordBatch, seed: int) -> NDArray[np.uint64]:
    return keys_of(seed, "audit", batch.column("group_id").to_pylist())


def _questions_of(family: str, rows: pa.Table) -> Questions:
    sets, places, senses = [], [], []
    offered = zip(
        *(rows[name].to_pylist() for name in ("id", "options", "answer_text")), strict=True
    )
    for question_id, options, answer in offered:
        texts = _option_sets(family).get(frozenset(options))
        if texts is None or answer not in options:
            msg = (
                f"{question_id}: no option set of this viewgen has the options {options} and the "
                f"answer {answer!r}; run `viewgen qa` again"
            )
            raise RunIncomplete(msg)
        sets.append(texts[0])
        places.append([options.index(text) for text in texts[1]])
        senses.append(texts[1].index(answer))
    first, second = (np.array([ids[k] for ids in rows["image_ids"].to_pylist()]) for k in (0, 1))
    return Questions(
        family=family,
        texts=[text.removeprefix(IMAGES) for text in rows["question"].to_pylist()],
        assets=np.array([" ".join(uids) for uids in rows["asset_uids"].to_pylist()]),
        first=first,
        second=second,
        option_set=np.array(sets),
        letter_of_sense=np.array(places),
        sense=np.array(senses),
    )


@cache
def _option_sets(family: str) -> dict[frozenset[str], tuple[int, tuple[str, ...]]]:
    """Number and texts of an option set, by the texts in any order."""
    sets = wording_of(family).option_sets
    return {frozenset(each.texts): (number, each.texts) for number, each in enumerate(sets)}
