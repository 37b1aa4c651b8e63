"""A finished run without Blender, and its card; made once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "qa"))  # made-up visits live there

from card_runs import Card, build_run, card_of


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    return build_run(tmp_path_factory.mktemp("card") / "run")


@pytest.fixture(scope="session")
def card(run) -> Card:
    return card_of(run)


@pytest.fixture
def copy(run, tmp_path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "copy"))
