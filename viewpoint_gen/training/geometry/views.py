"""A run's views as the tower is taught with them: small pictures, depth, cameras, in one folder.

Read once from the run and kept as plain arrays that are mapped into memory, so that a million
views cost no more of it than a thousand.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from viewpoint_gen.dataset.images import decode_depth, decode_picture
from viewpoint_gen.dataset.questions import question_parts
from viewpoint_gen.dataset.shards import count_rows, iterate_batches, read_part
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.storage import Store, open_store, write

DEPTH_SIDE: Final = 144
"""Points in each direction at which depth is kept: a few for each patch of a second look."""

_COLUMNS: Final = (
    "view_id",
    "asset_uid",
    "anchor_id",
    "image",
    "mask",
    "depth",
    "depth_near",
    "depth_far",
    "world_from_camera",
    "intrinsics",
    "object_turn_rad",
    "backdrop",
    "width_px",
    "height_px",
)
_ABOUT: Final = "about.json"
_MAPPED: Final = (
    "images",
    "depth",
    "on_object",
    "world_from_camera",
    "intrinsics",
    "object_turn_rad",
    "far_is_seen",
    "anchor",
)


@dataclass(frozen=True)
class TowerViews:
    """All views of a run.

    Attributes:
        images: (N, S, S, 3) sRGB; whatever shape the rendered image has, it is made square.
        depth: (N, D, D) z-depth in world units at the middles of D x D equal parts; inf where
            nothing is hit.
        on_object: (N, D, D) whether the object is seen there.
        world_from_camera: (N, 4, 4), OpenCV axes.
        intrinsics: (N, 3, 3) for an image whose width and height are both 1.
        object_turn_rad: (N,) of the object about the vertical.
        far_is_seen: (N,) whether what is infinitely far has a look of its own (an environment
            picture, not a plain colour).
        anchor: (N,) number of the anchor that a view belongs to: pairs are made of its views.
        split: (N,) 0 train, 1 validation, 2 test, -1 asked about nowhere.
    """

    images: NDArray[np.uint8]
    depth: NDArray[np.float32]
    on_object: Bools
    world_from_camera: Array
    intrinsics: Array
    object_turn_rad: Array
    far_is_seen: Bools
    anchor: Indices
    split: Indices

    def pairs(self, split: int) -> Indices:
        """Ordered pairs (P, 2) of different views of one anchor, in a split."""
        rows = np.flatnonzero(self.split == split)
        rows = rows[np.argsort(self.anchor[rows], kind="stable")]
        ends = np.flatnonzero(np.diff(self.anchor[rows], append=-1)) + 1
        found = [np.empty((0, 2), dtype=np.int64)]
        for start, end in zip(np.r_[0, ends][: len(ends)], ends, strict=True):
            one, two = np.meshgrid(rows[start:end], rows[start:end], indexing="ij")
            found.append(np.stack([one[one != two], two[one != two]], axis=1))
        return np.concatenate(found)


SPLITS: Final = {"train": 0, "validation": 1, "test": 2}


def tower_views(store: Store, folder: Path, *, image_px: int) -> TowerViews:
    """A run's views from ``folder``, where they are put the first time.

    Args:
        image_px: side of the pictures.

    Raises:
        RunIncomplete: the run has no questions yet (they say which assets are for training), or
            its views hold no depth.
    """
    split_of = _splits(store)
    count = count_rows(store, "views")
    about = {"run": store.location, "views": count, "image_px": image_px, "depth": DEPTH_SIDE}
    if not _holds(folder, about):
        _write(store, folder, count, image_px=image_px)
        write(open_store(folder), _ABOUT, json.dumps(about).encode())
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _MAPPED}
    uids = json.loads((folder / "uids.json").read_text())
    split = np.array([SPLITS.get(split_of.get(uid, ""), -1) for uid in uids])
    return TowerViews(**arrays, split=split)


def _holds(folder: Path, about: Mapping[str, Any]) -> bool:
    try:
        return bool(json.loads((folder / _ABOUT).read_text()) == about)
    except (OSError, ValueError):
        return False


def _splits(store: Store) -> dict[str, str]:
    """Each asset's split; copies of one mesh share theirs."""
    found: dict[str, str] = {}
    for name in question_parts(store):
        part = read_part(store, name, columns=["asset_uids", "split"])
        for uids, split in zip(
            part["asset_uids"].to_pylist(), part["split"].to_pylist(), strict=True
        ):
            found.update(dict.fromkeys(uids, split))
    return found


def _write(store: Store, folder: Path, count: int, *, image_px: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shapes: dict[str, tuple[Any, tuple[int, ...]]] = {
        "images": (np.uint8, (count, image_px, image_px, 3)),
        "depth": (np.float32, (count, DEPTH_SIDE, DEPTH_SIDE)),
        "on_object": (np.bool_, (count, DEPTH_SIDE, DEPTH_SIDE)),
        "world_from_camera": (np.float64, (count, 4, 4)),
        "intrinsics": (np.float64, (count, 3, 3)),
        "object_turn_rad": (np.float64, (count,)),
        "far_is_seen": (np.bool_, (count,)),
        "anchor": (np.int64, (count,)),
    }
    arrays = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, shape)
        for name, (dtype, shape) in shapes.items()
    }
    anchors: dict[str, int] = {}
    uids = []
    rows = tqdm(_rows(store), total=count, desc="reading views", unit="view", disable=None)
    for place, row in enumerate(rows):
        if row["depth"] is None:
            msg = f"{store.location}: view {row['view_id']} has no depth; the tower learns from it"
            raise RunIncomplete(msg)
        for name, value in _taught(row, image_px).items():
            arrays[name][place] = value
        arrays["anchor"][place] = anchors.setdefault(row["anchor_id"], len(anchors))
        uids.append(row["asset_uid"])
    for array in arrays.values():
        array.flush()
    (folder / "uids.json").write_text(json.dumps(uids))


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    for batch in iterate_batches(store, "views", columns=_COLUMNS):
        yield from batch.to_pylist()


def _taught(row: Mapping[str, Any], image_px: int) -> dict[str, Any]:
    """One view's arrays."""
    width, height = row["width_px"], row["height_px"]
    picture = Image.fromarray(decode_picture(row["image"])).convert("RGB")
    depth = decode_depth(row["depth"], row["depth_near"], row["depth_far"])
    with Image.open(io.BytesIO(row["mask"])) as mask:
        seen = np.asarray(mask) > 127
    at = np.ix_(middles(height, DEPTH_SIDE), middles(width, DEPTH_SIDE))
    unit = np.diag([1.0 / width, 1.0 / height, 1.0])
    return {
        "images": np.asarray(picture.resize((image_px, image_px), Image.Resampling.BILINEAR)),
        "depth": depth[at],
        "on_object": seen[at],
        "world_from_camera": np.array(row["world_from_camera"]),
        "intrinsics": unit @ np.array(row["intrinsics"]),
        "object_turn_rad": row["object_turn_rad"],
        "far_is_seen": row["backdrop"] == "hdri",
    }


def middles(length: int, parts: int) -> Indices:
    """Of so many points in a row, those nearest to the middles of equal parts."""
    return ((np.arange(parts) + 0.5) / parts * length).astype(np.int64)
