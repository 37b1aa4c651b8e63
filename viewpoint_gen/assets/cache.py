"""Where this user's downloads and indices are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """``$XDG_CACHE_HOME/viewgen/NAME``, else ``~/.cache/viewgen/NAME``; not made yet."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "viewgen" / name
