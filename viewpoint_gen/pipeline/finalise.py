"""The end of a run: one row per asset, and counts that must agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.dataset.schema import ASSETS
from viewpoint_gen.dataset.shards import create_part, iterate_batches
from viewpoint_gen.errors import RunError
from viewpoint_gen.pipeline.ledger import Ledger
from viewpoint_gen.pipeline.rounds import Rounds
from viewpoint_gen.storage import Store

ASSETS_NAME: Final = "assets.parquet"

_COUNTED = ("pairs", "views")
_BATCH_ROWS = 4096


@dataclass
class _Returns:
    """What an asset's later visits add to its first."""

    visits: int = 0
    pairs: int = 0
    views: int = 0


def write_assets(store: Store) -> int:
    """Write ``assets.parquet``: the outcomes of each asset's visits in one row.

    First visits come in the order of the source, so only the sums of later visits are held in
    memory. An asset is visited again only if its first visit wrote something: its status and
    description are those of the first visit.

    Returns:
        The number of assets.
    """
    returns = _later_visits(store)
    assets = 0
    with create_part(store, ASSETS_NAME, ASSETS) as part:
        for rows, first in _visits(store, columns=None):
            table = _asset_rows(pa.table(rows).filter(pa.array(first)), returns)
            assets += table.num_rows
            part.write(table)
    return assets


def reconcile(rounds: Rounds, ledger: Ledger, *, assets: int, asked: int) -> None:
    """Hold the counts against each other.

    Raises:
        RunError: they don't agree.
    """
    sums = ledger.sums()
    statuses = ("written", "rejected", "failed")
    ended = sum(count for topic, _, count in ledger.tallies() if topic in statuses)
    if sums.visits != rounds.visits or ended != rounds.visits:
        msg = f"{rounds.visits} visits were planned, {sums.visits} made, {ended} have an outcome"
        raise RunError(msg)
    if assets != rounds.assets:
        msg = f"{rounds.assets} assets were planned, {assets} have an outcome"
        raise RunError(msg)
    if sums.pairs > asked:
        msg = f"{asked} pairs were asked for, {sums.pairs} are there"
        raise RunError(msg)


def _visits(
    store: Store, columns: tuple[str, ...] | None
) -> Iterator[tuple[pa.RecordBatch, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    """All outcomes in order, and which of them are their asset's first."""
    seen = 0
    for rows in iterate_batches(store, "outcomes", columns=columns, rows=_BATCH_ROWS):
        index = rows["index"].to_numpy()
        yield rows, index >= seen
        seen = max(seen, int(index.max(initial=-1)) + 1)


def _later_visits(store: Store) -> dict[int, _Returns]:
    found: dict[int, _Returns] = {}
    for rows, first in _visits(store, columns=("index", *_COUNTED)):
        again = rows.filter(pa.array(~first))
        columns = (again[name].to_pylist() for name in ("index", *_COUNTED))
        for index, pairs, views in zip(*columns, strict=True):
            sums = found.setdefault(index, _Returns())
            sums.visits += 1
            sums.pairs += pairs
            sums.views += views
    return found


def _asset_rows(outcomes: pa.Table, returns: dict[int, _Returns]) -> pa.Table:
    nothing = _Returns()
    later = [returns.get(index, nothing) for index in outcomes["index"].to_pylist()]
    columns = {name: outcomes[name] for name in ASSETS.names if name in outcomes.column_names}
    columns["visits"] = pa.array([1 + more.visits for more in later])
    for name in _COUNTED:
        own = outcomes[name].to_pylist()
        columns[name] = pa.array([n + getattr(m, name) for n, m in zip(own, later, strict=True)])
    arrays = [columns[field.name].cast(field.type) for field in ASSETS]
    return pa.Table.from_arrays(arrays, schema=ASSETS)
