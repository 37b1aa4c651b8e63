"""Broader questions: any Parquet in one of the two schemas that viewgen itself writes.

===============  ==================================================================================
export for TRL   ``prompt``, ``completion`` (messages cut into parts, or plain texts), ``images``
package, ``qa``  the questions table with ``images``; its rows become items as a run's do
===============  ==================================================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.dataset.export.items import (
    GRADING_COLUMNS,
    IMAGE_TAG,
    item_of,
)
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.storage import Store, explained, open_store
from viewpoint_gen.training.cache import Cache, CacheWriter, open_cache

_FOLDERS: Final = ("", "data", "qa")
"""Where a folder's files may lie: right in it, as an export keeps them, as a package does."""

_HELD_OUT: Final = ("validation", "test")
_TAIL_BYTES: Final = 1 << 16
"""Of a file, that go into its digest: Parquet keeps sizes, offsets and statistics at the end."""

_ROWS_AT_ONCE: Final = 64
_NEEDED: Final = ("prompt", "completion", "images")
_NEEDED_OF_A_TABLE: Final = (*GRADING_COLUMNS, "question", "reasons", "images")

Converted = tuple[dict[str, Any], list[tuple[bytes, bytes]]]


@dataclass(frozen=True)
class MixFiles:
    """Parquet files of one mix.

    Attributes:
        store, names: where they are.
        convert: a row as the cache wants it.
        digest: changes when a file does.
    """

    store: Store
    names: tuple[str, ...]
    convert: Callable[[dict[str, Any]], Converted]
    digest: str

    @classmethod
    def at(cls, path: str) -> MixFiles:
        """Find a mix's files and see what is in them.

        Raises:
            RecipeError: there are none, or their columns aren't known.
            StorageError: they can't be read.
        """
        store, names = _files(path)
        with store.open(names[0]) as handle, explained(store.path(names[0]), "read"):
            try:
                schema = pq.read_schema(handle)
            except pa.ArrowInvalid as error:
                msg = f"mix {store.path(names[0])}: not a Parquet file ({error})"
                raise RecipeError(msg) from None
        digest = hashlib.sha256()
        for name in names:
            digest.update(f"{store.size_bytes(name)}\0".encode() + _tail(store, name))
        return cls(store, tuple(names), _converter(schema, path), digest.hexdigest()[:16])

    def cached(self, folder: Path) -> Cache:
        """The mix as a cache; made once."""
        found = open_cache(folder, self.digest)
        if found is None:
            with CacheWriter(folder, self.digest) as writer:
                for row in self._rows():
                    writer.add(*self.convert(row))
            found = open_cache(folder, self.digest)
        assert found is not None  # it was written just now
        if not len(found):
            msg = f"mix {self.store.location}: holds no row for training"
            raise RecipeError(msg)
        return found

    def _rows(self) -> Iterator[dict[str, Any]]:
        for name in self.names:
            with self.store.open(name) as handle, pq.ParquetFile(handle) as part:
                for batch in part.iter_batches(_ROWS_AT_ONCE):
                    yield from (
                        row for row in batch.to_pylist() if row.get("split", "train") == "train"
                    )


def _files(path: str) -> tuple[Store, list[str]]:
    """A store and the names of Parquet files in it; none that is named as held out."""
    if path.endswith(".parquet"):
        folder, _, name = path.rpartition("/")
        store = open_store(folder or ".")
        if store.exists(name):
            return store, [name]
    else:
        store = open_store(path)
        for folder in _FOLDERS:
            found = [
                f"{folder}/{name}".removeprefix("/")
                for name in store.names(folder)
                if name.endswith(".parquet") and not name.startswith(_HELD_OUT)
            ]
            if found:
                return store, found
    msg = f"mix {path}: no Parquet file for training there (looked at it, data/ and qa/)"
    raise RecipeError(msg)


def _converter(schema: pa.Schema, path: str) -> Callable[[dict[str, Any]], Converted]:
    names = set(schema.names)
    if names.issuperset(_NEEDED_OF_A_TABLE):
        return _of_table
    if names.issuperset(_NEEDED):
        return _of_trl
    missing = ", ".join(sorted(set(_NEEDED) - names))
    msg = (
        f"mix {path}: its columns are of no schema that is known ({missing} missing); expected "
        "what `viewgen export --format trl` writes, or the questions of a package"
    )
    raise RecipeError(msg)


def _of_table(row: dict[str, Any]) -> Converted:
    direct, reasoned = (item_of(row, [], reasons_share=share) for share in (0.0, 1.0))
    values = {
        "id": row["id"],
        "family": row["family"],
        "prompt": direct.prompt,
        "reply": direct.reply,
        "reasoned_prompt": reasoned.prompt if row["reasons"] else None,
        "reasoned_reply": reasoned.reply if row["reasons"] else None,
        "grading": direct.grading,
        "views": None,
    }
    return values, _pictures(row)


def _of_trl(row: dict[str, Any]) -> Converted:
    prompt, reply = _text(row["prompt"]), _text(row["completion"])
    pictures = _pictures(row)
    missing = len(pictures) - prompt.count(IMAGE_TAG)
    if missing < 0:
        msg = f"a mix's row {row.get('id', '')}: names more images than it has"
        raise RecipeError(msg)
    values = {
        "id": row.get("id") or hashlib.sha256(f"{prompt}\0{reply}".encode()).hexdigest()[:16],
        "family": row.get("family") or "mix",
        "prompt": IMAGE_TAG * missing + prompt,
        "reply": reply,
        "reasoned_prompt": None,
        "reasoned_reply": None,
        "grading": row.get("grading"),
        "views": None,
    }
    return values, pictures


def _text(messages: Any) -> str:
    """What stands in messages, or in a plain text, with ``<image>`` for each image."""
    if isinstance(messages, str):
        return messages
    contents = [m["content"] for m in messages if m["role"] != "system"]
    return "\n".join(c if isinstance(c, str) else "".join(map(_part, c)) for c in contents)


def _part(part: dict[str, Any]) -> str:
    return IMAGE_TAG if part["type"] == "image" else part["text"] or ""


def _pictures(row: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    found = [image["bytes"] for image in row["images"] or ()]
    if None in found:
        msg = f"a mix's row {row.get('id', '')}: its images aren't in the file, only their paths"
        raise RecipeError(msg)
    return [(hashlib.sha256(data).digest(), data) for data in found]


def _tail(store: Store, name: str) -> bytes:
    with store.open(name) as handle:
        handle.seek(max(0, store.size_bytes(name) - _TAIL_BYTES))
        return hashlib.sha256(handle.read()).digest()
