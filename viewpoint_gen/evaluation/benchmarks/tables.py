"""Parquet, JSON Lines and TSV files, row by row."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.errors import SourceError

_KINDS: Final = (".parquet", ".jsonl", ".tsv")
_ROWS_AT_ONCE: Final = 16


@dataclass(frozen=True)
class Table:
    """Some files of one kind.

    Attributes:
        where: what the user named.
        folder: that files named in rows are looked for in.
        count: rows of all files.
    """

    where: Path
    folder: Path
    files: tuple[Path, ...]
    count: int

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as a dict, file by file."""
        for path in self.files:
            yield from _rows(path)


def open_table(data: Path, columns: Sequence[str]) -> Table:
    """Find the files and check that they have the columns.

    Raises:
        SourceError: there are none, one can't be read, or a column is missing.
    """
    if data.is_dir():
        found = sorted(path for path in data.rglob("*") if path.suffix in _KINDS)
        found = [path for path in found if path.suffix == found[0].suffix]
    else:
        found = [data] if data.is_file() and data.suffix in _KINDS else []
    if not found:
        kinds = ", ".join(f"*{kind}" for kind in _KINDS)
        raise SourceError(f"{data}: no such copy; expected a file or a folder of {kinds}")
    for path in found:
        missing = [name for name in columns if name not in _columns(path)]
        if missing:
            msg = (
                f"{path}: it isn't in the published layout: no {', '.join(missing)} among "
                f"{', '.join(_columns(path)[:12])}"
            )
            raise SourceError(msg)
    folder = data if data.is_dir() else data.parent
    return Table(data, folder, tuple(found), sum(map(_count, found)))


def _columns(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(_parquet(path).schema_arrow.names)
    return list(next(_rows(path), {}))


def _count(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(_parquet(path).metadata.num_rows)
    return sum(1 for _ in _rows(path))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        if path.suffix == ".parquet":
            for batch in _parquet(path).iter_batches(batch_size=_ROWS_AT_ONCE):
                yield from batch.to_pylist()
        elif path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
        else:
            csv.field_size_limit(sys.maxsize)  # images in base64
            with path.open(encoding="utf-8", newline="") as lines:
                yield from csv.DictReader(lines, delimiter="\t")
    except (OSError, ValueError, csv.Error, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> SourceError:
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return SourceError(f"{path}: it can't be read ({said[:160]}); fetch it again")
