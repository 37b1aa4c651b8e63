"""The motion between two images from where their patches went, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
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
"""Of both images, and how they differ."""


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
        """What is fitted to the object's displacements and to all others (P, 2, 2 * F)."""
        both = self.on_object * self.on_object_there
        neither = (1 - self.on_object) * (1 - self.on_object_there)
        weights = torch.cat([both, neither], dim=-1) * self.found
        fits = fit_flow(self.flow, weights, self.places)
        return fits.flatten(2).asinh()  # a few patches can fit anything


@dataclass(frozen=True)
class Known:
    """All that motions between P pairs of images are read from, of each image (P, 2, …).

    Attributes:
        whole, close: what was fitted, see ``Moved``, in the images and in windows.
        cameras: (P, 2, ``CAMERA_WIDTH``).
        middles, sizes: (P, 2, 2) of the object in the image.
        windows: (P, 2, 3).
    """

    whole: Tensor
    close: Tensor
    cameras: Tensor
    middles: Tensor
    sizes: Tensor
    windows: Tensor

    @classmethod
    def of(cls, whole: Moved, close: Moved, windows: Tensor, cameras: Tensor) -> Known:
        """From where patches went.

        Args:
            windows: (P, 2, 3), see ``windows``.
            cameras: (P, 2, ``CAMERA_WIDTH``).
        """
        share = whole.on_object / (whole.on_object.sum(dim=2, keepdim=True) + 1e-4)  # (P, 2, N, 1)
        middles = (share * whole.places).sum(dim=2)
        extent = (share * whole.places.square()).sum(dim=2) - middles.square()
        return cls(
            whole=whole.fitted(),
            close=close.fitted(),
            cameras=cameras * 2,
            middles=middles * 2,
            sizes=(extent.clamp(min=0) + 1e-3).log() / 2,
            windows=torch.cat([windows[..., :2] * 2, windows[..., 2:].log()], dim=-1),
        )

    def swapped(self) -> Known:
        """The same with the second image first."""
        return Known(*(getattr(self, field.name).flip(1) for field in fields(self)))

    def numbers(self) -> Tensor:
        """(P, …) of both images, and how they differ."""
        of_each = [getattr(self, field.name).flatten(1) for field in fields(self)]
        compared = (self.middles, self.sizes, self.windows)
        return torch.cat([*of_each, *((each[:, 1] - each[:, 0]) * 2 for each in compared)], dim=1)


class MotionOfFlow(nn.Module):
    """The motion between two images from what is known of them; no picture is looked at."""

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        hidden = config.motion_hidden
        taken = 2 * _LOOKS * _PARTS * FIT_WIDTH + 2 * CAMERA_WIDTH + _OUTLINE_WIDTH + _WINDOWS_WIDTH
        self.fitted = nn.Sequential(
            nn.Linear(taken, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU()
        )
        self.bins = nn.Linear(hidden, sum(BINS))

    def forward(self, known: Known) -> Tensor:
        """How the motion from the first to the second image is held (P, W); ``bins`` reads it."""
        held: Tensor = self.fitted(known.numbers())
        return held
