"""Arrow columns from NumPy arrays, without a Python value per cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.geometry.frames import Array, Indices


def repeated(value: str | int, count: int) -> pa.Array:
    """The same value, ``count`` times."""
    return pa.repeat(pa.scalar(value), count)


def offsets(count: int, length: int) -> pa.Array:
    """Offsets of ``count`` lists of ``length`` elements."""
    return pa.array(np.arange(count + 1, dtype=np.int32) * length)


def spelled(codes: Sequence[Indices], spell: Callable[..., Any], kind: pa.DataType) -> pa.Array:
    """Row i holds what is spelled for the i-th numbers of all columns; each combination once.

    Args:
        codes: (N,) each.
        spell: of one number per column: the value.
        kind: of the values.
    """
    which = np.zeros(len(codes[0]), dtype=np.int64)
    for column in codes:
        least = int(column.min(initial=0))
        span = int(column.max(initial=0)) - least + 1
        _, first, which = np.unique(
            which * span + (column - least), return_index=True, return_inverse=True
        )
    rows = zip(*(column[first].tolist() for column in codes), strict=True)
    return pa.array([spell(*row) for row in rows], kind).take(pa.array(which))


def empty_lists(count: int) -> pa.Array:
    """Lists without elements, which fit a column of lists of anything."""
    return pa.ListArray.from_arrays(offsets(count, 0), pa.nulls(0))


def lists_from(column: pa.Array, rows: Indices) -> pa.Array:
    """(N,) lists: row i holds the column's elements at ``rows[i]`` (N, K)."""
    count, length = rows.shape
    taken = column.take(pa.array(rows.ravel()))
    return pa.ListArray.from_arrays(offsets(count, length), taken)


def maps_of(names: Sequence[str], columns: Sequence[Array], count: int) -> pa.Array:
    """Row i maps each name to the i-th number of its column; null where there is none (nan)."""
    length = len(names)
    values = np.stack(columns, axis=1).ravel() if length else np.empty(0)
    order = np.tile(np.arange(length, dtype=np.int8), count)
    keys = pa.DictionaryArray.from_arrays(pa.array(order), pa.array(list(names), pa.string()))
    return pa.MapArray.from_arrays(
        offsets(count, length),
        keys.cast(pa.string()),
        pa.array(values, pa.float64(), mask=~np.isfinite(values)),
    )


def joined(*parts: pa.Array | pa.ChunkedArray | str) -> pa.Array:
    """Strings put together row by row; a plain string stands in every row."""
    columns = [part if isinstance(part, str) else _whole(part).cast(pa.string()) for part in parts]
    return pc.binary_join_element_wise(*columns, "")


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
