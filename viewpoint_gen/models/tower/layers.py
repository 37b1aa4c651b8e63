"""What the tower's network is made of: the eye that reads one image, and layers over patches."""

from __future__ import annotations

import math
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import PATCH_PX, GeometryTowerConfig

_EDGES: Final = 8
_CELL_PX: Final = 3
_FAINT: Final = 1e-4
"""Keeps the root of an edge's strength from rising without end at none."""

_EDGE_MEAN: Final = 0.12
_EDGE_SPREAD: Final = 0.14
_COLOUR_SPREAD: Final = 0.48
"""Measured on renders: what the patches start from varies by about 1."""


class Eye(nn.Module):
    """One image by itself: patches that overlap a little, each with a view of those around it.

    What it starts from is fixed: colours, and how strong edges of eight directions are, in cells of
    3 pixels. Patches that show the same can be told by that before anything is learnt, and matching
    is learnt from a third of the pairs that it takes from bare pixels.
    """

    edges: Tensor

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        self.register_buffer("edges", _edge_filters())
        self.patch = nn.Conv2d(
            _EDGES + 3, config.patch_width, kernel_size=4, stride=PATCH_PX // _CELL_PX, padding=1
        )
        self.layers = nn.ModuleList(Around(config.patch_width) for _ in range(config.eye_layers))

    def forward(self, images: Tensor) -> Tensor:
        """(M, N, C) of (M, 3, S, S) in [-1, 1]."""
        edges = F.relu(F.conv2d(images.mean(dim=1, keepdim=True), self.edges, padding=1))
        strong = (F.avg_pool2d(edges, _CELL_PX) + _FAINT).sqrt()  # (M, 8, S/3, S/3)
        colours = F.avg_pool2d(images, _CELL_PX)
        cells = torch.cat([(strong - _EDGE_MEAN) / _EDGE_SPREAD, colours / _COLOUR_SPREAD], dim=1)
        patches = _rows(self.patch(cells))
        for layer in self.layers:
            patches = layer(patches)
        return patches


class Around(nn.Module):
    """Adds to each place what those around it say, channel by channel and then mixed.

    Channel by channel (depthwise), since dense 3 x 3 convolutions take ten times as long on a CPU.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.look = nn.Conv2d(width, width, kernel_size=5, padding=2, groups=width)
        self.mix = nn.Linear(width, width)

    def forward(self, rows: Tensor) -> Tensor:
        """(M, N, C) of a square grid of N places."""
        looked = _rows(self.look(_square(self.norm(rows))))
        return rows + self.mix(F.gelu(looked))


class AttentionLayer(nn.Module):
    """A transformer's layer, normalised first: patches look at others, of their own image or not.

    Args:
        across: each image's patches look at those of the other image of its pair.
    """

    def __init__(self, width: int, heads: int, *, across: bool) -> None:
        super().__init__()
        self.heads, self.across = heads, across
        self.attend_norm = nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.think_norm = nn.LayerNorm(width)
        self.think = two_layers(width, width, width)

    def forward(self, patches: Tensor) -> Tensor:
        """(…, N, C); (P, 2, N, C) where images look at each other."""
        asked = self.ask(self.attend_norm(patches)).unflatten(-1, (3, self.heads, -1))
        query, key, value = asked.movedim(-3, 0).transpose(-2, -3)  # each (…, heads, N, C / heads)
        if self.across:
            key, value = key.flip(1), value.flip(1)
        looked = F.scaled_dot_product_attention(query, key, value).transpose(-2, -3)
        patches = patches + self.attended(looked.flatten(-2))
        thought: Tensor = patches + self.think(self.think_norm(patches))
        return thought


def two_layers(taken: int, hidden: int, given: int) -> nn.Sequential:
    """A layer and its read-out."""
    return nn.Sequential(nn.Linear(taken, hidden), nn.GELU(), nn.Linear(hidden, given))


def _rows(square: Tensor) -> Tensor:
    """(M, H * W, C) of (M, C, H, W)."""
    return square.flatten(2).mT


def _square(rows: Tensor) -> Tensor:
    """(M, C, H, H) of (M, H * H, C)."""
    side = round(rows.shape[1] ** 0.5)
    return rows.mT.unflatten(2, (side, side))


def _edge_filters() -> Tensor:
    """(8, 1, 3, 3): Sobel's, for light that grows towards the right, and every 45 degrees on."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    angles = torch.arange(_EDGES) * (2 * math.pi / _EDGES)
    filters = [across * angle.cos() + across.T * angle.sin() for angle in angles]
    return torch.stack(filters)[:, None]
