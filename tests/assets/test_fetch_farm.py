"""Many processes, a Hub that misbehaves in every way, and a kill in the middle."""

from __future__ import annotations

import time
from pathlib import Path

import objaverse
import pytest
from fetch_farm import CODES, CONFIG, IMPATIENT, KILLED, WORKERS, Farm, fault_at
from small_objaverse import glb_path, repository, uid_of
from stand_in_hub import COMMIT, REPO, Fault, stand_in_hub

from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.objaverse_source import open_objaverse


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_all_good_ones_arrive_whole_all_bad_ones_are_coded_and_a_kill_leaves_nothing_broken(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / ".objaverse" / "hf-objaverse-v1"
    monkeypatch.setattr(objaverse, "_VERSIONED_PATH", str(root))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with stand_in_hub() as hub, Farm(tmp_path, WORKERS) as farm:
        hub.files = repository(range(count))
        paths = {uid_of(number): glb_path(number) for number in range(count)}
        files = HubFiles(REPO, "main", hub.endpoint, IMPATIENT)
        source = open_objaverse("", CONFIG, seed=7, hub=files)
        assert source.size == count
        hub.forget()
        faults = {paths[source.uid(i)]: fault_at(i) for i in range(count)}
        hub.faults = {path: fault for path, fault in faults.items() if fault}
        killed_at = paths[source.uid(KILLED)]
        assert killed_at not in hub.faults
        hub.faults[killed_at] = Fault.STALL_ONCE

        farm.prepare(source)
        processes = [farm.start(number) for number in range(WORKERS)]
        assert hub.stalled.wait(30)
        half = (root / killed_at).with_name(f".{Path(killed_at).name}.part")
        while not half.stat().st_size:
            time.sleep(0.01)
        processes[KILLED % WORKERS].kill()
        processes[KILLED % WORKERS].wait()
        finished = sorted(root.glob("glbs/*/*.glb"))
        assert finished
        assert all(p.read_bytes() == hub.files[str(p.relative_to(root))] for p in finished)
        assert half.exists()
        hub.go_on.set()
        processes[KILLED % WORKERS] = farm.start(KILLED % WORKERS)
        assert [process.wait(60) for process in processes] == [0] * WORKERS

        outcomes = {paths[uid]: code for uid, code in farm.outcomes().items()}
        assert outcomes == {path: CODES.get(fault, "") for path, fault in faults.items()}
        arrived = {str(p.relative_to(root)): p.read_bytes() for p in root.glob("glbs/*/*")}
        assert arrived == {path: hub.files[path] for path, code in outcomes.items() if not code}
        good = [path for path, code in outcomes.items() if not code and path != killed_at]
        assert all(hub.delivered[path] == 1 for path in good)
        assert set(hub.revisions) == {COMMIT}
        for path, fault in faults.items():
            retried = fault in (Fault.BUSY, Fault.CUT) and IMPATIENT.attempts
            twice = fault in (Fault.WRONG_BYTES,) or "once" in (fault or "") or path == killed_at
            assert hub.requests[path] == (retried or 1 + twice), (path, fault)
