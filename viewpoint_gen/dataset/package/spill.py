"""Questions sorted into the files that they will stand in, on disk and in one pass.

What waits in memory is bounded however many questions and files there are: beyond that, the
largest heaps are written behind what their files already hold.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.dataset.package.plan import Ints, RunIndex, Shard, homes_of
from viewpoint_gen.dataset.schema import QUESTIONS
from viewpoint_gen.dataset.shards import iterate_batches
from viewpoint_gen.storage import Store, explained

WAITING_BYTES: Final = 96 << 20
_ROWS_PER_BATCH: Final = 4096
_KEPT_SHARE: Final = 0.5  # of what may wait, after a flush

_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")


class Heaps:
    """One heap of questions for each file, in a folder that is this object's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[int, list[pa.Table]] = {}
        self._bytes: dict[int, int] = {}

    def fill(self, store: Store, index: RunIndex, shards: Sequence[Shard]) -> None:
        """Sort every question that belongs into one of the files; the others are passed over."""
        heap_of = _heaps_by_asset(index, shards)
        for batch in iterate_batches(store, "qa", rows=_ROWS_PER_BATCH):
            rows = pa.Table.from_batches([batch]).replace_schema_metadata(QUESTIONS.metadata)
            heaps = heap_of[homes_of(batch["asset_uids"], index.uids)]
            order = np.argsort(heaps, kind="stable")
            ends = np.flatnonzero(np.diff(heaps[order], append=-2)) + 1
            start = 0
            for end in ends.tolist():
                heap = int(heaps[order[start]])
                if heap >= 0:
                    self._add(heap, rows.take(order[start:end]))
                start = end
        self._flush(0)

    def take(self, heap: int) -> pa.Table:
        """All questions of one file, in the run's order; the heap is gone then."""
        path = self._path(heap)
        tables = [QUESTIONS.empty_table()]
        with explained(str(path), "read"), contextlib.suppress(FileNotFoundError):
            with path.open("rb") as handle:
                end = path.stat().st_size
                while handle.tell() < end:
                    tables.append(pa.ipc.open_stream(handle).read_all())
            path.unlink()
        return pa.concat_tables(tables)

    def _add(self, heap: int, rows: pa.Table) -> None:
        self._waiting.setdefault(heap, []).append(rows)
        self._bytes[heap] = self._bytes.get(heap, 0) + rows.nbytes
        if sum(self._bytes.values()) > WAITING_BYTES:
            self._flush(int(WAITING_BYTES * _KEPT_SHARE))

    def _flush(self, keep_bytes: int) -> None:
        """Write the largest heaps until so little is left in memory."""
        left = sum(self._bytes.values())
        for heap in sorted(self._bytes, key=lambda each: (-self._bytes[each], each)):
            if left <= keep_bytes:
                break
            self._write(heap, pa.concat_tables(self._waiting.pop(heap)))
            left -= self._bytes.pop(heap)

    def _write(self, heap: int, rows: pa.Table) -> None:
        path = self._path(heap)
        with (
            explained(str(path), "write"),
            path.open("ab") as handle,
            pa.ipc.new_stream(handle, rows.schema, options=_OPTIONS) as writer,
        ):
            writer.write_table(rows)

    def _path(self, heap: int) -> Path:
        return self._folder / f"questions-{heap:06d}.arrows"


def _heaps_by_asset(index: RunIndex, shards: Sequence[Shard]) -> Ints:
    """(A,) the place in ``shards`` of the file that holds each asset's questions; -1: in none."""
    heap_of = np.full(len(index.uids), -1)
    for place, shard in enumerate(shards):
        heap_of[index.members(shard)] = place
    return heap_of
