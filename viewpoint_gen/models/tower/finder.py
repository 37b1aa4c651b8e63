"""Where the object is, seen in one image by itself.

What tells a thing from what is behind it isn't what tells where its patches went: taught with the
same weights, the two are in each other's way. So this has eyes of its own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.layers import AttentionLayer, Eye, two_layers


class Finder(nn.Module):
    """Patches of a whole image, which look at one another: the object shows beside all else."""

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        width = config.patch_width
        self.eye = Eye(config)
        self.place = nn.Parameter(torch.zeros(1, config.grid**2, width))
        self.layers = nn.ModuleList(
            AttentionLayer(width, config.num_heads, across=False)
            for _ in range(config.finder_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.read = two_layers(width, width, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (M, N) of patches' being on the object, of images (M, 3, S, S) in [-1, 1]."""
        patches = self.eye(images) + self.place
        for layer in self.layers:
            patches = layer(patches)
        found: Tensor = self.read(self.norm(patches))[..., 0]
        return found
