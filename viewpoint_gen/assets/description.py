"""What a table of a user's own says about an asset: column names, fronts, and what is wanted."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.licences import is_allowed
from viewpoint_gen.assets.uid_list import read_uids
from viewpoint_gen.errors import SourceError

SUFFIXES: Final = (
    *(".glb", ".gltf", ".obj", ".fbx", ".stl", ".ply"),
    *(".usdz", ".usd", ".usdc", ".usda"),
)
"""Mesh files that are taken."""

COLUMNS: Final = {
    "file": ("file", "path", "filename"),
    "uid": ("uid",),
    "category": ("category", "class", "label"),
    "licence": ("licence", "license", "licence_spdx", "license_spdx"),
    "author": ("author", "creator", "artist"),
    "title": ("title", "name"),
    "url": ("source_url", "url", "source_repo"),
    "front": ("front_azimuth_deg", "front"),
    "symmetry": ("symmetry",),
    "sha256": ("sha256",),
}
"""What is understood, and the column names under which it may stand, the first one first."""

_SYMMETRIES: Final = ("none", "mirror", "c2", "c4", "cinf")


@dataclass(frozen=True)
class Wanted:
    """Which of a user's own assets are taken; the default is all.

    Attributes:
        licences: see ``AssetsConfig``; empty: all, unknown ones included.
        categories: empty: all.
        excluded: uids.
    """

    licences: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()

    @classmethod
    def by(cls, config: AssetsConfig) -> Wanted:
        """What the recipe asks for.

        Raises:
            SourceError: its exclusion list can't be read.
        """
        listed: tuple[str, ...] = ()
        if config.exclude:
            listed = read_uids(Path(config.exclude), wanted_by="assets.exclude")
        return cls(config.licences, config.categories, frozenset(listed))

    def takes(self, *, uid: str, category: str, licence: str) -> bool:
        """Whether an asset is one of them."""
        return (
            uid not in self.excluded
            and (not self.categories or category in self.categories)
            and (not self.licences or is_allowed(licence, self.licences))
        )


def described(row: Mapping[str, object]) -> dict[str, str]:
    """What one row of a table says, by the keys of COLUMNS; only what isn't empty."""
    lowered = {str(name).strip().lower(): _text(value) for name, value in row.items()}
    picked = {}
    for field, names in COLUMNS.items():
        value = next((lowered[name] for name in names if lowered.get(name)), "")
        if value:
            picked[field] = value
    return picked


def front_rad(text: str, where: str) -> float | None:
    """The azimuth of the front; None if the table doesn't say.

    Raises:
        SourceError: it isn't a number.
    """
    if not text:
        return None
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not math.isfinite(degrees):
        msg = f"{where}: front_azimuth_deg is {text!r}; expected a number of degrees, or nothing"
        raise SourceError(msg)
    return math.radians(degrees)


def symmetry_of(text: str, where: str) -> str | None:
    """One of the known symmetries; None if the table doesn't say.

    Raises:
        SourceError: it is another word.
    """
    if text and text not in _SYMMETRIES:
        msg = f"{where}: symmetry is {text!r}; expected one of {', '.join(_SYMMETRIES)}, or nothing"
        raise SourceError(msg)
    return text or None


def uid_of(file: str) -> str:
    """File name and a short hash of the path or address: unique and readable."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", PurePosixPath(file).stem).strip("_") or "mesh"
    return f"{stem}-{hashlib.sha256(file.encode()).hexdigest()[:8]}"


def category_of_name(file: str) -> str:
    """The first two words of the file name: ``red_chair_03`` gives red_chair."""
    stem = PurePosixPath(file).stem
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", stem).lower())
    return "_".join(words[:2]) or "object"


def _text(value: object) -> str:
    """As a table's cell would be written; nothing for what a number can't be."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip()
