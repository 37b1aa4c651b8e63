"""Means with intervals, where there is anything to draw from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.aggregate import mean_over_families


def mean_with_interval(
    values: Array, assets: Sequence[str], families: Sequence[str] | None = None
) -> tuple[float, float, float]:
    """The mean (with families: of their means) and its 95 % interval by bootstrap over assets.

    One asset alone says nothing about others: its interval is nan, not narrow.
    """
    mean, low, high = mean_over_families(values, families or [""] * len(values), assets)
    return (mean, low, high) if len(set(assets)) > 1 else (mean, math.nan, math.nan)
