"""Bring a file onto this machine: whole or not at all, once, and with patience.

A file is written beside its final name, checked, synced and renamed. The half file is also the
lock: whoever fetches holds it, so that two processes never fetch the same file, and what a killed
process leaves is taken over by the next one that wants the file.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import tenacity

from viewpoint_gen.errors import EnvironmentProblem, FetchFailed, FetchInterrupted
from viewpoint_gen.storage import explained

CORRUPT: Final = "fetch_corrupt"
"""Code of a file whose size or hash isn't what was promised."""

OFFLINE: Final = "fetch_offline"
"""Code of a file that isn't here while the user forbids to use the network."""

WEB_PAGE: Final = "web_page"
"""Code of a file in whose place a web page came, for example of a network that wants a login."""

_TRIES_IF_CORRUPT: Final = 2
"""A damaged file may have been damaged on its way; more often it is damaged where it lies."""

_log = logging.getLogger(__name__)

T = TypeVar("T")

Write = Callable[[BinaryIO], None]
"""Writes all of a file, from its first byte; raises FetchFailed."""

Check = Callable[[Path], None]
"""Raises FetchFailed if the file isn't what it should be."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a network, and how often to try again.

    Attributes:
        attempts: tries in all.
        connect_s: for a connection.
        read_s: for the next bytes.
        first_wait_s: before the second try; doubled, with jitter, before each further one.
        longest_wait_s: the most that this comes to.
        longest_told_wait_s: the most that a server may ask for; the Hub counts per 300 s.
        least_s, slowest_bytes_per_s: a transfer may take so long, and longer by its size.
        lost_assets: so many in a row that fail for passing reasons mean that the network is gone.
    """

    attempts: int = 6
    connect_s: float = 10.0
    read_s: float = 30.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_told_wait_s: float = 330.0
    least_s: float = 120.0
    slowest_bytes_per_s: float = 20_000.0
    lost_assets: int = 5

    def transfer_s(self, size_bytes: int | None) -> float:
        """The longest that one transfer may take."""
        return self.least_s + (size_bytes or 0) / self.slowest_bytes_per_s


class Line:
    """This process's line to one server: pauses that were asked for, and failures in a row.

    A copy that is sent to another process starts afresh.
    """

    def __init__(self) -> None:
        self._not_before_s = 0.0
        self._failures = 0

    def __reduce__(self) -> tuple[type[Line], tuple[()]]:
        return Line, ()

    def hold(self, seconds: float) -> None:
        """Let no request start for some time."""
        self._not_before_s = max(self._not_before_s, time.monotonic() + seconds)

    def await_turn(self) -> None:
        """Wait until requests may start."""
        left_s = self._not_before_s - time.monotonic()
        if left_s > 0:
            _log.info("rate limit reached: waiting for %.0f s", left_s)
            time.sleep(left_s)

    def answered(self) -> None:
        """The server gave an answer about a file."""
        self._failures = 0

    def failed(self, error: FetchFailed, patience: Patience) -> None:
        """A file wasn't brought although it may well be there.

        Raises:
            EnvironmentProblem: that happened too often in a row.
        """
        self._failures += 1
        if self._failures >= patience.lost_assets:
            msg = (
                f"the network seems to be gone: {self._failures} downloads in a row failed, the "
                f"last with: {error.message}; run the same command again when it is back: it "
                "resumes"
            )
            raise EnvironmentProblem(msg) from error


def bring(
    target: Path,
    write: Write,
    *,
    check: Check,
    patience: Patience,
    line: Line,
    anew: bool = False,
) -> None:
    """Make ``target`` a whole file, unless it is one already.

    Args:
        check: tells a whole file from a broken one.
        anew: fetch it even if it passes the check.

    Raises:
        FetchFailed: it can't be had.
        StorageError: it can't be written here.
        EnvironmentProblem: the network is gone.
    """
    if not anew and _fault(target, check) == "":
        return
    with _half_file(target) as half:
        fault = None if anew else _fault(target, check)
        if fault == "":  # another process brought it meanwhile
            _half_path(target).unlink(missing_ok=True)
            return
        if fault:
            _log.warning("%s is broken (%s); it is fetched anew", target, fault)
        try:
            with_patience(lambda: _try_once(target, half, write, check), patience)
        except FetchFailed as error:
            passing = isinstance(error, FetchInterrupted) and error.code != CORRUPT
            if passing or error.code == WEB_PAGE:
                line.failed(error, patience)
            raise
        line.answered()


def _fault(target: Path, check: Check) -> str | None:
    """What is wrong with the file that is there; "" if it is whole, None if there is none."""
    if not target.is_file():
        return None
    try:
        check(target)
    except FetchFailed as error:
        return error.message
    return ""


def _half_path(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


@contextlib.contextmanager
def _half_file(target: Path) -> Iterator[BinaryIO]:
    """The half file, held by this process alone; what is left of it goes when the block fails."""
    half = _half_path(target)
    with explained(str(half), "write"):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(half)
    try:
        yield handle
    except BaseException:
        half.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # what it still holds has no room either
            handle.close()
        raise
    handle.close()


def _locked(half: Path) -> BinaryIO:
    """Open and lock it; start over if its last holder renamed or removed it in the meantime."""
    while True:
        handle = half.open("a+b")
        fcntl.flock(handle, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if half.stat().st_ino == os.fstat(handle.fileno()).st_ino:
                return handle
        handle.close()


def _try_once(target: Path, half: BinaryIO, write: Write, check: Check) -> None:
    path = _half_path(target)
    with explained(str(target), "write"):
        half.seek(0)
        half.truncate()
        write(half)
        half.flush()
        check(path)
        os.fsync(half.fileno())
        path.replace(target)


def with_patience(attempt: Callable[[], T], patience: Patience) -> T:
    """Try again after passing failures: after a growing while, or after what the server asks.

    Raises:
        FetchFailed: of the last try.
    """
    growing = tenacity.wait_exponential(
        multiplier=patience.first_wait_s, max=patience.longest_wait_s
    ) + tenacity.wait_random(0, patience.first_wait_s)

    def enough(state: tenacity.RetryCallState) -> bool:
        error = _error_of(state)
        tries = _TRIES_IF_CORRUPT if error.code == CORRUPT else patience.attempts
        told_s = error.wait_s or 0.0
        return state.attempt_number >= tries or told_s > patience.longest_told_wait_s

    def wait(state: tenacity.RetryCallState) -> float:
        return max(growing(state), _error_of(state).wait_s or 0.0)

    def say(state: tenacity.RetryCallState) -> None:
        wait_s = state.next_action.sleep if state.next_action else 0.0
        _log.info("%s; trying again in %.1f s", _error_of(state).message, wait_s)

    patient = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(FetchInterrupted),
        stop=enough,
        wait=wait,
        before_sleep=say,
        reraise=True,
    )
    return patient(attempt)


def _error_of(state: tenacity.RetryCallState) -> FetchInterrupted:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, FetchInterrupted):
        raise TypeError(error)
    return error
