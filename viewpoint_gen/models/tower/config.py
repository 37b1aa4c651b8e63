"""The tower's sizes."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from transformers import PretrainedConfig

from viewpoint_gen.models.tower.motion import MOTION

PATCH_PX: Final = 6
"""Side of a patch."""


class GeometryTowerConfig(PretrainedConfig):
    """Sizes of a GeometryTower; the defaults learn on one CPU core in an hour.

    Args:
        image_px: side of the square images that it is given.
        whole_px: side of what it makes of them for a first look; a multiple of ``PATCH_PX``.
        close_px: the same of the object alone, for a second look.
        patch_width: channels of a patch.
        eye_layers: in which an image is read by itself.
        key_width: channels by which patches are compared.
        finder_layers: in which a whole image's patches look at one another, to find the object.
        pair_layers, num_heads: in which the patches of an image look at those of the other.
        motion_hidden: numbers in which the motion is held before it is read out.
    """

    model_type: ClassVar[str] = "viewgen_geometry_tower"

    def __init__(
        self,
        image_px: int = 192,
        whole_px: int = 72,
        close_px: int = 96,
        patch_width: int = 96,
        eye_layers: int = 3,
        key_width: int = 48,
        finder_layers: int = 2,
        pair_layers: int = 2,
        num_heads: int = 2,
        motion_hidden: int = 256,
        **others: Any,
    ) -> None:
        self.image_px = image_px
        self.whole_px = whole_px
        self.close_px = close_px
        self.patch_width = patch_width
        self.eye_layers = eye_layers
        self.key_width = key_width
        self.finder_layers = finder_layers
        self.pair_layers = pair_layers
        self.num_heads = num_heads
        self.motion_hidden = motion_hidden
        super().__init__(**others)

    @property
    def grid(self) -> int:
        """Patches of the whole image, in each direction."""
        return self.whole_px // PATCH_PX

    @property
    def close_grid(self) -> int:
        """Patches of the window round the object, in each direction."""
        return self.close_px // PATCH_PX

    @property
    def motion_width(self) -> int:
        """Numbers that say one motion: how it is held, and its read-out."""
        return self.motion_hidden + 5 * len(MOTION)
