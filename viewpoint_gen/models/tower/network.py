"""Two images in, what each patch of either became in the other out.

Every image is read by itself first: what each patch looks like, how far away it is, whether it is
the object. Then the patches of two images are compared all with all, and what a patch learns from
that is *where it went*: the mean place of what looks like it in the other image, and the place of
the likeliest patch and its neighbours, which is of use long before the mean is. Pooled features
alone never learn left from right; displacements do, and what is fitted to those of the object and
of the rest (see ``flow_fit``) tells a turn from a step aside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import PATCH_PX, GeometryTowerConfig
from viewpoint_gen.models.tower.flow_fit import FIT_WIDTH, fit_flow
from viewpoint_gen.models.tower.motion import BINS

_READ_OUT_WIDTH: Final = 13
"""Of a patch: its mean displacement, the same by certainty, certainty, spread, its own place, the
displacement to the likeliest place, the same by its certainty, and that."""

_EDGES: Final = 8
_CELL_PX: Final = 3
_FAINT: Final = 1e-4
"""Keeps the root of an edge's strength from rising without end at none."""

_EDGE_MEAN: Final = 0.12
_EDGE_SPREAD: Final = 0.14
_COLOUR_SPREAD: Final = 0.48
"""Measured on renders: what the patches start from varies by about 1."""

_SURFACE_WIDTH: Final = 2
"""Of a patch: the logarithm of its depth, and the logit of being on the object."""

_GATES: Final = 4
"""Ways in which patches are weighted before they are put together: the object's, the ground's …"""

_PARTS: Final = 3
"""To whose displacements motions are fitted: the object, all else, and what proves to be of use."""

_POOLED: Final = 256
"""Width of what is known of a pair before the transformer reads it."""

_SHARPNESS: Final = 20.0
"""What likeness of patches, in [-1, 1], is multiplied with at first."""


@dataclass(frozen=True)
class PairReading:
    """What the network reads from pairs of images.

    Attributes:
        patches: (P, 2, N, C) of both images, N = grid * grid.
        motion: (P, W) what it holds of the motion from image 1 to image 2.
        motion_bins: (P, sum of ``BINS``) logits.
        early_bins: the same, read from what was fitted to displacements and from nothing else:
            taught for the sake of the matching, which gets no better excuse.
        likeness: (P, N, N) logits: patch of image 1 by patch of image 2.
        surface: (P, 2, N, 2) logarithm of the depth, and the logit of being on the object.
        early_surface: the same, from each image by itself.
    """

    patches: Tensor
    motion: Tensor
    motion_bins: Tensor
    early_bins: Tensor
    likeness: Tensor
    surface: Tensor
    early_surface: Tensor


class PairNetwork(nn.Module):
    """See the module's own words."""

    places: Tensor
    steps: Tensor
    near: Tensor

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        self.grid, self.blocks = config.grid, config.blocks
        count, width, block = self.grid**2, config.patch_width, config.block_width
        self.eye = Eye(config)
        self.place = nn.Parameter(torch.zeros(1, count, width))
        self.norm = nn.LayerNorm(width)
        self.key_norm = nn.LayerNorm(width)
        self.key = nn.Linear(width, config.key_width)
        self.sharpness = nn.Parameter(torch.zeros(()))
        self.step_bias = nn.Parameter(torch.zeros((2 * self.grid - 1) ** 2))
        self.early_surface = nn.Linear(width, _SURFACE_WIDTH)
        read = width + _READ_OUT_WIDTH + _SURFACE_WIDTH
        self.went = nn.Sequential(
            nn.Linear(read, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.around = Around(width)
        self.agreed = nn.Sequential(Around(width), nn.LayerNorm(width))
        self.of_use = nn.Linear(width + _SURFACE_WIDTH, 1)
        self.gates = nn.Linear(width, _GATES)
        self.pooled_norm = nn.LayerNorm(2 * _GATES * width)
        self.fitted = nn.Sequential(
            nn.Linear(2 * _PARTS * FIT_WIDTH, _POOLED),
            nn.GELU(),
            nn.Linear(_POOLED, _POOLED),
            nn.GELU(),
        )
        self.pool = nn.Sequential(nn.Linear(2 * _GATES * width + _POOLED, _POOLED), nn.GELU())
        self.early = nn.Linear(_POOLED, sum(BINS))
        self.surface = nn.Linear(width, _SURFACE_WIDTH)
        self.thin = nn.Linear(width, width // 2)
        per_block = (self.grid // self.blocks) ** 2
        self.to_block = nn.Linear(per_block * (width // 2), block)
        self.block_place = nn.Parameter(torch.zeros(1, 1, self.blocks**2, block))
        self.which_image = nn.Parameter(torch.zeros(1, 2, 1, block))
        self.to_motion = nn.Linear(_POOLED, block)
        self.layers = nn.ModuleList(
            Layer(block, config.num_heads) for _ in range(config.num_layers)
        )
        self.last_norm = nn.LayerNorm(block)
        self.motion_bins = nn.Linear(block, sum(BINS))
        centres = (torch.arange(self.grid) + 0.5) / self.grid * 2 - 1
        right, down = torch.meshgrid(centres, centres, indexing="xy")
        self.register_buffer("places", torch.stack([right, down], dim=-1).reshape(count, 2))
        self.register_buffer("steps", _steps(self.grid))
        self.register_buffer("near", _near(self.grid))

    def features(self, images: Tensor) -> Tensor:
        """What each image shows by itself: (M, N, C) of images (M, 3, S, S) in [0, 1]."""
        seen: Tensor = self.eye(images * 2 - 1)
        return seen

    def forward(self, first: Tensor, second: Tensor) -> PairReading:
        """Compare the features (P, N, C) of first and second images."""
        seen = torch.stack([first, second], dim=1)  # (P, 2, N, C)
        keys = F.normalize(self.key(self.key_norm(seen)), dim=-1)
        likeness = torch.einsum("pnk,pmk->pnm", keys[:, 0], keys[:, 1])
        sharpness = _SHARPNESS * (8 * self.sharpness).exp()  # 8: lone numbers learn slowly
        likeness = likeness * sharpness + 4 * self.step_bias[self.steps]
        known = self.norm(seen + self.place)
        surface = self.early_surface(known)
        went, leap, certainty = self._displacements(likeness)
        read = torch.cat([known, went, surface], dim=-1)
        patches = (seen + self.place + self.went(read)).flatten(0, 1)
        patches = self.agreed(self.around(patches)).view_as(seen)
        weights = self.gates(patches).softmax(dim=2)  # (P, 2, N, gates)
        gathered = torch.einsum("pvng,pvnc->pvgc", weights, patches).flatten(1)
        fitted = fit_flow(
            leap, certainty * self._parts(known, surface), self.places, surface[..., 0]
        )
        fitted = self.fitted(fitted.flatten(1).asinh())  # a few patches can fit anything
        pooled = self.pool(torch.cat([self.pooled_norm(gathered), fitted], dim=1))
        motion = self._motion(patches, pooled)
        return PairReading(
            patches=patches,
            motion=motion,
            motion_bins=self.motion_bins(motion),
            early_bins=self.early(fitted),
            likeness=likeness,
            surface=self.surface(patches),
            early_surface=surface,
        )

    def _parts(self, known: Tensor, surface: Tensor) -> Tensor:
        """(P, 2, N, parts) how far patches belong to the object, the rest, and what is of use."""
        on_object = surface[..., 1:].sigmoid()
        of_use = self.of_use(torch.cat([known, surface], dim=-1)).sigmoid()
        return torch.cat([on_object, 1 - on_object, of_use], dim=-1)

    def _displacements(self, likeness: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Where patches of either image went, from how they are like those of the other.

        Returns:
            All that is known of it (P, 2, N, 13); the displacement to the likeliest place
            (P, 2, N, 2), and its certainty (P, 2, N, 1).
        """
        chances = torch.stack([likeness.softmax(-1), likeness.mT.softmax(-1)], dim=1)
        found = chances @ self.places  # (P, 2, N, 2)
        spread = chances @ self.places.square().sum(-1, keepdim=True)
        spread = (spread - found.square().sum(-1, keepdim=True)).clamp(min=0)
        certainty = chances.amax(dim=-1, keepdim=True)
        own = self.places.expand_as(found)
        step = found - own
        nearby = chances * self.near[chances.argmax(dim=-1)]  # (P, 2, N, N)
        share = nearby.sum(dim=-1, keepdim=True)
        leap = nearby @ self.places / share - own
        numbers = [step * 4, step * certainty * 8, certainty * 3, spread, own * 2]
        went = torch.cat([*numbers, leap * 4, leap * share * 8, share * 3], dim=-1)
        return went, leap, share

    def _motion(self, patches: Tensor, pooled: Tensor) -> Tensor:
        """(P, W): a transformer over blocks of patches of both images and a token of its own."""
        pairs, per_block = len(patches), self.grid // self.blocks
        thin = self.thin(patches).view(pairs, 2, self.blocks, per_block, self.blocks, per_block, -1)
        blocks = thin.permute(0, 1, 2, 4, 3, 5, 6).reshape(pairs, 2, self.blocks**2, -1)
        tokens = self.to_block(blocks) + self.block_place + self.which_image
        tokens = torch.cat([tokens.flatten(1, 2), self.to_motion(pooled)[:, None]], dim=1)
        for layer in self.layers:
            tokens = layer(tokens)
        last: Tensor = self.last_norm(tokens[:, -1])
        return last


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


class Layer(nn.Module):
    """A transformer's layer, normalised first."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attend_norm = nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.think_norm = nn.LayerNorm(width)
        self.think = nn.Sequential(
            nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """(P, T, W)."""
        pairs, count, width = tokens.shape
        asked = self.ask(self.attend_norm(tokens)).view(pairs, count, 3, self.heads, -1)
        query, key, value = asked.permute(2, 0, 3, 1, 4)  # each (P, heads, T, W / heads)
        looked = F.scaled_dot_product_attention(query, key, value).transpose(1, 2)
        tokens = tokens + self.attended(looked.reshape(pairs, count, width))
        thought: Tensor = tokens + self.think(self.think_norm(tokens))
        return thought


def _rows(square: Tensor) -> Tensor:
    """(M, H * W, C) of (M, C, H, W)."""
    return square.flatten(2).mT


def _square(rows: Tensor) -> Tensor:
    """(M, C, H, H) of (M, H * H, C)."""
    side = round(rows.shape[1] ** 0.5)
    return rows.mT.unflatten(2, (side, side))


def _steps(grid: int) -> Tensor:
    """(N, N) the number of the step, down and right, that leads from a patch to another."""
    place = torch.arange(grid * grid)
    row, column = place // grid, place % grid
    down = row[None] - row[:, None] + grid - 1
    right = column[None] - column[:, None] + grid - 1
    return down * (2 * grid - 1) + right


def _near(grid: int) -> Tensor:
    """(N, N) 1 for each patch's own place and the eight around it, 0 for all others."""
    place = torch.arange(grid * grid)
    down = (place[None] // grid - place[:, None] // grid).abs()
    right = (place[None] % grid - place[:, None] % grid).abs()
    return (torch.maximum(down, right) <= 1).float()


def _edge_filters() -> Tensor:
    """(8, 1, 3, 3): Sobel's, for light that grows towards the right, and every 45 degrees on."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    angles = torch.arange(_EDGES) * (2 * math.pi / _EDGES)
    filters = [across * angle.cos() + across.T * angle.sin() for angle in angles]
    return torch.stack(filters)[:, None]
