"""Pairs, however they come, in blocks that are weighed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

_LONGEST = 2
"""Blocks: an asset with more pairs than this is cut."""


def blocks_of(pairs: Iterable[pa.RecordBatch | pa.Table], block_pairs: int) -> Iterator[pa.Table]:
    """Cut the stream where an asset ends, at or after ``block_pairs`` rows.

    The cuts hang on the rows only, not on the batches that they come in, and a pair stays with
    its reverse.
    """
    waiting: list[pa.Table] = []
    rows = 0
    for batch in pairs:
        table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
        waiting.append(table)
        rows += table.num_rows
        while rows > block_pairs:
            held = pa.concat_tables(waiting)
            cut = _first_cut(held, block_pairs)
            if cut == 0:
                waiting = [held]
                break
            yield held.slice(0, cut).combine_chunks()
            waiting = [held.slice(cut)]
            rows -= cut
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()


def _first_cut(held: pa.Table, block_pairs: int) -> int:
    """Where to cut; 0: not yet known."""
    uids = np.asarray(held.column("asset_uid").slice(block_pairs - 1).to_pylist(), dtype=object)
    changes = np.flatnonzero(uids[1:] != uids[:-1])
    if len(changes) and changes[0] + block_pairs <= _LONGEST * block_pairs:
        return int(changes[0]) + block_pairs
    return _LONGEST * block_pairs if held.num_rows > _LONGEST * block_pairs else 0
