"""Two images in, what each patch of either became in the other out.

Every image is read by itself first, then its patches look at those of the other. What they look
like then is compared, all with all, and what a patch learns from that is *where it went*. Pooled
features alone never learn left from right; displacements do, and a few numbers fitted to those of
the object and of the rest (see ``flow_fit``) tell a turn from a step aside. Nothing else lies
between the displacements and the motion, so it can be taught with true displacements too.

All this is done twice with the same weights: with the whole images, which tell what the cameras
did, and with windows round what was taken for the object there (see ``windows``), which tell how
it is seen now.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from viewpoint_gen.models.tower.config import GeometryTowerConfig
from viewpoint_gen.models.tower.finder import Finder
from viewpoint_gen.models.tower.layers import Around, AttentionLayer, Eye, two_layers
from viewpoint_gen.models.tower.match import (
    MATCH_WIDTH,
    READ_OUT_WIDTH,
    Match,
    neighbours,
    places_of,
)
from viewpoint_gen.models.tower.motion import BINS, agreed
from viewpoint_gen.models.tower.motion_of_flow import CAMERA_WIDTH, Known, MotionOfFlow, Moved
from viewpoint_gen.models.tower.windows import cut_out, windows_of

_PLAIN_CAMERA: Final = (0.2, 0.2, 0.0, -1.0, 0.0)
"""Upright, with a field of view of some 45 degrees."""

_SURFACE_WIDTH: Final = 2
"""Of a patch: the logarithm of its depth, and the logit of being on the object."""

_GATES: Final = 4
"""Ways in which patches are weighted before they are put together: the object's, the ground's …"""

_SHARPNESS: Final = 20.0
"""What likeness of patches, in [-1, 1], is multiplied with at first."""


@dataclass(frozen=True)
class Seen:
    """What M images show by themselves.

    Attributes:
        whole: (M, N, C) patches of the images.
        close: (M, K, C) patches of windows round the object.
        windows: (M, 3), see ``windows``.
        taken: (M, N) logit of each patch's being on the object, see ``Finder``.
    """

    whole: Tensor
    close: Tensor
    windows: Tensor
    taken: Tensor

    def pairs(self, index: Tensor) -> Seen:
        """Those of pairs of images, each (P, 2, …); ``index`` (P, 2) says which."""
        return Seen(*(getattr(self, field.name)[index] for field in fields(self)))


@dataclass(frozen=True)
class LookReading:
    """What one look at pairs of images tells of their N = grid * grid patches.

    Attributes:
        patches: (P, 2, N, C) of both images.
        likeness: (P, N, N) logits: patch of image 1 by patch of image 2.
        flow: (P, 2, N, 2) where each patch went, right and down, in half images or half windows.
        found: (P, 2, N) logit of its having been found there.
        surface: (P, 2, N, 2) logarithm of the depth, and the logit of being on the object.
        early_surface: the same, before images are compared.
    """

    patches: Tensor
    likeness: Tensor
    flow: Tensor
    found: Tensor
    surface: Tensor
    early_surface: Tensor


@dataclass(frozen=True)
class PairReading:
    """What the network reads from pairs of images.

    Attributes:
        whole, close: in the images, and in windows round the object.
        motion: (P, W) how the motion from image 1 to image 2 is held.
        motion_bins: (P, sum of ``BINS``) logits; the way there and the way back agree in them.
        flow_bins: the same, read from displacements and from nothing else (``MotionOfFlow``).
        cameras: (P, 2, ``CAMERA_WIDTH``) from each image by itself.
        taken: (P, 2, N) logit of what each image's finder takes for the object.
    """

    whole: LookReading
    close: LookReading
    motion: Tensor
    motion_bins: Tensor
    flow_bins: Tensor
    cameras: Tensor
    taken: Tensor


@dataclass(frozen=True)
class _Motion:
    """See ``PairReading``; one way."""

    held: Tensor
    bins: Tensor
    flow_bins: Tensor


class PatchGrid(nn.Module):
    """The places of the patches of a look, and what the network adds to them."""

    places: Tensor
    near: Tensor

    def __init__(self, grid: int, width: int) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1, grid**2, width))
        self.register_buffer("places", places_of(grid))
        self.register_buffer("near", neighbours(grid))


class PairNetwork(nn.Module):
    """See the module's own words."""

    plain_camera: Tensor

    def __init__(self, config: GeometryTowerConfig) -> None:
        super().__init__()
        width = config.patch_width
        self.whole_px, self.close_px = config.whole_px, config.close_px
        self.finder = Finder(config)
        self.eye = Eye(config)
        self.whole = PatchGrid(config.grid, width)
        self.close = PatchGrid(config.close_grid, width)
        self.pair_layers = nn.ModuleList(
            AttentionLayer(width, config.num_heads, across=True) for _ in range(config.pair_layers)
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
        self.pooled_norm = nn.LayerNorm(4 * _GATES * width)
        self.hold = nn.Sequential(
            nn.Linear(4 * _GATES * width + config.motion_hidden, config.motion_hidden), nn.GELU()
        )
        self.motion_bins = nn.Linear(config.motion_hidden, sum(BINS))
        self.register_buffer("plain_camera", torch.tensor(_PLAIN_CAMERA))

    def features(self, images: Tensor, windows: Tensor | None = None) -> Seen:
        """What each image shows by itself.

        Args:
            images: (M, 3, S, S) in [0, 1].
            windows: (M, 3) round the object; None: round what is taken for it.
        """
        size = (self.whole_px, self.whole_px)
        shown = F.interpolate(images, size=size, mode="bilinear", antialias=True) * 2 - 1
        taken = self.finder(shown)
        if windows is None:
            windows = windows_of(taken.detach().sigmoid(), self.whole.places)
        whole = self.eye(shown) + self.whole.place
        close = self.eye(cut_out(images, windows, self.close_px) * 2 - 1) + self.close.place
        return Seen(whole, close, windows, taken)

    def forward(self, seen: Seen) -> PairReading:
        """Compare what pairs of images show, see ``Seen.pairs``."""
        looks = [_Look(self, self.whole, seen.whole), _Look(self, self.close, seen.close)]
        cameras = self._cameras(looks[0].known)
        whole, close = (look.moved for look in looks)
        known = Known.of(whole, close, seen.windows, cameras.detach())
        told, told_close = (look.reading() for look in looks)
        gathered = [self._gathered(reading.patches) for reading in (told, told_close)]
        there = self._motion(known, gathered)
        back = self._motion(known.swapped(), [each.flip(1) for each in gathered])
        return PairReading(
            whole=told,
            close=told_close,
            motion=there.held,
            motion_bins=agreed(there.bins, back.bins),
            flow_bins=agreed(there.flow_bins, back.flow_bins),
            cameras=cameras,
            taken=seen.taken,
        )

    def likeness(self, seen: Tensor) -> Tensor:
        """(P, N, N) logits of patches (P, 2, N, C): patch of image 1 by patch of image 2."""
        for layer in self.pair_layers:
            seen = layer(seen)
        keys = F.normalize(self.key(self.key_norm(seen)), dim=-1)
        likeness = torch.einsum("pnk,pmk->pnm", keys[:, 0], keys[:, 1])
        sharpness = _SHARPNESS * (8 * self.sharpness).exp()  # 8: lone numbers learn slowly
        return likeness * sharpness

    def _gathered(self, patches: Tensor) -> Tensor:
        """(P, 2, gates * C) of patches (P, 2, N, C)."""
        weights = self.gates(patches).softmax(dim=2)  # (P, 2, N, gates)
        return torch.einsum("pvng,pvnc->pvgc", weights, patches).flatten(2)

    def _motion(self, known: Known, gathered: list[Tensor]) -> _Motion:
        """From the first image to the second.

        Args:
            gathered: (P, 2, gates * C) of each look.
        """
        motion = self.motion_of_flow(known)
        pooled = self.pooled_norm(torch.cat([each.flatten(1) for each in gathered], dim=1))
        held = self.hold(torch.cat([pooled, motion], dim=1))
        flow_bins = self.motion_of_flow.bins(motion)
        return _Motion(held, flow_bins + self.motion_bins(held), flow_bins)

    def _cameras(self, known: Tensor) -> Tensor:
        """(P, 2, ``CAMERA_WIDTH``)."""
        weights = self.camera_gates(known).softmax(dim=2)
        gathered = torch.einsum("pvng,pvnc->pvgc", weights, known).flatten(2)
        focal, up = (self.camera(gathered) + self.plain_camera).split([2, 3], dim=-1)
        return torch.cat([focal, F.normalize(up, dim=-1)], dim=-1)


class _Look:
    """One look at pairs of images, with a network's weights."""

    def __init__(self, network: PairNetwork, at: PatchGrid, seen: Tensor) -> None:
        self._network, self._at, self._seen = network, at, seen  # (P, 2, N, C)
        self.known = network.norm(seen)
        self._surface = network.early_surface(self.known)
        self._likeness = network.likeness(seen)
        self._match = match = Match.of(self._likeness, at.places, at.near)
        on_object = self._surface[..., 1:].sigmoid()
        numbers = match.numbers(on_object, at.places)
        self._found = network.found(torch.cat([self.known, numbers], dim=-1))
        self.moved = Moved(
            match.flow, self._found.sigmoid(), on_object, match.there(on_object), at.places
        )

    def reading(self) -> LookReading:
        """What it tells of the patches."""
        network, match = self._network, self._match
        read = torch.cat([self.known, match.read_out(self._at.places), self._surface], dim=-1)
        patches = (self._seen + network.went(read)).flatten(0, 1)
        patches = network.agreed(network.around(patches)).view_as(self._seen)
        return LookReading(
            patches=patches,
            likeness=self._likeness,
            flow=match.flow,
            found=self._found[..., 0],
            surface=network.surface(patches),
            early_surface=self._surface,
        )
