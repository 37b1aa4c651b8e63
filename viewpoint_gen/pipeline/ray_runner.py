"""Many lanes on Ray: on this machine by itself, or on a cluster that is there.

The only module that knows Ray. A lane is an actor that is never restarted and whose calls are
never retried by Ray: what a lost lane leaves is the driver's business, which gives its shard to
a fresh one. Lanes pull: each gets its next shard when it is done with the last.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from viewpoint_gen.errors import EnvironmentProblem, StorageError, ViewgenError
from viewpoint_gen.pipeline.board import Board, Lease, Worker
from viewpoint_gen.pipeline.events import Event, EventKind
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME
from viewpoint_gen.pipeline.shard_work import LaneFactory, work_shard
from viewpoint_gen.render.config import Device, MachineConfig
from viewpoint_gen.storage import Store

LISTEN_S: Final = 1.0
CLOSE_S: Final = 30.0
ROOM_WAIT_S: Final = 900.0
"""How long a cluster may take to find room for the first lane; it may have to start machines."""
SILENCE_MARGIN_S: Final = 300.0

DEATHS_PER_LANE: Final = 3
SPARE_DEATHS: Final = 10
"""How many lanes may die in a row; a finished visit makes up for a death."""

OBJECT_STORE_BYTES: Final = 128 << 20
"""Ray wants to reserve a third of the memory; lanes send only small events."""

_STREAM: Final = {"num_returns": "streaming", "_generator_backpressure_num_objects": 1}
"""A lane goes on only when its last event was heard: without its driver it soon stands still."""

_log = logging.getLogger(__name__)


def run_on_ray(
    board: Board, store: Store, lane_factory: LaneFactory, machine: MachineConfig
) -> None:
    """Work all shards on ``machine.lanes`` lanes.

    Raises:
        EnvironmentProblem: Ray doesn't start, has no room, or its lanes keep dying.
        ViewgenError: what a lane ran into that stops the run (a full disk, say).
    """
    if board.finished:
        return
    ray = _load_ray(machine)
    with _connected(ray, machine):
        crew = _Crew(ray, board, store, lane_factory, machine)
        try:
            crew.work()
            crew.close()
        finally:
            crew.kill()


class Lane:
    """The actor: opens a lane and works shards with it."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def open(self, number: int, lane_factory: LaneFactory, store: Store) -> tuple[str, int]:
        """Get ready; tell host and process id."""
        host = socket.gethostname()
        store.prepare()
        if not store.exists(RECIPE_NAME):
            msg = f"{store.location} isn't seen from {host}; use a shared directory or a URL"
            raise StorageError(msg)
        self._store = store
        self._process = self._stack.enter_context(lane_factory(number))
        return host, os.getpid()

    def work(self, lease: Lease) -> Iterator[Event]:
        """Work one shard; see ``work_shard``."""
        yield from work_shard(lease.shard, self._process, self._store, quarantine=lease.quarantine)

    def close(self) -> None:
        """End what ``open`` started."""
        self._stack.close()


@dataclass
class _Hand:
    """A lane as its driver sees it.

    Attributes:
        call: what is being waited for: the answer to ``open``, or a shard's stream of events.
        heard: when it last gave a sign of life.
        silence_s: how long it may go without.
    """

    number: int
    actor: Any
    call: Any
    heard: float
    silence_s: float
    worker: Worker | None = None


class _Crew:
    """All lanes of a run."""

    def __init__(
        self,
        ray: Any,
        board: Board,
        store: Store,
        lane_factory: LaneFactory,
        machine: MachineConfig,
    ) -> None:
        self._ray = ray
        self._board = board
        self._machine = machine
        self._actor_class = ray.remote(Lane).options(
            max_restarts=0, max_task_retries=0, **_resources(ray, machine)
        )
        self._arguments = (ray.put(lane_factory), store)
        self._hands: dict[int, _Hand] = {}
        self._deaths = 0
        self._started = time.monotonic()

    def work(self) -> None:
        """Until the board says that nothing is left."""
        while not self._board.finished:
            self._hire()
            self._lend()
            self._listen()
            self._look_for_the_silent()

    def close(self) -> None:
        """Let idle lanes end in good order."""
        calls = [hand.actor.close.remote() for hand in self._hands.values() if hand.worker]
        if calls:
            self._ray.wait(calls, num_returns=len(calls), timeout=CLOSE_S)

    def kill(self) -> None:
        """End all lanes at once."""
        for hand in self._hands.values():
            self._ray.kill(hand.actor)
        self._hands.clear()

    def _hire(self) -> None:
        """Fill empty places; never more lanes than unfinished shards."""
        wanted = min(self._machine.lanes, self._board.available)
        free = (k for k in range(self._machine.lanes) if k not in self._hands)
        for number in list(free)[: max(0, wanted - len(self._hands))]:
            actor = self._actor_class.remote()
            self._hands[number] = _Hand(
                number=number,
                actor=actor,
                call=actor.open.remote(number, *self._arguments),
                heard=time.monotonic(),
                silence_s=float("inf"),
            )

    def _lend(self) -> None:
        for hand in self._hands.values():
            if hand.call is not None or hand.worker is None:
                continue
            lease = self._board.lease(hand.worker)
            if lease is None:
                return
            hand.call = hand.actor.work.options(**_STREAM).remote(lease)
            hand.heard = time.monotonic()
            hand.silence_s = _silence_limit_s(self._machine, lease)

    def _listen(self) -> None:
        """Wait for a sign of any lane, then take one of each that has some."""
        calls = {hand.call: hand for hand in self._hands.values() if hand.call is not None}
        if not calls:
            return
        ready, _ = self._ray.wait(list(calls), timeout=LISTEN_S, fetch_local=False)
        if ready:
            ready, _ = self._ray.wait(
                list(calls), num_returns=len(calls), timeout=0, fetch_local=False
            )
        for call in ready:
            self._hear(calls[call])

    def _hear(self, hand: _Hand) -> None:
        hand.heard = time.monotonic()
        try:
            self._receive(hand)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, ViewgenError):
                raise error.cause from None
            if hand.worker is None:
                msg = f"a lane can't start: {_reason(error)}"
                raise EnvironmentProblem(msg) from error
            raise
        except self._ray.exceptions.RayError as error:
            self._lose(hand, _reason(error))

    def _receive(self, hand: _Hand) -> None:
        """Take an answer to ``open``, or the next event of a shard."""
        if hand.worker is None:
            host, pid = self._ray.get(hand.call)
            hand.worker = Worker(f"lane-{hand.number:03d}", host, pid)
            hand.call = None
            return
        try:
            event = self._ray.get(next(hand.call))
        except StopIteration:
            hand.call = None
            return
        self._board.note(hand.worker, event)
        if event.kind is EventKind.ENDED:
            self._deaths = max(0, self._deaths - 1)

    def _look_for_the_silent(self) -> None:
        now = time.monotonic()
        for hand in list(self._hands.values()):
            if hand.call is not None and now - hand.heard > hand.silence_s:
                self._lose(hand, f"no sign of life for {hand.silence_s:.0f} s")
        ready = any(hand.worker for hand in self._hands.values())
        if not ready and now - self._started > ROOM_WAIT_S:
            needs = _resources(self._ray, self._machine)
            msg = f"Ray found no room for a lane within {ROOM_WAIT_S:.0f} s; each needs {needs}"
            raise EnvironmentProblem(msg)

    def _lose(self, hand: _Hand, reason: str) -> None:
        """Give up a lane; a fresh one takes its place, unless too many have died in a row."""
        del self._hands[hand.number]
        self._ray.kill(hand.actor)
        if hand.worker is not None:
            self._board.lose(hand.worker, reason)
        self._started = time.monotonic()
        self._deaths += 1
        if self._deaths > DEATHS_PER_LANE * self._machine.lanes + SPARE_DEATHS:
            msg = (
                f"lanes keep dying ({self._deaths} times, while hardly an asset was finished); "
                f"the last: {reason}. Look into the run's logs, or try --serial"
            )
            raise EnvironmentProblem(msg)


def _silence_limit_s(machine: MachineConfig, lease: Lease) -> float:
    """Longer than any visit can take whose own deadlines are kept, twice over."""
    quota = max(visit.quota for visit in lease.shard.visits)
    views_s = (2 * quota + 32) * machine.view_deadline_s
    once_s = machine.start_deadline_s + machine.load_deadline_s + machine.first_view_deadline_s
    return 2 * (once_s + views_s) + SILENCE_MARGIN_S


def _resources(ray: Any, machine: MachineConfig) -> dict[str, float]:
    """What Ray sets aside for one lane; lanes share GPUs evenly if there are fewer of them."""
    cpus = max(1, machine.threads_per_lane) if machine.ray_address else 1
    gpus = float(ray.cluster_resources().get("GPU", 0.0))
    if machine.device is Device.CPU or gpus < 1:
        return {"num_cpus": cpus, "num_gpus": 0}
    lanes_per_gpu = -(-machine.lanes // int(gpus))
    return {"num_cpus": cpus, "num_gpus": int(10_000 / lanes_per_gpu) / 10_000}


def _load_ray(machine: MachineConfig) -> Any:
    """Import Ray with its voice turned down; its settings are read when it is imported."""
    if not machine.ray_address and "ray" not in sys.modules and "RAY_AUTH_MODE" not in os.environ:
        os.environ["RAY_AUTH_MODE"] = "token"  # only this process and its children may connect
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")  # it would print deaths on stdout
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        msg = f"several lanes need Ray, which can't be imported ({error}); try --serial"
        raise EnvironmentProblem(msg) from error
    return ray


@contextlib.contextmanager
def _connected(ray: Any, machine: MachineConfig) -> Iterator[None]:
    """Ray is there inside the block; what was there before stays."""
    if ray.is_initialized():
        yield
        return
    if machine.ray_address.startswith("ray://"):
        msg = (
            f"{machine.ray_address}: Ray's client can't stream; start viewgen on a machine of "
            "the cluster with --ray-address auto"
        )
        raise EnvironmentProblem(msg)
    try:
        with _signals_kept():
            _start(ray, machine)
        yield
    finally:
        with _signals_kept():
            ray.shutdown()


def _start(ray: Any, machine: MachineConfig) -> None:
    where: dict[str, Any] = {"address": machine.ray_address}
    if not machine.ray_address:
        where = {
            "address": "local",
            "num_cpus": machine.lanes,
            "include_dashboard": False,
            "object_store_memory": OBJECT_STORE_BYTES,
        }
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        place = f"at {machine.ray_address}" if machine.ray_address else "on this machine"
        msg = f"Ray can't be used {place}: {_reason(error)}; --serial works without it"
        raise EnvironmentProblem(msg) from error


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray puts its own handlers in place; bring ours back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _reason(error: Exception) -> str:
    """Ray explains at length; take the line of the innermost error, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(\w+\.)*\w+Error: ", line)]
    return [*errors[-1:], *lines[:1], type(error).__name__][0]
