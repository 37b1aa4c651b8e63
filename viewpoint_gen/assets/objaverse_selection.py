"""Which of Objaverse's objects a run takes, and in which order."""

from __future__ import annotations

import difflib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.licences import COMMERCIAL, is_allowed
from viewpoint_gen.assets.objaverse_index import snake_case, uid_bytes
from viewpoint_gen.errors import SourceError
from viewpoint_gen.seeding import rng_for

NO_CATEGORY: Final = "object"
"""Of an object whose annotations name none."""

KEPT: Final = ("uid", "folder", "title", "author", "licence", "category")
"""Columns that a run needs after the selection; folder, licence and category as dictionaries."""

_Test = Callable[[pa.Table], pa.ChunkedArray]

_log = logging.getLogger(__name__)


def select(
    indices: list[Path],
    config: AssetsConfig,
    *,
    named: Mapping[str, str] | None,
    excluded: frozenset[str],
) -> pa.Table:
    """Read the indices and keep what the recipe asks for: the columns KEPT.

    Args:
        named: the uids to choose from and their categories ("" for Sketchfab's own); None: all.

    Raises:
        SourceError: nothing is left; it says what was left out for which reason.
    """
    lost: Counter[str] = Counter()
    parts = [_selected(path, config, named, excluded, lost) for path in indices]
    table = pa.concat_tables(parts)
    del parts
    table = table.set_column(0, "uid", table["uid"].combine_chunks())  # asked for most often
    pa.default_memory_pool().release_unused()
    told = ", ".join(f"{count:,} by {reason}" for reason, count in lost.items() if count)
    if table.num_rows == 0:
        hint = _category_hint(indices, config, named or {})
        msg = f"source {config.source}: no object is left (left out: {told or 'none'}){hint}"
        raise SourceError(msg)
    _log.info("objaverse: %d objects; left out: %s", table.num_rows, told or "none")
    return table


def ordered(table: pa.Table, *, balance: bool, seed: int) -> NDArray[np.int32]:
    """Row numbers in the run's order: shuffled; with ``balance``, categories come in turn.

    Depends on the seed and on which objects there are, never on the order they were read in.
    """
    by_uid = pc.sort_indices(table["uid"]).to_numpy()
    if balance:
        names = table["category"].unify_dictionaries().combine_chunks()
        code = names.indices.to_numpy()[by_uid]
        order = _in_turn(code, names.dictionary.to_pylist(), seed)
    else:
        order = rng_for(seed, "objaverse order").permutation(table.num_rows)
    return by_uid[order].astype(np.int32)


def _in_turn(code: NDArray[np.int32], names: list[str], seed: int) -> NDArray[np.int64]:
    """Each category shuffled by itself; then the first of each, the second of each, …."""
    place = np.empty(len(names), dtype=np.int32)
    alphabetical = np.argsort(names)
    place[alphabetical] = rng_for(seed, "objaverse categories").permutation(len(names))
    turn = np.empty(len(code), dtype=np.int32)
    grouped = np.argsort(code, kind="stable")
    ends = np.cumsum(np.bincount(code, minlength=len(names)))
    for name, members in zip(names, np.split(grouped, ends[:-1]), strict=True):
        turn[members] = rng_for(seed, "objaverse category", name).permutation(len(members))
    return np.lexsort((place[code], turn))


def _selected(
    path: Path,
    config: AssetsConfig,
    named: Mapping[str, str] | None,
    excluded: frozenset[str],
    lost: Counter[str],
) -> pa.Table:
    """What one index gives; adds to ``lost`` how many went for which reason."""
    table = pq.read_table(path, use_threads=False)
    if named is not None:
        table = table.filter(pc.is_in(table["uid"], uid_bytes(named)))
    table = _categorised(table, named or {})
    for reason, keeps in _tests(config, excluded):
        kept = table.filter(keeps(table))
        lost[reason] += table.num_rows - kept.num_rows
        table = kept
    return _compact(table.select(KEPT))


def _compact(table: pa.Table) -> pa.Table:
    """With words that come often stored once."""
    for name in ("folder", "licence", "category"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].dictionary_encode())
    return table.combine_chunks()


def _categorised(table: pa.Table, named: Mapping[str, str]) -> pa.Table:
    own = zip(table["uid"].to_pylist(), table["category"].to_pylist(), strict=True)
    categories = [named.get(uid.hex()) or category or NO_CATEGORY for uid, category in own]
    place = table.column_names.index("category")
    return table.set_column(place, "category", pa.array(categories, pa.string()))


def _tests(config: AssetsConfig, excluded: frozenset[str]) -> Iterator[tuple[str, _Test]]:
    """The reasons to leave an object out, each with what keeps it in."""
    licences = config.licences or COMMERCIAL
    yield "age restriction", lambda table: pc.invert(table["restricted"])
    yield "licence", lambda table: _each(table["licence"], lambda one: is_allowed(one, licences))
    if config.categories:
        wanted = {snake_case(name) for name in config.categories}
        yield "category", lambda table: _each(table["category"], wanted.__contains__)
    if excluded:
        listed = uid_bytes(sorted(excluded))
        yield "exclusion list", lambda table: pc.invert(pc.is_in(table["uid"], listed))
    limits = {
        "polygons": (config.min_polygons, config.max_polygons),
        "textures": (0, config.max_textures),
        "animations": (0, config.max_animations),
    }
    for column, (least, most) in limits.items():
        if least > 0 or most >= 0:
            yield column, partial(_within, column=column, least=least, most=most)


def _each(column: pa.ChunkedArray, keeps: Callable[[str], bool]) -> pa.ChunkedArray:
    """Ask once per different value."""
    values = [value for value in column.unique().to_pylist() if keeps(value)]
    return pc.is_in(column, pa.array(values, pa.string()))


def _within(table: pa.Table, *, column: str, least: int, most: int) -> pa.ChunkedArray:
    """A count that isn't known fits no limit."""
    inside = pc.greater_equal(table[column], least)
    if most >= 0:
        inside = pc.and_(inside, pc.less_equal(table[column], most))
    return pc.fill_null(inside, False)


def _category_hint(indices: list[Path], config: AssetsConfig, named: Mapping[str, str]) -> str:
    """The known categories that look most like those asked for."""
    known = {name for name in named.values() if name}
    if config.categories and not known:
        read = (pq.read_table(path, columns=["category"])["category"] for path in indices)
        known = {name for column in read for name in column.unique().to_pylist() if name}
    near = [
        close
        for name in config.categories
        for close in difflib.get_close_matches(snake_case(name), known, n=2)
        if close != snake_case(name)
    ]
    return f"; did you mean the category {' or '.join(near)}?" if near else ""
