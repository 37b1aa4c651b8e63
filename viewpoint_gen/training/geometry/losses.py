"""How far the tower is from the truth about some pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor

from viewpoint_gen.models.tower.match import places_of
from viewpoint_gen.models.tower.motion import BINS, MOTION, soft_bins
from viewpoint_gen.models.tower.network import LookReading, PairReading
from viewpoint_gen.models.tower.windows import aside, windows_of
from viewpoint_gen.training.geometry.truth import LookTruth, Matches, PairTruth

_FARTHEST: Final = 50.0
"""World units; what lies farther counts as so far, where depth is learnt."""

_CLOSE: Final = 0.2
"""Half images or half windows: a patch found no farther from its place counts as found."""

_ROUGHLY: Final = 0.1
"""Of a window's half side: windows count by their distance from there on, below by its square."""

WEIGHTS: Final = {
    "motion": 1.0,
    "flow_motion": 1.0,
    "match": 1.0,
    "found": 1.0,
    "finder": 1.0,
    "mask": 1.0,
    "depth": 1.0,
    "camera": 1.0,
}


@dataclass(frozen=True)
class Losses:
    """The parts of the loss, each a mean.

    Attributes:
        motion, flow_motion: cross entropy of the motion's bins, read from all and from
            displacements alone.
        match: cross entropy of where patches went, both ways.
        found: cross entropy of whether they were found.
        finder: how far it is from the object's patches, and from the window round them.
        mask: cross entropy of being on the object, before and after images are compared.
        depth: mean distance of the logarithms of depth, on the object, of both; of whole images:
            a window doesn't show how near it is.
        camera: mean distance of focal lengths' logarithms and of upward directions.
    """

    motion: Tensor
    flow_motion: Tensor
    match: Tensor
    found: Tensor
    finder: Tensor
    mask: Tensor
    depth: Tensor
    camera: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        parts = [weight * getattr(self, name) for name, weight in WEIGHTS.items()]
        return torch.stack(parts).sum()

    def numbers(self) -> dict[str, float]:
        """Of each part, by name."""
        return {name: getattr(self, name).item() for name in WEIGHTS}


def losses_of(reading: PairReading, truth: PairTruth) -> Losses:
    """Hold what was read from pairs against the truth about them."""
    looks = ((reading.whole, truth.whole), (reading.close, truth.close))
    focal, up = (reading.cameras - truth.cameras).split([2, 3], dim=-1)
    return Losses(
        motion=motion_loss(reading.motion_bins, truth),
        flow_motion=motion_loss(reading.flow_bins, truth),
        match=torch.stack([_match(*look) for look in looks]).mean(),
        found=torch.stack([_found(*look) for look in looks]).mean(),
        finder=finder_loss(reading.taken, truth),
        mask=torch.stack([_mask(*look) for look in looks]).mean(),
        depth=_depth(reading.whole, truth.whole),
        camera=focal.abs().mean() + up.square().sum(dim=-1).mean(),
    )


def _match(reading: LookReading, truth: LookTruth) -> Tensor:
    there = match_loss(reading.likeness, truth.matches_12)
    return (there + match_loss(reading.likeness.mT, truth.matches_21)) / 2


def _found(reading: LookReading, truth: LookTruth) -> Tensor:
    flow, seen = truth.flow()
    missed = (reading.flow.detach() - flow).norm(dim=-1)
    was_found = (seen & (missed < _CLOSE)).float()  # (B, 2, N)
    return F.binary_cross_entropy_with_logits(reading.found, was_found)


def finder_loss(taken: Tensor, truth: PairTruth) -> Tensor:
    """Cross entropy of the object's patches, and how far off the window round them is.

    Args:
        taken: (B, 2, N) logits.
    """
    on_object = F.binary_cross_entropy_with_logits(taken, truth.whole.on_object.float())
    places = places_of(round(taken.shape[-1] ** 0.5))
    wrong = aside(windows_of(taken.sigmoid(), places), truth.around)
    return on_object + F.smooth_l1_loss(wrong, torch.zeros_like(wrong), beta=_ROUGHLY)


def _mask(reading: LookReading, truth: LookTruth) -> Tensor:
    masks = torch.stack([reading.surface[..., 1], reading.early_surface[..., 1]])
    return F.binary_cross_entropy_with_logits(masks, truth.on_object.float().expand_as(masks))


def _depth(reading: LookReading, truth: LookTruth) -> Tensor:
    depths = torch.stack([reading.surface[..., 0], reading.early_surface[..., 0]])
    on_object = truth.on_object.float().expand_as(depths)
    wrong = (depths - truth.depth.clamp(max=_FARTHEST).log()).abs()
    return (wrong * on_object).sum() / on_object.sum().clamp(min=1)


def motion_loss(bins: Tensor, truth: PairTruth) -> Tensor:
    """Mean over the quantities of the cross entropy with the bins next to the truth."""
    parts = []
    for place, (quantity, logits) in enumerate(zip(MOTION, bins.split(BINS, dim=1), strict=True)):
        centres = torch.as_tensor(quantity.centres, dtype=logits.dtype)
        wanted = soft_bins(truth.motion[:, place].to(logits.dtype), centres)
        each = -(wanted * logits.log_softmax(dim=1)).sum(dim=1)
        known = truth.known[:, place].to(logits.dtype)
        parts.append((each * known).sum() / known.sum().clamp(min=1))
    return torch.stack(parts).mean()


def match_loss(likeness: Tensor, matches: Matches) -> Tensor:
    """Cross entropy of the four patches around each true place; only where it is seen.

    Args:
        likeness: (B, N, N) logits, a patch of this image by a patch of the other.
    """
    grid = round(likeness.shape[-1] ** 0.5)
    at = (matches.place.nan_to_num() + 1) / 2 * grid - 0.5  # in patches' middles
    at = at.clamp(0, grid - 1 - 1e-4)
    corner = at.floor()
    share = at - corner
    column, row = corner.long().unbind(dim=-1)
    chances = likeness.log_softmax(dim=-1)
    each = torch.zeros_like(share[..., 0])
    for right in (0, 1):
        for down in (0, 1):
            weight = (share[..., 0] if right else 1 - share[..., 0]) * (
                share[..., 1] if down else 1 - share[..., 1]
            )
            flat = (row + down).clamp(max=grid - 1) * grid + (column + right).clamp(max=grid - 1)
            each = each - weight * chances.gather(2, flat[..., None])[..., 0]
    seen = matches.seen.to(each.dtype)
    return (each * seen).sum() / seen.sum().clamp(min=1)
