"""What ``status`` tells, and how progress is shown."""

from __future__ import annotations

import io
import json
import logging
import os

import pyarrow as pa
import pytest
from farm_fakes import FakeLanes, FakeSource, make_recipe

from viewpoint_gen.dataset.schema import QUESTIONS
from viewpoint_gen.dataset.shards import create_part
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.pipeline import progress as progresses
from viewpoint_gen.pipeline.progress import (
    BarProgress,
    Counts,
    LogProgress,
    NoProgress,
    Pace,
    Rate,
    default_progress,
)
from viewpoint_gen.pipeline.run import run_render
from viewpoint_gen.pipeline.status import run_status, status_text
from viewpoint_gen.storage import open_store


def render(run, lanes=None, progress=None):
    lanes = lanes or FakeLanes()
    return run_render(
        make_recipe(),
        FakeSource(40),
        run,
        lane_factory=lanes,
        progress=progress or NoProgress(),
    )


def without(status, *names):
    return {key: value for key, value in status.items() if key not in names}


def test_a_finished_run_is_described(tmp_path):
    summary = render(tmp_path / "run")
    status = run_status(tmp_path / "run")
    assert (status["pairs"], status["asked"], status["views"]) == (36, 36, summary.views)
    assert status["outcomes"] == {k: v for k, v in summary.outcomes.items() if v}
    assert status["rejections"] == summary.rejections
    assert status["running"] is False
    assert status["lanes"] == []
    assert status["questions"] == {}
    assert json.loads(json.dumps(status)) == status


def test_the_parts_alone_tell_the_same(tmp_path):
    render(tmp_path / "run")
    with_ledger = run_status(tmp_path / "run")
    for path in (tmp_path / "run").glob("ledger*"):
        path.unlink()
    alone = run_status(tmp_path / "run")
    assert with_ledger["from_ledger"] is True
    assert alone["from_ledger"] is False
    assert alone["lane_seconds"] == pytest.approx(with_ledger["lane_seconds"])
    ignored = ("from_ledger", "lane_seconds")
    assert without(alone, *ignored) == without(with_ledger, *ignored)


def test_a_run_at_work_tells_who_does_what(tmp_path):
    seen = []

    class Watched(FakeLanes):
        def process(self, visit, *, following=None):
            seen.append(run_status(tmp_path / "run"))
            return super().process(visit)

    render(tmp_path / "run", Watched())
    first, later = seen[0], seen[5]
    assert first["running"] is True
    assert first["pairs"] == 0
    lane = first["lanes"][0]
    assert (lane["name"], lane["pid"], lane["shard"]) == ("serial", os.getpid(), "00-000000")
    assert lane["asset"] == "asset-000000"
    assert later["visits"] == 5
    assert later["pairs"] > 0
    assert later["rate"].keys() == {"pairs_per_s", "views_per_s"}
    assert "asset-000005" in status_text(later)


def test_questions_are_counted_per_family(tmp_path):
    render(tmp_path / "run")
    families = ["azimuth", "roll", "azimuth"]
    rows = pa.Table.from_pylist([{"family": name} for name in families], schema=QUESTIONS)
    store = open_store(tmp_path / "run")
    with create_part(store, "qa/part-00-000000.parquet", QUESTIONS) as part:
        part.write(rows)
    status = run_status(tmp_path / "run")
    assert status["questions"] == {"azimuth": 2, "roll": 1}
    assert "azimuth" in status_text(status)


def test_the_table_has_counts_and_reasons(tmp_path):
    render(tmp_path / "run")
    text = status_text(run_status(tmp_path / "run"))
    for part in ("36 of 36 (100.0%)", "rejected too_flat", "failed import_failed", "pair alike"):
        assert part in text


def test_no_run_is_said_so(tmp_path):
    with pytest.raises(RunIncomplete, match="there is no run here"):
        run_status(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar(tmp_path):
    terminal = Terminal()
    bar = default_progress(terminal)
    assert isinstance(bar, BarProgress)
    render(tmp_path / "run", progress=bar)
    shown = terminal.getvalue()
    assert "36/36 pairs" in shown
    assert "images/s" in shown
    assert "failed" in shown


def test_elsewhere_there_are_log_lines_now_and_then(caplog, monkeypatch):
    assert isinstance(default_progress(io.StringIO()), LogProgress)
    clock = [0.0]
    monkeypatch.setattr(progresses.time, "monotonic", lambda: clock[0])
    lines = LogProgress()
    with caplog.at_level(logging.INFO):
        lines.begin(100, Counts(pairs=20))
        for second in range(1, 31):
            clock[0] = float(second)
            lines.advance(Counts(pairs=20 + second, written=3, failed=1), Rate(0.5, 2.0))
    assert [record.getMessage() for record in caplog.records] == [
        "20 of 100 pairs are there",
        "30 of 100 pairs, 0.50 pairs/s, 2.00 images/s, 02:20 left; "
        "assets: 3 written, 0 rejected, 1 failed",
        "40 of 100 pairs, 0.50 pairs/s, 2.00 images/s, 02:00 left; "
        "assets: 3 written, 0 rejected, 1 failed",
        "50 of 100 pairs, 0.50 pairs/s, 2.00 images/s, 01:40 left; "
        "assets: 3 written, 0 rejected, 1 failed",
    ]


def test_the_pace_is_of_the_last_minutes(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(progresses.time, "monotonic", lambda: clock[0])
    pace = Pace(window_s=100.0)
    for _ in range(1000):  # one pair and two views a second, then nothing for long
        clock[0] += 1.0
        pace.add(1, 2)
    assert pace.rate == Rate(pytest.approx(1.0, rel=0.05), pytest.approx(2.0, rel=0.05))
    assert len(pace._marks) <= 102
    clock[0] += 900.0
    assert pace.rate.pairs == pytest.approx(0.1, rel=0.05)
