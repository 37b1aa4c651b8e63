"""A run's questions, or an even draw of them, with what is true and what is offered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.audit.marks import Marked
from viewpoint_gen.audit.offers import Offered, read_offers
from viewpoint_gen.dataset.shards import ROWS_PER_GROUP, iterate_batches, part_names
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.draws import keys_of
from viewpoint_gen.qa.families import FAMILIES, chosen_families
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.groups import AGAIN
from viewpoint_gen.qa.phrasing import header_of, option_sets_of, shown_keys
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.storage import Store

Ints = NDArray[np.int64]

_SCORED: Final = ("answer_type", "answer_text", "answer_value", "answer_unit", "tolerance")
"""What ``qa.score`` reads of a row that offers nothing."""

_COLUMNS: Final = ("id", "family", "group_id", "wording_id", "question", "options", "answer_key",
                   "answer_letter", "asset_uids", "image_ids", "marks", "width_px",
                   *_SCORED)  # fmt: skip


@dataclass(frozen=True)
class Questions:
    """N questions of one family.

    Attributes:
        texts: without the lines that stand for the images.
        assets: (N,) uid; where questions show two assets, one uid for all that are linked so.
        views: (N, K) view_id of each image.
        labels: (K,) what stands before each image, e.g. "1", or "A" where images are the options.
        key: (N,) place of the true answer in ``Family.options``: the same whatever its letter and
            its words, so that a guess of it is not hidden by the shuffling of letters. Where the
            options are the images, whose order is all there is to guess, its letter's place.
        letter: (N,) place of the right option among the letters; None unless one is right.
        scored: of questions that offer nothing: rows for ``qa.score``; else empty.
        marked: what is marked in the images; None in families that mark nothing.
    """

    family: str
    texts: list[str]
    assets: NDArray[np.str_]
    views: NDArray[np.str_]
    labels: tuple[str, ...]
    key: Ints
    letter: Ints | None
    offered: Offered
    scored: list[dict[str, Any]]
    marked: Marked | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def shown(self) -> set[str]:
        """The views that they show."""
        return set(self.views.ravel().tolist())

    @property
    def first(self) -> NDArray[np.str_]:
        """(N,) view_id of the image that all starts from."""
        return self.views[:, 0]

    @property
    def last(self) -> NDArray[np.str_]:
        """(N,) view_id of the image where it ends."""
        return self.views[:, -1]

    @property
    def pictured(self) -> bool:
        """Whether the options are images: all but the first."""
        return FAMILIES[self.family].form is Form.PICTURED

    @property
    def never_true(self) -> tuple[str, ...]:
        """Answers of the family that no question has."""
        found = set(self.key.tolist())
        every = enumerate(FAMILIES[self.family].options)
        return tuple(option for place, option in every if place not in found)

    @property
    def chance(self) -> float:
        """What a guess is worth that knows only which answers there are.

        Answers that no question has don't count; but one answer alone is a leak, not a chance.
        """
        return 1.0 / max(2, len(FAMILIES[self.family].options) - len(self.never_true))


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
    for batch in _batches(store, _COLUMNS):
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


def _batches(store: Store, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Every question once: what is asked again in other words would count a pair twice."""
    columns = (*columns, "group_role")
    for batch in iterate_batches(store, "qa", columns=columns, rows=ROWS_PER_GROUP):
        again = pc.ends_with(batch.column("group_role"), f"_{AGAIN}").fill_null(False)
        yield batch.filter(pc.invert(again))


def _last_keys(
    store: Store, wanted: set[str], *, most_per_family: int, seed: int
) -> dict[str, np.uint64]:
    """The greatest key still drawn, for each family that has questions."""
    keys: dict[str, list[NDArray[np.uint64]]] = defaultdict(list)
    for batch in _batches(store, ("family", "group_id")):
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


def _questions_of(family_id: str, rows: pa.Table) -> Questions:
    family = FAMILIES[family_id]
    ids = rows["id"].to_pylist()
    offered = read_offers(
        family,
        option_sets_of(family_id) if shown_keys(family) else (),
        ids=ids,
        wording_ids=rows["wording_id"].to_pylist(),
        options=rows["options"].to_pylist(),
    )
    letters = rows["answer_letter"].to_pylist()
    letter = None if None in letters else _places(ids, letters, ascii_uppercase, "answer_letter")
    key = _places(ids, rows["answer_key"].to_pylist(), family.options, "answer_key")
    pictured = letter is not None and family.form is Form.PICTURED
    return Questions(
        family=family_id,
        texts=[text.removeprefix(header_of(family)) for text in rows["question"].to_pylist()],
        assets=np.array(linked_assets(rows["asset_uids"].to_pylist())),
        views=np.array(rows["image_ids"].to_pylist()),
        labels=tuple(label.removeprefix("Image ") for label in family.images),
        key=letter if letter is not None and pictured else key,
        letter=letter,
        offered=offered,
        scored=[] if offered.letters else rows.select(_SCORED).to_pylist(),
        marked=None
        if family.mark is None
        else Marked.of(rows["marks"].to_pylist(), rows["width_px"].to_pylist()),
    )


def linked_assets(shown: Sequence[Sequence[str]]) -> list[str]:
    """One uid for each question; the same for questions that share an asset, also by way of others.

    What is learned from some questions is tried on others, which must show none of their assets.
    """
    parent: dict[str, str] = {}

    def root(uid: str) -> str:
        while parent.setdefault(uid, uid) != uid:
            parent[uid] = parent[parent[uid]]
            uid = parent[uid]
        return uid

    for uids in shown:
        for uid in uids[1:]:
            one, other = sorted((root(uids[0]), root(uid)))
            parent[other] = one
    return [root(uids[0]) for uids in shown]


def _places(ids: list[str], names: list[str], known: Sequence[str], column: str) -> Ints:
    """(N,) where each name stands among the known."""
    place = {name: number for number, name in enumerate(known)}
    for question_id, name in zip(ids, names, strict=True):
        if name not in place:
            msg = (
                f"{question_id}: this viewgen knows no {column} {name!r}, only "
                f"{', '.join(known)}; run `viewgen qa` again"
            )
            raise RunIncomplete(msg)
    return np.array([place[name] for name in names], dtype=np.int64)
