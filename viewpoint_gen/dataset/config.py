"""How images are stored; part of the recipe."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ImageFormat(StrEnum):
    """File formats of the stored images."""

    JPEG = "jpeg"
    WEBP = "webp"
    PNG = "png"


class StoreConfig(BaseModel):
    """What a row of views holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: ImageFormat = ImageFormat.JPEG
    """Transparent backdrops are stored as WebP or PNG, since JPEG has no alpha."""
    quality: Annotated[int, Field(ge=1, le=100)] = 92
    normals: bool = False
