"""Supervision of any process that speaks the protocol; no Blender here."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from viewpoint_gen.errors import ChildDied, DeadlineExceeded
from viewpoint_gen.render.supervised import SupervisedProcess

ECHO = """
import json, sys
print("Blender 4.5.0 (a banner)", flush=True)
for line in sys.stdin:
    job = json.loads(line)
    print("{}".format(json.dumps({"event": "done", **job})), flush=True)
"""
HANG = "import time\ntime.sleep(60)"
SPAWN = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
time.sleep(60)
"""
GREEDY = "import time\nheld = bytearray(700 * 2**20)\nheld[::4096] = held[::4096]\ntime.sleep(60)"
CRASH = """
import os, sys
print("torn apart", file=sys.stderr, flush=True)
sys.stdin.readline()
os.abort()
"""


def started(script: str, tmp_path: Path) -> SupervisedProcess:
    return SupervisedProcess(
        [sys.executable, "-c", script],
        environment={"PATH": os.environ["PATH"]},
        log_path=tmp_path / "logs" / "child.log",
        memory_limit_mb=512,
    )


def group_is_gone(group: int) -> bool:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)  # members that are not ours to reap end a moment later
    return False


def test_answers_are_matched_and_banners_skipped(tmp_path: Path) -> None:
    process = started(ECHO, tmp_path)
    assert process.ask({"job": "one"}, deadline_s=20)["number"] == 1
    assert process.ask({"job": "two"}, deadline_s=20)["job"] == "two"
    process.close()
    assert not process.running


def test_long_answers_arrive_whole(tmp_path: Path) -> None:
    process = started(ECHO, tmp_path)
    report = process.ask({"job": "long", "text": "x" * 500_000}, deadline_s=20)
    assert len(report["text"]) == 500_000
    process.close()


def test_deadline_kills_the_whole_group(tmp_path: Path) -> None:
    process = started(SPAWN, tmp_path)
    with pytest.raises(DeadlineExceeded) as caught:
        process.ask({"job": "load"}, deadline_s=0.5)
    assert caught.value.code == "load_deadline"
    assert group_is_gone(process.pid)


def test_memory_over_the_limit_is_a_death_with_its_own_code(tmp_path: Path) -> None:
    process = started(GREEDY, tmp_path)
    with pytest.raises(ChildDied) as caught:
        process.ask({"job": "load"}, deadline_s=30)
    assert caught.value.code == "memory_limit"
    assert "allowed 512 MiB" in caught.value.message
    assert group_is_gone(process.pid)


def test_death_quotes_signal_and_last_words(tmp_path: Path) -> None:
    process = started(CRASH, tmp_path)
    with pytest.raises(ChildDied) as caught:
        process.ask({"job": "render"}, deadline_s=30)
    assert caught.value.code == "child_died"
    assert "during render (SIGABRT)" in caught.value.message
    assert "torn apart" in caught.value.message


def test_death_between_jobs_is_noticed(tmp_path: Path) -> None:
    process = started(HANG, tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(ChildDied, match="SIGKILL"):
        process.ask({"job": "load"}, deadline_s=5)
    assert not process.running


def test_close_ends_a_child_that_ignores_its_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewpoint_gen.render.supervised._GRACE_S", 0.2)
    process = started(HANG, tmp_path)
    process.close()
    assert group_is_gone(process.pid)
    process.close()
