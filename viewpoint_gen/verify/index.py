"""What is kept in memory of views and pairs, so that later rows can be held against them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.columns import VIEW_NUMBERS
from viewpoint_gen.verify.reading import Keys

VIEW_RECORD: Final = np.dtype(
    [
        ("key", "u8"),
        *((name, "u8") for name in ("asset_uid", "anchor_id", "image_sha256")),
        *((name, "u8") for name in ("backdrop", "category", "licence", "move", "lighting")),
        *((name, "u8") for name in ("surface_points", "part")),
        ("world_from_camera", "f8", (4, 4)),
        ("intrinsics", "f8", (3, 3)),
        *((name, "f8") for name in VIEW_NUMBERS),
        *((name, "f8") for name in ("front_azimuth_rad", "mask_share", "in_frame_share")),
        ("width_px", "i4"),
        ("height_px", "i4"),
    ]
)
"""One view in 400 bytes; texts and packed points as 64-bit keys; ``part`` is its file's name."""

PAIR_RECORD: Final = np.dtype(
    [
        *((name, "u8") for name in ("key", "reverse_id", "asset_uid")),
        *((name, "u8") for name in ("view_id_1", "view_id_2", "seen_in_1", "seen_in_2")),
        ("part", "u8"),
        *((name, "f8") for name in ("overlap_12", "overlap_21")),
    ]
)


@dataclass(frozen=True)
class Index:
    """Records sorted by key."""

    records: NDArray[Any]

    @classmethod
    def of(cls, pieces: Iterable[NDArray[Any]], dtype: np.dtype[Any]) -> Index:
        """Join records of many files."""
        joined = np.concatenate([np.empty(0, dtype), *pieces])
        return cls(joined[np.argsort(joined["key"], kind="stable")])

    def find(self, wanted: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return where each key is, and whether it is; 0 where it isn't."""
        if not len(self.records):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
        where = np.searchsorted(self.records["key"], wanted)
        where = np.minimum(where, len(self.records) - 1)
        return where, np.asarray(self.records["key"][where] == wanted)

    def has(self, wanted: Keys) -> NDArray[np.bool_]:
        """Say which keys are there."""
        return self.find(wanted)[1]

    def take(self, where: NDArray[np.int64], found: NDArray[np.bool_]) -> NDArray[Any]:
        """Return one record per row; where not found, texts are 0 and numbers nan."""
        if not len(self.records):
            return _blank(len(where), self.records.dtype)
        taken = self.records[where]
        taken[~found] = _blank(1, self.records.dtype)[0]
        return taken


def _blank(count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    blank = np.zeros(count, dtype)
    for name in dtype.names or ():
        if dtype[name].base.kind == "f":
            blank[name] = np.nan
    return blank
