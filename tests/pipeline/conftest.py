from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from farm_fakes import FakeLanes, FakeSource, make_recipe

from viewpoint_gen import storage
from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import run_render


@pytest.fixture(autouse=True)
def _caches_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk is most of these tests' time, and no test pulls the plug."""
    monkeypatch.setattr(storage.os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A serial run from start to end, to compare others with."""
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    run_render(make_recipe(), FakeSource(40), run, lane_factory=FakeLanes(), progress=NoProgress())
    return run


@pytest.fixture(scope="session")
def local_ray() -> Iterator[None]:
    """One local Ray for all tests; runs find it and leave it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_DEDUP_LOGS_SKIP_REGEX"] = "."
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    ray = pytest.importorskip("ray")
    ray.init(
        address="local",
        num_cpus=3,
        include_dashboard=False,
        object_store_memory=100 << 20,
        log_to_driver=False,
    )
    yield
    ray.shutdown()
    del os.environ["PYTHONPATH"]
