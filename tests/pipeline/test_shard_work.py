"""One shard: its events, its parts, and two lanes that work on it at once."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from farm_fakes import FakeLanes, make_recipe, visits_made

from viewpoint_gen.dataset.rows import Provenance
from viewpoint_gen.dataset.shards import read_part
from viewpoint_gen.pipeline import spool
from viewpoint_gen.pipeline.events import EventKind
from viewpoint_gen.pipeline.plan import Shard
from viewpoint_gen.pipeline.shard_work import Quarantine, work_shard
from viewpoint_gen.pipeline.totals import shard_totals
from viewpoint_gen.records import Visit
from viewpoint_gen.storage import open_store

HEALTHY = Quarantine({}, Provenance("fake", 1, 0, "f" * 16))
SHARD = Shard(0, 7, tuple(Visit(index, 0, quota) for index, quota in enumerate((4, 5, 3, 6))))
PLAIN = FakeLanes(reject=0, fail=0, part=0)


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "run")


def kinds(events):
    return [(event.kind.value, event.index) for event in events]


def test_events_come_in_the_order_of_the_work(store):
    events = list(work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY))
    expected = [(kind, i) for i in range(4) for kind in ("started", "ended")]
    assert kinds(events) == [*expected, ("committed", -1)]
    assert events[1].uid == "asset-000000"
    assert (events[1].status, events[1].pairs, events[1].views) == ("written", 4, 5)
    totals = events[-1].totals
    assert (totals.visits, totals.pairs, totals.views) == (4, 18, 22)
    assert totals.tallies == (("written", "", 4),)
    assert shard_totals(store, 0, 7) == totals


def test_a_visit_whose_end_was_told_is_not_made_again(store, tmp_path):
    lanes = FakeLanes(diary=str(tmp_path / "diary"))
    first = work_shard(SHARD, lanes.process, store, quarantine=HEALTHY)
    for _ in range(4):
        next(first)
    first.close()
    again = list(work_shard(SHARD, lanes.process, store, quarantine=HEALTHY))
    assert kinds(again)[:3] == [("recovered", 0), ("recovered", 1), ("started", 2)]
    assert visits_made(tmp_path / "diary") == [(0, 0), (0, 1), (0, 2), (0, 3)]


def test_nothing_stands_under_a_final_name_before_all_visits_are_done(store, tmp_path):
    for event in work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY):
        names = [store.names(table) for table in spool.SPOOLED_TABLES]
        expected = ["part-00-000007.parquet"] if event.kind is EventKind.COMMITTED else []
        assert names == [expected] * len(spool.SPOOLED_TABLES)
    assert store.names("spool") == []


def test_two_lanes_at_one_shard_do_no_harm(store):
    one = work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY)
    other = work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY)
    last = {}
    for name, lane in (("one", one), ("other", other)) * 9:  # step by step, in turn
        last[name] = next(lane, last.get(name))
    assert last["one"].totals == last["other"].totals
    assert read_part(store, "pairs/part-00-000007.parquet").num_rows == 18


def test_a_lane_that_comes_too_late_to_commit_reads_what_was_committed(store):
    late = work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY)
    for _ in range(8):
        next(late)
    committed = list(work_shard(SHARD, PLAIN.process, store, quarantine=HEALTHY))[-1]
    assert next(late).totals == committed.totals


def test_views_come_in_groups_of_at_most_64_rows_with_plain_pixels(store):
    shard = Shard(0, 0, tuple(Visit(index, 0, 40) for index in range(5)))
    list(work_shard(shard, PLAIN.process, store, quarantine=HEALTHY))
    with store.open("views/part-00-000000.parquet") as handle:
        metadata = pq.ParquetFile(handle).metadata
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [64, 64, 64, 13]
    columns = {groups[0].column(i).path_in_schema: groups[0].column(i) for i in range(20)}
    assert columns["image"].compression == "UNCOMPRESSED"
    assert not columns["image"].is_stats_set
    assert columns["asset_uid"].compression == "ZSTD"
    assert columns["asset_uid"].has_column_index


def test_a_quarantined_asset_is_not_started(store):
    quarantine = Quarantine({2: ("poison", 3)}, HEALTHY.provenance)
    list(work_shard(SHARD, PLAIN.process, store, quarantine=quarantine))
    rows = read_part(store, "outcomes/part-00-000007.parquet").to_pylist()
    assert [row["code"] for row in rows] == ["", "", "lane_died", ""]
    assert rows[2] | {"message": ""} == {
        **dict.fromkeys(rows[2]),
        "asset_uid": "poison",
        "index": 2,
        "round": 0,
        "quota": 3,
        "status": "failed",
        "code": "lane_died",
        "message": "",
        "pairs": 0,
        "views": 0,
        "rejections": 0,
        "triangles": 0,
        "attempts": 3,
        "seconds": 0.0,
        "mended": [],
        "seed": 0,
        "fingerprint": "f" * 16,
    }


def test_memory_stays_flat_however_many_visits_a_shard_has(tmp_path):
    import tracemalloc

    peaks = []
    for visits in (4, 24):
        store = open_store(tmp_path / f"run{visits}")
        shard = Shard(0, 0, tuple(Visit(index, 0, 39) for index in range(visits)))
        lanes = FakeLanes(reject=0, fail=0, part=0, view_bytes=20_000)
        tracemalloc.start()
        list(work_shard(shard, lanes.process, store, quarantine=HEALTHY))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert make_recipe().pairs.assets_per_shard < 24
    assert peaks[1] < 1.5 * peaks[0]
