"""The motion between two images from where their patches went, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.flow_fit import FIT_WIDTH, fit_flow
from viewpoint_gen.models.tower.motion import BINS

CAMERA_WIDTH: Final = 5
"""Of an image: the logarithms of its focal lengths, in widths and in heights of the image, and the
world's upward direction in the camera's own axes."""

_LOOKS: Final = 2
_PARTS: Final = 2
"""To whose displacements motions are fitted: the object, and all else; in either look."""

_OUTLINE_WIDTH: Final = 12
_WINDOWS_WIDTH: Final = 9


@dataclass(frozen=True)
class Moved:
    """Where the patches of P pairs of images went, in one look at them.

    Attributes:
        flow: (P, 2, N, 2) in half images, or half windows.
        found: (P, 2, N, 1) chance of having been found there.
        on_object, on_object_there: (P, 2, N, 1) chance of being the object, here and there.
        places: (N, 2) the patches' own places, in [-1, 1].
    """

    flow: Tensor
    found: Tensor
    on_object: Tensor
    on_object_there: Tensor
    places: Tensor

    def fitted(self) -> Tensor:
        """What is fitted to the object's displacements and to all others (P, 2, 2, F)."""
        both = self.on_object * self.on_object_there
        neither = (1 - self.on_object) * (1 - self.on_object_there)
        return fit_flow(self.flow, torch.cat([both, neither], dim=-1) * self.found, self.places)


class MotionOfFlow(nn.Module):
    """The motion between two images from where patches went; no picture is looked at."""

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        hidden = config.motion_hidden
        taken = 2 * _LOOKS * _PARTS * FIT_WIDTH + 2 * CAMERA_WIDTH + _OUTLINE_WIDTH + _WINDOWS_WIDTH
        self.fitted = nn.Sequential(
            nn.Linear(taken, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU()
        )
        self.bins = nn.Linear(hidden, sum(BINS))

    def forward(self, whole: Moved, close: Moved, windows: Tensor, cameras: Tensor) -> Tensor:
        """How the motion is held (P, W); ``bins`` reads it.

        Args:
            whole, close: of the images, and of windows round the object.
            windows: (P, 2, 3), see ``windows``.
            cameras: (P, 2, ``CAMERA_WIDTH``).
        """
        fits = [look.fitted().flatten(1).asinh() for look in (whole, close)]  # few fit anything
        outlines = _outlines(whole.on_object, whole.places)
        known = [*fits, cameras.flatten(1) * 2, outlines, _compared(windows)]
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


def _compared(windows: Tensor) -> Tensor:
    """Where windows (P, 2, 3) are and how large, and how they differ (P, 9)."""
    known = torch.cat([windows[..., :2] * 2, windows[..., 2:].log()], dim=-1)
    return torch.cat([known.flatten(1), (known[:, 1] - known[:, 0]) * 2], dim=1)
