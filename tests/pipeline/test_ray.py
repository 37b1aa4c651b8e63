"""Several lanes on a real local Ray: the same rows, whatever dies."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from farm_fakes import FakeLanes, FakeSource, assert_same_rows, make_recipe, visits_made

from viewpoint_gen.dataset.shards import read_table
from viewpoint_gen.errors import DeviceUnavailable, EnvironmentProblem, StorageError
from viewpoint_gen.pipeline import board, ray_runner
from viewpoint_gen.pipeline.ledger import Ledger
from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import run_render
from viewpoint_gen.render.config import Device
from viewpoint_gen.storage import open_store

pytestmark = pytest.mark.usefixtures("local_ray")


class Recorder(NoProgress):
    """Keeps what it was told."""

    def __init__(self):
        self.told = []

    def advance(self, counts, rate):
        self.told.append(counts)


def render(run, recipe=None, lanes=None, progress=None):
    return run_render(
        recipe or make_recipe(lanes=2),
        FakeSource(40),
        run,
        lane_factory=lanes or FakeLanes(),
        progress=progress or NoProgress(),
    )


def one_ray_lane(**settings):
    recipe = make_recipe()
    update = {"ray_address": "auto"} | settings
    return recipe.with_machine(recipe.machine.model_copy(update=update))


def outcomes(run):
    return {
        (row["round"], row["index"]): row
        for row in read_table(open_store(run), "outcomes").to_pylist()
    }


def test_three_lanes_make_the_same_rows_as_one(tmp_path, undisturbed):
    class Polite(FakeLanes):
        @contextlib.contextmanager
        def __call__(self, number):
            yield self.process
            Path(f"{self.diary}.{number}").touch()

    lanes = Polite(diary=str(tmp_path / "diary"), seconds=0.05)
    render(tmp_path / "run", make_recipe(lanes=3), lanes)
    assert_same_rows(tmp_path / "run", undisturbed)
    made = visits_made(tmp_path / "diary")
    assert len(made) == len(set(made))
    workers = {line.split()[2] for line in (tmp_path / "diary").read_text().splitlines()}
    assert len(workers) == 3
    assert str(os.getpid()) not in workers
    assert len(list(tmp_path.glob("diary.*"))) == 3  # closed in good order


def test_a_killed_worker_costs_only_its_asset_in_flight(tmp_path, undisturbed):
    diary = tmp_path / "diary"
    victims = []

    def kill_a_worker() -> None:
        while not victims:
            time.sleep(0.05)
            with contextlib.suppress(FileNotFoundError, IndexError, ProcessLookupError):
                pid = int(diary.read_text().splitlines()[5].split()[2])
                os.kill(pid, signal.SIGKILL)
                victims.append(pid)

    killer = threading.Thread(target=kill_a_worker)
    killer.start()
    recorder = Recorder()
    lanes = FakeLanes(diary=str(diary), seconds=0.1)
    summary = render(tmp_path / "run", lanes=lanes, progress=recorder)
    killer.join()
    assert_same_rows(tmp_path / "run", undisturbed)
    made = visits_made(diary)
    assert len(made) - len(set(made)) <= len(victims)
    counts = recorder.told[-1]
    assert (counts.pairs, counts.views) == (summary.pairs, summary.views)
    assert counts.written + counts.rejected + counts.failed == summary.visits
    assert max(told.pairs for told in recorder.told) == 36


def test_an_asset_that_kills_its_process_is_left_out_after_three_deaths(tmp_path, undisturbed):
    diary = tmp_path / "diary"
    run = tmp_path / "run"
    lanes = FakeLanes(diary=str(diary), killers=frozenset({4}))
    summary = render(run, one_ray_lane(), lanes)
    assert visits_made(diary).count((0, 4)) == 3
    assert summary.pairs == 36
    assert summary.outcomes["failed"]["lane_died"] == 1
    row = outcomes(run)[0, 4]
    assert (row["status"], row["code"], row["attempts"]) == ("failed", "lane_died", 3)
    assert row["asset_uid"] == "asset-000004"
    assert row["message"] == "the process of its lane died 3 times while working on it"
    others = {k: v["pairs"] for k, v in outcomes(undisturbed).items() if k[0] == 0 and k[1] != 4}
    assert {k: outcomes(run)[k]["pairs"] for k in others} == others
    assert Ledger.open_to_read(run / "ledger.sqlite").strikes()[4].lane_deaths == 3


def test_an_asset_that_hangs_is_given_up(tmp_path, monkeypatch):
    deadlines = ("start_deadline_s", "load_deadline_s", "first_view_deadline_s", "view_deadline_s")
    recipe = one_ray_lane(**dict.fromkeys(deadlines, 0.01))
    monkeypatch.setattr(ray_runner, "SILENCE_MARGIN_S", 10.0)
    monkeypatch.setattr(board, "LANE_STRIKES", 1)
    summary = render(tmp_path / "run", recipe, FakeLanes(hangs=frozenset({1})))
    assert summary.outcomes["failed"]["lane_died"] == 1
    assert summary.pairs == 36


def test_lanes_that_always_die_end_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(ray_runner, "DEATHS_PER_LANE", 1)
    monkeypatch.setattr(ray_runner, "SPARE_DEATHS", 0)
    with pytest.raises(EnvironmentProblem, match="lanes keep dying"):
        render(tmp_path / "run", one_ray_lane(), FakeLanes(killers=frozenset(range(40))))


def test_what_stops_a_lane_stops_the_run_with_its_own_words(tmp_path):
    class FullDisk(FakeLanes):
        def process(self, visit, *, following=None):
            msg = "can't write /there: the disk is full"
            raise StorageError(msg)

    with pytest.raises(StorageError, match="can't write /there: the disk is full"):
        render(tmp_path / "run", one_ray_lane(), FullDisk())


def test_a_lane_that_can_not_start_stops_the_run_with_its_own_words(tmp_path):
    class NoDevice(FakeLanes):
        def __call__(self, number):
            msg = "there is no OPTIX device"
            raise DeviceUnavailable(msg)

    with pytest.raises(DeviceUnavailable, match="no OPTIX device"):
        render(tmp_path / "run", one_ray_lane(), NoDevice())


def test_a_bug_in_a_lane_stops_the_run(tmp_path):
    class Buggy(FakeLanes):
        def process(self, visit, *, following=None):
            return {}["no such key"]

    with pytest.raises(KeyError, match="no such key"):
        render(tmp_path / "run", one_ray_lane(), Buggy())


def test_rays_client_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with pytest.raises(EnvironmentProblem, match="--ray-address auto"):
        render(tmp_path / "run", one_ray_lane(ray_address="ray://head:10001"))


@pytest.mark.parametrize(
    ("gpus", "lanes", "device", "share"),
    [
        (0, 3, "auto", 0),
        (1, 1, "auto", 1.0),
        (1, 3, "optix", 0.3333),
        (4, 6, "auto", 0.5),
        (8, 2, "cuda", 1.0),
        (2, 4, "cpu", 0),
    ],
)
def test_lanes_share_the_gpus_that_are_there(gpus, lanes, device, share):
    class Cluster:
        @staticmethod
        def cluster_resources():
            return {"CPU": 8.0, "GPU": float(gpus)} if gpus else {"CPU": 8.0}

    machine = make_recipe().machine.model_copy(update={"lanes": lanes, "device": Device(device)})
    needs = ray_runner._resources(Cluster, machine)
    assert needs == {"num_cpus": 1, "num_gpus": share}


def test_rays_long_stories_are_told_in_one_line():
    story = """The actor died because of an error raised in its creation task
    ray.exceptions.RaySystemError: System error: No module named 'x'
    ModuleNotFoundError: No module named 'x'
    """
    assert ray_runner._reason(Exception(story)) == "ModuleNotFoundError: No module named 'x'"
    assert ray_runner._reason(Exception("The actor died.\n\tpid: 3")) == "The actor died."
    assert ray_runner._reason(OSError()) == "OSError"
