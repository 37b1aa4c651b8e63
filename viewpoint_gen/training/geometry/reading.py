"""What a tower reads from pairs, held against the truth in the terms of the questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.models.tower import GeometryTower
from viewpoint_gen.models.tower.motion import MOTION, estimates, sides
from viewpoint_gen.models.tower.network import PairReading
from viewpoint_gen.training.geometry.draw import batch_of
from viewpoint_gen.training.geometry.truth import PairTruth
from viewpoint_gen.training.geometry.views import TowerViews

_AT_ONCE: Final = 64
_LEAST_BIN: Final = 2
"""Motions of a quantity count from this bin on: smaller ones are asked about by no question."""

_MOST_RAD: Final = float(np.deg2rad(160.0))
_ANGLES: Final = frozenset({"azimuth", "elevation", "heading", "pitch", "roll", "object_turn"})
_LEAST_SHARED: Final = 0.1
_NEAR: Final = 0.2
"""Sizes whose logarithms differ by less are told apart from the next option of a ladder."""


@dataclass(frozen=True)
class Readings:
    """Of each quantity, over the pairs in which it is large enough to be asked about.

    Attributes:
        side: share whose sign is right, however likely no motion seems; chance 0.5.
        error: median absolute difference; degrees, or a logarithm, or parts of the first distance.
        near: share whose size is right within a quarter or so.
    """

    side: dict[str, float]
    error: dict[str, float]
    near: dict[str, float]

    def numbers(self) -> dict[str, float]:
        """Flat, for a log."""
        return {
            f"{name}_{quantity}": round(value, 4)
            for name in ("side", "error", "near")
            for quantity, value in getattr(self, name).items()
        }


@torch.no_grad()
def pairs_read(
    tower: GeometryTower, views: TowerViews, pairs: Indices
) -> Iterator[tuple[PairReading, PairTruth]]:
    """What a tower reads from ordered pairs (P, 2) of views, and the truth, some at a time."""
    was_training = tower.training
    tower.eval()
    for start in range(0, len(pairs), _AT_ONCE):
        rows = pairs[start : start + _AT_ONCE]
        batch = batch_of(views, rows, tower.config, augment=None)
        yield tower(batch.images), batch.truth
    tower.train(was_training)


def readings_of(tower: GeometryTower, views: TowerViews, pairs: Indices) -> Readings:
    """Read ordered pairs (P, 2) of views."""
    read, side, true, known = [], [], [], []
    for reading, truth in pairs_read(tower, views, pairs):
        read.append(estimates(reading.motion_bins))
        side.append(sides(reading.motion_bins))
        true.append(truth.motion)
        known.append(truth.known & _shares_enough(truth)[:, None])
    return _held_against(*(torch.cat(part) for part in (read, side, true, known)))


def _shares_enough(truth: PairTruth) -> Tensor:
    """(B,) whether view 2 shows some of the object's surface in view 1."""
    on_object = truth.close.on_object[:, 0]
    seen = (truth.close.matches_12.seen & on_object).sum(dim=1)
    return seen >= _LEAST_SHARED * on_object.sum(dim=1)


def _held_against(read: Tensor, sign: Tensor, true: Tensor, known: Tensor) -> Readings:
    side, error, near = {}, {}, {}
    for place, quantity in enumerate(MOTION):
        size = true[:, place].abs()
        asked = known[:, place] & (size >= quantity.sizes[_LEAST_BIN])
        if quantity.name in _ANGLES:
            asked &= size <= _MOST_RAD
        if not asked.any():
            continue
        mine, wanted = read[asked, place], true[asked, place]
        unit = 180.0 / np.pi if quantity.name in _ANGLES else 1.0
        side[quantity.name] = float((sign[asked, place] == wanted.sign()).float().mean())
        error[quantity.name] = float((mine - wanted).abs().median()) * unit
        ratio = (mine.abs().clamp(min=1e-3) / wanted.abs()).log().abs()
        near[quantity.name] = float((ratio < _NEAR).float().mean())
    return Readings(side, error, near)
