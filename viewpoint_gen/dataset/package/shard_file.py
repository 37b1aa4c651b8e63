"""One Parquet file of a package: written beside its place, hashed as it is written."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.dataset.package.features import image_columns
from viewpoint_gen.dataset.shards import Sink, finishing, leaf_names
from viewpoint_gen.storage import explained, open_store

ROWS_PER_GROUP: Final = 128
GROUP_BYTES: Final = 48 << 20
"""A viewer fetches a row group to show a row, so that none may be large."""

PLAIN_ROWS_PER_GROUP: Final = 1024
"""Of tables without images."""


@dataclass(frozen=True)
class PackedFile:
    """A finished file of the package.

    Attributes:
        name: in the package and on the Hub.
        content_bytes: of its rows in memory.
    """

    name: str
    rows: int
    bytes: int
    content_bytes: int
    sha256: str


class ShardWriter:
    """Writes row groups to an open file."""

    def __init__(self, handle: BinaryIO, schema: pa.Schema, name: str) -> None:
        self.sink = _HashingSink(handle)
        self.rows = 0
        self.content_bytes = 0
        self._name = name
        images, leaves = image_columns(schema), leaf_names(schema)
        plain = [leaf for leaf in leaves if leaf.split(".")[0] not in images]
        pixels = [leaf for leaf in leaves if leaf.endswith(".bytes") and leaf not in plain]
        named = [leaf for leaf in leaves if leaf not in (*plain, *pixels)]
        self.rows_per_group = ROWS_PER_GROUP if images else PLAIN_ROWS_PER_GROUP
        with explained(name, "write"):
            self._writer = pq.ParquetWriter(
                self.sink,
                schema,
                compression=dict.fromkeys([*plain, *named], "zstd") | dict.fromkeys(pixels, "none"),
                use_dictionary=plain,
                write_statistics=plain,
                write_page_index=True,
                use_content_defined_chunking=True,
            )

    def write_group(self, rows: pa.Table) -> None:
        """Write rows as one row group."""
        with explained(self._name, "write"):
            self._writer.write_table(rows, row_group_size=max(rows.num_rows, 1))
        self.rows += rows.num_rows
        self.content_bytes += rows.nbytes

    def finish(self) -> None:
        """Write the footer."""
        with explained(self._name, "write"):
            self._writer.close()

    def abandon(self) -> None:
        """Let go without touching the file again."""
        self.sink.dead = True
        self._writer.close()


@contextlib.contextmanager
def create_shard(target: Path, schema: pa.Schema) -> Iterator[ShardWriter]:
    """A file that gets its name when the block ends, and vanishes if it raises."""
    with (
        open_store(target.parent).create(target.name) as handle,
        finishing(ShardWriter(handle, schema, str(target))) as writer,
    ):
        yield writer


def packed(name: str, writer: ShardWriter) -> PackedFile:
    """What is to be remembered of a finished file."""
    return PackedFile(
        name, writer.rows, writer.sink.bytes, writer.content_bytes, writer.sink.digest.hexdigest()
    )


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file on this machine."""
    with explained(str(path), "read"), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class _HashingSink(Sink):
    """A file that knows what was written to it."""

    def __init__(self, handle: BinaryIO) -> None:
        super().__init__(handle)
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, content: bytes) -> int:
        """Pass on and count, unless dead."""
        if not self.dead:
            self.digest.update(content)
            self.bytes += len(content)
        return super().write(content)
