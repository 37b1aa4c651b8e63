"""A finished and asked run without Blender, made once; and a Hub of one's own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "qa"))  # made-up visits live there

from publish_hub import WritableHub, writable_hub
from publish_runs import build_run


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    return build_run(tmp_path_factory.mktemp("publish") / "run")


@pytest.fixture
def copy(run, tmp_path) -> Path:
    """Of one's own, to damage."""
    return Path(shutil.copytree(run, tmp_path / "copy"))


@pytest.fixture
def hub() -> Iterator[WritableHub]:
    with writable_hub() as standing_in:
        yield standing_in
