"""Which asset's rows go into which file, before any file is written.

The unit is an asset: all of its rows stand in one split, and as neighbours. A file holds the rows
of a range of assets in the order in which the run rendered them, so that every file can be made
on its own, from the few parts of the run that hold these assets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.dataset.package.tables import CONFIGS
from viewpoint_gen.dataset.shards import iterate_batches, open_part, part_names
from viewpoint_gen.errors import RunError
from viewpoint_gen.qa.draws import SPLITS, split_of
from viewpoint_gen.storage import Store

MARGIN: Final = 0.8
"""Files are planned smaller than the limit: sizes are known on average only, and of objects with
large images more is asked."""

IMAGE_BUDGET_BYTES: Final = 96 << 20
"""Images that are held in memory while one file of questions is made."""

QUESTION_BYTES: Final = 700
"""A question without its images, as it is stored."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """Where the rows of each asset lie in one table.

    Asset ``assets[i]`` has some in row group ``groups[i]`` of part ``names[parts[i]]``.
    """

    names: tuple[str, ...]
    assets: Ints
    parts: Ints
    groups: Ints

    def holding(self, wanted: Ints) -> dict[str, list[int]]:
        """Part name -> row groups that hold rows of these assets, in order."""
        chosen = np.isin(self.assets, wanted)
        found: dict[str, list[int]] = {}
        pairs = np.unique(np.stack([self.parts[chosen], self.groups[chosen]], axis=1), axis=0)
        for part, group in pairs.tolist():
            found.setdefault(self.names[part], []).append(group)
        return found


@dataclass(frozen=True)
class RunIndex:
    """What the plan needs to know of a run.

    Attributes:
        uids: of all assets with views, in the order in which they were rendered.
        splits: (A,) index into ``SPLITS``.
        rows: config -> (A,) rows of each asset.
        sizes: config -> (A,) bytes of its published rows, about.
        image_bytes: (A,) of all its images together.
        views, pairs: where its rows lie.
    """

    uids: pa.Array
    splits: Ints
    rows: Mapping[str, Ints]
    sizes: Mapping[str, Floats]
    image_bytes: Floats
    views: Places
    pairs: Places

    def numbers_of(self, uids: pa.Array) -> Ints:
        """Positions of assets among ``uids``; -1: not one of them."""
        return _positions(uids, self.uids)

    def members(self, shard: Shard) -> Ints:
        """Numbers of the assets whose rows a file holds."""
        span = np.arange(shard.first, shard.stop)
        return span[self.splits[shard.first : shard.stop] == SPLITS.index(shard.split)]


@dataclass(frozen=True)
class Shard:
    """One file of the package.

    Attributes:
        first, stop: range of asset numbers; the file holds those of its split.
        rows: it will hold.
        expected_bytes: about.
    """

    config: str
    split: str
    number: int
    of: int
    first: int
    stop: int
    rows: int
    expected_bytes: int

    @property
    def name(self) -> str:
        """In the package, as the Hub names such files."""
        return f"{self.config}/{self.split}-{self.number:05d}-of-{self.of:05d}.parquet"


def plan_shards(index: RunIndex, *, max_bytes: int) -> list[Shard]:
    """Every file of the package.

    Args:
        max_bytes: no file is to be larger, unless one asset's rows already are.
    """
    shards = []
    for config in CONFIGS:
        for code, split in enumerate(SPLITS):
            mine = np.flatnonzero((index.splits == code) & (index.rows[config] > 0))
            ranges = _cut(index, config, mine, max_bytes * MARGIN)
            for number, span in enumerate(ranges):
                members = mine[span[0] : span[1]]
                shards.append(
                    Shard(
                        config=config,
                        split=split,
                        number=number,
                        of=len(ranges),
                        first=int(members[0]),
                        stop=int(members[-1]) + 1,
                        rows=int(index.rows[config][members].sum()),
                        expected_bytes=int(index.sizes[config][members].sum()),
                    )
                )
    return shards


def _cut(index: RunIndex, config: str, mine: Ints, most: float) -> list[tuple[int, int]]:
    """Ranges of ``mine`` that fill a file each."""
    sizes, images = index.sizes[config], index.image_bytes
    if len(mine):  # files of about one size, rather than a small last one
        total = float(sizes[mine].sum())
        most = min(most, total / np.ceil(total / most) + float(sizes[mine].max()))
    ranges: list[tuple[int, int]] = []
    start, size, held = 0, 0.0, 0.0
    for place, asset in enumerate(mine.tolist()):
        full = size + sizes[asset] > most
        crowded = config == "qa" and held + images[asset] > IMAGE_BUDGET_BYTES
        if place > start and (full or crowded):
            ranges.append((start, place))
            start, size, held = place, 0.0, 0.0
        size, held = size + sizes[asset], held + images[asset]
    return [*ranges, (start, len(mine))] if len(mine) else ranges


def index_run(store: Store, *, shares: tuple[float, float]) -> RunIndex:
    """Look once through the run, without reading a picture.

    Args:
        shares: of validation and test; for assets that no question is asked about.

    Raises:
        RunError: an asset stands in two splits, or a question shows an asset without views.
    """
    uids, views, per_view = _index_views(store)
    pairs, pair_rows, pair_bytes = _index_pairs(store, uids)
    splits, asked, shown = _index_questions(store, uids)
    splits = _settle(store, uids, splits, shares)
    counts = per_view["rows"]
    mean_image = per_view["image"] / np.maximum(counts, 1)
    rows = {
        "qa": asked,
        "pairs": pair_rows,
        "views": counts.astype(np.int64),
        "assets": np.ones(len(uids), np.int64),
    }
    sizes = {
        "qa": shown * mean_image + asked * QUESTION_BYTES,
        "pairs": pair_rows * pair_bytes,
        "views": per_view["all"],
        "assets": np.full(len(uids), float(QUESTION_BYTES)),
    }
    return RunIndex(uids, splits, rows, sizes, per_view["image"], views, pairs)


def _index_views(store: Store) -> tuple[pa.Array, Places, dict[str, Floats]]:
    """Assets in order, where their views lie, and rows and bytes of each."""
    names = part_names(store, "views")
    found: list[tuple[str, int, int, int, float, float]] = []
    for number, name in enumerate(names):
        with open_part(store, name) as part:
            for group in range(part.metadata.num_row_groups):
                about = part.metadata.row_group(group)
                image, everything = _bytes_per_row(about)
                counted = part.read_row_group(group, columns=["asset_uid"])["asset_uid"]
                for entry in counted.value_counts().to_pylist():
                    count = entry["counts"]
                    found.append(
                        (entry["values"], number, group, count, count * image, count * everything)
                    )
    uids = pa.array(dict.fromkeys(entry[0] for entry in found), pa.string())
    assets = _positions(pa.array([entry[0] for entry in found], pa.string()), uids)
    columns = np.array([entry[1:] for entry in found], dtype=np.float64).reshape(-1, 5)
    places = Places(
        tuple(names), assets, columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
    )
    sums = {
        name: _summed(assets, columns[:, at], len(uids))
        for name, at in (("rows", 2), ("image", 3), ("all", 4))
    }
    return uids, places, sums


def _bytes_per_row(about: pa.lib.RowGroupMetaData) -> tuple[float, float]:
    """Stored bytes of a row's image, and of all that is published of it."""
    columns = [about.column(number) for number in range(about.num_columns)]
    image = sum(c.total_compressed_size for c in columns if c.path_in_schema == "image")
    everything = sum(column.total_compressed_size for column in columns)
    return image / about.num_rows, everything / about.num_rows


def _index_pairs(store: Store, uids: pa.Array) -> tuple[Places, Ints, float]:
    names = part_names(store, "pairs")
    assets, parts, groups, counts = [], [], [], []
    stored = 0
    for number, name in enumerate(names):
        with open_part(store, name) as part:
            for group in range(part.metadata.num_row_groups):
                about = part.metadata.row_group(group)
                stored += sum(
                    about.column(at).total_compressed_size for at in range(about.num_columns)
                )
                values = part.read_row_group(group, columns=["asset_uid"])["asset_uid"]
                counted = values.value_counts()
                assets.append(_known(counted.field("values"), uids, "a pair"))
                counts.append(counted.field("counts").to_numpy())
                parts.append(np.full(len(counted), number))
                groups.append(np.full(len(counted), group))
    every = _joined(assets)
    rows = np.bincount(every, weights=_joined(counts), minlength=len(uids)).astype(np.int64)
    places = Places(tuple(names), every, _joined(parts), _joined(groups))
    return places, rows, stored / max(int(rows.sum()), 1)


def _index_questions(store: Store, uids: pa.Array) -> tuple[Ints, Ints, Ints]:
    """Of each asset: its split by the questions (-1: none), questions at home there, and images."""
    splits = np.full(len(uids), -1)
    asked, shown = np.zeros(len(uids), np.int64), np.zeros(len(uids), np.int64)
    columns = ("split", "asset_uids", "image_ids")
    for batch in iterate_batches(store, "qa", columns=columns, rows=8192):
        codes = pc.index_in(batch["split"], pa.array(SPLITS)).to_numpy(zero_copy_only=False)
        home = homes_of(batch["asset_uids"], uids)
        lengths = pc.list_value_length(batch["asset_uids"]).to_numpy()
        every = _known(batch["asset_uids"].flatten(), uids, "a question")
        _place(splits, every, np.repeat(codes, lengths), uids)
        asked += np.bincount(home, minlength=len(uids))
        images = pc.list_value_length(batch["image_ids"]).to_numpy()
        shown += np.bincount(home, weights=images, minlength=len(uids)).astype(np.int64)
    return splits, asked, shown


def homes_of(asset_uids: pa.Array, uids: pa.Array) -> Ints:
    """The asset of each question's first image: with its rows the question is stored.

    Raises:
        RunError: a question names an asset that has no views.
    """
    return _known(pc.list_element(asset_uids, 0), uids, "a question")


def _known(values: pa.Array, uids: pa.Array, what: str) -> Ints:
    """Numbers of assets that must have views."""
    numbers = _positions(values, uids)
    if (numbers < 0).any():
        lost = values[int(np.argmin(numbers))].as_py()
        msg = f"{what} is about asset {lost}, which has no views; `viewgen verify` says more"
        raise RunError(msg)
    return numbers


def _place(splits: Ints, assets: Ints, codes: Ints, uids: pa.Array) -> None:
    """Note each asset's split, and refuse a second one."""
    splits[assets] = np.where(splits[assets] < 0, codes, splits[assets])
    wrong = splits[assets] != codes
    if wrong.any():
        uid = uids[int(assets[np.argmax(wrong)])].as_py()
        msg = f"asset {uid} has questions in two splits; ask again with `viewgen qa`"
        raise RunError(msg)


def _settle(store: Store, uids: pa.Array, splits: Ints, shares: tuple[float, float]) -> Ints:
    """A split for assets without a question: that of a copy of the same mesh, else drawn alike."""
    shapes = dict(zip(uids.to_pylist(), uids.to_pylist(), strict=True))
    for batch in iterate_batches(store, "rings", columns=("asset_uid", "shape_key")):
        for uid, shape in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if uid in shapes and shape:
                shapes[uid] = shape
    names = list(shapes.values())
    known = {name: code for name, code in zip(names, splits.tolist(), strict=True) if code >= 0}
    drawn = split_of(names, validation_share=shares[0], test_share=shares[1])
    codes = [
        known.get(name, SPLITS.index(str(own))) for name, own in zip(names, drawn, strict=True)
    ]
    return np.array(codes, np.int64)


def _summed(assets: Ints, weights: Floats, count: int) -> Floats:
    return np.bincount(assets, weights=weights, minlength=count).astype(np.float64)


def _positions(values: pa.Array, among: pa.Array) -> Ints:
    found = pc.fill_null(pc.index_in(values, among), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def _joined(pieces: list[NDArray[np.int64]]) -> Ints:
    return np.concatenate([*pieces, np.zeros(0, np.int64)]).astype(np.int64)
