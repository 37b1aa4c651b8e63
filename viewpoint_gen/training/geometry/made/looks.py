"""What made-up things, their ground and what is far behind look like: colours and sums of waves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.geometry.frames import Array, Bools

_PLAIN: Final = 0.45
_HARD: Final = 0.4
"""Of the looks: of one colour alone; and with waves that are cut to stripes."""

_WASHED_OUT: Final = 0.8
"""At most: how much of its colour a look loses."""

_COLOURS: Final = 4
"""That one thing has."""


@dataclass(frozen=True)
class Looks:
    """Colours in space: a base and waves through points, L looks for each of B things.

    Attributes:
        base: (B, L, 3) linear colours.
        strength: (B, L, W, 3) of each wave in each channel.
        turns: (B, L, W, 3) radians per world unit, or per unit of a direction's length.
        start: (B, L, W) radians.
        hard: (B, L) whether waves are cut to stripes.
    """

    base: Tensor
    strength: Tensor
    turns: Tensor
    start: Tensor
    hard: Tensor

    @classmethod
    def drawn(
        cls,
        rng: np.random.Generator,
        base: Array,
        *,
        waves: int,
        turns: tuple[float, float],
        grey: float,
        colour: float,
        plain: float = _PLAIN,
    ) -> Looks:
        """Looks around base colours (B, L, 3).

        Args:
            turns: of the slowest and the fastest wave.
            grey, colour: standard deviations of the waves' strength, of all channels together and
                of each by itself.
            plain: share of the looks that have no waves.
        """
        shape = base.shape[:2]
        directions = rng.normal(size=(*shape, waves, 3))
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        speeds = np.exp(rng.uniform(np.log(turns[0]), np.log(turns[1]), (*shape, waves, 1)))
        strength = rng.normal(0.0, grey, (*shape, waves, 1))
        strength = strength + rng.normal(0.0, colour, (*shape, waves, 3))
        patterned = rng.random((*shape, 1, 1)) > plain
        washed = rng.uniform(0.0, _WASHED_OUT, (*shape, 1))
        base = base + (base.mean(axis=-1, keepdims=True) - base) * washed
        return cls(
            base=torch.from_numpy(base).float(),
            strength=torch.from_numpy(strength * patterned).float(),
            turns=torch.from_numpy(directions * speeds).float(),
            start=torch.from_numpy(rng.uniform(0.0, 2 * np.pi, (*shape, waves))).float(),
            hard=torch.from_numpy(rng.random(shape) < _HARD),
        )

    def at(self, points: Tensor, thing: Tensor, look: Tensor | None = None) -> Tensor:
        """Linear colours (M, 3) at points (M, 3).

        Args:
            thing: (M,) whose.
            look: (M,) which of its looks; None: the first.
        """
        look = torch.zeros_like(thing) if look is None else look
        return (self.base[thing, look] + self.waves(points, thing, look)).clamp(0.01, 1.0)

    def only(self, kept: Bools) -> Looks:
        """The same without waves where they aren't kept (B,)."""
        strength = self.strength * torch.from_numpy(kept)[:, None, None, None]
        return replace(self, strength=strength)

    def waves(self, points: Tensor, thing: Tensor, look: Tensor | None = None) -> Tensor:
        """What is added to the base (M, 3); see ``at``."""
        look = torch.zeros_like(thing) if look is None else look
        phase = torch.einsum("mwj,mj->mw", self.turns[thing, look], points)
        waves = (phase + self.start[thing, look]).sin()
        waves = torch.where(self.hard[thing, look][:, None], waves.sign(), waves)
        return torch.einsum("mw,mwc->mc", waves, self.strength[thing, look])


def colours(rng: np.random.Generator, things: int, looks: int) -> Array:
    """Base colours (B, L, 3): few for one thing, hardly two of them quite the same."""
    palette = rng.uniform(0.03, 0.95, (things, _COLOURS, 3))
    chosen = rng.integers(_COLOURS, size=(things, looks))
    return palette[np.arange(things)[:, None], chosen] + rng.normal(0.0, 0.03, (things, looks, 3))
