"""Parquet shards with images in them, as ``datasets`` and the Hub expect them."""

from __future__ import annotations

import json
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.dataset.export.folder import SUFFIXES, ExportFolder
from viewpoint_gen.dataset.questions import ShownImage
from viewpoint_gen.dataset.shards import Sink, leaf_names
from viewpoint_gen.storage import explained

IMAGES_FIELD: Final = pa.field(
    "images", pa.list_(pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())]))
)

_FEATURES: Final = {"images": {"_type": "Sequence", "feature": {"_type": "Image"}}}
"""Read by every version of ``datasets``; it infers the other columns itself."""

_MOST_ROWS: Final = 64
_MOST_GROUP_BYTES: Final = 32 * 1024 * 1024
_MOST_SHARD_BYTES: Final = 500 * 1024 * 1024


def with_images(fields: list[pa.Field]) -> pa.Schema:
    """Columns, and the images behind them."""
    metadata = {"huggingface": json.dumps({"info": {"features": _FEATURES}})}
    return pa.schema([*fields, IMAGES_FIELD], metadata=metadata)


class Shards:
    """Rows to ``STEM-00000-of-0000N.parquet``, one row group in memory.

    Args:
        stem: of the names in the folder, e.g. ``"data/train"``.
        schema: of ``with_images``.
    """

    def __init__(
        self,
        folder: ExportFolder,
        stem: str,
        schema: pa.Schema,
        most_shard_bytes: int = _MOST_SHARD_BYTES,
    ) -> None:
        self._folder = folder
        self._stem = stem
        self._schema = schema
        self._most_shard_bytes = most_shard_bytes
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0
        self._shard_bytes = 0
        self._shards = 0
        self._writer: pq.ParquetWriter | None = None
        self._sink: Sink | None = None
        folder.at_exit(self._abandon)

    def write(self, values: dict[str, Any], images: tuple[ShownImage, ...]) -> None:
        """Add a row."""
        embedded = [
            {"bytes": image.data, "path": f"{number}{SUFFIXES[image.format]}"}
            for number, image in enumerate(images)
        ]
        self._waiting.append({**values, "images": embedded})
        self._waiting_bytes += sum(len(image.data) for image in images)
        if len(self._waiting) >= _MOST_ROWS or self._waiting_bytes >= _MOST_GROUP_BYTES:
            self._write_group()

    def finish(self) -> None:
        """Write what waits, and give the shards their final names."""
        self._write_group()
        self._close()
        for number in range(self._shards):
            final = self._folder.path(f"{self._stem}-{number:05d}-of-{self._shards:05d}.parquet")
            with explained(str(final), "write"):
                self._folder.path(self._working_name(number)).replace(final)

    def _write_group(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._writer = self._opened()
        with explained(self._working_name(self._shards - 1), "write"):
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
        self._shard_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        if self._shard_bytes >= self._most_shard_bytes:
            self._close()

    def _opened(self) -> pq.ParquetWriter:
        self._shards += 1
        self._shard_bytes = 0
        self._sink = Sink(self._folder.opened(self._working_name(self._shards - 1)))
        return pq.ParquetWriter(
            self._sink,
            self._schema,
            compression=_codecs(self._schema),
            use_dictionary=[f.name for f in self._schema if pa.types.is_string(f.type)],
            write_page_index=True,
        )

    def _close(self) -> None:
        if self._writer is not None:
            with explained(self._working_name(self._shards - 1), "write"):
                self._writer.close()
            self._folder.close(self._working_name(self._shards - 1))
            self._writer = None

    def _abandon(self) -> None:
        """Let go of a shard that will never be finished, without touching its file again."""
        if self._writer is not None and self._sink is not None:
            self._sink.dead = True
            self._writer.close()
            self._writer = None

    def _working_name(self, number: int) -> str:
        return f"{self._stem}-{number:05d}.parquet"


class ShardsBySplit:
    """Shards of one schema, one set per split.

    Args:
        prefix: of their stems, e.g. ``"data/"``.
    """

    def __init__(self, folder: ExportFolder, schema: pa.Schema, prefix: str = "") -> None:
        self._folder = folder
        self._schema = schema
        self._prefix = prefix
        self._shards: dict[str, Shards] = {}

    def write(self, split: str, values: dict[str, Any], images: tuple[ShownImage, ...]) -> None:
        """Add a row to a split."""
        if split not in self._shards:
            self._shards[split] = Shards(self._folder, f"{self._prefix}{split}", self._schema)
        self._shards[split].write(values, images)

    def finish(self) -> None:
        """Finish every split's shards."""
        for shards in self._shards.values():
            shards.finish()


def _codecs(schema: pa.Schema) -> dict[str, str]:
    """Pictures are compressed already."""
    return {leaf: "none" if leaf.endswith(".bytes") else "zstd" for leaf in leaf_names(schema)}
