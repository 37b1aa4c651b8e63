"""A whole run of ``render``: plan, resume, work, finalise."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from viewpoint_gen.assets.source import Source
from viewpoint_gen.errors import AssetsUsedUp, SourceError, StorageError
from viewpoint_gen.pipeline import ledger as ledgers
from viewpoint_gen.pipeline import spool
from viewpoint_gen.pipeline.board import Board
from viewpoint_gen.pipeline.finalise import reconcile, write_assets
from viewpoint_gen.pipeline.ledger import Ledger
from viewpoint_gen.pipeline.progress import Progress, default_progress
from viewpoint_gen.pipeline.rebuild import bring_in_line
from viewpoint_gen.pipeline.run_directory import ledger_path, lock, settle_recipe
from viewpoint_gen.pipeline.serial import run_serial
from viewpoint_gen.pipeline.shard_work import LaneFactory
from viewpoint_gen.pipeline.totals import OUTCOME_TOPICS, by_topic
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.storage import Store, explained, open_store, read

__all__ = ["LaneFactory", "RunIsShort", "Summary", "run_render"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """What a run holds when ``render`` ends.

    Attributes:
        run: its location.
        asked: pairs asked for.
        assets: different assets visited.
        visits: visits made; one asset may be visited in several rounds.
        outcomes: visits per status ("written", "rejected", "failed") and code ("" if written).
        rejections: what was made and not kept, per kind ("view", "pair") and code.
        lane_seconds: spent on visits, summed over lanes and over all calls.
        seconds: wall-clock time of this call.
    """

    run: str
    fingerprint: str
    asked: int
    pairs: int
    views: int
    assets: int
    visits: int
    rounds: int
    outcomes: dict[str, dict[str, int]]
    rejections: dict[str, dict[str, int]]
    lane_seconds: float
    seconds: float


class RunIsShort(AssetsUsedUp):
    """The assets are used up before the run holds all pairs; ``summary`` is what it does hold."""

    def __init__(self, message: str, summary: Summary) -> None:
        super().__init__(message)
        self.summary = summary


def run_render(
    recipe: Recipe,
    source: Source,
    run: str | Path,
    *,
    lane_factory: LaneFactory,
    progress: Progress | None = None,
) -> Summary:
    """Render until the run holds the pairs that the recipe asks for, or resume doing so.

    Args:
        run: a directory or an fsspec URL; made if it isn't there.
        lane_factory: opens a lane where the work is done; picklable if there are several.
        progress: None: a bar on a terminal's stderr, else log lines.

    Raises:
        RunBusy, RecipeChanged, StorageError: the run directory can't be used.
        RunIsShort: the run is whole, but short of pairs.
        KeyboardInterrupt: stopped by Ctrl-C or SIGTERM; its text tells how to go on.
    """
    started = time.monotonic()
    if source.size == 0:
        msg = f"{recipe.assets.source}: there are no assets in this source"
        raise SourceError(msg)
    store = open_store(run)
    store.prepare()
    with lock(store), _sigterm_as_interrupt():
        new = settle_recipe(store, recipe, source)
        with contextlib.closing(_open_ledger(store, recipe, new=new)) as ledger:
            bring_in_line(store, ledger)
            board = Board(recipe=recipe, source=source, store=store, ledger=ledger)
            _work(board, store, recipe, lane_factory, progress or default_progress())
            assets = write_assets(store)
            reconcile(board.rounds, ledger, assets=assets, asked=recipe.num_pairs)
            store.remove_folder(spool.FOLDER)
            summary = _summarise(store, recipe, board, ledger, time.monotonic() - started)
    if summary.pairs < summary.asked:
        raise RunIsShort(_shortage(summary, recipe), summary)
    return summary


def _open_ledger(store: Store, recipe: Recipe, *, new: bool) -> Ledger:
    """The run's ledger on this machine; for a remote run, its last copy if this machine is new."""
    path = ledger_path(store)
    if new:
        with explained(str(path), "delete"):
            ledgers.delete(path)
    elif not store.is_local and not path.exists() and store.exists(ledgers.FILE_NAME):
        copy = read(store, ledgers.FILE_NAME)
        with explained(str(path), "write"):
            path.write_bytes(copy)
    ledger = Ledger.open(path, fingerprint=recipe.fingerprint)
    about = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}
    ledger.set_fact("driver", about)
    ledger.set_fact("ended", None)
    return ledger


def _work(
    board: Board, store: Store, recipe: Recipe, lane_factory: LaneFactory, progress: Progress
) -> None:
    machine = recipe.machine
    board.begin(progress)
    try:
        if machine.serial or (machine.lanes == 1 and not machine.ray_address):
            run_serial(board, store, lane_factory)
        else:
            from viewpoint_gen.pipeline.ray_runner import run_on_ray

            run_on_ray(board, store, lane_factory, machine)
    except KeyboardInterrupt:
        msg = (
            f"stopped; {board.counts.pairs} of {recipe.num_pairs} pairs are safe in "
            f"{store.location}; the same command goes on from there"
        )
        raise KeyboardInterrupt(msg) from None
    finally:
        progress.close()
        with contextlib.suppress(StorageError):  # after a full disk, that is what is told
            board.close()


def _summarise(
    store: Store, recipe: Recipe, board: Board, ledger: Ledger, seconds: float
) -> Summary:
    sums = ledger.sums()
    topics = by_topic(ledger.tallies())
    rejections = {
        topic.removeprefix("rejected "): codes
        for topic, codes in topics.items()
        if topic not in OUTCOME_TOPICS
    }
    return Summary(
        run=store.location,
        fingerprint=recipe.fingerprint,
        asked=recipe.num_pairs,
        pairs=sums.pairs,
        views=sums.views,
        assets=board.rounds.assets,
        visits=sums.visits,
        rounds=board.rounds.count,
        outcomes={topic: topics.get(topic, {}) for topic in OUTCOME_TOPICS},
        rejections=rejections,
        lane_seconds=sums.seconds,
        seconds=seconds,
    )


def _shortage(summary: Summary, recipe: Recipe) -> str:
    """One line: how many are missing, why, and what to do."""
    reasons = [
        (count, f"{count} × {code} ({what})")
        for what, codes in (
            *((f"asset {status}", summary.outcomes[status]) for status in ("rejected", "failed")),
            *((kind, codes) for kind, codes in summary.rejections.items()),
        )
        for code, count in codes.items()
    ]
    told = ", ".join(text for _, text in sorted(reasons, reverse=True)[:3]) or "none recorded"
    return (
        f"{summary.run} holds {summary.pairs} of the {summary.asked} pairs asked for: its "
        f"{summary.assets} assets gave no more in {summary.rounds} rounds; most frequent reasons: "
        f"{told}. The run is whole and can be used as it is; for more pairs use a source with "
        f"more assets, or raise pairs.max_per_asset ({recipe.pairs.max_per_asset}) or "
        f"pairs.max_rounds ({recipe.pairs.max_rounds}), in another directory"
    )


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM stop the run as cleanly as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
