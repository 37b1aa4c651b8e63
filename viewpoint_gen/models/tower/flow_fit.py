"""The few numbers that say how a whole part of an image went, fitted to where its patches went.

A camera that turns moves all of a picture alike; one that rolls turns it, one that zooms widens it,
and one that goes round a thing moves what is near one way against what is far. So displacements are
fitted, by weighted least squares, with a shift, a widening, a turn, and a slope in depth. That
slope is a product of two things that a network would have to learn to multiply first.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

FIT_WIDTH: Final = 14
"""Numbers of one part: 4 x 2 coefficients, 2 errors, the mean depth, the middle, the weight."""

_RIDGE: Final = 0.02
"""Holds what can't be told, such as the slope in depth of a flat part, at nothing."""

_COEFFICIENT_SCALE: Final = 6.0
_DEPTH_SCALE: Final = 6.0
_ERROR_SCALE: Final = 10.0
_WEIGHT_SCALE: Final = 4.0
"""Bring what is common to about 1."""


def fit_flow(flow: Tensor, weights: Tensor, places: Tensor, log_depth: Tensor) -> Tensor:
    """How each part of some images went (…, K, ``FIT_WIDTH``).

    Args:
        flow: (…, N, 2) where patches went, right and down, in half images.
        weights: (…, N, K) of the patches in each of K parts, in [0, 1].
        places: (N, 2) the patches' own places, in [-1, 1].
        log_depth: (…, N).
    """
    shares = weights / (weights.sum(dim=-2, keepdim=True) + 1e-6)
    depth = torch.einsum("...nk,...n->...k", shares, log_depth)
    middle = torch.einsum("...nk,nc->...kc", shares, places)
    farther = (log_depth[..., None] - depth[..., None, :]) * _DEPTH_SCALE  # (…, N, K)
    aside = (places[:, None] - middle[..., None, :, :]) * 2  # (…, N, K, 2)
    terms = torch.cat([torch.ones_like(farther)[..., None], aside, farther[..., None]], dim=-1)
    normal = torch.einsum("...nk,...nki,...nkj->...kij", shares, terms, terms)
    normal = normal + _RIDGE * torch.eye(4, dtype=flow.dtype, device=flow.device)
    moment = torch.einsum("...nk,...nki,...nc->...kic", shares, terms, flow)
    coefficients = torch.linalg.solve(normal, moment)  # (…, K, 4, 2)
    left = flow[..., None, :] - torch.einsum("...nki,...kic->...nkc", terms, coefficients)
    error = torch.einsum("...nk,...nkc->...kc", shares, left.square())
    return torch.cat(
        [
            coefficients.flatten(-2) * _COEFFICIENT_SCALE,
            error * _ERROR_SCALE,
            depth[..., None],
            middle * 2,
            (weights.mean(dim=-2) * _WEIGHT_SCALE)[..., None],
        ],
        dim=-1,
    )
