"""The tower's sizes."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from transformers import PretrainedConfig

from viewpoint_gen.models.tower.motion import MOTION

PATCH_PX: Final = 6
"""Side of a patch."""


class GeometryTowerConfig(PretrainedConfig):
    """Sizes of a GeometryTower; the defaults learn on two CPU cores in half an hour.

    Args:
        image_px: side of the square images; a multiple of ``PATCH_PX`` times ``blocks``.
        patch_width: channels of a patch.
        eye_layers: in which an image is read by itself.
        key_width: channels by which patches are compared.
        block_width: channels of a block of patches in the transformer that reads the motion.
        blocks: in each direction of an image, that the transformer sees.
        num_layers, num_heads: of that transformer.
    """

    model_type: ClassVar[str] = "viewgen_geometry_tower"

    def __init__(
        self,
        image_px: int = 72,
        patch_width: int = 96,
        eye_layers: int = 4,
        key_width: int = 48,
        block_width: int = 128,
        blocks: int = 4,
        num_layers: int = 3,
        num_heads: int = 4,
        **others: Any,
    ) -> None:
        self.image_px = image_px
        self.patch_width = patch_width
        self.eye_layers = eye_layers
        self.key_width = key_width
        self.block_width = block_width
        self.blocks = blocks
        self.num_layers = num_layers
        self.num_heads = num_heads
        super().__init__(**others)

    @property
    def grid(self) -> int:
        """Patches in each direction."""
        return self.image_px // PATCH_PX

    @property
    def motion_width(self) -> int:
        """Numbers that say one motion: what the transformer holds of it, and its read-out."""
        return self.block_width + 5 * len(MOTION)
