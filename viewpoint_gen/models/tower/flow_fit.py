"""The few numbers that say how a whole part of an image went, fitted to where its patches went.

A camera that turns moves all of a picture alike; one that rolls turns it, one that zooms widens it;
one that goes round a thing narrows what turns away and widens what turns towards it, and bends what
was straight. So displacements are fitted, by weighted least squares, with a quadratic in the place.
Patches that were matched wrongly are outweighed: the fit is repeated without what it can't explain.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

FIT_WIDTH: Final = 19
"""Numbers of one part: 6 x 2 coefficients, 2 errors, the middle, the extent, the weight."""

_RIDGE: Final = (0.001, 0.01, 0.01, 0.02, 0.02, 0.02)
"""Holds what can't be told, such as the bend of a part two patches wide, at nothing."""

_BELIEVED: Final = (0.3, 0.2)
"""Half images: what lies so far from a fit counts a quarter in the next; each fit believes less."""

_COEFFICIENT_SCALE: Final = 4.0
_ERROR_SCALE: Final = 10.0
_PLACE_SCALE: Final = 2.0
_WEIGHT_SCALE: Final = 4.0
"""Bring what is common to about 1."""


def fit_flow(flow: Tensor, weights: Tensor, places: Tensor) -> Tensor:
    """How each part of some images went (…, K, ``FIT_WIDTH``).

    Args:
        flow: (…, N, 2) where patches went, right and down, in half images.
        weights: (…, N, K) of the patches in each of K parts, in [0, 1].
        places: (N, 2) the patches' own places, in [-1, 1].
    """
    believed = weights
    for width in _BELIEVED:
        left = _fitted(flow, believed, places)[1].detach().square().sum(dim=-1)
        believed = weights / (1 + left / width**2).square()
    coefficients, left, middle, extent = _fitted(flow, believed, places)
    error = torch.einsum("...nk,...nkc->...kc", _shares(believed), left.square())
    return torch.cat(
        [
            coefficients.flatten(-2) * _COEFFICIENT_SCALE,
            error * _ERROR_SCALE,
            middle * _PLACE_SCALE,
            extent,
            (believed.mean(dim=-2) * _WEIGHT_SCALE)[..., None],
        ],
        dim=-1,
    )


def _fitted(flow: Tensor, weights: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Coefficients (…, K, 6, 2), what they leave (…, N, K, 2), middle and extent (…, K, 2)."""
    shares = _shares(weights)
    middle = torch.einsum("...nk,nc->...kc", shares, places)
    aside = (places[:, None] - middle[..., None, :, :]) * _PLACE_SCALE  # (…, N, K, 2)
    right, down = aside.unbind(dim=-1)
    one = torch.ones_like(right)
    terms = torch.stack([one, right, down, right**2, right * down, down**2], dim=-1)
    weighed = terms * shares[..., None]
    normal = torch.einsum("...nki,...nkj->...kij", weighed, terms)
    normal = normal + torch.diag(flow.new_tensor(_RIDGE))
    moment = torch.einsum("...nki,...nc->...kic", weighed, flow)
    coefficients = torch.linalg.solve(normal, moment)
    left = flow[..., None, :] - torch.einsum("...nki,...kic->...nkc", terms, coefficients)
    extent = torch.einsum("...nk,...nkc->...kc", shares, aside.square())
    return coefficients, left, middle, extent


def _shares(weights: Tensor) -> Tensor:
    return weights / (weights.sum(dim=-2, keepdim=True) + 1e-4)
