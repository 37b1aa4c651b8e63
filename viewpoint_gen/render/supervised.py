"""One operating-system process that answers a JSON line with a JSON line, under supervision."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil

from viewpoint_gen.errors import ChildDied, DeadlineExceeded, EnvironmentProblem
from viewpoint_gen.render.job import Json

_WATCH_INTERVAL_S = 0.25
_QUOTED_LOG_LINES = 8
_LOG_TAIL_BYTES = 8192
_GRACE_S = 5.0  # for a child to end after its stdin was closed
_CHUNK_BYTES = 65536


@dataclass(frozen=True)
class Sent:
    """A job that was sent and not yet answered."""

    number: int
    stage: str


class SupervisedProcess:
    """A child in its own session and process group; it never outlives what it was asked.

    Args:
        command: program and arguments.
        environment: the child's whole environment.
        log_path: its stderr is appended there.
        memory_limit_mb: above this it is killed.

    Raises:
        EnvironmentProblem: the program isn't there or can't be run.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log_path: Path,
        memory_limit_mb: int,
    ) -> None:
        self._log_path = log_path
        self._memory_limit_mb = memory_limit_mb
        self._number = 0
        self._unread = b""
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            self._log_start = log.tell()
            try:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=dict(environment),
                    start_new_session=True,
                )
            except OSError as error:
                msg = f"{command[0]} can't be started: {error.strerror}; is it Blender's path?"
                raise EnvironmentProblem(msg) from error

    @property
    def pid(self) -> int:
        """Process id, which is the group's id too."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def resident_mb(self) -> float:
        """Memory in use, in MiB; 0 when the process is gone."""
        try:
            return float(psutil.Process(self.pid).memory_info().rss) / 2**20
        except psutil.NoSuchProcess:
            return 0.0

    def ask(self, job: Json, *, deadline_s: float) -> Json:
        """Send a job and wait for its report; errors as in ``receive``."""
        return self.receive(self.send(job), deadline_s=deadline_s)

    def send(self, job: Json) -> Sent:
        """Send a job, which waits its turn if another is under way.

        Raises:
            ChildDied: the process is gone.
        """
        self._number += 1
        sent = Sent(self._number, str(job["job"]))
        self._send({**job, "number": sent.number}, sent.stage)
        return sent

    def receive(self, sent: Sent, *, deadline_s: float) -> Json:
        """Wait for a job's report; those of earlier jobs that nobody asked for are dropped.

        Raises:
            DeadlineExceeded: no report in time; the process group is gone.
            ChildDied: the process ended or outgrew its memory; the group is gone.
        """
        give_up_s = time.monotonic() + deadline_s
        while True:
            report = self._next_report(sent.stage, give_up_s, deadline_s)
            if report.get("number") == sent.number:
                return report

    def close(self) -> None:
        """End the process: politely by closing its stdin, then by force."""
        self._close_stdin()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """Kill the process group and reap the process."""
        if self.running:  # else its number may be another's by now
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._close_stdin()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def log_tail(self) -> str:
        """The last lines that this process wrote to its log."""
        with self._log_path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, log.tell() - _LOG_TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-_QUOTED_LOG_LINES:] if line.strip())

    def _close_stdin(self) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):  # it died with a job unread
                self._process.stdin.close()

    def _send(self, job: Json, stage: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._died(stage)

    def _next_report(self, stage: str, give_up_s: float, deadline_s: float) -> Json:
        """The next line that is a JSON object; anything else is a start-up banner."""
        while True:
            line, newline, rest = self._unread.partition(b"\n")
            if not newline:
                self._unread += self._read_chunk(stage, give_up_s, deadline_s)
                continue
            self._unread = rest
            if line.startswith(b"{"):
                report: Json = json.loads(line)
                return report

    def _read_chunk(self, stage: str, give_up_s: float, deadline_s: float) -> bytes:
        """Wait for bytes, watching the clock and the child's memory."""
        assert self._process.stdout is not None
        stdout_fd = self._process.stdout.fileno()
        readable = select.poll()  # select.select would fail above 1023 open files
        readable.register(stdout_fd, select.POLLIN)
        while True:
            left_s = give_up_s - time.monotonic()
            if left_s <= 0:
                self.kill()
                msg = f"{stage} took over {deadline_s:g} s; the Blender child was killed"
                raise DeadlineExceeded(f"{stage}_deadline", msg)
            if readable.poll(1000 * min(left_s, _WATCH_INTERVAL_S)):
                chunk = os.read(stdout_fd, _CHUNK_BYTES)
                if not chunk:
                    self._died(stage)
                return chunk
            self._hold_to_memory_limit(stage)

    def _hold_to_memory_limit(self, stage: str) -> None:
        used_mb = self.resident_mb()
        if used_mb > self._memory_limit_mb:
            self.kill()
            msg = (
                f"{stage} took {used_mb:.0f} MiB of memory, allowed {self._memory_limit_mb} MiB; "
                f"the Blender child was killed"
            )
            raise ChildDied("memory_limit", msg)

    def _died(self, stage: str) -> NoReturn:
        self.kill()
        status = self._process.returncode
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        said = self.log_tail() or "nothing"
        msg = f"the Blender child ended during {stage} ({how}); it last said: {said}"
        raise ChildDied("child_died", msg)
