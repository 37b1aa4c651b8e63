"""Work in a process of its own: done when the block ends, stopped where it fails or is killed."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from seen_run import write_seen_run
from tiny_training import recipe_with

from viewpoint_gen.training import baseline
from viewpoint_gen.training.data import prepare_data
from viewpoint_gen.training.meanwhile import meanwhile

SLEEPERS = """
import time
from viewpoint_gen.training.meanwhile import meanwhile

if __name__ == "__main__":
    with meanwhile(time.sleep, 120):
        time.sleep(120)
"""


def test_both_are_done_when_the_block_ends(tmp_path):
    threads = torch.get_num_threads()
    with meanwhile(Path.touch, tmp_path / "there"):
        assert torch.get_num_threads() == threads - threads // 2
        (tmp_path / "here").touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "there"]
    assert torch.get_num_threads() == threads


def test_where_the_block_fails_the_work_is_stopped():
    began = time.monotonic()
    with pytest.raises(ValueError, match="no use"), meanwhile(time.sleep, 120):
        raise ValueError("no use")
    assert time.monotonic() - began < 60


def test_a_killed_process_takes_its_work_with_it(tmp_path):
    script = tmp_path / "sleepers.py"
    script.write_text(SLEEPERS)
    with subprocess.Popen([sys.executable, str(script)]) as process:
        try:
            working = _workers(psutil.Process(process.pid))
        finally:
            process.kill()
    _, alive = psutil.wait_procs(working, timeout=30)
    assert alive == []


@pytest.fixture
def two_cores():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_a_tower_is_taught_while_the_model_reads(two_cores, tmp_path, monkeypatch):
    monkeypatch.setattr(baseline, "_WORTH_A_PROCESS", 2)
    run = str(write_seen_run(tmp_path / "run"))
    tower = {"steps": 2, "batch": 4, "true_flows": 8, "check_pairs": 4}
    recipe = recipe_with(geometry="tower", tower=tower)
    data = prepare_data(run, recipe.data, tmp_path / "data", dev_items=0)
    with baseline._tower_meanwhile(run, recipe, data, tmp_path / "out"):
        pass
    assert (tmp_path / "out" / "geometry" / "summary.json").is_file()


@pytest.mark.parametrize(
    "sections",
    [{"geometry": "none"}, {"geometry": "tower", "tower": {"steps": 2}}],
    ids=["no tower", "a short schooling"],
)
def test_nothing_is_started_that_is_not_worth_it(two_cores, sections, tmp_path, monkeypatch):
    monkeypatch.setattr(baseline, "meanwhile", lambda *_: pytest.fail("started"))
    with baseline._tower_meanwhile("run", recipe_with(**sections), None, tmp_path):
        pass


def _workers(of: psutil.Process) -> list[psutil.Process]:
    """Its children, once the worker among them can see its end."""
    for _ in range(600):
        children = of.children(recursive=True)
        if any(child.num_threads() > 1 for child in children):
            return children
        time.sleep(0.1)
    pytest.fail("no worker was started")
