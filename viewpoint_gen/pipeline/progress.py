"""How far a render is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Final, Protocol, TextIO

from tqdm import tqdm

LOG_PERIOD_S: Final = 10.0
PACE_WINDOW_S: Final = 300.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counts:
    """What a run holds so far, unfinished shards included."""

    pairs: int = 0
    views: int = 0
    written: int = 0
    rejected: int = 0
    failed: int = 0

    def plus(self, status: str, *, pairs: int, views: int, visits: int = 1) -> Counts:
        """With some visits of one status more (or, negative, fewer)."""
        return replace(
            self,
            pairs=self.pairs + pairs,
            views=self.views + views,
            **{status: getattr(self, status) + visits},
        )


@dataclass(frozen=True)
class Rate:
    """Per second, lately."""

    pairs: float = 0.0
    views: float = 0.0


class Progress(Protocol):
    """Told about every step; may ignore most of them."""

    def begin(self, asked: int, counts: Counts) -> None:
        """Work starts, or goes on where an earlier call stopped."""
        ...

    def advance(self, counts: Counts, rate: Rate) -> None:
        """Something ended."""
        ...

    def close(self) -> None:
        """Nothing more will come."""
        ...


class Pace:
    """Measures rates over the last few minutes, in little memory."""

    def __init__(self, window_s: float = PACE_WINDOW_S) -> None:
        self._window_s = window_s
        self._marks: deque[tuple[float, int, int]] = deque([(time.monotonic(), 0, 0)])
        self._pairs = 0
        self._views = 0

    def add(self, pairs: int, views: int) -> None:
        """Some pairs and views were made just now."""
        self._pairs += pairs
        self._views += views
        now = time.monotonic()
        if now - self._marks[-1][0] >= self._window_s / 100:
            self._marks.append((now, self._pairs, self._views))
        while len(self._marks) > 1 and now - self._marks[1][0] > self._window_s:
            self._marks.popleft()

    @property
    def rate(self) -> Rate:
        """Since the oldest mark in the window."""
        then, pairs, views = self._marks[0]
        elapsed = max(time.monotonic() - then, 1e-3)
        return Rate((self._pairs - pairs) / elapsed, (self._views - views) / elapsed)


def default_progress(stream: TextIO | None = None) -> Progress:
    """A bar if ``stream`` (stderr) is a terminal, else log lines."""
    stream = stream if stream is not None else sys.stderr
    return BarProgress(stream) if stream.isatty() else LogProgress()


class BarProgress:
    """A tqdm bar of pairs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[None] | None = None

    def begin(self, asked: int, counts: Counts) -> None:
        """See Progress."""
        self._bar = tqdm(
            total=asked,
            initial=counts.pairs,
            unit="pair",
            file=self._stream,
            dynamic_ncols=True,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} pairs{postfix}",
        )

    def advance(self, counts: Counts, rate: Rate) -> None:
        """See Progress."""
        if self._bar is None:
            return
        self._bar.set_postfix_str(_describe(int(self._bar.total), counts, rate), refresh=False)
        self._bar.update(counts.pairs - self._bar.n)

    def close(self) -> None:
        """See Progress."""
        if self._bar is not None:
            self._bar.close()


class LogProgress:
    """A log line every few seconds."""

    def __init__(self, period_s: float = LOG_PERIOD_S) -> None:
        self._period_s = period_s
        self._asked = 0
        self._said = 0.0

    def begin(self, asked: int, counts: Counts) -> None:
        """See Progress."""
        self._asked = asked
        self._said = time.monotonic()
        _log.info("%d of %d pairs are there", counts.pairs, asked)

    def advance(self, counts: Counts, rate: Rate) -> None:
        """See Progress."""
        if time.monotonic() - self._said < self._period_s:
            return
        self._said = time.monotonic()
        described = _describe(self._asked, counts, rate)
        _log.info("%d of %d pairs, %s", counts.pairs, self._asked, described)

    def close(self) -> None:
        """See Progress."""


class NoProgress:
    """Says nothing."""

    def begin(self, asked: int, counts: Counts) -> None:
        """See Progress."""

    def advance(self, counts: Counts, rate: Rate) -> None:
        """See Progress."""

    def close(self) -> None:
        """See Progress."""


def _describe(asked: int, counts: Counts, rate: Rate) -> str:
    left_s = (asked - counts.pairs) / rate.pairs if rate.pairs > 0 else None
    left = tqdm.format_interval(left_s) if left_s is not None else "?"
    return (
        f"{rate.pairs:.2f} pairs/s, {rate.views:.2f} images/s, {left} left; assets: "
        f"{counts.written} written, {counts.rejected} rejected, {counts.failed} failed"
    )
