"""What a run holds and who works on it."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from viewpoint_gen.dataset.shards import iterate_batches
from viewpoint_gen.pipeline.ledger import FILE_NAME, Ledger
from viewpoint_gen.pipeline.run_directory import finished_shards, ledger_path, load_run_recipe
from viewpoint_gen.pipeline.totals import OUTCOME_TOPICS, Tally, by_topic, shard_totals
from viewpoint_gen.storage import Store, open_store, read

RECENT_S: Final = 120.0
"""A driver on another machine that was heard within this time counts as running."""

Status = dict[str, Any]


def run_status(run: str | Path) -> Status:
    """Counts, rates, reasons and workers of a run; works while it is being rendered.

    Returns:
        Plain values for JSON: ``run, asked, pairs, views, visits, outcomes`` (per status and
        code), ``rejections`` (per kind and code), ``lane_seconds``, ``running``, ``rate`` (pairs
        and views per second, or None), ``lanes``, ``strikes`` (assets at which a process died),
        ``questions`` (per family), ``from_ledger``. Counts include the finished visits of
        unfinished shards where the ledger knows them.

    Raises:
        RunIncomplete: there is no run.
        StorageError: the run can't be read.
    """
    store = open_store(run)
    recipe = load_run_recipe(store)
    with _ledger(store) as ledger:
        counted = _from_parts(store) if ledger is None else _from_ledger(ledger)
    return {
        "run": store.location,
        "fingerprint": recipe.fingerprint,
        "asked": recipe.num_pairs,
        **counted,
        "questions": _questions(store),
        "from_ledger": ledger is not None,
    }


def status_text(status: Status) -> str:
    """The same as a table for people."""
    share = status["pairs"] / status["asked"]
    lines = [
        f"{status['run']}",
        f"  pairs       {status['pairs']:,} of {status['asked']:,} ({share:.1%})",
        f"  views       {status['views']:,}",
        f"  visits      {status['visits']:,}",
        f"  running     {_running(status)}",
    ]
    for title, counts in (("outcomes", status["outcomes"]), ("rejections", status["rejections"])):
        lines += [title, *_count_lines(counts)] if counts else []
    if status["lanes"]:
        lines += ["lanes", *(_lane_line(lane) for lane in status["lanes"])]
    if status["strikes"]:
        lines += ["deaths at", *(f"  {uid:<30} {n:>9}" for uid, n in status["strikes"].items())]
    if status["questions"]:
        lines += ["questions", *(f"  {f:<30} {n:>9,}" for f, n in status["questions"].items())]
    return "\n".join(lines)


def _from_parts(store: Store) -> Status:
    tallies: list[Tally] = []
    visits = pairs = views = 0
    seconds = 0.0
    for key in sorted(finished_shards(store)):
        totals = shard_totals(store, *key)
        tallies += totals.tallies
        visits, pairs, views = visits + totals.visits, pairs + totals.pairs, views + totals.views
        seconds += totals.seconds
    counts = {"pairs": pairs, "views": views, "visits": visits, "lane_seconds": seconds}
    nobody: Status = {"running": False, "rate": None, "lanes": [], "strikes": {}}
    return {**counts, **_topics(tallies), **nobody}


def _from_ledger(ledger: Ledger) -> Status:
    sums, lanes = ledger.sums(), ledger.lanes()
    running = _is_running(ledger)
    now = time.time()
    strikes = {s.uid: s.lane_deaths + s.driver_deaths for s in ledger.strikes().values()}
    return {
        "pairs": sums.pairs + sum(lane.pairs for lane in lanes),
        "views": sums.views + sum(lane.views for lane in lanes),
        "visits": sums.visits + sum(lane.visits for lane in lanes),
        "lane_seconds": sums.seconds,
        **_topics(ledger.tallies()),
        "running": running,
        "rate": _rate(ledger) if running else None,
        "lanes": [
            {
                "name": lane.name,
                "host": lane.host,
                "pid": lane.pid,
                "shard": f"{lane.round:02d}-{lane.number:06d}",
                "asset": lane.uid,
                "quiet_s": round(now - lane.heartbeat, 1),
            }
            for lane in lanes
        ],
        "strikes": dict(sorted(strikes.items())),
    }


def _topics(tallies: list[Tally]) -> Status:
    topics = by_topic(tallies)
    return {
        "outcomes": {topic: topics[topic] for topic in OUTCOME_TOPICS if topic in topics},
        "rejections": {
            topic.removeprefix("rejected "): codes
            for topic, codes in topics.items()
            if topic not in OUTCOME_TOPICS
        },
    }


def _rate(ledger: Ledger) -> Status | None:
    pulse = ledger.fact("pulse")
    if pulse is None:
        return None
    return {"pairs_per_s": pulse["pairs_per_s"], "views_per_s": pulse["views_per_s"]}


def _is_running(ledger: Ledger) -> bool:
    """On this machine: does the driver's process live; elsewhere: was it heard lately."""
    driver = ledger.fact("driver")
    if driver is None or ledger.fact("ended"):
        return False
    if driver["host"] == socket.gethostname():
        return _alive(driver["pid"])
    pulse = ledger.fact("pulse") or {"time": driver["since"]}
    return bool(time.time() - pulse["time"] < RECENT_S)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def _ledger(store: Store) -> Iterator[Ledger | None]:
    """This machine's ledger, else the copy that a remote run's driver sent."""
    with tempfile.TemporaryDirectory(prefix="viewgen-") as folder:
        path = ledger_path(store)
        if not store.is_local and not path.is_file() and store.exists(FILE_NAME):
            path = Path(folder) / FILE_NAME
            path.write_bytes(read(store, FILE_NAME))
        ledger = Ledger.open_to_read(path)
        try:
            yield ledger
        finally:
            if ledger is not None:
                ledger.close()


def _questions(store: Store) -> dict[str, int]:
    """Questions per family, the most frequent first."""
    counted: Counter[str] = Counter()
    for rows in iterate_batches(store, "qa", columns=("family",), rows=65536):
        counted.update(rows["family"].to_pylist())
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _running(status: Status) -> str:
    if not status["running"]:
        return "no"
    rate = status["rate"] or {"pairs_per_s": 0.0, "views_per_s": 0.0}
    return f"yes, {rate['pairs_per_s']:.2f} pairs/s, {rate['views_per_s']:.2f} images/s"


def _count_lines(counts: dict[str, dict[str, int]]) -> list[str]:
    return [
        f"  {f'{topic} {code}'.strip():<30} {count:>9,}"
        for topic, codes in counts.items()
        for code, count in codes.items()
    ]


def _lane_line(lane: Status) -> str:
    at = lane["asset"] or "between assets"
    where = f"{lane['host']}:{lane['pid']}"
    return f"  {lane['name']:<10} shard {lane['shard']}  {at}  {where}, {lane['quiet_s']:.0f} s ago"
