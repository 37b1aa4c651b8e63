"""Real driver processes, killed and stopped at random moments."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from farm_fakes import FakeLanes, FakeSource, assert_same_rows, make_recipe, visits_made

from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import run_render

SCRIPT = Path(__file__).with_name("drive_farm.py")


def start(run: Path, **options) -> subprocess.Popen[str]:
    fakes = {"seconds": 0.05, "diary": f"{run}.diary"} | options.pop("fakes", {})
    given = json.dumps({"run": str(run), "fakes": fakes} | options)
    return subprocess.Popen(
        [sys.executable, "-W", "error", SCRIPT, given], stderr=subprocess.PIPE, text=True
    )


def wait_for_visits(run: Path, count: int, driver: subprocess.Popen[str]) -> None:
    diary = Path(f"{run}.diary")
    while driver.poll() is None:
        if diary.exists() and len(visits_made(diary)) >= count:
            return
        time.sleep(0.01)


def finish(run: Path) -> None:
    lanes = FakeLanes(diary=f"{run}.diary")
    run_render(make_recipe(), FakeSource(40), run, lane_factory=lanes, progress=NoProgress())


def test_a_serial_driver_killed_again_and_again_leaves_the_same_rows(tmp_path, undisturbed):
    run = tmp_path / "run"
    luck = random.Random(7)
    kills = 0
    for seen in (1, 6, 12):
        driver = start(run)
        wait_for_visits(run, seen, driver)
        time.sleep(luck.uniform(0, 0.15))
        driver.kill()
        driver.communicate()
        kills += driver.returncode == -signal.SIGKILL
    finish(run)
    assert kills >= 2
    assert_same_rows(run, undisturbed)
    made = visits_made(f"{run}.diary")
    assert len(made) - len(set(made)) <= kills


@pytest.mark.slow
def test_a_driver_of_ray_lanes_killed_leaves_the_same_rows(tmp_path, undisturbed):
    run = tmp_path / "run"
    driver = start(run, lanes=2, fakes={"seconds": 0.3})
    wait_for_visits(run, 6, driver)
    driver.kill()
    _, said = driver.communicate()
    assert driver.returncode == -signal.SIGKILL, said
    finish(run)
    assert_same_rows(run, undisturbed)
    made = visits_made(f"{run}.diary")
    assert len(made) - len(set(made)) <= 2  # lanes


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_driver_says_how_to_go_on(tmp_path, undisturbed, number):
    run = tmp_path / "run"
    driver = start(run)
    wait_for_visits(run, 5, driver)
    driver.send_signal(number)
    _, said = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert said.splitlines()[-1].startswith("viewgen: stopped; ")
    assert "of 36 pairs are safe in" in said
    assert "Traceback" not in said
    finish(run)
    assert_same_rows(run, undisturbed)


@pytest.mark.slow
def test_a_stopped_driver_of_ray_lanes_ends_quietly_and_soon(tmp_path, undisturbed):
    run = tmp_path / "run"
    driver = start(run, lanes=2, fakes={"seconds": 0.3})
    wait_for_visits(run, 3, driver)
    driver.send_signal(signal.SIGTERM)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130, said
    assert len(said.splitlines()) == 1, said
    finish(run)
    assert_same_rows(run, undisturbed)
