"""Encoders of others, such as VGGT, as geometry encoders.

What is asked of one is VGGT's interface (arXiv 2503.11651, ``vggt.models.vggt``): an
``aggregator`` that takes images (B, S, 3, H, W) in [0, 1] and gives a list of token tensors
(B, S, P, C), one per layer, and the place where patch tokens start. Before them stand a camera
token and registers. The last layer's patch tokens are used, as Spatial-MLLM does, and the camera
token as an image's summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any, Final

import torch
from torch import Tensor, nn

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.code import called
from viewpoint_gen.models.geometry import GeometryTokens

VGGT_PX: Final = 518
"""Side of the images that VGGT was trained on: 37 patches of 14 pixels."""


class ExternalEncoder(nn.Module):
    """A network with VGGT's interface, as a ``GeometryEncoder``.

    Args:
        network: with an ``aggregator``, or one itself.
        factory: what made it, "package.module:callable", so that it can be made again.
        image_px: side of the images that it takes.
        width: of its tokens; None: found by showing it a blank image.

    Raises:
        ModelError: it doesn't answer as VGGT does.
    """

    def __init__(
        self, network: nn.Module, *, factory: str, image_px: int = VGGT_PX, width: int | None = None
    ) -> None:
        super().__init__()
        self.network = network
        self.factory = factory
        self.image_px = image_px
        self.patch_width = self.summary_width = width or self._found_width()

    @property
    def described(self) -> dict[str, int]:
        """What ``external_encoder`` needs beyond the factory to make it again."""
        return {"image_px": self.image_px, "width": self.patch_width}

    def encode(self, images: Tensor, counts: Sequence[int]) -> GeometryTokens:
        """See ``GeometryEncoder.encode``; samples of as many images go through it together."""
        samples = torch.split(images, list(counts))
        patches: list[Tensor] = [images] * len(samples)
        summaries: list[Tensor] = [images] * len(samples)
        for count in sorted(set(counts)):
            places = [place for place, sample in enumerate(samples) if len(sample) == count]
            tokens, first = self._last_tokens(torch.stack([samples[place] for place in places]))
            for place, mine in zip(places, tokens, strict=True):
                patches[place], summaries[place] = mine[:, first:], mine[:, 0]
        flat = torch.cat(patches)
        side = isqrt(flat.shape[1])
        summary = torch.cat(summaries).float()
        # A camera token's size says little and is large: its direction counts.
        scale = summary.square().mean(dim=-1, keepdim=True).add(1e-6).rsqrt()
        return GeometryTokens(flat.view(len(flat), side, side, -1), summary * scale)

    def _last_tokens(self, images: Tensor) -> tuple[Tensor, int]:
        """Tokens (B, S, P, C) of images (B, S, 3, H, W), and where patches start among the P."""
        aggregator = getattr(self.network, "aggregator", self.network)
        kind = next(self.network.parameters()).dtype
        try:
            layers, first = aggregator(images.to(kind))
            tokens = layers[-1]
            fits = tokens.shape[:2] == images.shape[:2] and tokens.dim() == 4 and first >= 1
            patches = tokens.shape[2] - first
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            raise self._unlike(f"{type(error).__name__}: {error}") from error
        if not fits or patches < 1 or isqrt(patches) ** 2 != patches:
            raise self._unlike(f"tokens {tuple(tokens.shape)}, patches from {first}")
        return tokens, int(first)

    def _unlike(self, what: str) -> ModelError:
        return ModelError(
            f"{self.factory}: not VGGT's interface: aggregator(images (B, S, 3, H, W)) must give "
            f"a list of tokens (B, S, P, C) and where their square of patches starts; got {what}"
        )

    def _found_width(self) -> int:
        with torch.no_grad():
            blank = torch.zeros(1, 1, 3, self.image_px, self.image_px)
            tokens, _ = self._last_tokens(blank.to(next(self.network.parameters()).device))
        return tokens.shape[-1]


def external_encoder(
    factory: str, *, image_px: int = VGGT_PX, width: int | None = None
) -> ExternalEncoder:
    """An encoder that other code makes.

    Args:
        factory: "package.module:callable"; called without arguments, it returns the network with
            its weights.
        image_px: side of the images that it takes.
        width: of its tokens, where it is known.

    Raises:
        ModelError: there is no such code, it fails, or what it makes isn't like VGGT.
    """
    build: Any = called(factory)
    try:
        network = build()
    except Exception as error:
        raise ModelError(f"{factory}: it fails: {type(error).__name__}: {error}") from error
    if not isinstance(network, nn.Module):
        raise ModelError(f"{factory}: it made a {type(network).__name__}, not a PyTorch module")
    return ExternalEncoder(network.eval(), factory=factory, image_px=image_px, width=width)
