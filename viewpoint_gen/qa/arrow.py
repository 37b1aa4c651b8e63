"""Arrow columns from NumPy arrays, without a Python value per cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.geometry.frames import Array


def repeated(value: str | int, count: int) -> pa.Array:
    """The same value, ``count`` times."""
    return pa.repeat(pa.scalar(value), count)


def offsets(count: int, length: int) -> pa.Array:
    """Offsets of ``count`` lists of ``length`` elements."""
    return pa.array(np.arange(count + 1, dtype=np.int32) * length)


def lists_of(columns: Sequence[pa.Array]) -> pa.Array:
    """Row i holds the i-th elements of all columns, in their order."""
    count, length = len(columns[0]), len(columns)
    order = np.arange(count * length).reshape(length, count).T.ravel()
    return pa.ListArray.from_arrays(
        offsets(count, length), pa.concat_arrays(columns).take(pa.array(order))
    )


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
