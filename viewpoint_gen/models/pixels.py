"""What a model was shown, won back from what its processor made of it.

A geometry encoder looks at the very pixels that the model's own eyes get. Processors lay them out
in three ways: one tensor of images, a batch padded with blank images (Idefics3), or patches in a
row, the patches of a merged token together (the Qwen family).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from viewpoint_gen.errors import ModelError


@dataclass(frozen=True)
class Normalisation:
    """How a processor turns colours in [0, 1] into numbers: (colour − mean) / std per channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def of(cls, image_processor: Any) -> Normalisation:
        """What an image processor does, its rescaling included."""
        scale = 255.0  # what white is before it is normalised
        if getattr(image_processor, "do_rescale", True):
            scale *= getattr(image_processor, "rescale_factor", 1 / 255)
        mean, std = [0.0] * 3, [1.0] * 3
        if getattr(image_processor, "do_normalize", True):
            mean, std = list(image_processor.image_mean), list(image_processor.image_std)
        return cls(_three(v / scale for v in mean), _three(v / scale for v in std))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Normalisation:
        """From what ``as_json`` gave."""
        return cls(_three(values["mean"]), _three(values["std"]))

    def as_json(self) -> dict[str, list[float]]:
        """Its numbers, for a ``config.json``."""
        return {"mean": list(self.mean), "std": list(self.std)}

    def undone(self, images: Tensor) -> Tensor:
        """Images (…, 3, H, W) in [0, 1]."""
        mean, std = (
            torch.tensor(values, dtype=torch.float32, device=images.device).view(3, 1, 1)
            for values in (self.mean, self.std)
        )
        return (images.float() * std + mean).clamp(0.0, 1.0)


def _three(values: Iterable[float]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def images_in(pixel_values: Tensor, grids_thw: Tensor | None, vision_config: Any) -> list[Tensor]:
    """The images of a batch as its processor normalised them, each (3, H, W), in order.

    Args:
        pixel_values: as the model gets it.
        grids_thw: (N, 3) in patches where images come as patches; None: they come whole.
        vision_config: of the model; read where images come as patches.

    Raises:
        ModelError: they are laid out in no known way.
    """
    if grids_thw is not None and pixel_values.dim() == 2:
        return _from_patches(pixel_values, grids_thw, vision_config)
    if pixel_values.dim() == 5:  # (B, N, 3, H, W), rows filled up with blank images
        flat = pixel_values.flatten(0, 1)
        return list(flat[(flat != 0).flatten(1).any(dim=1)])
    if pixel_values.dim() == 4:
        return list(pixel_values)
    msg = f"pixel_values of shape {tuple(pixel_values.shape)}: no known way to lay images out"
    raise ModelError(msg)


def resized(images: Sequence[Tensor], side_px: int) -> Tensor:
    """Images (3, H, W) of any sizes as (N, 3, side_px, side_px); the aspect isn't kept."""
    if len({image.shape for image in images}) == 1:
        return _resize(torch.stack(list(images)), side_px)
    return torch.cat([_resize(image[None], side_px) for image in images])


def token_grids(
    images: Sequence[Tensor], lengths: Sequence[int], grids_thw: Tensor | None, vision_config: Any
) -> list[tuple[int, int]]:
    """Rows and columns in which each image's tokens lie.

    Args:
        lengths: how many tokens each image has.

    Raises:
        ModelError: they lie in no grid of the image's shape.
    """
    if grids_thw is not None:
        merge = vision_config.spatial_merge_size
        grids = [(h // merge, w // merge) for _, h, w in grids_thw.tolist()]
    else:
        grids = []
        for image, length in zip(images, lengths, strict=True):
            rows = max(1, round(sqrt(length * image.shape[-2] / image.shape[-1])))
            grids.append((rows, length // rows))
    for grid, length in zip(grids, lengths, strict=True):
        if grid[0] * grid[1] != length:
            msg = f"geometry stands beside models whose image tokens form a grid; {length} do not"
            raise ModelError(msg)
    return grids


def images_by_row(tokens_by_row: Sequence[int], lengths: Sequence[int]) -> list[int]:
    """How many images each row of a batch holds.

    Args:
        tokens_by_row: image tokens in each row's text.
        lengths: tokens of each image, over all rows in order.

    Raises:
        ModelError: the rows name more or fewer tokens than the images give.
    """
    counts, at = [], 0
    for tokens in tokens_by_row:
        start, left = at, tokens
        while at < len(lengths) and lengths[at] <= left:
            left -= lengths[at]
            at += 1
        counts.append(at - start)
    if at != len(lengths):
        msg = f"{len(lengths)} images are shown, the text has tokens for {at} of them"
        raise ModelError(msg)
    return counts


def _resize(images: Tensor, side_px: int) -> Tensor:
    if images.shape[-2:] == (side_px, side_px):
        return images
    size = (side_px, side_px)
    return functional.interpolate(
        images, size=size, mode="bilinear", antialias=True, align_corners=False
    )


def _from_patches(rows: Tensor, grids_thw: Tensor, vision_config: Any) -> list[Tensor]:
    """Images out of patches (all patches, 3·T·P·P), those of one merged token together."""
    side, merge = vision_config.patch_size, vision_config.spatial_merge_size
    frames = vision_config.temporal_patch_size
    images, at = [], 0
    for times, height, width in grids_thw.tolist():
        count = times * height * width
        patches = rows[at : at + height * width].view(
            height // merge, width // merge, merge, merge, 3, frames, side, side
        )[:, :, :, :, :, 0]  # a still image is repeated over the frames
        at += count
        images.append(
            # (rows, columns, row in token, column in token, colour, y, x)
            patches.permute(4, 0, 2, 5, 1, 3, 6).reshape(3, height * side, width * side)
        )
    return images
