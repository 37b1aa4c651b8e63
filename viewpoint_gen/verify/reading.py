"""Reads a run's Parquet files a few rows at a time; a broken file becomes a finding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem
from numpy.typing import NDArray

from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.verify.columns import COLUMNS, ROW_ID
from viewpoint_gen.verify.report import Finding, Tally

Array = NDArray[np.float64]
Keys = NDArray[np.uint64]
Mask = NDArray[np.bool_]

BATCH_ROWS: Final = 4096
UNREADABLE: Final = (pa.ArrowException, OSError, ValueError)
"""What pyarrow and file systems raise on a truncated or damaged file."""


def key(value: str | bytes | None) -> int:
    """Return 64 bits that stand for an id, or for bytes, in memory; 0 for null.

    With 10 million ids, two collide with a chance of about 3 in a million.
    """
    if value is None:
        return 0
    data = value.encode() if isinstance(value, str) else value
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") or 1


def keys(values: Iterable[str | bytes | None]) -> Keys:
    """Return one ``key`` per value."""
    return np.fromiter((key(value) for value in values), dtype=np.uint64)


def base_name(file: str) -> str:
    """Return a part's name without its folder: the same for one shard's rows in all tables."""
    return file.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class RunFiles:
    """Where a run lies; any file system that fsspec knows."""

    fs: Any
    root: str

    def parts(self, table: str) -> list[str]:
        """Return the table's Parquet files, relative to the run, in order."""
        return [name for name in self.entries(table) if _is_part(name)]

    def entries(self, folder: str) -> list[str]:
        """Return what lies in a folder of the run, relative to the run; [] without one."""
        try:
            found = self.fs.ls(f"{self.root}/{folder}", detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(f"{folder}/{str(name).rstrip('/').rsplit('/', 1)[-1]}" for name in found)

    def exists(self, name: str) -> bool:
        """Whether the run has this file or folder."""
        return bool(self.fs.exists(f"{self.root}/{name}"))

    def open_parquet(self, name: str) -> pq.ParquetFile:
        """Open one file; raises one of ``UNREADABLE`` if it is broken."""
        path = f"{self.root}/{name}"
        source = path if isinstance(self.fs, LocalFileSystem) else self.fs.open(path, "rb")
        return pq.ParquetFile(source, page_checksum_verification=True)

    def text(self, name: str) -> str:
        """Read a text file; raises OSError or ValueError."""
        with self.fs.open(f"{self.root}/{name}", "rb") as stream:
            return str(stream.read().decode("utf-8"))


def _is_part(name: str) -> bool:
    base = base_name(name)
    return base.endswith(".parquet") and base[0] not in "._"


def open_run(run: str | Path) -> RunFiles:
    """Find a run directory.

    Raises:
        RunIncomplete: there is no such directory, or it has no views, pairs or outcomes.
    """
    fs, root = fsspec.core.url_to_fs(str(run))
    files = RunFiles(fs, str(root).rstrip("/"))
    if not fs.isdir(files.root):
        raise RunIncomplete(f"no run at {run}: make one with `viewgen render {run}`")
    missing = [table for table in ("views", "pairs", "outcomes") if not files.parts(table)]
    if missing:
        raise RunIncomplete(
            f"{run} has no {', '.join(missing)}: expected part-*.parquet files there; "
            f"finish it with `viewgen render {run}`"
        )
    return files


@dataclass(frozen=True)
class Rows:
    """Some rows of one file, and how to get their columns as NumPy arrays."""

    table: str
    file: str
    ids: list[str]
    data: pa.Table
    _texts: dict[str, list[Any]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, places: NDArray[np.int64]) -> Rows:
        """Return some of the rows."""
        data = self.data.take(pa.array(places))
        return Rows(self.table, self.file, [self.ids[place] for place in places.tolist()], data)

    def texts(self, name: str) -> list[Any]:
        """Return a column as Python values (None for null)."""
        if name not in self._texts:
            self._texts[name] = list(self.data.column(name).to_pylist())
        return self._texts[name]

    def numbers(self, name: str) -> Array:
        """Return a numeric or boolean column as (N,) float64; nan for null."""
        column = self.data.column(name).cast(pa.float64(), safe=False)
        return np.asarray(column.to_numpy(), dtype=np.float64)

    def keys(self, name: str) -> Keys:
        """Return a column of texts or bytes as 64-bit keys."""
        return keys(self.texts(name))

    def matrices(self, name: str, size: int) -> Array:
        """Return a matrix column as (N, size, size); nan where null or of another size."""
        return stacked(self.data.column(name).combine_chunks(), size)


def stacked(column: pa.Array, size: int) -> Array:
    """Return an Arrow array of nested lists as (N, size, size); nan where null or misshapen."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    flat = column.flatten().flatten() if column.null_count == 0 else None
    if flat is not None and len(flat) == len(column) * size * size and flat.null_count == 0:
        return np.asarray(flat, dtype=np.float64).reshape(-1, size, size)
    return np.array([_square(value, size) for value in column.to_pylist()]).reshape(-1, size, size)


def _square(value: Sequence[Sequence[float]] | None, size: int) -> Array:
    try:
        matrix = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    return matrix if matrix.shape == (size, size) else np.full((size, size), np.nan)


def read_rows(
    files: RunFiles,
    tally: Tally,
    table: str,
    file: str,
    *,
    id_columns: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Rows]:
    """Yield a file's rows in small batches; a file that breaks off gives a finding and an end.

    Args:
        id_columns: columns that name a row, joined by a space in findings; None: the table's own.
        columns: further columns to read; None: all that are checked.
    """
    id_columns = ROW_ID[table] if id_columns is None else id_columns
    columns = list(COLUMNS[table]) if columns is None else columns
    wanted = list(dict.fromkeys([*id_columns, *columns]))
    try:
        with files.open_parquet(file) as parquet:
            for batch in parquet.iter_batches(batch_size=batch_rows, columns=wanted):
                data = pa.Table.from_batches([batch])
                yield Rows(table, file, _row_ids(data, id_columns), data)
    except UNREADABLE as error:
        report_unreadable(tally, table, file, error)


def _row_ids(data: pa.Table, id_columns: Sequence[str]) -> list[str]:
    parts = [data.column(name).to_pylist() for name in id_columns]
    return [" ".join(str(part) for part in row) for row in zip(*parts, strict=True)]


def report_unreadable(tally: Tally, table: str, file: str, error: BaseException) -> None:
    """Record that a file is truncated or damaged; once per file."""
    known = any(f.check == "file_whole" and f.file == file for f in tally.findings)
    if not known:
        got = (str(error).splitlines() or [type(error).__name__])[0]
        tally.found(
            Finding("file_whole", table, file, "", "file", "a whole Parquet file", got[:200])
        )
