"""The rows of one file of the package, row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.dataset.package.pictures import Pictures, pictures_of
from viewpoint_gen.dataset.package.plan import Places, RunIndex, Shard
from viewpoint_gen.dataset.package.shard_file import (
    GROUP_BYTES,
    PLAIN_ROWS_PER_GROUP,
    ROWS_PER_GROUP,
)
from viewpoint_gen.dataset.package.tables import (
    published_questions,
    published_rows,
    published_views,
)
from viewpoint_gen.dataset.shards import PIXEL_COLUMNS, open_part
from viewpoint_gen.qa.draws import keys_of
from viewpoint_gen.storage import Store

ASSETS_NAME: Final = "assets.parquet"


@dataclass(frozen=True)
class Packing:
    """What the rows of every file are made from.

    Attributes:
        schemas: of the published tables, by config.
        encoding: of images into which marks are drawn.
    """

    store: Store
    index: RunIndex
    schemas: Mapping[str, pa.Schema]
    encoding: StoreConfig

    def groups(self, shard: Shard) -> Iterator[pa.Table]:
        """The row groups of a file without questions."""
        if shard.config == "views":
            yield from self._of_views(shard)
        elif shard.config == "pairs":
            yield from self._of_pairs(shard)
        else:
            yield from self._of_assets(shard)

    def mixed(self, rows: pa.Table) -> tuple[pa.Table, Pictures]:
        """The questions of a file in another order, with all that they show.

        Neighbours in the run ask about the same pair; mixed by their ids, any stretch of a file
        shows all families, for whoever reads it as a stream or looks at its first page.
        """
        order = np.argsort(keys_of(0, "published order", rows["id"].to_pylist()), kind="stable")
        rows = rows.take(order)
        return rows, pictures_of(rows, self.store, self.index, self.encoding)

    def question_groups(self, rows: pa.Table, pictures: Pictures) -> Iterator[pa.Table]:
        """The row groups of a file of questions."""
        for start, stop in cut_groups(pictures.row_bytes(), ROWS_PER_GROUP):
            images = pictures.of_rows(start, stop)
            yield published_questions(rows.slice(start, stop - start), images, self.schemas["qa"])

    def _of_views(self, shard: Shard) -> Iterator[pa.Table]:
        schema = self.schemas["views"]
        columns = [*(name for name in schema.names if name != "split")]
        rows = self._rows(self.index.views, shard, columns)
        for group in _regrouped(rows, ROWS_PER_GROUP):
            yield published_views(group, schema, shard.split)

    def _of_pairs(self, shard: Shard) -> Iterator[pa.Table]:
        for group in _regrouped(self._rows(self.index.pairs, shard, None), PLAIN_ROWS_PER_GROUP):
            yield published_rows(group, self.schemas["pairs"], shard.split)

    def _of_assets(self, shard: Shard) -> Iterator[pa.Table]:
        uids = self.index.uids.take(pa.array(self.index.members(shard)))
        with open_part(self.store, ASSETS_NAME) as part:
            batches = part.iter_batches(batch_size=PLAIN_ROWS_PER_GROUP)
            rows = (_only(pa.Table.from_batches([batch]), uids) for batch in batches)
            for group in _regrouped(rows, PLAIN_ROWS_PER_GROUP):
                yield published_rows(group, self.schemas["assets"], shard.split)

    def _rows(self, places: Places, shard: Shard, columns: list[str] | None) -> Iterator[pa.Table]:
        """The rows of a file's assets, in the run's order."""
        members = self.index.members(shard)
        uids = self.index.uids.take(pa.array(members))
        for name, groups in places.holding(members).items():
            with open_part(self.store, name) as part:
                for group in groups:
                    yield _only(part.read_row_group(group, columns=columns), uids)


def cut_groups(row_bytes: NDArray[np.int64], most_rows: int) -> list[tuple[int, int]]:
    """Ranges of rows that make a row group each: few enough, and small enough."""
    ranges = []
    start, held = 0, 0
    for row, size in enumerate(row_bytes.tolist()):
        if row > start and (row - start == most_rows or held + size > GROUP_BYTES):
            ranges.append((start, row))
            start, held = row, 0
        held += size
    return [*ranges, (start, len(row_bytes))] if len(row_bytes) else []


def _only(rows: pa.Table, uids: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows["asset_uid"], uids))


def _regrouped(tables: Iterator[pa.Table], most_rows: int) -> Iterator[pa.Table]:
    """The same rows in row groups of full size; how they were cut before leaves no trace."""
    waiting: pa.Table | None = None
    for table in tables:
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        *full, last = cut_groups(_pixel_bytes(waiting), most_rows) or [(0, 0)]
        for start, stop in full:
            yield waiting.slice(start, stop - start).combine_chunks()
        waiting = waiting.slice(last[0]).combine_chunks()
    if waiting is not None and waiting.num_rows:
        yield waiting


def _pixel_bytes(rows: pa.Table) -> NDArray[np.int64]:
    total = np.zeros(rows.num_rows, np.int64)
    for name in PIXEL_COLUMNS.intersection(rows.column_names):
        lengths = pc.fill_null(pc.binary_length(rows[name]), 0)
        total += lengths.to_numpy().astype(np.int64)
    return total
