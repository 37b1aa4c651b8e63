"""The numbers by which the tower knows the motion between two images.

Each is cut into bins around nothing, finer where it is small: a distribution over signed bins can
say "left or right, but not which", where one number would say "nothing".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.relative import RelativeView

_AROUND: Final = (
    4.0,
    8.0,
    12.0,
    16.0,
    22.0,
    30.0,
    40.0,
    52.0,
    66.0,
    84.0,
    105.0,
    130.0,
    155.0,
    175.0,
)
_UP_AND_DOWN: Final = (3.0, 6.0, 10.0, 14.0, 19.0, 25.0, 32.0, 40.0, 50.0, 65.0, 90.0)
_TWIST: Final = (3.0, 6.0, 9.0, 13.0, 18.0, 25.0, 34.0, 45.0, 60.0, 80.0, 110.0)
_TURN: Final = (6.0, 13.0, 20.0, 30.0, 45.0, 65.0, 90.0, 120.0, 150.0)
_LOG_RATIO: Final = (0.05, 0.1, 0.16, 0.24, 0.34, 0.46, 0.6, 0.76, 0.95, 1.2)
_SHIFT: Final = (0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 0.9, 1.2, 1.6, 2.2)


@dataclass(frozen=True)
class Quantity:
    """One signed number of a motion.

    Attributes:
        name: as in ``RelativeView``, without its unit.
        sizes: centres of the bins above 0, in the unit of the values (radians, a logarithm, or
            parts of the first distance); there are as many below 0, and one at 0.
        mirrored: changes its sign where both images are mirrored.
        swapped: changes its sign, and nothing else, where the images change places.
        upright: means nothing where a camera looks straight up or down.
    """

    name: str
    sizes: tuple[float, ...]
    mirrored: bool = False
    swapped: bool = True
    upright: bool = False

    @cached_property
    def centres(self) -> Array:
        """(B,) of all bins, ascending."""
        above = np.array(self.sizes)
        return np.concatenate([-above[::-1], [0.0], above])


def _degrees(sizes: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(size) for size in np.deg2rad(sizes))


MOTION: Final = (
    Quantity("azimuth", _degrees(_AROUND), mirrored=True, upright=True),
    Quantity("elevation", _degrees(_UP_AND_DOWN)),
    Quantity("distance", _LOG_RATIO),
    Quantity("heading", _degrees(_AROUND), mirrored=True, upright=True),
    Quantity("pitch", _degrees(_UP_AND_DOWN)),
    Quantity("roll", _degrees(_TWIST), mirrored=True, upright=True),
    Quantity("right", _SHIFT, mirrored=True, swapped=False),
    Quantity("rise", _SHIFT, swapped=False),
    Quantity("focal", _LOG_RATIO),
    Quantity("object_turn", _degrees(_TURN), mirrored=True),
)
"""In the order in which they are stored."""

BINS: Final = tuple(len(quantity.centres) for quantity in MOTION)


def motion_of(relative: RelativeView, distance_1: float) -> Array:
    """The numbers (Q,) of a motion; nan where one isn't defined.

    Args:
        relative: view 2 seen from view 1.
        distance_1: of camera 1 to the object's centre, in world units.
    """
    return np.array(
        [
            relative.azimuth_rad,
            relative.elevation_rad,
            np.log(relative.distance_ratio),
            relative.heading_rad,
            relative.pitch_rad,
            relative.roll_rad,
            relative.right / distance_1,
            relative.rise / distance_1,
            np.log(relative.focal_ratio),
            relative.object_turn_rad,
        ]
    )


def motion_between(
    camera_1: Camera, camera_2: Camera, object_turn_1_rad: float, object_turn_2_rad: float
) -> Array:
    """The numbers (Q,) of the motion from camera 1 to camera 2, see ``motion_of``."""
    relative = RelativeView.between(
        camera_1,
        camera_2,
        object_turn_1_rad=object_turn_1_rad,
        object_turn_2_rad=object_turn_2_rad,
    )
    return motion_of(relative, float(np.linalg.norm(camera_1.centre_world)))


def soft_bins(values: Tensor, centres: Tensor) -> Tensor:
    """Weights (N, B) of the two bins between whose centres each value (N,) lies."""
    inside = values.clamp(centres[0], centres[-1]).contiguous()
    upper = torch.searchsorted(centres, inside).clamp(1, len(centres) - 1)
    share = (inside - centres[upper - 1]) / (centres[upper] - centres[upper - 1])
    weights = values.new_zeros(len(values), len(centres))
    weights.scatter_(1, upper[:, None] - 1, 1 - share[:, None])
    return weights.scatter_(1, upper[:, None], share[:, None])


def agreed(there: Tensor, back: Tensor) -> Tensor:
    """Logits (N, sum of ``BINS``) of motions, from those of the way there and of the way back.

    What is read of two images then doesn't depend on which of them comes first.
    """
    parts = []
    both = zip(MOTION, there.split(BINS, dim=1), back.split(BINS, dim=1), strict=True)
    for quantity, one, other in both:
        parts.append((one + other.flip(1)) / 2 if quantity.swapped else one)
    return torch.cat(parts, dim=1)


def read_out(logits: Tensor) -> Tensor:
    """What a motion's bins say in few numbers (N, 5 Q).

    Of each quantity: the chances of below, at and above 0, and the means of its value and of its
    size, in parts of the largest size.

    Args:
        logits: (N, sum of ``BINS``).
    """
    numbers = []
    for quantity, chances in _chances(logits):
        below, at, above = _around_nothing(chances)
        centres = torch.as_tensor(quantity.centres, dtype=logits.dtype, device=logits.device)
        scaled = centres / quantity.sizes[-1]
        numbers += [
            below.sum(dim=1),
            at[:, 0],
            above.sum(dim=1),
            chances @ scaled,
            chances @ scaled.abs(),
        ]
    return torch.stack(numbers, dim=1)


def sides(logits: Tensor) -> Tensor:
    """1 or -1 (N, Q): the likelier side of 0, however likely 0 itself is.

    Args:
        logits: (N, sum of ``BINS``).
    """
    found = []
    for _, chances in _chances(logits):
        below, _, above = _around_nothing(chances)
        found.append(torch.where(above.sum(dim=1) > below.sum(dim=1), 1.0, -1.0))
    return torch.stack(found, dim=1)


def estimates(logits: Tensor) -> Tensor:
    """Values (N, Q): on the likelier side of 0, the mean there; 0 where that is likelier still.

    The likeliest bin won't do: 0 is one bin, and what lies on a side is spread over many.

    Args:
        logits: (N, sum of ``BINS``).
    """
    values = []
    for quantity, chances in _chances(logits):
        below, at, above = _around_nothing(chances)
        sizes = torch.as_tensor(quantity.sizes, dtype=logits.dtype, device=logits.device)
        chance_below, chance_above = below.sum(dim=1), above.sum(dim=1)
        size_below = below.flip(1) @ sizes / chance_below.clamp(min=1e-9)
        size_above = above @ sizes / chance_above.clamp(min=1e-9)
        value = torch.where(chance_above > chance_below, size_above, -size_below)
        moved = torch.maximum(chance_above, chance_below) > at[:, 0]
        values.append(torch.where(moved, value, torch.zeros_like(value)))
    return torch.stack(values, dim=1)


def _chances(logits: Tensor) -> Iterator[tuple[Quantity, Tensor]]:
    """Each quantity with the chances (N, B) of its bins."""
    for quantity, mine in zip(MOTION, logits.split(BINS, dim=1), strict=True):
        yield quantity, mine.softmax(dim=1)


def _around_nothing(chances: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The bins below, at and above 0: (N, b), (N, 1), (N, b)."""
    many = chances.shape[1] // 2
    below, at, above = chances.split([many, 1, many], dim=1)
    return below, at, above
