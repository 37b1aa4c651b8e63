"""Whole serial runs: exactness, resuming, refusals, and what failing disks leave behind."""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from farm_fakes import (
    FakeLanes,
    FakeSource,
    assert_same_rows,
    make_recipe,
    rows_of,
    visits_made,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewpoint_gen import storage
from viewpoint_gen.dataset.schema import ASSETS, TABLES
from viewpoint_gen.dataset.shards import read_part, read_table
from viewpoint_gen.errors import (
    AssetsUsedUp,
    RecipeChanged,
    RunBusy,
    SourceError,
    StorageError,
)
from viewpoint_gen.pipeline import run_directory
from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import RunIsShort, run_render
from viewpoint_gen.records import OutcomeStatus
from viewpoint_gen.storage import open_store

NAMES = (f"memory://run-{n}" for n in itertools.count())


def render(run, recipe=None, source=None, lanes=None):
    return run_render(
        recipe or make_recipe(),
        source or FakeSource(40),
        run,
        lane_factory=lanes or FakeLanes(),
        progress=NoProgress(),
    )


def stop_after(count, lanes=None):
    """Lanes that are interrupted at their visit number ``count``."""

    class Stopping(FakeLanes):
        left = count

        def process(self, visit, *, following=None):
            type(self).left -= 1
            if type(self).left < 0:
                raise KeyboardInterrupt
            return super().process(visit)

    return Stopping(**(vars(lanes) if lanes else {}))


def files(run):
    return sorted(str(p.relative_to(run)) for p in Path(run).rglob("*") if p.is_file())


def test_a_run_holds_exactly_the_pairs_asked_for(tmp_path):
    summary = render(tmp_path / "run")
    store = open_store(tmp_path / "run")
    assert summary.pairs == 36 == read_table(store, "pairs").num_rows
    assert summary.views == read_table(store, "views", columns=["view_id"]).num_rows
    outcomes = read_table(store, "outcomes")
    assert summary.visits == outcomes.num_rows
    counted = sum(n for codes in summary.outcomes.values() for n in codes.values())
    assert counted == summary.visits
    assert summary.outcomes["rejected"].keys() == {"too_flat"}
    assert summary.outcomes["failed"].keys() == {"import_failed"}
    assert summary.rejections["pair"]["alike"] == sum(outcomes["rejections"].to_pylist())
    assert not [name for name in files(tmp_path / "run") if "spool" in name or "tmp" in name]


def test_pairs_have_unique_ids_in_the_plans_order(tmp_path):
    render(tmp_path / "run")
    store = open_store(tmp_path / "run")
    ids = read_table(store, "pairs")["pair_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    visits = read_table(store, "outcomes").select(["round", "index"]).to_pylist()
    first = [v["index"] for v in visits if v["round"] == 0]
    assert first == sorted(first)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(
    num_pairs=st.integers(1, 70),
    size=st.none() | st.integers(1, 25),
    shares=st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(0, 60)),
    per_asset=st.integers(1, 8),
    max_per_asset=st.integers(1, 20),
    per_shard=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_never_more_pairs_than_asked_and_fewer_only_if_no_asset_can_give_more(
    num_pairs, size, shares, per_asset, max_per_asset, per_shard, seed
):
    reject, fail, part = shares
    recipe = make_recipe(
        num_pairs, per_asset=per_asset, max_per_asset=max_per_asset, assets_per_shard=per_shard
    )
    lanes = FakeLanes(reject=reject, fail=fail, part=part, seed=seed, view_bytes=1)
    run = next(NAMES)
    try:
        summary = render(run, recipe, FakeSource(size), lanes)
    except RunIsShort as short:
        summary = short.summary
        assert summary.pairs < num_pairs
        if summary.rounds < recipe.pairs.max_rounds:
            assert_nobody_can_give_more(run, size, max_per_asset)
    else:
        assert summary.pairs == num_pairs
    per_pair = read_table(open_store(run), "pairs")["asset_uid"].value_counts().to_pylist()
    assert sum(entry["counts"] for entry in per_pair) == summary.pairs
    assert all(entry["counts"] <= max_per_asset for entry in per_pair)


def assert_nobody_can_give_more(run, size, max_per_asset):
    given_, last = {}, {}
    for row in read_table(open_store(run), "outcomes").to_pylist():
        given_[row["index"]] = given_.get(row["index"], 0) + row["pairs"]
        last[row["index"]] = row["pairs"]
    poor = size is None or len(last) < size
    if poor:  # given up after too many rounds that brought next to nothing
        assert sum(given_.values()) * 2 < sum(1 for _ in last) * max_per_asset
        return
    assert all(given_[i] == max_per_asset or last[i] == 0 for i in range(size))


def test_a_run_that_is_short_says_how_many_why_and_what_to_do(tmp_path):
    lanes = FakeLanes(reject=30, fail=20, part=0)
    with pytest.raises(AssetsUsedUp) as caught:
        render(tmp_path / "run", make_recipe(200), FakeSource(8), lanes)
    message = str(caught.value)
    held = caught.value.summary.pairs
    assert f"holds {held} of the 200 pairs asked for" in message
    assert "too_flat (asset rejected)" in message
    assert "pairs.max_per_asset (12)" in message
    assert caught.value.exit_code == 6
    assert read_part(open_store(tmp_path / "run"), "assets.parquet").num_rows == 8
    with pytest.raises(AssetsUsedUp) as again:
        render(tmp_path / "run", make_recipe(200), FakeSource(8))
    assert str(again.value).split(":")[1] == message.split(":")[1]


def test_an_endless_source_whose_assets_all_fail_ends():
    with pytest.raises(AssetsUsedUp) as caught:
        render(next(NAMES), make_recipe(20), FakeSource(None), FakeLanes(reject=0, fail=100))
    assert caught.value.summary.rounds == 8


def test_an_empty_source_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no assets"):
        render(tmp_path / "run", source=FakeSource(0))


def test_all_tables_have_their_schema(undisturbed):
    store = open_store(undisturbed)
    for name in [name for name in files(undisturbed) if name.endswith(".parquet")]:
        schema = ASSETS if name == "assets.parquet" else TABLES[name.split("/")[0]]
        found = read_part(store, name).schema
        assert found.equals(schema), name
        assert found.metadata == schema.metadata, name


def test_assets_have_one_row_each_with_the_sums_of_their_visits(tmp_path):
    recipe = make_recipe(90, max_per_asset=40)
    render(tmp_path / "run", recipe, FakeSource(10), FakeLanes(reject=5, fail=5, part=0))
    store = open_store(tmp_path / "run")
    outcomes = read_table(store, "outcomes").to_pylist()
    assets = read_part(store, "assets.parquet").to_pylist()
    assert [a["asset_uid"] for a in assets] == [FakeSource().uid(i) for i in range(10)]
    assert max(a["visits"] for a in assets) > 1
    for asset in assets:
        own = [o for o in outcomes if o["asset_uid"] == asset["asset_uid"]]
        wrote = [o for o in own if o["status"] == "written"] or own
        assert asset["visits"] == len(own)
        assert asset["pairs"] == sum(o["pairs"] for o in own)
        assert asset["views"] == sum(o["views"] for o in own)
        assert (asset["status"], asset["code"]) == (wrote[-1]["status"], wrote[-1]["code"])


@pytest.mark.parametrize("size", [None, 40])
@pytest.mark.parametrize("interrupted", [0, 5, 9])
def test_every_asset_is_visited_as_often_as_asked(tmp_path, size, interrupted):
    recipe = make_recipe(48, per_asset=4, least_visits=3, spread_over=4)
    source, lanes = FakeSource(size), FakeLanes(reject=0, fail=0, part=0)
    if interrupted:
        with pytest.raises(KeyboardInterrupt):
            render(tmp_path / "run", recipe, source, stop_after(interrupted, lanes))
    render(tmp_path / "run", recipe, source, lanes)
    store = open_store(tmp_path / "run")
    outcomes = read_table(store, "outcomes").to_pylist()
    assert sorted((o["index"], o["round"]) for o in outcomes) == [
        (index, number) for index in range(4) for number in range(3)
    ]
    assert {o["quota"] for o in outcomes} == {4}
    assert read_table(store, "pairs").num_rows == 48


@pytest.mark.parametrize("count", [0, 2, 3, 4, 12])
def test_an_interrupted_run_resumes_without_doing_anything_twice(tmp_path, undisturbed, count):
    run = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt, match="the same command goes on from there"):
        render(run, lanes=stop_after(count))
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert_same_rows(run, undisturbed)
    total = read_table(open_store(run), "outcomes").num_rows
    assert len(visits_made(tmp_path / "diary")) == total - count


def test_a_finished_run_is_left_as_it_is(tmp_path):
    render(tmp_path / "run")
    before = {n: (tmp_path / "run" / n).stat().st_mtime_ns for n in files(tmp_path / "run")}
    again = render(tmp_path / "run", lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert again.pairs == 36
    assert not (tmp_path / "diary").exists()
    parts = [n for n in before if n.startswith(("views", "pairs", "rings", "rejected", "outcomes"))]
    assert all((tmp_path / "run" / n).stat().st_mtime_ns == before[n] for n in parts)


@pytest.mark.parametrize("table", ["views", "outcomes"])
def test_a_torn_shard_is_made_again(tmp_path, undisturbed, table):
    run = tmp_path / "run"
    render(run)
    (run / table / "part-00-000001.parquet").unlink()
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert visits_made(tmp_path / "diary") == [(0, 3), (0, 4), (0, 5)]
    assert_same_rows(run, undisturbed)


def test_a_damaged_shard_is_made_again_once_the_ledger_is_gone(tmp_path, undisturbed):
    run = tmp_path / "run"
    render(run)
    part = run / "outcomes" / "part-00-000002.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    (run / "ledger.sqlite").unlink()
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert visits_made(tmp_path / "diary") == [(0, 6), (0, 7), (0, 8)]
    assert_same_rows(run, undisturbed)


def test_a_damaged_spool_file_costs_its_visit_only(tmp_path, undisturbed):
    run = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        render(run, lanes=stop_after(5))
    (spooled, _) = sorted((run / "spool").rglob("*.arrows"))
    spooled.write_bytes(spooled.read_bytes()[:40])
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert visits_made(tmp_path / "diary")[:2] == [(0, 3), (0, 5)]
    assert_same_rows(run, undisturbed)


@pytest.mark.parametrize("count", [7, 99])
@pytest.mark.parametrize("damage", ["unlink", "garbage"])
def test_the_ledger_is_rebuilt_from_the_parts(tmp_path, undisturbed, count, damage):
    run = tmp_path / "run"
    try:
        before = render(run, lanes=stop_after(count))
    except KeyboardInterrupt:
        before = None
    for path in run.glob("ledger.sqlite*"):
        path.unlink()
    if damage == "garbage":
        (run / "ledger.sqlite").write_bytes(b"no database at all" * 300)
    after = render(run)
    assert_same_rows(run, undisturbed)
    if before is not None:
        assert replace(after, seconds=0) == replace(before, seconds=0)


def test_another_recipe_is_refused_with_what_differs(tmp_path):
    render(tmp_path / "run", make_recipe(20))
    with pytest.raises(RecipeChanged) as caught:
        render(tmp_path / "run", make_recipe(30, per_asset=5))
    assert str(caught.value) == (
        f"{tmp_path / 'run'} was made with another recipe: num_pairs 20 → 30, "
        "pairs.per_asset 4 → 5; use another directory or the same options"
    )
    assert caught.value.exit_code == 4


def test_another_machine_setting_is_no_other_recipe(tmp_path):
    render(tmp_path / "run", make_recipe(20, lanes=1))
    recipe = make_recipe(20)
    machine = recipe.machine.model_copy(update={"serial": True, "lanes": 7})
    render(tmp_path / "run", recipe.with_machine(machine))


def test_other_assets_are_refused(tmp_path):
    render(tmp_path / "run", make_recipe(20), FakeSource(40))
    with pytest.raises(RecipeChanged, match="40 assets then, 41 now"):
        render(tmp_path / "run", make_recipe(20), FakeSource(41))


def test_a_second_render_of_the_same_run_is_refused(tmp_path):
    store = open_store(tmp_path / "run")
    store.prepare()
    with (
        run_directory.lock(store),
        pytest.raises(RunBusy, match=f"process {os.getpid()} on .* is working on this run"),
    ):
        render(tmp_path / "run")
    render(tmp_path / "run")


def test_a_file_system_without_locks_is_warned_about(tmp_path, monkeypatch, caplog):
    def no_locks(handle, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(run_directory.fcntl, "flock", no_locks)
    render(tmp_path / "run")
    assert "no locks here" in caplog.text


def test_a_fresh_lock_of_another_host_is_respected_on_a_remote_run(monkeypatch):
    store = open_store(next(NAMES))
    store.prepare()
    monkeypatch.setattr(run_directory.socket, "gethostname", lambda: "elsewhere")
    content = run_directory._whoami()
    monkeypatch.undo()
    storage.write(store, run_directory.LOCK_NAME, content)
    with pytest.raises(RunBusy, match="on elsewhere"):
        render(store.location)
    monkeypatch.setattr(run_directory, "REMOTE_LOCK_PERIOD_S", 0.0)  # an old one isn't
    render(store.location)


def test_a_remote_run_has_the_same_rows_as_a_local_one(undisturbed):
    run = next(NAMES)
    render(run)
    assert_same_rows(run, undisturbed)
    left = open_store(run).names("")
    assert "ledger.sqlite" in left
    assert "spool" not in left
    assert run_directory.LOCK_NAME not in left


def test_a_remote_run_resumes_on_another_machine(undisturbed, tmp_path, monkeypatch):
    run = next(NAMES)
    with pytest.raises(KeyboardInterrupt):
        render(run, lanes=stop_after(7))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    assert visits_made(tmp_path / "diary")[0] == (0, 7)
    assert_same_rows(run, undisturbed)


class FullDisk:
    """Lets so many bytes through to new files, then says that the disk is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._open = Path.open
        disk = self

        def limited(path, mode="r", *args, **kwargs):
            handle = disk._open(path, mode, *args, **kwargs)
            if "x" in mode:
                write = handle.raw.write if hasattr(handle, "raw") else handle.write
                return Limited(handle, disk, write)
            return handle

        monkeypatch.setattr(Path, "open", limited)


class Limited:
    def __init__(self, handle, disk, write):
        self._handle, self._disk, self._write = handle, disk, write

    def write(self, content):
        size = len(memoryview(content).cast("B"))
        self._disk.room -= size
        if self._disk.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._handle.write(content)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._handle.close()

    def __getattr__(self, name):
        return getattr(self._handle, name)


@pytest.mark.parametrize("room", [0, 3_000, 30_000, 100_000, 200_000])
def test_a_full_disk_is_one_clear_line_and_a_rerun_goes_on(
    tmp_path, undisturbed, room, monkeypatch
):
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        FullDisk(patch, room)
        with pytest.raises(StorageError) as caught:
            render(run)
    assert "the disk is full; free some space" in str(caught.value)
    assert str(run) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [name for name in files(run) if ".tmp" in name]
    for name in files(run):
        if name.endswith(".parquet"):
            read_part(open_store(run), name)  # whole, or it would raise
    render(run)
    assert_same_rows(run, undisturbed)


def test_a_place_that_can_not_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="is a file, not a directory"):
        render(tmp_path / "file" / "run")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_is_one_clear_line(tmp_path):
    (tmp_path / "run").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission denied"):
        render(tmp_path / "run")


def test_an_asset_at_which_the_driver_keeps_dying_is_left_out(tmp_path):
    run = tmp_path / "run"
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            render(run, lanes=stop_after(2))
        _pretend_that_the_driver_died_at(run, asset=2)
    render(run, lanes=FakeLanes(diary=str(tmp_path / "diary")))
    outcome = read_table(open_store(run), "outcomes").to_pylist()[2]
    assert (outcome["status"], outcome["code"]) == ("failed", "lane_died")
    assert outcome["asset_uid"] == "asset-000002"
    assert (0, 2) not in visits_made(tmp_path / "diary")


def _pretend_that_the_driver_died_at(run, asset):
    from viewpoint_gen.pipeline.ledger import LaneState, Ledger

    for path in run.glob("spool/*/*"):
        path.unlink()
    ledger = Ledger.open(run / "ledger.sqlite", fingerprint=make_recipe().fingerprint)
    lane = LaneState("serial", "here", 1, 0, 0, asset, FakeSource().uid(asset), 0.0, 0, 0, 0)
    ledger.put_lane(lane)
    ledger.close()


def test_rows_that_break_the_contract_stop_the_run(tmp_path):
    class Generous(FakeLanes):
        def process(self, visit, *, following=None):
            return super().process(replace(visit, quota=visit.quota + 1))

    with pytest.raises(ValueError, match="don't fit the outcome"):
        render(tmp_path / "run", lanes=Generous())


def test_failing_assets_are_in_the_tables(undisturbed):
    tables = rows_of(undisturbed)
    statuses = pa.concat_tables(t for n, t in tables.items() if n.startswith("outcomes"))["status"]
    assert set(statuses.to_pylist()) == set(OutcomeStatus)
