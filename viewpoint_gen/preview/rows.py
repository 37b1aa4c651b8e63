"""Rows by their ids: of the row groups that hold one, the columns that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from viewpoint_gen.dataset.shards import open_part, part_names
from viewpoint_gen.storage import Store

Row = dict[str, Any]


def rows_by_id(
    store: Store,
    table: str,
    key: str,
    wanted: Collection[str],
    columns: Sequence[str],
    *,
    first: Sequence[str] = (),
) -> Iterator[Row]:
    """Rows whose ``key`` is wanted, part by part; stops when each was found once.

    Args:
        key: a column of ids, each of one row.
        columns: what to read; ``key`` among them.
        first: names of parts that most likely hold them, to be looked into before the others.
    """
    missing = set(wanted)
    others = (name for name in part_names(store, table) if name not in set(first))
    present = set(part_names(store, table))
    for name in [*(name for name in first if name in present), *others]:
        if not missing:
            return
        with open_part(store, name) as part:
            for row in _matching(part, key, missing, columns):
                missing.discard(row[key])
                yield row


def _matching(
    part: pq.ParquetFile, key: str, wanted: set[str], columns: Sequence[str]
) -> Iterator[Row]:
    values = pa.array(sorted(wanted), pa.string())
    for group in range(part.metadata.num_row_groups):
        ids = part.read_row_group(group, columns=[key])[key]
        here = pc.is_in(ids, value_set=values)
        if pc.any(here).as_py():
            yield from part.read_row_group(group, columns=list(columns)).filter(here).to_pylist()
