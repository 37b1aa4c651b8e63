"""Finished visits of a shard that isn't written yet: one file each, so that none is done twice.

A file holds the visit's tables as Arrow streams, one after another, the small ones first. It gets
its name only when it is whole, so its being there is the mark that the visit is done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.dataset.shards import part_name
from viewpoint_gen.pipeline.plan import Shard
from viewpoint_gen.storage import Store, explained

FOLDER: Final = "spool"

SPOOLED_TABLES: Final = ("outcomes", "rejected", "rings", "pairs", "views")
"""In the order of the streams."""

_log = logging.getLogger(__name__)


def shard_folder(round_number: int, shard_number: int) -> str:
    """Where a shard's visits are spooled."""
    return f"{FOLDER}/{part_name(round_number, shard_number).removesuffix('.parquet')}"


def visit_name(shard: Shard, position: int) -> str:
    """The file of the visit at ``position`` of a shard."""
    return f"{shard_folder(shard.round, shard.number)}/visit-{position:05d}.arrows"


def write_visit(store: Store, shard: Shard, position: int, tables: dict[str, pa.Table]) -> None:
    """Make a visit safe."""
    name = visit_name(shard, position)
    with store.create(name) as handle, explained(store.path(name), "write"):
        for table in SPOOLED_TABLES:
            with pa.ipc.new_stream(handle, TABLES[table]) as stream:
                stream.write_table(tables[table])


def spooled_positions(store: Store, shard: Shard) -> set[int]:
    """Which visits of a shard are done."""
    names = set(store.names(shard_folder(shard.round, shard.number)))
    wanted = (visit_name(shard, position) for position in range(len(shard.visits)))
    return {i for i, name in enumerate(wanted) if name.rsplit("/", 1)[1] in names}


def read_visit(store: Store, shard: Shard, position: int) -> dict[str, pa.Table]:
    """The tables of a spooled visit.

    Raises:
        StorageError: it isn't there.
        pyarrow.ArrowInvalid: it is damaged.
    """
    with store.open(visit_name(shard, position)) as handle:
        # each table in memory of its own, so that keeping a small one doesn't keep the pixels
        return {table: pa.ipc.open_stream(handle).read_all() for table in SPOOLED_TABLES}


def recover(store: Store, shard: Shard) -> Iterator[tuple[int, dict[str, pa.Table]]]:
    """The visits that an earlier attempt left whole, by position; damaged ones are deleted."""
    for position in sorted(spooled_positions(store, shard)):
        try:
            yield position, read_visit(store, shard, position)
        except pa.ArrowInvalid:
            name = visit_name(shard, position)
            _log.warning("%s is damaged and its visit is made again", store.path(name))
            store.remove(name)


def remove(store: Store, round_number: int, shard_number: int) -> None:
    """Forget a shard's spooled visits."""
    store.remove_folder(shard_folder(round_number, shard_number))


def leftovers(store: Store) -> list[str]:
    """Folder names of all shards that have spooled visits."""
    return store.names(FOLDER)
