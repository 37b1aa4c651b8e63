"""Images beside an asset that its materials name by a path."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from viewpoint_gen.assets.preflight.images import image_size_px
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Subject
from viewpoint_gen.assets.preflight.wording import shown


@dataclass
class Pictures:
    """Images beside an asset: where they are and how many pixels they have together."""

    subject: Subject
    files: set[Path] = field(default_factory=set)
    pixels: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, file: Path | None, reference: str) -> None:
        """Count an image; one that is missing or no image is left to Blender with a warning.

        Only Blender knows whether a face that is shown uses it.
        """
        if file is None:
            self.warn(f"missing_texture: {shown(reference)} isn't there")
            return
        if file in self.files:
            return
        self.files.add(file)
        size_px = image_size_px(Region.of_file(file))
        if size_px is None:
            self.warn(f"unsupported_texture: {shown(reference)} is no known image")
            return
        self.count(size_px)

    def warn(self, warning: str) -> None:
        """Note something that is no reason to refuse, once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def count(self, size_px: tuple[int, int]) -> None:
        """Add the pixels of an image and check the budget."""
        self.pixels += size_px[0] * size_px[1]
        text, most = "pixels in its textures (max_texture_px)", self.subject.limits.max_texture_px
        self.subject.check_budget("textures_too_large", self.pixels, most, text)
