"""The same rows whoever makes them, and however often they are interrupted.

Real Blender, real Ray.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

OPTIONS = [
    "--num-pairs", "30", "--size", "32", "--quality", "draft", "--seed", "5",
    "--set", "pairs.per_asset=5", "--set", "pairs.assets_per_shard=2",
]  # fmt: skip
PER_ASSET = 5
LANES = 3


def command(run: Path, *extra: str) -> list[str]:
    return [sys.executable, "-m", "viewpoint_gen", "render", str(run), *OPTIONS, *extra]


def rows(run: Path) -> dict[str, pa.Table]:
    """Every row of every table, without the columns of time."""
    tables = {}
    for table in ("views", "pairs", "rings", "rejected", "outcomes"):
        whole = ds.dataset(run / table, format="parquet").to_table()
        tables[table] = whole.drop_columns([c for c in whole.column_names if c == "seconds"])
    tables["assets"] = pq.read_table(run / "assets.parquet")
    return tables


def assert_same(one: Path, other: Path) -> None:
    expected, got = rows(one), rows(other)
    for table in expected:
        assert got[table].equals(expected[table]), table


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "serial"
    subprocess.run(command(run, "--serial"), check=True, capture_output=True)
    return run


@pytest.mark.blender
@pytest.mark.slow
def test_three_lanes_under_ray_give_the_rows_of_one(undisturbed, tmp_path):
    run = tmp_path / "lanes"
    subprocess.run(command(run, "--lanes", str(LANES)), check=True, capture_output=True)
    assert_same(undisturbed, run)
    assert rows(run)["pairs"].num_rows == 30


def wait_for(what, seconds: float = 120.0):
    """Poll until ``what()`` is truthy."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail("waited in vain")


def family(process: subprocess.Popen) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def blender_of(process: subprocess.Popen) -> psutil.Process | None:
    for child in family(process):
        try:
            if any(part.endswith("worker.py") for part in child.cmdline()):
                return child
        except psutil.NoSuchProcess:
            continue
    return None


def spooled(run: Path) -> set[str]:
    """Files of finished assets, in the spool or in finished parts."""
    return {path.name for path in run.glob("spool/*/*")} | {
        path.name for path in run.glob("outcomes/*.parquet")
    }


@pytest.mark.blender
@pytest.mark.slow
def test_killed_child_killed_driver_and_resumed_gives_the_same_rows(undisturbed, tmp_path):
    run = tmp_path / "killed"
    first = subprocess.Popen(command(run, "--serial"), stderr=subprocess.DEVNULL)
    wait_for(lambda: spooled(run))
    child = wait_for(lambda: blender_of(first))
    child.send_signal(signal.SIGKILL)
    wait_for(lambda: (again := blender_of(first)) is not None and again.pid != child.pid)
    seen = spooled(run)
    wait_for(lambda: spooled(run) - seen)
    replaced = blender_of(first)
    first.kill()
    first.wait()
    if replaced is not None:
        wait_for(lambda: not replaced.is_running() or replaced.status() == psutil.STATUS_ZOMBIE)
    done = subprocess.run(command(run, "--serial"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    attempts = rows(run)["outcomes"].column("attempts").to_pylist()
    assert sorted(attempts)[-2:] in ([1, 1], [1, 2])
    expected, got = rows(undisturbed), rows(run)
    for table in ("views", "pairs", "rings", "rejected"):
        assert got[table].equals(expected[table]), table


@pytest.mark.blender
@pytest.mark.slow
def test_a_killed_ray_worker_costs_at_most_its_asset(undisturbed, tmp_path):
    run = tmp_path / "ray"
    process = subprocess.Popen(command(run, "--lanes", "2"), stderr=subprocess.DEVNULL)
    wait_for(lambda: spooled(run))
    child = wait_for(lambda: blender_of(process))
    actor = psutil.Process(child.ppid())
    assert actor.pid != process.pid
    os.kill(actor.pid, signal.SIGKILL)
    assert process.wait(timeout=240) == 0
    expected, got = rows(undisturbed), rows(run)
    for table in ("views", "pairs", "rings", "rejected"):
        assert got[table].equals(expected[table]), table
