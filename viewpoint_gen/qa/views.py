"""The views behind a block of pairs, once each, and what lies between any two of them.

A pairs table holds whole assets, so that it also knows every view of a visit: its camera, its
backdrop and the points that it shows. Families that ask about more than two images **gather** their
items from these views. What lies between two of them comes as rows of the ``pairs`` schema, so that
facts, gates, lookalikes and displacements are worked out as they are for pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from viewpoint_gen.geometry.frames import Array, Bools, Indices, wrap_each_rad
from viewpoint_gen.geometry.relative import ViewGeometry, field_names
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Splits
from viewpoint_gen.qa.facts import matrices_of, numbers_of
from viewpoint_gen.records import STATIC_BACKDROPS, visit_of

_NUMBERS: Final = field_names(ViewGeometry)
_DECIDING: Final = (
    "view_id",
    *_NUMBERS,
    "mask_share",
    "in_frame_share",
    "world_from_camera",
    "intrinsics",
)
_OWN: Final = (*_DECIDING, "surface_points", "image_sha256")
_SHARED: Final = ("asset_uid", "category", "licence", "backdrop", "width_px", "height_px")
_FRONT: Final = "front_azimuth_rad"


@dataclass(frozen=True)
class Visit:
    """The views of one visit to an asset: one object before one backdrop.

    Attributes:
        name: "uid.round".
        rows: (V,) of the views in ``Views``, in the order of the pairs.
    """

    name: str
    rows: Indices


@dataclass(frozen=True)
class Views:
    """V views of a block, and the pairs that were made of them.

    Attributes:
        table: one row per view; columns named as in ``views``.
        splits: (V,) "train", "validation" or "test".
        pair_codes: sorted codes ``one * V + two`` of the pairs.
        overlaps: (P, 2) of these pairs, ``overlap_12`` and ``overlap_21``.
    """

    table: pa.Table
    splits: Splits
    pair_codes: NDArray[np.int64]
    overlaps: Array

    @classmethod
    def of(cls, pairs: pa.Table, splits: Splits) -> Views:
        """Read both sides of every pair.

        Args:
            splits: of each pair.
        """
        sides = pa.concat_tables([_side(pairs, 1), _side(pairs, 2)])
        names = sides.column("view_id").combine_chunks().dictionary_encode()
        codes = np.asarray(names.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        first = np.unique(codes, return_index=True)[1]
        one, two = codes.reshape(2, -1)
        pair_codes = one * len(first) + two
        order = np.argsort(pair_codes, kind="stable")
        overlaps = np.stack([numbers_of(pairs, f"overlap_{way}") for way in ("12", "21")], axis=1)
        return cls(
            table=sides.take(pa.array(first)).combine_chunks(),
            splits=splits[first % len(one)],
            pair_codes=pair_codes[order],
            overlaps=overlaps[order],
        )

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def numbers(self, name: str) -> Array:
        """(V,) a column of numbers; nan for null."""
        return numbers_of(self.table, name)

    def texts(self, name: str) -> list[str]:
        """(V,) a column of texts."""
        return list(self.table.column(name).to_pylist())

    @property
    def static(self) -> Bools:
        """(V,) whether something behind the object stays put when the camera moves."""
        return np.isin(np.asarray(self.texts("backdrop")), sorted(STATIC_BACKDROPS))

    @cached_property
    def visits(self) -> list[Visit]:
        """Every visit, in the order of the pairs."""
        places: dict[str, list[int]] = {}
        for row, view_id in enumerate(self.texts("view_id")):
            places.setdefault(visit_of(view_id), []).append(row)
        return [Visit(name, np.array(rows, dtype=np.int64)) for name, rows in places.items()]

    def usable(self, config: QaConfig) -> Bools:
        """(V,) whether a view shows the object whole and from off the poles."""
        pole_rad = np.deg2rad(config.pole_deg)
        upright = np.abs(self.numbers("elevation_rad")) <= pole_rad
        upright &= np.abs(self.numbers("pitch_rad")) <= pole_rad
        whole = self.numbers("mask_share") >= config.mask_least_share
        whole &= self.numbers("in_frame_share") >= config.in_frame_least_share
        return np.asarray(upright & whole)

    def overlap(self, one: Indices, two: Indices) -> Array:
        """(N, 2) directed overlaps between views; nan where they are no pair."""
        found = np.full((len(one), 2), np.nan)
        for first, second, ways in ((two, one, (1, 0)), (one, two, (0, 1))):
            codes = first * len(self) + second
            place = np.searchsorted(self.pair_codes, codes)
            place = np.minimum(place, len(self.pair_codes) - 1)
            known = self.pair_codes[place] == codes
            found[known] = self.overlaps[place[known]][:, ways]
        return found

    def between(self, one: Indices, two: Indices, *, also: Sequence[str] = ()) -> pa.Table:
        """(N rows) the columns of ``pairs`` that decide something, for any two views.

        ``light_moved`` is null: nothing that is gathered asks about the light.

        Args:
            also: further columns of either view; its points weigh more than all others together.
        """
        own = (*_DECIDING, *also)
        some = self.table.select([*own, *_SHARED, _FRONT])
        sides = [some.take(pa.array(rows)) for rows in (one, two)]
        columns = {
            f"{name}_{view}": side.column(name)
            for view, side in enumerate(sides, start=1)
            for name in own
        }
        overlap = self.overlap(one, two)
        columns |= {name: sides[0].column(name) for name in _SHARED}
        columns |= {name: pa.array(values) for name, values in _relative(*sides).items()}
        columns |= {f"overlap_{way}": pa.array(overlap[:, k]) for k, way in enumerate(("12", "21"))}
        columns["front_azimuth_1_rad"] = sides[0].column(_FRONT)
        columns["light_moved"] = pa.nulls(len(one), pa.bool_())
        return pa.table(columns)


def _side(pairs: pa.Table, view: int) -> pa.Table:
    """One view of each pair, its columns named as in ``views``."""
    columns = {name: pairs.column(f"{name}_{view}") for name in _OWN}
    columns |= {name: pairs.column(name) for name in _SHARED}
    front_rad = numbers_of(pairs, "front_azimuth_1_rad")
    if view == 2:
        front_rad = front_rad + numbers_of(pairs, "object_turn_rad")
    columns[_FRONT] = pa.array(front_rad, from_pandas=True)
    return pa.table(columns)


def _relative(one: pa.Table, two: pa.Table) -> dict[str, Array]:
    """The columns of ``RelativeView`` for N pairs of views, as (N,) arrays."""
    pose_1, pose_2 = (matrices_of(side, "world_from_camera", 4) for side in (one, two))
    step_world = pose_2[:, :3, 3] - pose_1[:, :3, 3]
    right, down, forward = np.einsum("nji,nj->in", pose_1[:, :3, :3], step_world)
    camera_1_from_2 = np.einsum("nji,njk->nik", pose_1[:, :3, :3], pose_2[:, :3, :3])
    rotation = Rotation.from_matrix(camera_1_from_2).magnitude() if len(pose_1) else np.zeros(0)

    def change(name: str) -> Array:
        return numbers_of(two, name) - numbers_of(one, name)

    turning = ("azimuth_rad", "heading_rad", "roll_rad", "object_turn_rad")
    return {
        **{name: wrap_each_rad(change(name)) for name in turning},
        **{name: change(name) for name in ("elevation_rad", "pitch_rad")},
        "distance_ratio": numbers_of(two, "distance") / numbers_of(one, "distance"),
        "focal_ratio": numbers_of(two, "focal_px") / numbers_of(one, "focal_px"),
        "right": right,
        "down": down,
        "forward": forward,
        "rise": step_world[:, 2],
        "rotation_rad": rotation,
    }
