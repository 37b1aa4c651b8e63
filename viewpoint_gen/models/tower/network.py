"""Two images in, what each patch of either became in the other out.

Every image is read by itself first. Then the patches of two images are compared all with all, and
what a patch learns from that is *where it went*: the mean place of what looks like it in the other
image, how far that is from its own, how sure it is and how widely spread. Pooled features alone
never learn left from right; displacements do.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import PATCH_PX, GeometryTowerConfig
from viewpoint_gen.models.tower.motion import BINS

_READ_OUT_WIDTH = 8
"""Of a patch: its displacement, the same by certainty, certainty, spread, and its own place."""


@dataclass(frozen=True)
class PairReading:
    """What the network reads from pairs of images.

    Attributes:
        patches: (P, 2, N, C) of both images, N = grid * grid.
        motion: (P, W) what it holds of the motion from image 1 to image 2.
        motion_bins: (P, sum of ``BINS``) logits.
        early_bins: the same, read before the transformer; taught for the sake of what is below it.
        likeness: (P, N, N) logits: patch of image 1 by patch of image 2.
        surface: (P, 2, N, 2) logarithm of the depth, and the logit of being on the object.
    """

    patches: Tensor
    motion: Tensor
    motion_bins: Tensor
    early_bins: Tensor
    likeness: Tensor
    surface: Tensor


class PairNetwork(nn.Module):
    """See the module's own words."""

    places: Tensor
    steps: Tensor

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
        self.went = nn.Sequential(
            nn.Linear(width + _READ_OUT_WIDTH, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.trust = nn.Linear(width + _READ_OUT_WIDTH, 1)
        self.early_norm = nn.LayerNorm(2 * width)
        self.early = nn.Linear(2 * width, sum(BINS))
        self.around = Around(width)
        self.surface = nn.Linear(width, 2)
        self.thin = nn.Linear(width, width // 2)
        per_block = (self.grid // self.blocks) ** 2
        self.to_block = nn.Linear(per_block * (width // 2), block)
        self.block_place = nn.Parameter(torch.zeros(1, 1, self.blocks**2, block))
        self.which_image = nn.Parameter(torch.zeros(1, 2, 1, block))
        self.motion = nn.Parameter(torch.zeros(1, 1, block))
        self.layers = nn.ModuleList(
            Layer(block, config.num_heads) for _ in range(config.num_layers)
        )
        self.last_norm = nn.LayerNorm(block)
        self.motion_bins = nn.Linear(block, sum(BINS))
        centres = (torch.arange(self.grid) + 0.5) / self.grid * 2 - 1
        right, down = torch.meshgrid(centres, centres, indexing="xy")
        self.register_buffer("places", torch.stack([right, down], dim=-1).reshape(count, 2))
        self.register_buffer("steps", _steps(self.grid))

    def features(self, images: Tensor) -> Tensor:
        """What each image shows by itself: (M, N, C) of images (M, 3, S, S) in [0, 1]."""
        seen: Tensor = self.eye(images * 2 - 1)
        return seen

    def forward(self, first: Tensor, second: Tensor) -> PairReading:
        """Compare the features (P, N, C) of first and second images."""
        seen = torch.stack([first, second], dim=1)  # (P, 2, N, C)
        keys = F.normalize(self.key(self.key_norm(seen)), dim=-1)
        likeness = torch.einsum("pnk,pmk->pnm", keys[:, 0], keys[:, 1])
        likeness = likeness * (10.0 * self.sharpness.exp()) + self.step_bias[self.steps]
        known = seen + self.place
        read = torch.cat([self.norm(known), self._displacements(likeness)], dim=-1)
        went = self.went(read)
        trust = self.trust(read).sigmoid()
        pooled = ((went * trust).sum(dim=2) / trust.sum(dim=2)).flatten(1)  # (P, 2 C)
        patches = self.around((known + went).flatten(0, 1)).view_as(seen)
        motion = self._motion(patches)
        return PairReading(
            patches=patches,
            motion=motion,
            motion_bins=self.motion_bins(motion),
            early_bins=self.early(self.early_norm(pooled)),
            likeness=likeness,
            surface=self.surface(patches),
        )

    def _displacements(self, likeness: Tensor) -> Tensor:
        """(P, 2, N, 8) of each patch of either image, from how it is like those of the other."""
        chances = torch.stack([likeness.softmax(-1), likeness.mT.softmax(-1)], dim=1)
        found = chances @ self.places  # (P, 2, N, 2)
        spread = chances @ self.places.square().sum(-1, keepdim=True)
        spread = (spread - found.square().sum(-1, keepdim=True)).clamp(min=0)
        certainty = chances.amax(dim=-1, keepdim=True)
        own = self.places.expand_as(found)
        step = found - own
        return torch.cat([step * 4, step * certainty * 8, certainty * 3, spread, own * 2], dim=-1)

    def _motion(self, patches: Tensor) -> Tensor:
        """(P, W): a transformer over blocks of patches of both images and a token of its own."""
        pairs, per_block = len(patches), self.grid // self.blocks
        thin = self.thin(patches).view(pairs, 2, self.blocks, per_block, self.blocks, per_block, -1)
        blocks = thin.permute(0, 1, 2, 4, 3, 5, 6).reshape(pairs, 2, self.blocks**2, -1)
        tokens = self.to_block(blocks) + self.block_place + self.which_image
        tokens = torch.cat([tokens.flatten(1, 2), self.motion.expand(pairs, -1, -1)], dim=1)
        for layer in self.layers:
            tokens = layer(tokens)
        last: Tensor = self.last_norm(tokens[:, -1])
        return last


class Eye(nn.Module):
    """One image by itself: patches that overlap a little, each with a view of those around it."""

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        self.pixels = nn.Conv2d(
            3, config.patch_width, kernel_size=PATCH_PX + 2, stride=PATCH_PX, padding=1
        )
        self.layers = nn.ModuleList(Around(config.patch_width) for _ in range(config.eye_layers))

    def forward(self, images: Tensor) -> Tensor:
        """(M, N, C) of (M, 3, S, S) in [-1, 1]."""
        patches = _rows(self.pixels(images.contiguous(memory_format=torch.channels_last)))
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
