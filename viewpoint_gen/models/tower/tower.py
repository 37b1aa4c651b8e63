"""The geometry tower: tokens for the patches of several images, and the motions between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar, Final

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from viewpoint_gen.models.geometry import GeometryTokens
from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.motion import estimates, read_out
from viewpoint_gen.models.tower.network import PairNetwork, PairReading

_LEAST_SPREAD: Final = 0.02
"""Of a number of a motion: one that hardly varies says nothing, however it is enlarged."""

_MOST_UNUSUAL: Final = 5.0
"""Standard deviations."""


class GeometryTower(PreTrainedModel):
    """A small GeometryEncoder that learns from the renders' own truth (see training.geometry).

    Every image is compared with the one before it, and with the first of its sample. Its patches'
    tokens are what the comparison with the one before left in them (the first image's: with the
    second). Its summary holds the motion from the one before to it, then the motion from the first
    to it, each number by how far it is from what is usual; zeros for the first image. A lone image
    is compared with itself.

    Attributes:
        usual_motion, spread_of_motion: (motion_width,) mean and standard deviation of them, see
            ``settle``. Some vary by a hundredth, and would not be heard beside the others.
    """

    config_class: ClassVar[type[GeometryTowerConfig]] = GeometryTowerConfig
    base_model_prefix = "geometry_tower"
    main_input_name = "images"
    usual_motion: Tensor
    spread_of_motion: Tensor

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__(config)
        self.network = PairNetwork(config)
        self.image_px: int = config.image_px
        self.patch_width: int = config.patch_width
        self.summary_width: int = 2 * config.motion_width
        self.register_buffer("usual_motion", torch.zeros(config.motion_width))
        self.register_buffer("spread_of_motion", torch.ones(config.motion_width))
        self.post_init()

    def forward(self, images: Tensor, windows: Tensor | None = None) -> PairReading:
        """Read pairs of images.

        Args:
            images: (P, 2, 3, S, S) in [0, 1].
            windows: (P, 2, 3) round the object; None: round what the network takes for it.
        """
        windows = None if windows is None else windows.flatten(0, 1)
        seen = self.network.features(images.flatten(0, 1), windows)
        pairs = torch.arange(2 * len(images), device=images.device).view(-1, 2)
        reading: PairReading = self.network(seen.pairs(pairs))
        return reading

    @torch.no_grad()
    def settle(self, motions: Tensor) -> None:
        """Take motions (P, motion_width) of many pairs, see ``motions_of``, for what is usual."""
        self.usual_motion.copy_(motions.mean(dim=0))
        self.spread_of_motion.copy_(motions.std(dim=0).clamp(min=_LEAST_SPREAD))

    @staticmethod
    def motions_of(reading: PairReading) -> Tensor:
        """(P, motion_width): how each pair's motion is held, and what is read out of it."""
        return torch.cat([reading.motion, read_out(reading.motion_bins)], dim=1)

    def encode(self, images: Tensor, counts: Sequence[int]) -> GeometryTokens:
        """See GeometryEncoder."""
        return self.read(images, counts)[0]

    def read(self, images: Tensor, counts: Sequence[int]) -> tuple[GeometryTokens, Tensor]:
        """The tokens of every image, and the motions (N, 2, Q) to it, see ``estimates``.

        From the one before it, and from the first; 0 for the first of a sample.

        Args:
            images, counts: as ``encode`` takes them.
        """
        pairs, before, since_first = _pairs_of(counts)
        reading = self._compare(images, pairs)
        moved = estimates(reading.motion_bins.detach())
        motions = (self.motions_of(reading) - self.usual_motion) / self.spread_of_motion
        motions = motions.clamp(-_MOST_UNUSUAL, _MOST_UNUSUAL)
        own = torch.tensor([place for place, _ in before], device=images.device)
        side = torch.tensor([side for _, side in before], device=images.device)
        grid = self.config.grid
        tokens = GeometryTokens(
            patches=reading.whole.patches[own, side].unflatten(1, (grid, grid)),
            summary=_of_each(motions, before, since_first).flatten(1),
        )
        return tokens, _of_each(moved, before, since_first)

    def _compare(self, images: Tensor, pairs: list[tuple[int, int]]) -> PairReading:
        seen = self.network.features(images.to(self.dtype))
        reading: PairReading = self.network(seen.pairs(torch.tensor(pairs, device=images.device)))
        return reading

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Conv2d | nn.LayerNorm):
            module.reset_parameters()
        if isinstance(module, PairNetwork):
            for place in (module.finder.place, module.whole.place, module.close.place):
                nn.init.normal_(place, std=0.02)
            nn.init.zeros_(module.sharpness)


def _pairs_of(
    counts: Sequence[int],
) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[int]]:
    """Which images to compare, and where each finds itself in that.

    Returns:
        The pairs of images; for each image, its pair with the one before and its side in it (the
        first image: side 0 of the pair with the second; alone, with itself); for each image, its
        pair with the first (``len(pairs)``: none).
    """
    pairs: list[tuple[int, int]] = []
    before: list[tuple[int, int]] = []
    since_first: list[int | None] = []
    for start, count in zip(_starts(counts), counts, strict=True):
        before.append((len(pairs), 0))
        since_first.append(None)
        if count == 1:
            pairs.append((start, start))
        for image in range(start + 1, start + count):
            before.append((len(pairs), 1))
            pairs.append((image - 1, image))
            since_first.append(len(pairs) - 1)
            if image > start + 1:
                since_first[-1] = len(pairs)
                pairs.append((start, image))
    return pairs, before, [len(pairs) if place is None else place for place in since_first]


def _of_each(motions: Tensor, before: list[tuple[int, int]], since_first: list[int]) -> Tensor:
    """Of every image (N, 2, W), the motions (P, W) of its pairs with the one before and the first.

    Args:
        before, since_first: see ``_pairs_of``; where there is no motion, it is 0.
    """
    none = len(motions)
    motions = torch.cat([motions, torch.zeros_like(motions[:1])])
    own = [place if side else none for place, side in before]
    return motions[torch.tensor([own, since_first], device=motions.device).T]


def _starts(counts: Sequence[int]) -> list[int]:
    """Where each sample's images begin."""
    return [0, *accumulate(counts)][: len(counts)]
