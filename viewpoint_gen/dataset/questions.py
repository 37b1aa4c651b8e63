"""Questions with the pictures they show: two tables of a run, joined as a stream.

Questions come in the order in which their first pictures lie on disk, so that each picture is read
about once. Memory holds one part of questions, 16 bytes for each view of the run, and the row
groups of pictures that were used last.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from PIL import Image

from viewpoint_gen.dataset.config import ImageFormat, StoreConfig
from viewpoint_gen.dataset.images import encode_picture
from viewpoint_gen.dataset.marks import images_of
from viewpoint_gen.dataset.schema import QUESTIONS, VIEWS
from viewpoint_gen.dataset.shards import check_version, open_part, part_names, read_part
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.geometry.frames import Bools, Indices
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.storage import Store

Row = dict[str, Any]

_PICTURE_COLUMNS: Final = ("view_id", "image", "image_format")
_MOST_BYTES: Final = 128 * 1024 * 1024
"""Of pictures that are kept at hand."""

_MARKED_QUALITY: Final = 95
"""Of pictures that marks were drawn into: above the run's own, since they are encoded again."""

_ROWS_AT_ONCE: Final = 512


@dataclass(frozen=True)
class ShownImage:
    """An image as a question shows it, marks drawn in: an encoded file."""

    data: bytes
    format: ImageFormat

    @cached_property
    def sha256(self) -> str:
        """Of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class Pictures(Mapping[str, bytes]):
    """Every view's picture by ``view_id``; the row groups that were used last stay in memory.

    Args:
        most_bytes: of pictures kept at hand.
    """

    def __init__(self, store: Store, most_bytes: int = _MOST_BYTES) -> None:
        self._store = store
        self._most_bytes = most_bytes
        self._groups: list[tuple[str, int]] = []
        self._hashes, self._places, self._ends = self._index()
        self._held: OrderedDict[int, dict[str, ShownImage]] = OrderedDict()
        self._held_bytes = 0

    def __len__(self) -> int:
        return len(self._hashes)

    def __iter__(self) -> Iterator[str]:
        for name in part_names(self._store, "views"):
            yield from read_part(self._store, name, columns=["view_id"])["view_id"].to_pylist()

    def __getitem__(self, view_id: str) -> bytes:
        return self.stored(view_id).data

    def stored(self, view_id: str) -> ShownImage:
        """A view's picture as the run holds it.

        Raises:
            KeyError: there is no such view.
        """
        return self._group(int(self._group_of(self.place(view_id))))[view_id]

    def place(self, view_id: str) -> int:
        """The row of a view, counted over all parts.

        Raises:
            KeyError: there is no such view.
        """
        wanted = _hash(view_id)
        slot = int(np.searchsorted(self._hashes, wanted))
        if slot == len(self._hashes) or self._hashes[slot] != wanted:
            raise KeyError(view_id)
        return int(self._places[slot])

    def _group_of(self, place: int) -> np.int64:
        return np.searchsorted(self._ends, place, side="right")

    def _index(self) -> tuple[Any, Indices, Indices]:
        """(V,) sorted hashes of the ids with their rows, and (G,) the row behind each group."""
        hashes, ends = [], [0]
        for name in part_names(self._store, "views"):
            with open_part(self._store, name) as part:
                check_version(self._store.path(name), part.schema_arrow, VIEWS)
                for group in range(part.metadata.num_row_groups):
                    ids = part.read_row_group(group, columns=["view_id"])["view_id"].to_pylist()
                    hashes.append(np.array([_hash(each) for each in ids], dtype=np.uint64))
                    self._groups.append((name, group))
                    ends.append(ends[-1] + len(ids))
        every = np.concatenate([np.empty(0, dtype=np.uint64), *hashes])
        order = np.argsort(every, kind="stable")
        return every[order], order.astype(np.int64), np.array(ends[1:], dtype=np.int64)

    def _group(self, number: int) -> dict[str, ShownImage]:
        if number in self._held:
            self._held.move_to_end(number)
            return self._held[number]
        name, group = self._groups[number]
        with open_part(self._store, name) as part:
            rows = part.read_row_group(group, columns=list(_PICTURE_COLUMNS)).to_pylist()
        found = {
            row["view_id"]: ShownImage(row["image"], ImageFormat(row["image_format"]))
            for row in rows
        }
        self._held[number] = found
        self._held_bytes += _size(found)
        while self._held_bytes > self._most_bytes and len(self._held) > 1:
            self._held_bytes -= _size(self._held.popitem(last=False)[1])
        return found


def question_parts(store: Store) -> list[str]:
    """The parts of a run's finished questions.

    Raises:
        RunIncomplete: there are none, or another version of viewgen wrote them.
    """
    names = part_names(store, "qa")
    if not names or not store.exists(SUMMARY_NAME):
        msg = f"{store.location}: holds no questions; `viewgen qa {store.location}` asks them"
        raise RunIncomplete(msg)
    for name in names:
        with open_part(store, name) as part:
            check_version(store.path(name), part.schema_arrow, QUESTIONS)
    return names


def fingerprints_of(store: Store) -> dict[str, str]:
    """``fingerprint`` of the recipe and ``qa_fingerprint`` of all that decides the questions.

    As the rows say them; without any row, "None".

    Raises:
        RunIncomplete: there are no questions, or another version of viewgen wrote them.
    """
    columns = ["fingerprint", "qa_fingerprint"]
    for name in question_parts(store):
        with open_part(store, name) as part:
            for batch in part.iter_batches(1, columns=columns):
                return {name: str(value) for name, value in batch.to_pylist()[0].items()}
    return dict.fromkeys(columns, str(None))


def questions_with_images(
    store: Store, columns: Sequence[str], chosen: Callable[[pa.Table], Bools]
) -> Iterator[tuple[Row, list[ShownImage]]]:
    """Rows of the questions table, each with its images as they must be shown.

    Args:
        columns: of the rows; ``image_ids`` and ``marks`` are read in any case.
        chosen: (N,) which rows of a part are wanted.

    Raises:
        StorageError: a question shows a view that the run doesn't hold.
    """
    pictures = Pictures(store)
    wanted = list(dict.fromkeys([*columns, "image_ids", "marks"]))
    for name in question_parts(store):
        part = read_part(store, name, columns=wanted)
        part = part.filter(pa.array(chosen(part)))
        try:
            order = _order(part, pictures)
            for start in range(0, len(order), _ROWS_AT_ONCE):
                rows = part.take(pa.array(order[start : start + _ROWS_AT_ONCE])).to_pylist()
                yield from ((row, shown_images(row, pictures)) for row in rows)
        except KeyError as missing:
            msg = (
                f"{store.path(name)}: a question shows the view {missing}, and "
                f"{store.path('views')} doesn't hold it; `viewgen verify` names all that is missing"
            )
            raise StorageError(msg) from missing


def shown_images(row: Mapping[str, Any], pictures: Pictures) -> list[ShownImage]:
    """A question's images: the run's own bytes, encoded again only where marks are drawn in."""
    stored = [pictures.stored(view_id) for view_id in row["image_ids"]]
    marked = {mark["image"] for mark in row["marks"] or ()}
    if not marked:
        return stored
    drawn = images_of(row, pictures)
    return [
        _encoded(drawn[number], image.format) if number in marked else image
        for number, image in enumerate(stored)
    ]


def _order(part: pa.Table, pictures: Pictures) -> Indices:
    """(N,) the rows of a part in the order of their first pictures."""
    places = [pictures.place(ids[0]) for ids in part["image_ids"].to_pylist()]
    return np.argsort(np.array(places, dtype=np.int64), kind="stable").astype(np.int64)


def _encoded(picture: Image.Image, chosen: ImageFormat) -> ShownImage:
    config = StoreConfig(image=chosen, quality=_MARKED_QUALITY)
    return ShownImage(*encode_picture(np.asarray(picture.convert("RGBA")), config))


def _hash(view_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(view_id.encode(), digest_size=8).digest(), "little")


def _size(group: Mapping[str, ShownImage]) -> int:
    return sum(len(image.data) for image in group.values())
