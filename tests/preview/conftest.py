"""One made-up run and its preview for all tests of this folder."""

from pathlib import Path

import pytest
from made_up_runs import make_run

from viewpoint_gen.preview import Preview, make_preview


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "made-up")


@pytest.fixture(scope="session")
def made(run: Path) -> Preview:
    return make_preview(str(run), out=None, pairs=400, seed=0)
