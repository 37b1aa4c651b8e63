"""Where the patches of two images went, read from how they are like one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

MATCH_WIDTH: Final = 8
"""Of ``Match.numbers``."""

READ_OUT_WIDTH: Final = 13
"""Of ``Match.read_out``: a patch's mean displacement, the same by certainty, certainty, spread, its
own place, the displacement to the likeliest place, the same by its certainty, and that."""


@dataclass(frozen=True)
class Match:
    """Where patches of either image went, from how they are like those of the other.

    Attributes:
        chances: (P, 2, N, N) of having gone to each patch of the other image.
        nearby: (P, 2, N, 9) numbers of the likeliest patch and its neighbours.
        weights: (P, 2, N, 9) of the chances of those alone, which sum to 1.
        share: (P, 2, N, 1) of the chances that lies there.
        flow: (P, 2, N, 2) the displacement to the middle of those.
    """

    chances: Tensor
    nearby: Tensor
    weights: Tensor
    share: Tensor
    flow: Tensor

    @classmethod
    def of(cls, likeness: Tensor, places: Tensor, near: Tensor) -> Match:
        """From logits (P, N, N).

        Args:
            near: (N, 9), see ``neighbours``.
        """
        chances = torch.stack([likeness.softmax(-1), likeness.mT.softmax(-1)], dim=1)
        nearby = near[chances.argmax(dim=-1)]
        weights = chances.gather(-1, nearby.clamp(min=0)) * (nearby >= 0)
        nearby = nearby.clamp(min=0)
        share = weights.sum(dim=-1, keepdim=True)
        weights = weights / share
        flow = (weights[..., None] * places[nearby]).sum(dim=-2) - places
        return cls(chances, nearby, weights, share, flow)

    def there(self, values: Tensor) -> Tensor:
        """What values (P, 2, N, C) of the other image's patches are where these went."""
        width = values.shape[-1]
        index = self.nearby.flatten(2)[..., None].expand(-1, -1, -1, width)
        found = values.flip(1).gather(2, index).unflatten(2, self.nearby.shape[2:])
        return (self.weights[..., None] * found).sum(dim=-2)

    def numbers(self, on_object: Tensor, places: Tensor) -> Tensor:
        """What tells whether a patch was found (P, 2, N, 8).

        Certainty, whether the other image agrees, the way there and back, being on the object here
        and there, how far it went, and how near the frame's edge it came.
        """
        mutual = (self.chances * self.chances.flip(1).mT).sum(dim=-1, keepdim=True)
        there_and_back = self.flow + self.there(self.flow)
        on_object_there = self.there(on_object)
        edge = (places + self.flow).abs().amax(dim=-1, keepdim=True)
        return torch.cat(
            [
                self.share * 3,
                mutual * 3,
                _length(there_and_back) * 3,
                on_object,
                on_object_there,
                on_object - on_object_there,
                _length(self.flow),
                edge,
            ],
            dim=-1,
        )

    def read_out(self, places: Tensor) -> Tensor:
        """All that is known of it (P, 2, N, 13)."""
        found = self.chances @ places  # (P, 2, N, 2)
        spread = self.chances @ places.square().sum(-1, keepdim=True)
        spread = (spread - found.square().sum(-1, keepdim=True)).clamp(min=0)
        certainty = self.chances.amax(dim=-1, keepdim=True)
        own = places.expand_as(found)
        step = found - own
        numbers = [step * 4, step * certainty * 8, certainty * 3, spread, own * 2]
        leap = [self.flow * 4, self.flow * self.share * 8, self.share * 3]
        return torch.cat([*numbers, *leap], dim=-1)


def places_of(grid: int) -> Tensor:
    """(N, 2) of the patches' middles, right and down, in [-1, 1] of the image."""
    centres = (torch.arange(grid) + 0.5) / grid * 2 - 1
    right, down = torch.meshgrid(centres, centres, indexing="xy")
    return torch.stack([right.flatten(), down.flatten()], dim=1)


def neighbours(grid: int) -> Tensor:
    """(N, 9) numbers of each patch and the eight around it; -1 beyond the grid's edge."""
    numbers = F.pad(torch.arange(grid * grid).view(grid, grid), (1, 1, 1, 1), value=-1)
    return numbers.unfold(0, 3, 1).unfold(1, 3, 1).reshape(grid * grid, 9)


def _length(vectors: Tensor) -> Tensor:
    """(…, 1); its slope at nothing is finite."""
    return (vectors.square().sum(dim=-1, keepdim=True) + 1e-6).sqrt()
