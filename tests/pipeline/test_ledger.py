"""The ledger's own promises."""

from __future__ import annotations

import sqlite3

import pytest

from viewpoint_gen.errors import StorageError
from viewpoint_gen.pipeline.ledger import LaneState, Ledger
from viewpoint_gen.pipeline.totals import ShardTotals, by_topic

TOTALS = ShardTotals(2, 7, 9, 1.5, (("failed", "import_failed", 1), ("written", "", 1)))


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.sqlite", fingerprint="f")
    yield ledger
    ledger.close()


def lane(name, **changes):
    values = {"host": "h", "pid": 1, "round": 0, "number": 3, "asset": 5, "uid": "a"}
    values |= {"heartbeat": 0.0, "visits": 0, "pairs": 0, "views": 0}
    return LaneState(name=name, **(values | changes))


def shards(ledger):
    with sqlite3.connect(ledger.path) as connection:
        found = connection.execute("SELECT number, state, holder, attempts FROM shards").fetchall()
    connection.close()
    return found


def test_a_shard_goes_from_lease_to_done(ledger):
    ledger.lease((0, 3), "lane-1")
    ledger.put_lane(lane("lane-1"))
    assert shards(ledger) == [(3, "leased", "lane-1", 1)]
    ledger.release((0, 3), "lane-1")
    assert shards(ledger) == [(3, "free", "", 1)]
    assert ledger.lanes() == []
    ledger.lease((0, 3), "lane-2")
    ledger.finish((0, 3), TOTALS, "lane-2")
    assert shards(ledger) == [(3, "done", "lane-2", 2)]
    assert ledger.done() == {(0, 3)}


def test_sums_are_of_finished_shards_and_of_some_rounds(ledger):
    ledger.lease((0, 1), "lane-1")
    for key in ((0, 0), (1, 0), (2, 5)):
        ledger.finish(key, TOTALS)
    everything = ledger.sums()
    assert (everything.shards, everything.visits, everything.pairs) == (3, 6, 21)
    assert everything.seconds == 4.5
    assert ledger.sums(1, 1).pairs == 7
    assert ledger.sums(last_round=1).pairs == 14
    assert by_topic(ledger.tallies()) == {"failed": {"import_failed": 3}, "written": {"": 3}}


def test_finishing_twice_counts_once(ledger):
    ledger.finish((0, 0), TOTALS)
    ledger.finish((0, 0), TOTALS)
    assert ledger.sums().pairs == 7
    ledger.forget([(0, 0)])
    assert ledger.sums().pairs == 0
    assert ledger.tallies() == []


def test_strikes_add_up_by_kind(ledger):
    ledger.strike_lane(4, "uid")
    ledger.strike_lane(4, "uid")
    ledger.strike_driver(4, "uid")
    found = ledger.strikes()[4]
    assert (found.uid, found.lane_deaths, found.driver_deaths) == ("uid", 2, 1)


def test_clearing_lanes_frees_their_shards(ledger):
    ledger.lease((0, 3), "lane-1")
    ledger.put_lane(lane("lane-1"))
    ledger.put_lane(lane("lane-1", visits=2))
    assert ledger.lanes() == [lane("lane-1", visits=2)]
    ledger.clear_lanes()
    assert ledger.lanes() == []
    assert shards(ledger) == [(3, "free", "", 1)]


def test_facts_are_any_json(ledger):
    assert ledger.fact("x") is None
    ledger.set_fact("x", {"a": [1, None]})
    assert ledger.fact("x") == {"a": [1, None]}


def test_what_is_written_outlives_the_process(ledger, tmp_path):
    ledger.finish((0, 0), TOTALS)
    other = Ledger.open_to_read(tmp_path / "ledger.sqlite")
    assert other.sums().pairs == 7
    with pytest.raises(StorageError):
        other.set_fact("x", 1)
    other.close()


def test_a_copy_is_whole_while_the_ledger_is_in_use(ledger, tmp_path):
    ledger.finish((0, 0), TOTALS)
    ledger.copy_to(tmp_path / "copy.sqlite")
    copy = Ledger.open_to_read(tmp_path / "copy.sqlite")
    assert copy.sums() == ledger.sums()
    copy.close()


def test_a_ledger_of_other_rows_is_started_anew(tmp_path):
    first = Ledger.open(tmp_path / "ledger.sqlite", fingerprint="f")
    first.finish((0, 0), TOTALS)
    first.close()
    second = Ledger.open(tmp_path / "ledger.sqlite", fingerprint="g")
    assert second.done() == set()
    second.close()


def test_no_ledger_can_be_read_where_there_is_none(tmp_path):
    assert Ledger.open_to_read(tmp_path / "ledger.sqlite") is None
    (tmp_path / "ledger.sqlite").write_bytes(b"garbage" * 500)
    assert Ledger.open_to_read(tmp_path / "ledger.sqlite") is None


def test_a_ledger_that_can_not_be_made_is_one_clear_line(tmp_path):
    with pytest.raises(StorageError, match=r"can't write .*ledger\.sqlite: .*no such directory"):
        Ledger.open(tmp_path / "nowhere" / "ledger.sqlite", fingerprint="f")
