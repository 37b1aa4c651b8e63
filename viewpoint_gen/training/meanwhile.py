"""Two stages at once, the one in a process of its own.

A small network gains little from a second thread: two that are taught side by side, on a core each,
are done in two thirds of the time that they take one after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch

from viewpoint_gen.errors import ViewgenError

_BAR_PLACE: Final = "TQDM_POSITION"
"""Below the bar of the other process; tqdm reads it when it is imported."""


@contextmanager
def meanwhile(work: Callable[..., Any], *args: Any) -> Iterator[None]:
    """Do work in another process while the block runs, with half of the threads each.

    The block ends when both have. Where the block fails, the work is stopped; where the work does,
    nothing is said: who needs it calls it again, finds it done or is told why it can't be.

    Args:
        work: a function of a module, that goes on where it was stopped.
    """
    threads = torch.get_num_threads()
    own, other = threads - threads // 2, max(1, threads // 2)
    process = multiprocessing.get_context("spawn").Process(
        target=_alone, args=(other, work, args), daemon=True
    )
    os.environ[_BAR_PLACE] = "1"
    try:
        process.start()
    finally:
        del os.environ[_BAR_PLACE]
    torch.set_num_threads(own)
    try:
        yield
        process.join()
    finally:
        torch.set_num_threads(threads)
        process.terminate()
        process.join()


def _alone(threads: int, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process ends this one
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    torch.set_num_threads(threads)
    try:
        work(*args)
    except ViewgenError:
        return


def _end_with_the_other() -> None:
    """Even a killed process takes its work with it: the same command may be given again."""
    other = multiprocessing.parent_process()
    assert other is not None
    other.join()
    os._exit(1)
