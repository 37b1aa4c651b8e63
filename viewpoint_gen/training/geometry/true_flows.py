"""Displacements as they truly were, made as faulty as matched ones, to learn the motion from.

Where patches went follows from depth and cameras alone, so the reading of motions from it is taught
with many more pairs than pictures could be looked at in the same time. It is right from early on,
and what it asks of the matching is then worth following.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.motion_of_flow import Known, Moved
from viewpoint_gen.models.tower.network import PairNetwork, PatchGrid
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.geometry.draw import mirror, roughly_around
from viewpoint_gen.training.geometry.losses import motion_loss
from viewpoint_gen.training.geometry.truth import LookTruth, PairTruth, pair_truth
from viewpoint_gen.training.geometry.views import TowerViews

_MOST_PAIRS: Final = 8192
"""Whose truth is kept in memory, some 14 kB each."""

_AT_ONCE: Final = 512

_FLOW_NOISE: Final = 0.1
_OUTLIERS: Final = 0.4
"""At most: half images or half windows, and the share of patches that went anywhere."""

_ANYWHERE: Final = 0.6
_WRONG_FOUND: Final = 0.1
_LEAST_FOUND: Final = 0.3
_WRONG_OBJECT: Final = 0.05
_FOCAL_NOISE: Final = 0.2
_UP_NOISE: Final = 0.12
"""About as a tower in training errs."""


@dataclass(frozen=True)
class TrueFlows:
    """The truth about some pairs of views, from which each step draws.

    Attributes:
        truth: about P pairs.
        batch: pairs in one step.
        seed: of what is drawn, and of the faults.
    """

    truth: PairTruth
    batch: int
    seed: int

    @classmethod
    def of(
        cls, views: TowerViews, pairs: Indices, sizes: GeometryTowerConfig, *, batch: int, seed: int
    ) -> TrueFlows:
        """Of ordered pairs (P, 2), or of some of them where they are very many."""
        rng = rng_for(seed, "true flows")
        kept = rng.permutation(pairs)[:_MOST_PAIRS]
        parts = []
        for start in range(0, len(kept), _AT_ONCE):
            some = kept[start : start + _AT_ONCE]
            parts.append(pair_truth(views, some, sizes, roughly_around(views, some, rng)))
        return cls(_made_of(parts, torch.cat), batch, seed)

    def loss(self, network: PairNetwork, step: int) -> Tensor:
        """Cross entropy of the motions that a network reads from faulty displacements."""
        rng = rng_for(self.seed, "true flows of step", step)
        rows = torch.from_numpy(rng.integers(len(self.truth.motion), size=self.batch))
        mirrored = torch.from_numpy(rng.random(self.batch) < 0.5)
        truth = mirror(_made_of([self.truth], lambda one: one[0][rows]), mirrored)
        known = Known.of(
            _moved(rng, truth.whole, network.whole),
            _moved(rng, truth.close, network.close),
            truth.windows,
            _cameras(rng, truth),
        )
        held = network.motion_of_flow(known)
        return motion_loss(network.motion_of_flow.bins(held), truth)


def _moved(rng: np.random.Generator, truth: LookTruth, at: PatchGrid) -> Moved:
    """What a tower in training might have found where this is true."""
    flow, seen = truth.flow()
    pairs, _, count, _ = flow.shape
    noise = _FLOW_NOISE * _uniform(rng, pairs, 1, 1, 1)
    lost = _uniform(rng, pairs, 2, count, 1) < _OUTLIERS * _uniform(rng, pairs, 1, 1, 1)
    anywhere = (_uniform(rng, *flow.shape) * 2 - 1) * _ANYWHERE
    found = seen[..., None] ^ (_uniform(rng, pairs, 2, count, 1) < _WRONG_FOUND)
    sure = _LEAST_FOUND + (1 - _LEAST_FOUND) * _uniform(rng, pairs, 2, count, 1)
    wrong = _uniform(rng, pairs, 2, count, 1) < _WRONG_OBJECT
    on_object = (truth.on_object[..., None] ^ wrong).float()
    return Moved(
        flow=torch.where(lost, anywhere, flow + noise * _normal(rng, *flow.shape)),
        found=found.float() * sure,
        on_object=on_object,
        on_object_there=on_object,
        places=at.places,
    )


def _cameras(rng: np.random.Generator, truth: PairTruth) -> Tensor:
    """(B, 2, 5)."""
    spread = torch.tensor([_FOCAL_NOISE] * 2 + [_UP_NOISE] * 3)
    noise = spread * _normal(rng, *truth.cameras.shape)
    focal, up = (truth.cameras + noise).split([2, 3], dim=-1)
    return torch.cat([focal, F.normalize(up, dim=-1)], dim=-1)


def _uniform(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.random(shape, dtype=np.float32))


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))


def _made_of(parts: list[Any], how: Callable[[list[Tensor]], Tensor]) -> Any:
    """The same kind of thing as each of the parts, every tensor in it made of theirs."""
    first = parts[0]
    if isinstance(first, Tensor):
        return how(parts)
    of = {
        field.name: _made_of([getattr(part, field.name) for part in parts], how)
        for field in fields(first)
    }
    return type(first)(**of)
