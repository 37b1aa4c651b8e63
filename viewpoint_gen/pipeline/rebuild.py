"""Brings the ledger in line with the Parquet parts, which are the truth."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from viewpoint_gen.dataset.shards import part_name
from viewpoint_gen.errors import StorageError
from viewpoint_gen.pipeline import run_directory
from viewpoint_gen.pipeline.ledger import Ledger, ShardKey
from viewpoint_gen.pipeline.totals import ShardTotals, shard_totals
from viewpoint_gen.storage import Store

READERS: Final = 8
"""Threads; on a remote store reading is waiting."""

_log = logging.getLogger(__name__)


def bring_in_line(store: Store, ledger: Ledger) -> None:
    """Make the ledger's finished shards those whose parts are there, and clean up."""
    finished = run_directory.finished_shards(store)
    known = ledger.done()
    ledger.forget(sorted(known - finished))
    missing = sorted(finished - known)
    if missing:
        _log.info("reading %d finished shards", len(missing))
    for key, totals in _read_all(store, missing):
        if totals is not None:
            ledger.finish(key, totals)
            continue
        finished.discard(key)
        store.remove(f"outcomes/{part_name(*key)}")
    run_directory.clean(store, finished)


def _read_all(
    store: Store, keys: Iterable[ShardKey]
) -> Iterable[tuple[ShardKey, ShardTotals | None]]:
    def totals(key: ShardKey) -> tuple[ShardKey, ShardTotals | None]:
        try:
            return key, shard_totals(store, *key)
        except StorageError as error:
            _log.warning("a shard is made again: %s", error)
            return key, None

    with ThreadPoolExecutor(READERS) as pool:
        yield from pool.map(totals, keys)
