"""Whether a binary glTF file is all there, judged by its first twelve bytes."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from viewpoint_gen.assets.fetch import CORRUPT
from viewpoint_gen.errors import FetchFailed, FetchInterrupted

_HEADER: Final = struct.Struct("<4sII")


def check_glb(path: Path) -> None:
    """Hold a file to its own header.

    Raises:
        FetchFailed: ``not_a_mesh``: it is something else; ``fetch_corrupt``: bytes are missing.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    size_bytes = path.stat().st_size
    if len(header) < _HEADER.size or header[:4] != b"glTF":
        raise FetchFailed("not_a_mesh", f"{path.name}: no GLB file: it begins with {header[:8]!r}")
    declared_bytes = _HEADER.unpack(header)[2]
    if declared_bytes != size_bytes:
        msg = f"{path.name}: has {size_bytes:,} bytes, its header says {declared_bytes:,}"
        raise FetchInterrupted(CORRUPT, msg)
