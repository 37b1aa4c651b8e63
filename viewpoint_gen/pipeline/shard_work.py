"""One shard's work: make its visits, keep each safe, write the shard's Parquet parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import zip_longest

import pyarrow as pa

from viewpoint_gen.dataset.rows import Provenance, outcome_row
from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.dataset.shards import create_part, part_name
from viewpoint_gen.errors import StorageError
from viewpoint_gen.pipeline import spool
from viewpoint_gen.pipeline.events import Event, EventKind
from viewpoint_gen.pipeline.plan import Shard
from viewpoint_gen.pipeline.totals import ShardTotals, TotalsCounter, shard_totals
from viewpoint_gen.pipeline.visit import ProcessVisit, VisitResult
from viewpoint_gen.records import Outcome, OutcomeStatus, Visit
from viewpoint_gen.storage import Store

LaneFactory = Callable[[int], AbstractContextManager[ProcessVisit]]
"""Opens lane number k (a Blender child, say) in the process that works; must be picklable."""

LANE_DIED = "lane_died"
"""Code of an asset that took its lane's process down too often."""


@dataclass(frozen=True)
class Quarantine:
    """Assets that must not be started again.

    Attributes:
        deaths: by index in the source: the asset's uid, and how often its lane died.
        provenance: of their outcomes' rows.
    """

    deaths: Mapping[int, tuple[str, int]]
    provenance: Provenance


def work_shard(
    shard: Shard, process: ProcessVisit, store: Store, *, quarantine: Quarantine
) -> Iterator[Event]:
    """Work a shard to its end, from wherever an earlier attempt left it.

    Yields:
        For each visit one RECOVERED, or STARTED and ENDED; at last one COMMITTED. A visit whose
        ENDED was yielded is safe; a shard whose COMMITTED was yielded is finished.

    Raises:
        StorageError: the run's files can't be written; nothing half stands under a final name.
        ValueError: ``process`` broke its contract.
    """
    done = set()
    for position, tables in spool.recover(store, shard):
        done.add(position)
        yield _event(EventKind.RECOVERED, shard.visits[position], tables["outcomes"])
    owed = [(at, visit) for at, visit in enumerate(shard.visits) if at not in done]
    for (position, visit), following in zip_longest(owed, (visit for _, visit in owed[1:])):
        yield Event(EventKind.STARTED, index=visit.index)
        result = _quarantined(visit, quarantine) or process(visit, following=following)
        _check(visit, result)
        spool.write_visit(store, shard, position, result.tables)
        yield _event(EventKind.ENDED, visit, result.tables["outcomes"])
    totals = _commit_once(store, shard)
    spool.remove(store, shard.round, shard.number)
    yield Event(EventKind.COMMITTED, totals=totals)


def commit(store: Store, shard: Shard) -> ShardTotals:
    """Write a fully spooled shard's Parquet parts; the one of outcomes gets its name last."""
    name = part_name(shard.round, shard.number)
    counter = TotalsCounter()
    with ExitStack() as stack:
        parts = {  # left in the opposite order: outcomes last
            table: stack.enter_context(create_part(store, f"{table}/{name}", TABLES[table]))
            for table in spool.SPOOLED_TABLES
        }
        for position in range(len(shard.visits)):
            tables = _read_spooled(store, shard, position)
            counter.add(tables["outcomes"], tables["rejected"])
            for table, part in parts.items():
                part.write(tables[table])
    return counter.totals


def _commit_once(store: Store, shard: Shard) -> ShardTotals:
    """Commit, unless a lane that was given up for lost has come to life and done so."""
    try:
        return commit(store, shard)
    except StorageError:
        if not store.exists(f"outcomes/{part_name(shard.round, shard.number)}"):
            raise
        return shard_totals(store, shard.round, shard.number)


def _read_spooled(store: Store, shard: Shard, position: int) -> dict[str, pa.Table]:
    try:
        return spool.read_visit(store, shard, position)
    except pa.ArrowInvalid as error:
        path = store.path(spool.visit_name(shard, position))
        msg = f"{path} is damaged; delete it and run the same command again: its visit is remade"
        raise StorageError(msg) from error


def _event(kind: EventKind, visit: Visit, outcomes: pa.Table) -> Event:
    row = outcomes.to_pylist()[0]
    return Event(
        kind,
        index=visit.index,
        uid=row["asset_uid"],
        status=row["status"],
        code=row["code"],
        pairs=row["pairs"],
        views=row["views"],
        seconds=row["seconds"],
    )


def _check(visit: Visit, result: VisitResult) -> None:
    """Hold a visit's rows to their contract, so that the run's counts can be relied upon."""
    rows = {table: result.tables[table].num_rows for table in spool.SPOOLED_TABLES}
    outcome = result.outcome
    expected = {
        "outcomes": 1,
        "rejected": outcome.rejections,
        "rings": int(outcome.pairs > 0 and not visit.again),
        "pairs": outcome.pairs,
        "views": outcome.views,
    }
    told = result.tables["outcomes"]["index"].to_pylist()
    fits = rows == expected and outcome.visit == visit and told == [visit.index]
    if not fits or outcome.pairs > visit.quota:
        msg = f"{visit}: rows {rows} don't fit the outcome {outcome}"
        raise ValueError(msg)


def _quarantined(visit: Visit, quarantine: Quarantine) -> VisitResult | None:
    """The outcome of an asset that isn't started any more; None for all others."""
    if visit.index not in quarantine.deaths:
        return None
    uid, deaths = quarantine.deaths[visit.index]
    message = f"the process of its lane died {deaths} times while working on it"
    outcome = Outcome(
        visit=visit,
        asset=None,
        status=OutcomeStatus.FAILED,
        code=LANE_DIED,
        message=message,
        pairs=0,
        views=0,
        rejections=0,
        triangles=0,
        attempts=deaths,
        seconds=0.0,
    )
    row = outcome_row(outcome, uid, quarantine.provenance)
    tables = {table: TABLES[table].empty_table() for table in spool.SPOOLED_TABLES}
    tables["outcomes"] = pa.Table.from_pylist([row], schema=TABLES["outcomes"])
    return VisitResult(outcome=outcome, tables=tables)
