"""Questions with their images on this machine's disk, mapped into memory: any of them at once.

A folder of two Arrow files: ``items.arrow``, and ``pictures.arrow`` with each encoded image once,
however many questions show it. ``about.json`` comes last: without it the folder isn't whole.
"""

from __future__ import annotations

import io
import json
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import pyarrow as pa
from datasets import Dataset
from PIL import Image

from viewpoint_gen.storage import explained

ABOUT_NAME: Final = "about.json"
_ITEMS_NAME: Final = "items.arrow"
_PICTURES_NAME: Final = "pictures.arrow"

ITEMS: Final = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("family", pa.string()),
        pa.field("prompt", pa.string()),
        pa.field("reply", pa.string()),
        pa.field("reasoned_prompt", pa.string()),
        pa.field("reasoned_reply", pa.string()),
        pa.field("grading", pa.string()),
        pa.field("views", pa.list_(pa.string())),
        pa.field("pictures", pa.list_(pa.int32())),
    ]
)
"""``prompt`` with an ``<image>`` for each picture; ``reasoned_…`` ask for reasons and give them,
null where there are none; ``grading`` as of ``dataset.export.items``, null: can't be scored;
``views``: ids of the views that are shown, null where they aren't a run's, nor planned as one's."""

_PICTURES: Final = pa.schema([pa.field("data", pa.binary())])
_ROWS_AT_ONCE: Final = 512
_PICTURES_AT_ONCE: Final = 256
_REMEMBERED: Final = 200_000
"""Pictures whose places are remembered while writing; one shown again later is stored again."""


@dataclass(frozen=True)
class Cache:
    """A folder of questions, opened; pickled by its path alone."""

    folder: Path
    key: str
    items: Dataset
    pictures: Dataset

    def __len__(self) -> int:
        return len(self.items)

    def __reduce__(self) -> tuple[Any, ...]:
        return open_cache, (self.folder, self.key)

    def images(self, pictures: Sequence[int]) -> list[Image.Image]:
        """Some pictures, decoded."""
        return [_decoded(data) for data in self.pictures[list(pictures)]["data"]]


def open_cache(folder: Path, key: str) -> Cache | None:
    """The cache in a folder, if it is whole and of this key."""
    about = folder / ABOUT_NAME
    with explained(str(about), "read"):
        if not about.is_file() or json.loads(about.read_text(encoding="utf-8"))["key"] != key:
            return None
        items = Dataset.from_file(str(folder / _ITEMS_NAME))
        pictures = Dataset.from_file(str(folder / _PICTURES_NAME))
    return Cache(folder, key, items, pictures)


class CacheWriter:
    """Makes a folder, in a stream: what it holds in memory doesn't grow with what it writes.

    Args:
        folder: what lies there is replaced.
        key: by which it is found again.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._key = key
        self._rows: list[dict[str, Any]] = []
        self._waiting: list[bytes] = []
        self._written = 0
        self._places: OrderedDict[bytes, int] = OrderedDict()

    def __enter__(self) -> CacheWriter:
        with explained(str(self._folder), "make the directory"):
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self._files = [self._create(_ITEMS_NAME), self._create(_PICTURES_NAME)]
            self._items = pa.ipc.new_stream(self._files[0], ITEMS)
            self._pictures = pa.ipc.new_stream(self._files[1], _PICTURES)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with explained(str(self._folder), "write"):
            if error is None:
                self._write_rows()
                self._write_pictures()
            for stream in (self._items, self._pictures, *self._files):
                stream.close()
            if error is None:
                about = json.dumps({"key": self._key})
                (self._folder / ABOUT_NAME).write_text(about, encoding="utf-8")

    def add(self, row: dict[str, Any], images: Sequence[tuple[bytes, bytes]]) -> None:
        """Add a question.

        Args:
            row: the columns of ``ITEMS`` but ``pictures``.
            images: digest and encoded file of each.
        """
        places = [self._place(digest, data) for digest, data in images]
        self._rows.append({**row, "pictures": places})
        if len(self._rows) == _ROWS_AT_ONCE:
            self._write_rows()

    def _place(self, digest: bytes, data: bytes) -> int:
        if digest in self._places:
            self._places.move_to_end(digest)
            return self._places[digest]
        place = self._places[digest] = self._written + len(self._waiting)
        if len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        self._waiting.append(data)
        if len(self._waiting) == _PICTURES_AT_ONCE:
            self._write_pictures()
        return place

    def _write_rows(self) -> None:
        if self._rows:
            with explained(str(self._folder), "write"):
                self._items.write_batch(pa.RecordBatch.from_pylist(self._rows, schema=ITEMS))
            self._rows = []

    def _write_pictures(self) -> None:
        if self._waiting:
            batch = pa.RecordBatch.from_arrays([pa.array(self._waiting, pa.binary())], ["data"])
            with explained(str(self._folder), "write"):
                self._pictures.write_batch(batch)
            self._written += len(self._waiting)
            self._waiting = []

    def _create(self, name: str) -> BinaryIO:
        return (self._folder / name).open("wb")


def _decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")
