"""The motion between two images from where their patches went, and from nothing else."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.flow_fit import FIT_WIDTH, fit_flow
from viewpoint_gen.models.tower.motion import BINS

CAMERA_WIDTH: Final = 5
"""Of an image: the logarithms of its focal lengths, in widths and in heights of the image, and the
world's upward direction in the camera's own axes."""

_PARTS: Final = 2
"""To whose displacements motions are fitted: the object, and all else."""

_OUTLINE_WIDTH: Final = 12


class MotionOfFlow(nn.Module):
    """The motion between two images from where patches went; no picture is looked at."""

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        hidden = config.motion_hidden
        taken = 2 * _PARTS * FIT_WIDTH + 2 * CAMERA_WIDTH + _OUTLINE_WIDTH
        self.fitted = nn.Sequential(
            nn.Linear(taken, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU()
        )
        self.bins = nn.Linear(hidden, sum(BINS))

    def forward(
        self,
        flow: Tensor,
        found: Tensor,
        on_object: Tensor,
        on_object_there: Tensor,
        cameras: Tensor,
        places: Tensor,
    ) -> Tensor:
        """How the motion is held (P, W); ``bins`` reads it.

        Args:
            flow: (P, 2, N, 2) where patches went, in half images.
            found: (P, 2, N, 1) chance of having been found there.
            on_object, on_object_there: (P, 2, N, 1) chance of being the object, here and there.
            cameras: (P, 2, ``CAMERA_WIDTH``).
            places: (N, 2) the patches' own places, in [-1, 1].
        """
        both = on_object * on_object_there
        neither = (1 - on_object) * (1 - on_object_there)
        fitted = fit_flow(flow, torch.cat([both, neither], dim=-1) * found, places)
        known = [fitted.flatten(1).asinh()]  # a few patches can fit anything
        known += [cameras.flatten(1) * 2, _outlines(on_object, places)]
        held: Tensor = self.fitted(torch.cat(known, dim=1))
        return held


def _outlines(on_object: Tensor, places: Tensor) -> Tensor:
    """Where the object is in both images, and how large (P, 12)."""
    share = on_object / (on_object.sum(dim=2, keepdim=True) + 1e-4)  # (P, 2, N, 1)
    middle = (share * places).sum(dim=2)
    extent = (share * places.square()).sum(dim=2) - middle.square()
    size = (extent.clamp(min=0) + 1e-3).log() / 2
    change = [(middle[:, 1] - middle[:, 0]) * 2, (size[:, 1] - size[:, 0]) * 2]
    return torch.cat([middle.flatten(1) * 2, size.flatten(1), *change], dim=1)
