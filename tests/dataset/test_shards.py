"""Parquet parts: the same bytes however the rows came, and no half file."""

from __future__ import annotations

import errno
import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewpoint_gen.dataset.schema import OUTCOMES, PAIRS, VIEWS
from viewpoint_gen.dataset.shards import (
    PartWriter,
    count_rows,
    count_values,
    create_part,
    iterate_batches,
    open_part,
    parse_part_name,
    part_name,
    part_names,
    read_part,
    read_table,
)
from viewpoint_gen.errors import StorageError
from viewpoint_gen.storage import open_store, sha256


def views(count: int) -> pa.Table:
    rows = [{"view_id": f"v{i}", "image": bytes([i % 256]) * 300, "round": i} for i in range(count)]
    return pa.Table.from_pylist(rows, schema=VIEWS)


def write_views(store, name, tables):
    with create_part(store, name, VIEWS) as part:
        for table in tables:
            part.write(table)


@settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, 200), max_size=6))
def test_how_rows_are_handed_over_leaves_no_trace(cuts):
    store = open_store("memory://cuts")
    table = views(200)
    edges = [0, *sorted(cuts), 200]
    pieces = [table.slice(a, b - a) for a, b in itertools.pairwise(edges)]
    write_views(store, "views/one.parquet", [table])
    write_views(store, "views/other.parquet", pieces)
    assert sha256(store, "views/one.parquet") == sha256(store, "views/other.parquet")
    assert read_part(store, "views/other.parquet").equals(table)


def test_row_groups_hold_64_views(tmp_path):
    store = open_store(tmp_path)
    write_views(store, "views/a.parquet", [views(150)])
    with open_part(store, "views/a.parquet") as part:
        groups = [part.metadata.row_group(i).num_rows for i in range(part.num_row_groups)]
        assert part.schema_arrow.metadata == VIEWS.metadata
    assert groups == [64, 64, 22]


def test_an_empty_table_is_a_part_too(tmp_path):
    store = open_store(tmp_path)
    write_views(store, "views/a.parquet", [])
    assert read_part(store, "views/a.parquet").equals(VIEWS.empty_table())


def test_other_columns_are_refused_and_leave_nothing(tmp_path):
    store = open_store(tmp_path)
    with pytest.raises(ValueError, match="expected the columns"):
        write_views(store, "views/a.parquet", [PAIRS.empty_table()])
    assert store.names("views") == []


@pytest.mark.parametrize("room", [0, 3, 5_000, 30_000])
def test_a_full_disk_is_told_and_the_writer_lets_go(room):
    class Full:
        left = room

        def write(self, content):
            self.left -= len(content)
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return len(content)

        def flush(self):
            pass

    writer = None
    with pytest.raises(StorageError, match="can't write here: the disk is full"):
        writer = PartWriter(Full(), VIEWS, "here")
        writer.write(views(100))
        writer.finish()
    if writer is not None:
        writer.abandon()


def test_a_truncated_part_is_explained(tmp_path):
    store = open_store(tmp_path)
    write_views(store, "views/a.parquet", [views(10)])
    path = tmp_path / "views" / "a.parquet"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(StorageError, match=r"a\.parquet: not a whole Parquet file"):
        read_part(store, "views/a.parquet")


def test_part_names_sort_as_the_plan_does():
    keys = [(0, 0), (0, 9), (0, 10), (0, 123_456), (1, 0), (11, 2)]
    names = [part_name(*key) for key in keys]
    assert names == sorted(names)
    assert [parse_part_name(name) for name in names] == keys
    assert parse_part_name("notes.parquet") is None


def test_tables_are_read_in_order_and_by_column(tmp_path):
    store = open_store(tmp_path)
    write_views(store, "views/part-00-000001.parquet", [views(3)])
    write_views(store, "views/part-00-000000.parquet", [views(70)])
    assert part_names(store, "views")[0] == "views/part-00-000000.parquet"
    rounds = [*range(70), *range(3)]
    assert read_table(store, "views", columns=["round"])["round"].to_pylist() == rounds
    batches = list(iterate_batches(store, "views", columns=["round"], rows=32))
    assert [n for batch in batches for n in batch["round"].to_pylist()] == rounds
    assert max(batch.num_rows for batch in batches) <= 32
    assert count_rows(store, "views") == 73
    assert count_rows(store, "pairs") == 0
    assert read_table(store, "pairs").equals(PAIRS.empty_table())


def test_values_are_counted_in_combination():
    rows = [{"status": "failed", "code": c} for c in "bab"] + [{"status": "written", "code": ""}]
    table = pa.Table.from_pylist(rows, schema=OUTCOMES)
    counted = {("failed", "a"): 1, ("failed", "b"): 2, ("written", ""): 1}
    assert count_values(table, ("status", "code")) == counted
