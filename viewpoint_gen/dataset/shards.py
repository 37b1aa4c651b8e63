"""Parquet parts of a run's tables: written as they come, in small row groups, and read back."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import BinaryIO, Final, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.dataset.schema import SCHEMA_VERSION, TABLES, VERSION_KEY
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.storage import Store, explained

PIXEL_COLUMNS: Final = frozenset({"image", "mask", "depth", "normals"})
"""Already compressed: stored as they are, without dictionaries or statistics."""

PIXEL_ROWS_PER_GROUP: Final = 64
"""At 200 KB a view, a row group stays under 13 MB."""

ROWS_PER_GROUP: Final = 4096
"""Of tables without pixels."""

_PART_NAME = re.compile(r"part-(\d+)-(\d+)\.parquet")


def part_name(round_number: int, shard_number: int) -> str:
    """The file name of one shard's rows; sorts in the order of the plan."""
    return f"part-{round_number:02d}-{shard_number:06d}.parquet"


def parse_part_name(name: str) -> tuple[int, int] | None:
    """Round and shard of a part's file name; None for any other file."""
    match = _PART_NAME.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


def part_names(store: Store, table: str) -> list[str]:
    """Every Parquet file of a table, as ``"views/part-00-000000.parquet"``, in order."""
    return [f"{table}/{name}" for name in store.names(table) if name.endswith(".parquet")]


class PartWriter:
    """Writes tables of one schema to a Parquet file, holding one row group in memory.

    How rows are cut into row groups and pages depends on the rows alone, not on how they were
    handed over: equal rows give equal bytes.
    """

    def __init__(self, handle: BinaryIO, schema: pa.Schema, name: str) -> None:
        self._sink = Sink(handle)
        self._schema = schema
        self._name = name
        self._waiting: list[pa.Table] = []
        self._rows_waiting = 0
        pixels = PIXEL_COLUMNS.intersection(schema.names)
        plain = [leaf for leaf in leaf_names(schema) if leaf.split(".")[0] not in pixels]
        self._rows_per_group = PIXEL_ROWS_PER_GROUP if pixels else ROWS_PER_GROUP
        with explained(name, "write"):
            self._writer = pq.ParquetWriter(
                self._sink,
                schema,
                compression=dict.fromkeys(plain, "zstd") | dict.fromkeys(pixels, "none"),
                use_dictionary=[field.name for field in schema if pa.types.is_string(field.type)],
                write_statistics=[f.name for f in schema if not pa.types.is_binary(f.type)],
                write_page_index=True,
            )

    def write(self, table: pa.Table) -> None:
        """Add rows.

        Raises:
            ValueError: the columns are not the schema's.
        """
        if not table.schema.equals(self._schema):
            msg = f"{self._name}: expected the columns {self._schema}, got {table.schema}"
            raise ValueError(msg)
        self._waiting.append(table)
        self._rows_waiting += table.num_rows
        if self._rows_waiting >= self._rows_per_group:
            self._write_groups()

    def finish(self) -> None:
        """Write what waits, and the footer."""
        self._write_groups(least=1)
        with explained(self._name, "write"):
            self._writer.close()

    def abandon(self) -> None:
        """Let go of everything without touching the file again."""
        self._sink.dead = True
        self._waiting.clear()
        self._writer.close()

    def _write_groups(self, least: int | None = None) -> None:
        rows = pa.concat_tables(self._waiting).combine_chunks() if self._waiting else None
        start = 0
        while rows is not None and rows.num_rows - start >= (least or self._rows_per_group):
            group = rows.slice(start, self._rows_per_group)
            with explained(self._name, "write"):
                self._writer.write_table(group)
            start += group.num_rows
        self._waiting = [rows.slice(start)] if rows is not None and start < rows.num_rows else []
        self._rows_waiting = sum(table.num_rows for table in self._waiting)


class Finishable(Protocol):
    """Something that is written, and ended one way or the other."""

    def finish(self) -> None:
        """Write what waits, and the footer."""
        ...

    def abandon(self) -> None:
        """Let go of everything without touching the file again."""
        ...


W = TypeVar("W", bound=Finishable)


@contextlib.contextmanager
def finishing(writer: W) -> Iterator[W]:
    """The writer: finished when the block ends, abandoned if anything raises."""
    finished = False
    try:
        yield writer
        writer.finish()
        finished = True
    finally:
        if not finished:
            writer.abandon()


@contextlib.contextmanager
def create_part(store: Store, name: str, schema: pa.Schema) -> Iterator[PartWriter]:
    """A Parquet file that gets its name when the block ends, and vanishes if it raises.

    Args:
        name: in the store, e.g. ``"qa/part-00-000000.parquet"``.
    """
    with (
        store.create(name) as handle,
        finishing(PartWriter(handle, schema, store.path(name))) as writer,
    ):
        yield writer


@contextlib.contextmanager
def open_part(store: Store, name: str) -> Iterator[pq.ParquetFile]:
    """One Parquet file, for reading.

    Raises:
        StorageError: it can't be read, or is no whole Parquet file.
    """
    with store.open(name) as handle:
        try:
            with pq.ParquetFile(handle) as part:
                yield part
        except pa.ArrowInvalid as error:
            msg = f"can't read {store.path(name)}: not a whole Parquet file ({error})"
            raise StorageError(msg) from error


def check_version(path: str, schema: pa.Schema, declared: pa.Schema) -> None:
    """Refuse a part that another version of viewgen wrote.

    Raises:
        RunIncomplete: its columns aren't those that are declared.
    """
    version = (schema.metadata or {}).get(VERSION_KEY, b"none").decode()
    if version != SCHEMA_VERSION or schema.names != declared.names:
        msg = (
            f"{path}: schema version {version}, this viewgen reads {SCHEMA_VERSION}; "
            "render the run again, or use the version that made it"
        )
        raise RunIncomplete(msg)


def read_part(store: Store, name: str, *, columns: Sequence[str] | None = None) -> pa.Table:
    """All rows of one part."""
    with open_part(store, name) as part:
        return part.read(columns=list(columns) if columns is not None else None)


def read_table(store: Store, table: str, *, columns: Sequence[str] | None = None) -> pa.Table:
    """All rows of a table, in order; for tables without pixels, or a few columns of views."""
    schema = TABLES[table]
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns], metadata=schema.metadata)
    parts = [read_part(store, name, columns=columns) for name in part_names(store, table)]
    return pa.concat_tables([schema.empty_table(), *parts])


def iterate_batches(
    store: Store,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    rows: int = PIXEL_ROWS_PER_GROUP,
) -> Iterator[pa.RecordBatch]:
    """A table's rows in order, at most ``rows`` at a time."""
    for name in part_names(store, table):
        with open_part(store, name) as part:
            yield from part.iter_batches(
                batch_size=rows, columns=list(columns) if columns is not None else None
            )


def count_rows(store: Store, table: str) -> int:
    """Rows of a table, from the files' footers."""
    total = 0
    for name in part_names(store, table):
        with open_part(store, name) as part:
            total += part.metadata.num_rows
    return total


def count_values(table: pa.Table, columns: Sequence[str]) -> dict[tuple[str, ...], int]:
    """How often each combination of values of some string columns occurs."""
    values = zip(*(table[name].to_pylist() for name in columns), strict=True)
    return dict(sorted(Counter(values).items()))


class Sink:
    """A file that Arrow writes to, until it is told to stop.

    Arrow's writer wants to end its file whatever happens. After a failed write (a full disk) that
    would only fail again, so a dead sink swallows it.
    """

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self.dead = False
        self.closed = False

    def write(self, content: bytes) -> int:
        """Pass on, unless dead."""
        return len(content) if self.dead else self._handle.write(content)

    def flush(self) -> None:
        """Pass on, unless dead."""
        if not self.dead:
            self._handle.flush()

    def writable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """No."""
        return False

    def seekable(self) -> bool:
        """No."""
        return False

    def close(self) -> None:
        """Leave the file itself to whoever opened it."""
        self.closed = True


@cache
def leaf_names(schema: pa.Schema) -> list[str]:
    """Parquet's dotted names of all columns, nested ones included."""
    file = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), file)
    leaves = pq.ParquetFile(pa.BufferReader(file.getvalue())).schema
    return [leaves.column(i).path for i in range(len(leaves))]
