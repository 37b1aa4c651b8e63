"""The driver's board: which shards wait, who has which, and what the run holds by now."""

from __future__ import annotations

import heapq
import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from viewpoint_gen.assets.source import Source
from viewpoint_gen.dataset.rows import Provenance
from viewpoint_gen.pipeline import plan, spool
from viewpoint_gen.pipeline.events import Event, EventKind
from viewpoint_gen.pipeline.ledger import FILE_NAME, LaneState, Ledger
from viewpoint_gen.pipeline.plan import Shard
from viewpoint_gen.pipeline.progress import Counts, NoProgress, Pace, Progress
from viewpoint_gen.pipeline.rounds import Rounds
from viewpoint_gen.pipeline.shard_work import Quarantine
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.storage import Store

LANE_STRIKES: Final = 3
"""Deaths of a lane's process after which an asset is not started again."""

DRIVER_STRIKES: Final = 5
"""The same for the driver of a serial run; more, since a user's kill -9 looks the same."""

SERIAL_LANE: Final = "serial"

PULSE_PERIOD_S: Final = 1.0
COPY_PERIOD_S: Final = 300.0
"""How often a remote run gets a copy of the ledger."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    """A lane as the driver knows it."""

    name: str
    host: str
    pid: int


@dataclass(frozen=True)
class Lease:
    """A shard in one lane's hands."""

    shard: Shard
    quarantine: Quarantine


@dataclass
class _Held:
    """A lease, and what it has brought so far."""

    worker: Worker
    lease: Lease
    asset: int = -1
    ended: list[Event] = field(default_factory=list)
    pairs: int = 0
    views: int = 0


class Board:
    """Hands out shards and takes note of what becomes of them; the ledger's only writer."""

    def __init__(
        self,
        *,
        recipe: Recipe,
        source: Source,
        store: Store,
        ledger: Ledger,
    ) -> None:
        self._recipe = recipe
        self._source = source
        self._store = store
        self._ledger = ledger
        self._progress: Progress = NoProgress()
        self._provenance = Provenance(
            engine=recipe.render.engine.value,
            samples=recipe.render.samples,
            seed=recipe.seed,
            fingerprint=recipe.fingerprint,
        )
        self._pace = Pace()
        self._held: dict[str, _Held] = {}
        self._finished = ledger.done()
        self._freed: list[int] = []
        self._waiting: Iterator[int] = iter(())
        self._open = 0
        self._pulse = self._copied = time.monotonic()
        self.counts = _counts(ledger)
        self.rounds = Rounds(recipe, source.size, store, ledger)
        self._strike_what_killed_the_driver()
        ledger.clear_lanes()
        self._enter_round()

    def begin(self, progress: Progress) -> None:
        """From now on, tell ``progress`` of every step."""
        self._progress = progress
        self._write_pulse()
        progress.begin(self._recipe.num_pairs, self.counts)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.rounds.current is None

    @property
    def available(self) -> int:
        """Shards of this round that are not finished."""
        return self._open

    def lease(self, worker: Worker) -> Lease | None:
        """A shard to work on; None if there is none now, or ever again (see ``finished``)."""
        round_ = self.rounds.current
        number = self._next_number()
        if round_ is None or number is None:
            return None
        shard = plan.shard(round_, number, self._recipe.pairs)
        lease = Lease(shard, self._quarantine(shard))
        self._held[worker.name] = _Held(worker, lease)
        self._ledger.lease((shard.round, shard.number), worker.name)
        self._put_lane(self._held[worker.name])
        return lease

    def note(self, worker: Worker, event: Event) -> None:
        """One step of the shard that this lane holds."""
        held = self._held[worker.name]
        if event.kind is EventKind.STARTED:
            held.asset = event.index
        elif event.kind is EventKind.COMMITTED:
            self._finish(held, event)
            return
        else:
            held.asset = -1
            self._count(held, event)
        self._put_lane(held)
        self._tell()

    def lose(self, worker: Worker, reason: str) -> None:
        """A lane is gone; its shard is free again, and the asset it was at gets a strike."""
        held = self._held.pop(worker.name, None)
        if held is None:
            return
        shard = held.lease.shard
        suspect = self._suspect(shard)
        if suspect is not None:
            uid = self._source.uid(suspect)
            self._ledger.strike_lane(suspect, uid)
            _log.warning("%s was lost at asset %s: %s", worker.name, uid, reason)
        else:
            _log.warning("%s was lost: %s", worker.name, reason)
        for event in held.ended:
            self.counts = self.counts.plus(
                event.status, pairs=-event.pairs, views=-event.views, visits=-1
            )
        self._ledger.release((shard.round, shard.number), worker.name)
        heapq.heappush(self._freed, shard.number)

    def close(self) -> None:
        """Nobody works any more."""
        self._ledger.clear_lanes()
        self._write_pulse()
        self._ledger.set_fact("ended", time.time())
        self._send_copy()

    def _next_number(self) -> int | None:
        if self._freed:
            return heapq.heappop(self._freed)
        return next(self._waiting, None)

    def _enter_round(self) -> None:
        """Go to the first round that has unfinished shards."""
        while (round_ := self.rounds.current) is not None:
            waiting = np.ones(plan.shard_count(round_, self._recipe.pairs), dtype=np.bool_)
            done = [n for r, n in self._finished if r == round_.number and n < len(waiting)]
            waiting[done] = False
            self._open = int(waiting.sum())
            if self._open:
                self._waiting = (int(number) for number in np.flatnonzero(waiting))
                return
            self.rounds.advance()

    def _finish(self, held: _Held, event: Event) -> None:
        shard = held.lease.shard
        if event.totals is None:
            msg = f"{shard.round}/{shard.number}: committed without totals"
            raise ValueError(msg)
        self._ledger.finish((shard.round, shard.number), event.totals, held.worker.name)
        del self._held[held.worker.name]
        self._open -= 1
        self._tell()
        if self._open == 0:
            self.rounds.advance()
            self._enter_round()

    def _count(self, held: _Held, event: Event) -> None:
        held.ended.append(event)
        held.pairs += event.pairs
        held.views += event.views
        self.counts = self.counts.plus(event.status, pairs=event.pairs, views=event.views)
        if event.kind is EventKind.ENDED:
            self._pace.add(event.pairs, event.views)

    def _suspect(self, shard: Shard) -> int | None:
        """The visit that a lane was at: visits are made in order and kept safe one by one."""
        done = spool.spooled_positions(self._store, shard)
        left = (v.index for position, v in enumerate(shard.visits) if position not in done)
        return next(left, None)

    def _strike_what_killed_the_driver(self) -> None:
        for lane in self._ledger.lanes():
            if lane.name == SERIAL_LANE and lane.asset >= 0:
                self._ledger.strike_driver(lane.asset, lane.uid)

    def _quarantine(self, shard: Shard) -> Quarantine:
        deaths = {}
        strikes = self._ledger.strikes()
        for visit in shard.visits:
            found = strikes.get(visit.index)
            if found is None:
                continue
            if found.lane_deaths >= LANE_STRIKES or found.driver_deaths >= DRIVER_STRIKES:
                deaths[visit.index] = (found.uid, max(found.lane_deaths, found.driver_deaths))
        return Quarantine(deaths, self._provenance)

    def _put_lane(self, held: _Held) -> None:
        shard = held.lease.shard
        state = LaneState(
            name=held.worker.name,
            host=held.worker.host,
            pid=held.worker.pid,
            round=shard.round,
            number=shard.number,
            asset=held.asset,
            uid=self._source.uid(held.asset) if held.asset >= 0 else "",
            heartbeat=time.time(),
            visits=len(held.ended),
            pairs=held.pairs,
            views=held.views,
        )
        self._ledger.put_lane(state)

    def _tell(self) -> None:
        self._progress.advance(self.counts, self._pace.rate)
        now = time.monotonic()
        if now - self._pulse >= PULSE_PERIOD_S:
            self._pulse = now
            self._write_pulse()
        if now - self._copied >= COPY_PERIOD_S:
            self._copied = now
            self._send_copy()

    def _write_pulse(self) -> None:
        rate = self._pace.rate
        self._ledger.set_fact(
            "pulse", {"time": time.time(), "pairs_per_s": rate.pairs, "views_per_s": rate.views}
        )

    def _send_copy(self) -> None:
        """Put a copy of the ledger beside a remote run's parts, for others to read."""
        if self._store.is_local:
            return
        with tempfile.TemporaryDirectory(prefix="viewgen-") as folder:
            copy = Path(folder) / FILE_NAME
            self._ledger.copy_to(copy)
            with self._store.create(FILE_NAME) as handle:
                handle.write(copy.read_bytes())


def _counts(ledger: Ledger) -> Counts:
    sums = ledger.sums()
    by_status = {"written": 0, "rejected": 0, "failed": 0}
    for topic, _, count in ledger.tallies():
        if topic in by_status:
            by_status[topic] += count
    return Counts(pairs=sums.pairs, views=sums.views, **by_status)
