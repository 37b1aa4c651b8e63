"""A directory of one's own for pixels that live for milliseconds."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import Self

_MEMORY = Path("/dev/shm")  # tmpfs of Linux
_ROOM_BYTES = 512 * 2**20  # a 4096² view with its passes takes about 800 MB only at that size
_PREFIX = "viewgen-"


class Scratch:
    """A directory in memory where there is room, else on disk; gone after ``close``.

    A lock file in it is held as long as this process lives, so that whoever comes next can tell
    directories of killed processes from those in use, and removes them.
    """

    def __init__(self) -> None:
        place = _roomy_place()
        _sweep(place)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        self._lock_fd = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _roomy_place() -> Path:
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        room = os.statvfs(_MEMORY)
        if room.f_bavail * room.f_frsize >= _ROOM_BYTES:
            return _MEMORY
    return Path(tempfile.gettempdir())


def _sweep(place: Path) -> None:
    """Remove directories whose owner is dead: their lock is free."""
    for left_over in place.glob(f"{_PREFIX}*/lock"):
        try:
            lock_fd = os.open(left_over, os.O_RDWR)
        except OSError:  # gone in the meantime, or another user's
            continue
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left_over.parent, ignore_errors=True)
        except BlockingIOError:  # in use
            pass
        finally:
            os.close(lock_fd)
