"""The square parts of images round the object, in which the tower looks a second time.

The object covers a twentieth to a seventh of a picture, and it is the object that tells which way a
camera went round it. So what is taken for the object (see ``finder``) is cut out and enlarged, and
looked at as finely as the whole picture was (a fovea). A window is three numbers: its middle, right
and down of the image's, and half its side, all in half images. It also takes out where the object
lies and how large it is: what is left of its patches' displacements is how it turned.
"""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

from viewpoint_gen.models.tower.match import places_of

_DEVIATIONS: Final = 2.1
"""From a window's middle to its edge: as many standard deviations of the object's patches. To the
edge of a full square it is 1.7, to that of a disc 2."""

_MARGIN: Final = 0.04
_LEAST: Final = 0.12
_MOST: Final = 1.0
"""Half images."""

_FINER: Final = 2
"""Points in each direction that a pixel of a window is the mean of."""

_FAINT: Final = 1e-3


def windows_of(on_object: Tensor, places: Tensor) -> Tensor:
    """Windows (…, 3) round what is taken for the object; nearly the whole image where nothing is.

    Args:
        on_object: (…, N) chances of patches, or points, of being on the object.
        places: (N, 2) in [-1, 1].
    """
    weights = on_object.square().square() + _FAINT / len(places)
    shares = weights / weights.sum(dim=-1, keepdim=True)
    middle = shares @ places
    spread = (shares @ places.square() - middle.square()).clamp(min=0).amax(dim=-1, keepdim=True)
    half = (_DEVIATIONS * spread.sqrt() + _MARGIN).clamp(_LEAST, _MOST)
    return torch.cat([middle, half], dim=-1)


def aside(windows: Tensor, others: Tensor) -> Tensor:
    """How windows (…, 3) differ from others: their middles, in the others' half sides, and sizes.

    Returns:
        (…, 3) right, down, and the logarithm of how much larger they are.
    """
    middle = (windows[..., :2] - others[..., :2]) / others[..., 2:]
    return torch.cat([middle, (windows[..., 2:] / others[..., 2:]).log()], dim=-1)


def whole_image(like: Tensor) -> Tensor:
    """The window that shows everything, for each of some windows (…, 3)."""
    return torch.cat([torch.zeros_like(like[..., :2]), torch.ones_like(like[..., 2:])], dim=-1)


def in_image(places: Tensor, windows: Tensor) -> Tensor:
    """Where places (N, 2) of windows (…, 3) lie in their images (…, N, 2), all in [-1, 1]."""
    return windows[..., None, :2] + places * windows[..., None, 2:]


def in_window(places: Tensor, windows: Tensor) -> Tensor:
    """Where places (…, N, 2) of images lie in windows (…, 3) of them."""
    return (places - windows[..., None, :2]) / windows[..., None, 2:]


def cut_out(images: Tensor, windows: Tensor, side_px: int) -> Tensor:
    """What windows (M, 3) of images (M, 3, S, S) show, (M, 3, side_px, side_px).

    Beyond the image's edge its edge goes on.
    """
    side = side_px * _FINER
    at = in_image(places_of(side).to(images), windows.to(images.dtype))
    shown = F.grid_sample(
        images, at.unflatten(1, (side, side)), padding_mode="border", align_corners=False
    )
    return F.avg_pool2d(shown, _FINER)
