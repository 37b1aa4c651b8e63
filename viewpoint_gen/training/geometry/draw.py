"""Which pairs of views a step sees, and what is done to their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.geometry.truth import (
    LookTruth,
    Matches,
    PairTruth,
    Patches,
    matches,
    pair_truth,
    windows_around,
)
from viewpoint_gen.training.geometry.views import TowerViews

_LEAST_SHARED: Final = 0.02
"""Share of the object's patches that both views must show; a pair below it teaches nothing."""

_FLOOR: Final = 0.08
_AT_ONCE: Final = 512
_MIRRORED: Final = torch.tensor([1.0, 1.0, -1.0, 1.0, 1.0])
"""What a mirror does to a camera: its upward direction leans to the other side."""

_MIRRORED_WINDOW: Final = torch.tensor([-1.0, 1.0, 1.0])

_ASIDE: Final = 0.1
_LARGER: Final = 0.12
_WORSE: Final = 0.7
_MOST_LARGER: Final = 0.7
"""Standard deviations of how far a window lies from where it should, in parts of half its side, and
of the logarithm of how much larger it is; and of the logarithm of how much worse some windows are
than others: about as a tower errs."""

_STEPS_PER_DRAW: Final = 32
_CONTRAST: Final = 0.15
_BRIGHTNESS: Final = 0.08
"""Standard deviations of what each channel of each picture is multiplied with, and shifted by; in
parts of the range -1 … 1."""


@dataclass(frozen=True)
class TowerBatch:
    """What a step learns from.

    Attributes:
        images: (B, 2, 3, S, S) in about [0, 1].
        truth: its windows are those of the second look.
    """

    images: Tensor
    truth: PairTruth


class PairDraw:
    """Draws pairs with replacement: those that share much first, then more and more of all.

    Matching is learnt from small motions and then stretched to large ones: without that, the first
    half of a training sees little but pairs that it can't match yet.

    Args:
        shared: (P,) of the object's patches in view 1, the share that view 2 shows.
        steps: of the whole training; the preference for what is shared fades out at its end.
    """

    def __init__(self, pairs: Indices, shared: Array, *, batch: int, steps: int, seed: int) -> None:
        usable = shared >= _LEAST_SHARED
        self._pairs, self._shared = pairs[usable], shared[usable].clip(min=_FLOOR)
        self._batch, self._steps, self._seed = batch, steps, seed
        self._drawn: tuple[int, Indices] = (-1, np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self._pairs)

    def pairs(self, step: int) -> Indices:
        """Pairs (B, 2) of a step; depends on the seed and the step alone."""
        number, place = divmod(step, _STEPS_PER_DRAW)
        if self._drawn[0] != number:
            self._drawn = (number, self._draw(number))
        return self._pairs[self._drawn[1][place * self._batch : (place + 1) * self._batch]]

    def _draw(self, number: int) -> Indices:
        left = max(0.0, 1.0 - number * _STEPS_PER_DRAW / self._steps)
        weights = self._shared ** (2 * left)
        rng = rng_for(self._seed, "tower pairs", number)
        return rng.choice(
            len(self._pairs), self._batch * _STEPS_PER_DRAW, p=weights / weights.sum()
        ).astype(np.int64)


def shared_patches(views: TowerViews, pairs: Indices, sizes: GeometryTowerConfig) -> Array:
    """(P,) of the patches that show the object in view 1, the share that view 2 shows too."""
    found = [np.empty(0)]
    for start in range(0, len(pairs), _AT_ONCE):
        one, two = pairs[start : start + _AT_ONCE].T
        patches = Patches.of(views, one, windows_around(views, one), sizes.close_grid)
        seen = matches(views, one, two, patches).seen & patches.on_object
        found.append((seen.sum(1) / patches.on_object.sum(1).clamp(min=1)).numpy())
    return np.concatenate(found)


def roughly_around(views: TowerViews, pairs: Indices, rng: np.random.Generator) -> Tensor:
    """Windows (B, 2, 3) round the object in pairs (B, 2) of views, as faulty as a tower's own."""
    noise = rng.standard_normal((len(pairs), 2, 3)) * np.exp(
        _WORSE * rng.standard_normal((len(pairs), 2, 1))
    )
    middle, half = windows_around(views, pairs).split([2, 1], dim=-1)
    aside, larger = torch.from_numpy(noise).float().split([2, 1], dim=-1)
    larger = (_LARGER * larger).clamp(-_MOST_LARGER, _MOST_LARGER).exp()
    return torch.cat([middle + _ASIDE * half * aside, half * larger], dim=-1)


def batch_of(
    views: TowerViews,
    pairs: Indices,
    sizes: GeometryTowerConfig,
    *,
    augment: np.random.Generator | None,
) -> TowerBatch:
    """Pairs (B, 2) with their pictures and their truth, changed at random if asked for."""
    images = torch.from_numpy(np.stack([views.images[pairs[:, 0]], views.images[pairs[:, 1]]], 1))
    images = images.permute(0, 1, 4, 2, 3).float() / 255.0
    if augment is None:
        return TowerBatch(images, pair_truth(views, pairs, sizes))
    windows = roughly_around(views, pairs, augment)
    return _augmented(TowerBatch(images, pair_truth(views, pairs, sizes, windows)), augment)


def _augmented(batch: TowerBatch, rng: np.random.Generator) -> TowerBatch:
    """Other colours, and half of the pairs as a mirror shows them, the truth mirrored too."""
    count = len(batch.images)
    order = torch.from_numpy(np.argsort(rng.random((count, 3)), axis=1))
    images = batch.images.gather(2, order[:, None, :, None, None].expand_as(batch.images))
    shape = (count, 1, 3, 1, 1)
    contrast = 1 + _CONTRAST * torch.from_numpy(rng.standard_normal(shape)).float()
    brightness = _BRIGHTNESS * torch.from_numpy(rng.standard_normal(shape)).float()
    images = ((images * 2 - 1) * contrast + brightness + 1) / 2
    mirrored = torch.from_numpy(rng.random(count) < 0.5)
    images = torch.where(mirrored[:, None, None, None, None], images.flip(-1), images)
    return TowerBatch(images, mirror(batch.truth, mirrored))


def mirror(truth: PairTruth, mirrored: Tensor) -> PairTruth:
    """The truth about pairs, some of which (B,) are shown as a vertical mirror shows them."""
    signs = torch.tensor([-1.0 if quantity.mirrored else 1.0 for quantity in MOTION])
    motion = torch.where(mirrored[:, None], truth.motion * signs, truth.motion)
    both = mirrored[:, None, None]
    return PairTruth(
        motion=motion,
        known=truth.known,
        whole=_mirrored_look(truth.whole, mirrored),
        close=_mirrored_look(truth.close, mirrored),
        windows=torch.where(both, truth.windows * _MIRRORED_WINDOW, truth.windows),
        around=torch.where(both, truth.around * _MIRRORED_WINDOW, truth.around),
        cameras=torch.where(both, truth.cameras * _MIRRORED, truth.cameras),
    )


def _mirrored_look(truth: LookTruth, mirrored: Tensor) -> LookTruth:
    grid = round(truth.depth.shape[-1] ** 0.5)

    def flipped(patches: Tensor) -> Tensor:
        """(B, …, N): the grid's columns in reverse."""
        turned = patches.unflatten(-1, (grid, grid)).flip(-1).flatten(-2)
        return torch.where(mirrored.view(-1, *[1] * (patches.dim() - 1)), turned, patches)

    def reflected(found: Matches) -> Matches:
        right, down = (flipped(found.place[..., axis]) for axis in (0, 1))
        right = torch.where(mirrored[:, None], -right, right)
        return Matches(torch.stack([right, down], dim=-1), flipped(found.seen))

    return LookTruth(
        matches_12=reflected(truth.matches_12),
        matches_21=reflected(truth.matches_21),
        depth=flipped(truth.depth),
        on_object=flipped(truth.on_object),
    )
