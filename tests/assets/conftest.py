from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import objaverse
import pytest
from stand_in_hub import StandIn, stand_in_hub


@pytest.fixture
def objaverse_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package's cache and ours, moved into a folder of the test's own."""
    root = tmp_path / ".objaverse" / "hf-objaverse-v1"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(objaverse, "_VERSIONED_PATH", str(root))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with stand_in_hub() as standing_in:
        yield standing_in
