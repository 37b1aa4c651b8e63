"""Histograms of a run's numbers, filled batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Histogram:
    """How often a number fell into each bin.

    Attributes:
        name: e.g. ``azimuth_change``.
        title: for people.
        unit: what the edges are in: "°", "×", "share", "px".
        edges: one more than bins, rising. Outermost bins also count what lies beyond.
        counts: per bin, of the numbers that are neither unchanged nor undefined.
        unchanged: of a change: numbers that the questions call no change at all.
        undefined: numbers that are null or nan: an azimuth above a pole, say.
        is_log: whether the bins are even on a logarithmic axis.
    """

    name: str
    title: str
    unit: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    unchanged: int
    undefined: int
    is_log: bool = False

    @property
    def total(self) -> int:
        """Numbers that are defined."""
        return sum(self.counts) + self.unchanged


@dataclass(frozen=True)
class Quantity:
    """A number of every row of a table, and the bins it is counted in.

    Attributes:
        columns: that it is made of.
        value: of (N,) arrays of those columns, the (N,) numbers in ``unit``.
        still: numbers up to this far from 0 (of a ratio: its logarithm) are no change; None:
            the number isn't a change.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    value: Callable[..., Array]
    edges: tuple[float, ...]
    is_log: bool = False
    still: float | None = None

    def open(self) -> Tally:
        """Nothing counted yet."""
        return Tally(self)


class Tally:
    """A histogram while it is being filled."""

    def __init__(self, quantity: Quantity) -> None:
        self._quantity = quantity
        self._counts = np.zeros(len(quantity.edges) - 1, dtype=np.int64)
        self._unchanged = 0
        self._undefined = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Count a batch's numbers."""
        columns = (_numbers(rows, name) for name in self._quantity.columns)
        values = self._quantity.value(*columns)
        known = values[np.isfinite(values)]
        self._undefined += len(values) - len(known)
        changed = known[~self._is_still(known)]
        self._unchanged += len(known) - len(changed)
        edges = np.asarray(self._quantity.edges)
        self._counts += np.histogram(np.clip(changed, edges[0], edges[-1]), edges)[0]

    def _is_still(self, values: Array) -> NDArray[np.bool_]:
        of = self._quantity
        if of.still is None:
            return np.zeros(len(values), dtype=bool)
        return np.abs(np.log(values) if of.is_log else values) <= of.still

    def close(self) -> Histogram:
        """What was counted."""
        of = self._quantity
        counts = tuple(int(count) for count in self._counts)
        return Histogram(
            name=of.name,
            title=of.title,
            unit=of.unit,
            edges=of.edges,
            counts=counts,
            unchanged=self._unchanged,
            undefined=self._undefined,
            is_log=of.is_log,
        )


def _numbers(rows: pa.RecordBatch, name: str) -> Array:
    return np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.float64)


def _even(low: float, high: float, bins: int) -> tuple[float, ...]:
    return tuple(float(edge) for edge in np.round(np.linspace(low, high, bins + 1), 9))


def _log_even(low: float, high: float, bins: int) -> tuple[float, ...]:
    return tuple(float(edge) for edge in np.round(np.geomspace(low, high, bins + 1), 9))


def _unchanged(values: Array) -> Array:
    return values


def _field_of_view_deg(focal_px: Array, width_px: Array) -> Array:
    """Horizontal field of view of a pinhole camera."""
    return np.degrees(2.0 * np.arctan2(width_px, 2.0 * focal_px))


_STILL_DEG: Final = 1.0
_STILL_LN_RATIO: Final = 0.01
"""As the questions' own bounds of "not at all": ``qa.still_most_deg, qa.still_most_share``."""


def _turn(name: str, title: str, column: str, limit_deg: float, bins: int) -> Quantity:
    """A change in degrees, bins even about 0."""
    edges = _even(-limit_deg, limit_deg, bins)
    return Quantity(name, title, "°", (column,), np.degrees, edges, still=_STILL_DEG)


OF_PAIRS: Final[Sequence[Quantity]] = (
    _turn("azimuth_change", "Azimuth, round the object", "azimuth_rad", 180.0, 72),
    _turn("elevation_change", "Elevation", "elevation_rad", 60.0, 60),
    Quantity(
        "distance_ratio",
        "Distance, image 2 over image 1",
        "×",
        ("distance_ratio",),
        _unchanged,
        _log_even(0.4, 2.5, 50),
        is_log=True,
        still=_STILL_LN_RATIO,
    ),
    _turn("yaw_change", "Yaw (heading)", "heading_rad", 180.0, 72),
    _turn("pitch_change", "Pitch (tilt)", "pitch_rad", 60.0, 60),
    _turn("roll_change", "Roll", "roll_rad", 60.0, 60),
    Quantity(
        "overlap",
        "Surface of image 1 seen in image 2",
        "share",
        ("overlap_12",),
        _unchanged,
        _even(0.0, 1.0, 50),
    ),
)
"""Of camera 2 relative to camera 1; signs as the conventions have them."""

OF_VIEWS: Final[Sequence[Quantity]] = (
    Quantity(
        "view_elevation",
        "Elevation of the cameras",
        "°",
        ("elevation_rad",),
        np.degrees,
        _even(-90.0, 90.0, 60),
    ),
    Quantity(
        "view_distance",
        "Distance, in object sizes",
        "×",
        ("distance",),
        _unchanged,
        _log_even(0.8, 16.0, 50),
        is_log=True,
    ),
    Quantity(
        "field_of_view",
        "Horizontal field of view",
        "°",
        ("focal_px", "width_px"),
        _field_of_view_deg,
        _even(20.0, 80.0, 60),
    ),
    Quantity(
        "mask_share",
        "Image filled by the object",
        "share",
        ("mask_share",),
        _unchanged,
        _even(0.0, 0.8, 40),
    ),
)
"""Of each camera by itself."""
