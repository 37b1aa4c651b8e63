"""A stretch of bytes, of a file or in memory, that is read piece by piece."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from viewpoint_gen.assets.preflight.wording import shown
from viewpoint_gen.errors import ImportFailed

_PIECE_BYTES = 2**20


@dataclass(frozen=True)
class Region:
    """Bytes ``[start, start + size_bytes)`` of a file, or of ``data`` where that is given."""

    path: Path
    start: int
    size_bytes: int
    data: bytes | None = None

    @classmethod
    def of_file(cls, path: Path) -> Region:
        """A whole file.

        Raises:
            ImportFailed: it is no regular file; opening a pipe or a device could block for ever.
            OSError: it can't be reached.
        """
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            msg = f"{shown(path.name)} is no regular file; give the path of a mesh file"
            raise ImportFailed("unreadable", msg)
        return cls(path, 0, status.st_size)

    @classmethod
    def of_bytes(cls, path: Path, data: bytes) -> Region:
        """Bytes in memory that came out of the file at ``path``."""
        return cls(path, 0, len(data), data)

    def part(self, offset: int, size_bytes: int) -> Region:
        """A stretch of this one; never reaches beyond its end."""
        begin = min(offset, self.size_bytes)
        size_bytes = min(size_bytes, self.size_bytes - begin)
        return Region(self.path, self.start + begin, size_bytes, self.data)

    def read(self, offset: int, size_bytes: int) -> bytes:
        """Bytes from ``offset`` on; fewer where the region ends."""
        part = self.part(offset, size_bytes)
        if part.data is not None:
            return part.data[part.start : part.start + part.size_bytes]
        with self.path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), part.size_bytes, part.start)

    def pieces(self, offset: int = 0) -> Iterator[bytes]:
        """All bytes from ``offset`` on, about a megabyte at a time."""
        while piece := self.read(offset, _PIECE_BYTES):
            yield piece
            offset += len(piece)
