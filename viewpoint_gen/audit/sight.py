"""Every view that is asked about, in numbers; pictures are decoded a batch at a time."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tqdm import tqdm

from viewpoint_gen.audit.pictures import PICTURE_NAMES, Outline, outline_of, picture_numbers
from viewpoint_gen.audit.table import Numbers, Table
from viewpoint_gen.dataset.shards import iterate_batches
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.storage import Store

_CAMERA_COLUMNS: Final = {
    "elevation_rad": "elevation",
    "pitch_rad": "pitch",
    "roll_rad": "roll",
    "bearing_right_rad": "bearing right",
    "bearing_down_rad": "bearing down",
    "distance": "distance",
    "azimuth_rad": "azimuth",
    "heading_rad": "heading",
    "focal_px": "focal length",
    "mask_share": "mask share",
    "in_frame_share": "share in frame",
}

CAMERA_NAMES: Final = (*_CAMERA_COLUMNS.values(), "side of the object", "kind of backdrop")
"""The exact camera of one view: more than any reader of one picture could make out.

Not by how much the object itself was turned since its first picture: nothing in a picture tells.
"""

_READ: Final = ("view_id", "image", "mask", "front_azimuth_rad", "backdrop", *_CAMERA_COLUMNS)

_BACKDROPS: Final = ("transparent", "solid", "ground", "hdri")


@dataclass(frozen=True)
class Sight:
    """The views in numbers.

    Attributes:
        place: of each view_id in the tables.
        pictures: what can be computed from the pixels and the mask.
        cameras: the exact camera.
        outlines: by view_id, of views in which something is marked.
    """

    place: dict[str, int]
    pictures: Table
    cameras: Table
    outlines: Mapping[str, Outline] = field(default_factory=dict)

    def places(self, view_ids: NDArray[np.str_]) -> NDArray[np.int64]:
        """(N,) rows of some views."""
        return np.array([self.place[view_id] for view_id in view_ids.tolist()], dtype=np.int64)

    def of(self, view_ids: Collection[str]) -> Sight:
        """Some views only."""
        chosen = sorted(view_ids)
        places = self.places(np.array(chosen))
        place = {view_id: row for row, view_id in enumerate(chosen)}
        outlines = {
            view_id: self.outlines[view_id] for view_id in chosen if view_id in self.outlines
        }
        return Sight(place, self.pictures.rows(places), self.cameras.rows(places), outlines)


def read_sight(
    store: Store, view_ids: Collection[str], outlined: Collection[str] = frozenset()
) -> Sight:
    """Work out the numbers of some views of a run.

    Args:
        outlined: those of them whose outlines are kept, too.

    Raises:
        RunIncomplete: a view isn't there.
        StorageError: a picture can't be decoded.
    """
    found: list[str] = []
    pictures: list[Numbers] = []
    cameras: list[Numbers] = []
    outlines: dict[str, Outline] = {}
    wanted = set(view_ids)
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=len(wanted), desc="pictures", unit="view", disable=None) as bar,
    ):
        for batch in iterate_batches(store, "views", columns=_READ):
            names = batch.column("view_id").to_pylist()
            batch = batch.filter(pa.array([name in wanted for name in names], pa.bool_()))
            columns = (batch.column(name).to_pylist() for name in ("view_id", "image", "mask"))
            pictures += pool.map(_decoded, *columns)
            for view_id, mask in zip(
                *(batch.column(name) for name in ("view_id", "mask")), strict=True
            ):
                if view_id.as_py() in outlined:
                    outlines[view_id.as_py()] = outline_of(mask.as_py())
            found += batch.column("view_id").to_pylist()
            cameras.append(_camera_numbers(batch))
            bar.update(batch.num_rows)
    missing = wanted.difference(found)
    if missing:
        msg = (
            f"{store.location}: {len(missing)} views that questions show are not in views/, "
            f"{min(missing)} for one; `viewgen verify` says what else is wrong"
        )
        raise RunIncomplete(msg)
    return Sight(
        place={view_id: place for place, view_id in enumerate(found)},
        pictures=Table(np.stack(pictures), PICTURE_NAMES),
        cameras=Table(np.concatenate(cameras), CAMERA_NAMES),
        outlines=outlines,
    )


def _decoded(view_id: str, image: bytes, mask: bytes) -> Numbers:
    try:
        return picture_numbers(image, mask)
    except (OSError, ValueError) as error:
        msg = (
            f"{view_id}: its picture or mask can't be decoded ({error}); `viewgen verify` says more"
        )
        raise StorageError(msg) from error


def _camera_numbers(batch: pa.RecordBatch) -> Numbers:
    """(N, C) in the order of ``CAMERA_NAMES``; nan where a number is undefined."""
    columns = [_column(batch, name) for name in _CAMERA_COLUMNS]
    side = _column(batch, "azimuth_rad") - _column(batch, "front_azimuth_rad")
    kinds = [_BACKDROPS.index(kind) for kind in batch.column("backdrop").to_pylist()]
    return np.stack([*columns, np.mod(side, 2 * np.pi), kinds], axis=1).astype(np.float32)


def _column(batch: pa.RecordBatch, name: str) -> NDArray[np.float64]:
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
