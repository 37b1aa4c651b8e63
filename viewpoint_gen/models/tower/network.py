"""Two images in, what each patch of either became in the other out.

Every image is read by itself first, then its patches look at those of the other. What they look
like then is compared, all with all, and what a patch learns from that is *where it went*. Pooled
features alone never learn left from right; displacements do, and a few numbers fitted to those of
the object and of the rest (see ``flow_fit``) tell a turn from a step aside. Nothing else lies
between the displacements and the motion, so it can be taught with true displacements too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.layers import AcrossLayer, Around, Eye, two_layers
from viewpoint_gen.models.tower.match import (
    MATCH_WIDTH,
    READ_OUT_WIDTH,
    Match,
    neighbours,
    places_of,
)
from viewpoint_gen.models.tower.motion import BINS
from viewpoint_gen.models.tower.motion_of_flow import CAMERA_WIDTH, MotionOfFlow

_PLAIN_CAMERA: Final = (0.2, 0.2, 0.0, -1.0, 0.0)
"""Upright, with a field of view of some 45 degrees."""

_SURFACE_WIDTH: Final = 2
"""Of a patch: the logarithm of its depth, and the logit of being on the object."""

_GATES: Final = 4
"""Ways in which patches are weighted before they are put together: the object's, the ground's …"""

_SHARPNESS: Final = 20.0
"""What likeness of patches, in [-1, 1], is multiplied with at first."""


@dataclass(frozen=True)
class PairReading:
    """What the network reads from pairs of images.

    Attributes:
        patches: (P, 2, N, C) of both images, N = grid * grid.
        motion: (P, W) how the motion from image 1 to image 2 is held.
        motion_bins: (P, sum of ``BINS``) logits.
        flow_bins: the same, read from displacements and from nothing else (``MotionOfFlow``).
        likeness: (P, N, N) logits: patch of image 1 by patch of image 2.
        flow: (P, 2, N, 2) where each patch went, right and down, in half images.
        found: (P, 2, N) logit of its having been found there.
        surface: (P, 2, N, 2) logarithm of the depth, and the logit of being on the object.
        early_surface: the same, before images are compared.
        cameras: (P, 2, ``CAMERA_WIDTH``) from each image by itself.
    """

    patches: Tensor
    motion: Tensor
    motion_bins: Tensor
    flow_bins: Tensor
    likeness: Tensor
    flow: Tensor
    found: Tensor
    surface: Tensor
    early_surface: Tensor
    cameras: Tensor


class PairNetwork(nn.Module):
    """See the module's own words."""

    places: Tensor
    near: Tensor
    plain_camera: Tensor

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        self.grid = config.grid
        count, width = self.grid**2, config.patch_width
        self.eye = Eye(config)
        self.place = nn.Parameter(torch.zeros(1, count, width))
        self.pair_layers = nn.ModuleList(
            AcrossLayer(width, config.num_heads) for _ in range(config.pair_layers)
        )
        self.key_norm = nn.LayerNorm(width)
        self.key = nn.Linear(width, config.key_width)
        self.sharpness = nn.Parameter(torch.zeros(()))
        self.norm = nn.LayerNorm(width)
        self.early_surface = two_layers(width, width, _SURFACE_WIDTH)
        self.camera_gates = nn.Linear(width, _GATES)
        self.camera = two_layers(_GATES * width, width, CAMERA_WIDTH)
        self.found = two_layers(width + MATCH_WIDTH, width, 1)
        self.motion_of_flow = MotionOfFlow(config)
        self.went = two_layers(width + READ_OUT_WIDTH + _SURFACE_WIDTH, width, width)
        self.around = Around(width)
        self.agreed = nn.Sequential(Around(width), nn.LayerNorm(width))
        self.surface = nn.Linear(width, _SURFACE_WIDTH)
        self.gates = nn.Linear(width, _GATES)
        self.pooled_norm = nn.LayerNorm(2 * _GATES * width)
        self.hold = nn.Sequential(
            nn.Linear(2 * _GATES * width + config.motion_hidden, config.motion_hidden), nn.GELU()
        )
        self.motion_bins = nn.Linear(config.motion_hidden, sum(BINS))
        self.register_buffer("places", places_of(self.grid))
        self.register_buffer("near", neighbours(self.grid))
        self.register_buffer("plain_camera", torch.tensor(_PLAIN_CAMERA))

    def features(self, images: Tensor) -> Tensor:
        """What each image shows by itself: (M, N, C) of images (M, 3, S, S) in [0, 1]."""
        seen: Tensor = self.eye(images * 2 - 1)
        return seen + self.place

    def forward(self, first: Tensor, second: Tensor) -> PairReading:
        """Compare the features (P, N, C) of first and second images."""
        seen = torch.stack([first, second], dim=1)  # (P, 2, N, C)
        known = self.norm(seen)
        surface = self.early_surface(known)
        cameras = self._cameras(known)
        likeness = self._likeness(seen)
        match = Match.of(likeness, self.places, self.near)
        on_object = surface[..., 1:].sigmoid()
        found = self.found(torch.cat([known, match.numbers(on_object, self.places)], dim=-1))
        motion = self.motion_of_flow(
            match.flow, found.sigmoid(), on_object, match.there(on_object), cameras.detach(),
            self.places,
        )  # fmt: skip
        read = torch.cat([known, match.read_out(self.places), surface], dim=-1)
        patches = (seen + self.went(read)).flatten(0, 1)
        patches = self.agreed(self.around(patches)).view_as(seen)
        weights = self.gates(patches).softmax(dim=2)  # (P, 2, N, gates)
        gathered = torch.einsum("pvng,pvnc->pvgc", weights, patches).flatten(1)
        held = self.hold(torch.cat([self.pooled_norm(gathered), motion], dim=1))
        flow_bins = self.motion_of_flow.bins(motion)
        return PairReading(
            patches=patches,
            motion=held,
            motion_bins=flow_bins + self.motion_bins(held),
            flow_bins=flow_bins,
            likeness=likeness,
            flow=match.flow,
            found=found[..., 0],
            surface=self.surface(patches),
            early_surface=surface,
            cameras=cameras,
        )

    def _likeness(self, seen: Tensor) -> Tensor:
        """(P, N, N) logits: patch of image 1 by patch of image 2."""
        for layer in self.pair_layers:
            seen = layer(seen)
        keys = F.normalize(self.key(self.key_norm(seen)), dim=-1)
        likeness = torch.einsum("pnk,pmk->pnm", keys[:, 0], keys[:, 1])
        sharpness = _SHARPNESS * (8 * self.sharpness).exp()  # 8: lone numbers learn slowly
        return likeness * sharpness

    def _cameras(self, known: Tensor) -> Tensor:
        """(P, 2, ``CAMERA_WIDTH``)."""
        weights = self.camera_gates(known).softmax(dim=2)
        gathered = torch.einsum("pvng,pvnc->pvgc", weights, known).flatten(2)
        focal, up = (self.camera(gathered) + self.plain_camera).split([2, 3], dim=-1)
        return torch.cat([focal, F.normalize(up, dim=-1)], dim=-1)
