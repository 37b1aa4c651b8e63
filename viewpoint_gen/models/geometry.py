"""What an encoder of geometry owes the model beside whose eyes it stands.

A vision encoder of an image-text model sees one image at a time. A geometry encoder sees all images
of a question together, and says for each patch of each image what the others tell about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor


@dataclass(frozen=True)
class GeometryTokens:
    """What a geometry encoder has to say of a batch of images.

    Attributes:
        patches: (N, g, g, D), one token per patch of each image; row 0 is the image's top.
        summary: (N, S), what an image has to say as a whole, such as its motion from the images
            before it; S may be 0.
    """

    patches: Tensor
    summary: Tensor


@runtime_checkable
class GeometryEncoder(Protocol):
    """An ``nn.Module`` that reads the images of one sample together.

    Attributes:
        image_px: side of the square images that it takes.
        patch_width: D, the width of a patch's token.
        summary_width: S, the width of an image's summary; may be 0.
    """

    image_px: int
    patch_width: int
    summary_width: int

    def encode(self, images: Tensor, counts: Sequence[int]) -> GeometryTokens:
        """Tokens of every image.

        Args:
            images: (N, 3, image_px, image_px) in [0, 1], the samples' images one after the other.
            counts: how many images each sample holds, in order; they sum to N. An image's tokens
                may depend on the other images of its own sample, and on nothing else.
        """
        ...
