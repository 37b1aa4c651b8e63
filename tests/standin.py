"""A geometry encoder of the right shapes, whose tokens are easy to reason about."""

import torch
from torch import nn

from viewpoint_gen.models.geometry import GeometryTokens

FACTORY = "standin:StandIn"


class StandIn(nn.Module):
    """Patches: a projection of each patch's colours. Summary: how an image's mean colour differs
    from the first image's of its own sample."""

    factory = FACTORY

    def __init__(self, *, image_px=32, grid=4, patch_width=6):
        super().__init__()
        self.arguments = {"image_px": image_px, "grid": grid, "patch_width": patch_width}
        self.image_px, self.grid = image_px, grid
        self.patch_width, self.summary_width = patch_width, 3
        self.project = nn.Conv2d(3, patch_width, image_px // grid, image_px // grid)
        self.drop = nn.Dropout(0.5)
        self.seen = []

    def encode(self, images, counts):
        assert images.shape == (sum(counts), 3, self.image_px, self.image_px)
        assert all(counts)
        self.seen.append((images.detach().clone(), tuple(counts)))
        patches = self.drop(self.project(images)).permute(0, 2, 3, 1)
        means = images.mean(dim=(2, 3)).split(list(counts))
        return GeometryTokens(patches, torch.cat([mean - mean[:1] for mean in means]))
