"""Points of the object's surface that a question can mark: where both images show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.geometry.displacement import pictures_of
from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.geometry.pose import inverse
from viewpoint_gen.geometry.surface_points import Sight, padded_points
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import matrices_of, numbers_of

_DIRECTIONS: Final = 12
"""In which a point is looked for at the rim; half a turn of them, the other half is the same."""

_ONE_POINT: Final = bytes(12)
"""So that no table is empty, even of pairs without any point."""


SPOT_COLUMNS: Final = (
    *("surface_points_1", "seen_in_2", "width_px", "height_px"),
    *("intrinsics_1", "intrinsics_2", "world_from_camera_1", "world_from_camera_2"),
)
"""What is read of the pairs table."""


@dataclass(frozen=True)
class Spots:
    """N pairs of an object that kept still: the points of the surface that view 1 shows.

    Places are measured from an image's top-left corner in widths of the image.

    Attributes:
        points_world: (N, P, 3); nan pads.
        places_1: (N, P, 2) in image 1; nan where padded.
        places_2: (N, P, 2) in image 2, where they are or would be; nan behind camera 2.
        seen: (N, P) whether view 2 shows them too. Of these and the next only points are told that
            lie off the edges of both images.
        hidden: (N, P) whether something is in the way of them in view 2, with them in its frame.
        tall: (N,) height of the images, in widths.
        middle_1: (N, 2) the middle of all points in image 1.
        middle_2: (N, 2) the middle in image 2 of those that it shows.
    """

    points_world: Array
    places_1: Array
    places_2: Array
    seen: Bools
    hidden: Bools
    tall: Array
    middle_1: Array
    middle_2: Array

    @classmethod
    def of(cls, pairs: pa.Table, config: QaConfig) -> Spots:
        """Read what is needed of the pairs table."""
        packed = [each or b"" for each in pairs.column("surface_points_1").to_pylist()]
        points = padded_points([*packed, _ONE_POINT])[:-1]
        sights = _padded_sights(pairs.column("seen_in_2").to_pylist(), points.shape[1])
        size_px = np.stack([numbers_of(pairs, "width_px"), numbers_of(pairs, "height_px")], axis=1)
        tall = size_px[:, 1] / size_px[:, 0]
        places = [
            pictures_of(
                points,
                matrices_of(pairs, f"intrinsics_{view}", 3),
                inverse(matrices_of(pairs, f"world_from_camera_{view}", 4)),
            )
            / size_px[:, :1, None]
            for view in (1, 2)
        ]
        inside = np.logical_and(*(_inside(place, tall, config.mark_edge_share) for place in places))
        seen = inside & (sights == Sight.SEEN)
        return cls(
            points,
            places_1=places[0],
            places_2=places[1],
            seen=seen,
            hidden=inside & (sights == Sight.HIDDEN),
            tall=tall,
            middle_1=_centre_of(places[0], np.isfinite(points).all(axis=2)),
            middle_2=_centre_of(places[1], seen),
        )

    @cached_property
    def inward(self) -> Array:
        """(N, P) how deep each one lies among the others in image 1 (``inwardness``)."""
        return inwardness(self.places_1)

    def __len__(self) -> int:
        return len(self.points_world)

    def take(self, rows: Indices) -> Spots:
        """Those of some pairs."""
        taken = Spots(*(getattr(self, field.name)[rows] for field in fields(self)))
        if "inward" in vars(self):  # worked out already, and not again for every try
            vars(taken)["inward"] = self.inward[rows]
        return taken

    def apart(self, spot: Indices, images: Sequence[int], config: QaConfig) -> Bools:
        """(N, P) which points can be marked beside one (N,): apart on the surface and in images."""
        every = (self.places_1, self.places_2)
        limits = [(self.points_world, config.point_apart)]
        limits += [(every[image], config.mark_apart_share) for image in images]
        rows = np.arange(len(spot))
        far = np.ones(self.seen.shape, dtype=bool)
        for values, least in limits:
            away = values - values[rows, spot][:, None]
            away *= away
            squared = away[..., 0] + away[..., 1]
            if away.shape[2] > 2:
                squared += away[..., 2]
            with np.errstate(invalid="ignore"):
                far &= squared >= least * least
        return far


def _padded_sights(packed: list[bytes | None], most: int) -> NDArray[np.uint8]:
    """(N, P) one ``Sight`` each; unsure pads."""
    sights = np.full((len(packed), most), Sight.UNSURE, dtype=np.uint8)
    for row, each in zip(sights, packed, strict=True):
        told = np.frombuffer(each or b"", dtype=np.uint8)
        row[: len(told)] = told
    return sights


def _inside(places: Array, tall: Array, margin: float) -> Bools:
    """(N, P) which places lie off the edges of an image that is 1 wide and ``tall`` (N,) high."""
    x, y = places[..., 0], places[..., 1]
    across = (x >= margin) & (x <= 1.0 - margin)
    return np.asarray(across & (y >= margin) & (y <= tall[:, None] - margin))


def lengths(vectors: Array) -> Array:
    """(...,) of vectors (..., K)."""
    return np.asarray(np.sqrt(np.einsum("...k,...k->...", vectors, vectors)))


def _centre_of(places: Array, among: Bools) -> Array:
    """(N, 2) the mean of some places, (N, P) of (N, P, 2); the corner without any."""
    sums = np.einsum("npk,np->nk", np.nan_to_num(places), among.astype(np.float64))
    return np.asarray(sums / np.maximum(among.sum(axis=1), 1)[:, None])


def inwardness(places: Array) -> Array:
    """(N, P) how deep in the crowd of its view's points each one lies: 0 at its rim, up to 0.5.

    The least share of the points that a straight line through it leaves on one side, over some
    directions of the line: the points lie evenly over the object's pixels, so that this measures
    the way to its outline. nan where padded. Source: Tukey's depth.
    """
    known = np.isfinite(places).all(axis=2)
    count = known.sum(axis=1)[:, None]
    least = np.full(known.shape, np.inf)
    for turn in np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS:
        along = places @ np.array([np.cos(turn), np.sin(turn)])
        order = np.argsort(along, axis=1)  # nan comes last
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(order.shape[1])[None], axis=1)
        least = np.minimum(least, np.minimum(rank, count - 1 - rank))
    return np.where(known, least / np.maximum(count, 1), np.nan)


def picked(values: Array, chosen: Indices) -> Array:
    """(N, K, ...) of (N, P, ...): some points' values, (N, K) of them."""
    return values[np.arange(len(values))[:, None], chosen]
