"""What is inspected, what came of it, and how a refusal is worded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewpoint_gen.assets.preflight.config import PreflightConfig
from viewpoint_gen.assets.preflight.confinement import Folder
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.wording import shown
from viewpoint_gen.errors import ImportFailed


@dataclass(frozen=True)
class Preflight:
    """What the headers of a sound asset say.

    Attributes:
        format: file suffix without its dot, lower case.
        triangles: of the scene that is shown, instances counted; None if the headers don't tell.
        texture_pixels: decoded pixels of all images whose size is known.
        files: real paths of the files beside the asset that its importer will read.
        warnings: one line each for what isn't right and yet no reason to refuse.
    """

    format: str
    triangles: int | None
    texture_pixels: int = 0
    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One asset under inspection.

    Attributes:
        format: file suffix without its dot, lower case.
        region: the bytes of the mesh file.
        head: its first bytes.
        folder: what it may refer to.
    """

    path: Path
    format: str
    region: Region
    head: bytes
    folder: Folder
    limits: PreflightConfig

    @property
    def name(self) -> str:
        """The file name, fit for a message."""
        return shown(self.path.name)

    def refusal(self, code: str, text: str) -> ImportFailed:
        """The exception for this file; the text follows its name."""
        return ImportFailed(code, f"{self.name} {text}")

    def check_budget(self, code: str, count: int, most: int, text: str) -> None:
        """Refuse what costs more than a limit; the text names the thing and the limit's field."""
        if count > most:
            raise self.refusal(code, f"has {count:,} {text}; at most {most:,} are allowed")
