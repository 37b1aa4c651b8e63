"""``folder:PATH``: every mesh file below a folder, in the order of its relative path."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from viewpoint_gen.errors import ImportFailed, SourceError
from viewpoint_gen.records import Asset

SUFFIXES = (".glb", ".gltf", ".obj", ".fbx", ".stl", ".ply", ".usdz", ".usd", ".usdc", ".usda")
"""Mesh files that are taken; everything else beside them (textures, .mtl, .bin) is left alone."""

SIDECARS = ("manifest.csv", "metadata.csv", "assets.csv")
"""Names, in any case, of the optional table in the folder that says more about its files."""

_COLUMNS = {
    "file": ("file", "path", "filename"),
    "category": ("category", "class", "label"),
    "licence": ("licence", "license", "licence_spdx", "license_spdx"),
    "author": ("author", "creator", "artist"),
    "title": ("title", "name"),
    "url": ("url", "source_url", "source_repo"),
    "front": ("front_azimuth_deg",),
    "symmetry": ("symmetry",),
}


@dataclass(frozen=True)
class FolderSource:
    """Mesh files below a folder. Index i is the i-th file in the order of relative paths."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> FolderSource:
        """Open a folder.

        Raises:
            SourceError: it isn't a folder, or has no mesh file in it.
        """
        if not path.is_dir():
            msg = f"source folder:{path}: no such folder; give the path of a folder of meshes"
            raise SourceError(msg)
        source = cls(path.resolve())
        if not source.files:
            msg = f"source folder:{path}: no mesh files below it (looked for {', '.join(SUFFIXES)})"
            raise SourceError(msg)
        return source

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Relative POSIX paths of the mesh files, sorted."""
        found = (path for path in self.root.rglob("*") if path.suffix.lower() in SUFFIXES)
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in found))

    @cached_property
    def sidecar(self) -> dict[str, dict[str, str]]:
        """What the optional CSV says, by relative path."""
        for path in sorted(self.root.iterdir()):
            if path.name.lower() in SIDECARS:
                return _read_sidecar(path)
        return {}

    @property
    def size(self) -> int:
        """Number of mesh files."""
        return len(self.files)

    def uid(self, index: int) -> str:
        """File name and a short hash of the relative path: unique and readable."""
        relative = self.files[index]
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(relative).stem).strip("_") or "mesh"
        return f"{stem}-{hashlib.sha256(relative.encode()).hexdigest()[:8]}"

    def asset(self, index: int) -> Asset:
        """Describe a file and hash it.

        Raises:
            ImportFailed: the file can't be read.
        """
        relative = self.files[index]
        path = self.root / relative
        said = self.sidecar.get(relative, {})
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ImportFailed("unreadable", f"{relative}: {error.strerror}") from error
        return Asset(
            uid=self.uid(index),
            source="folder",
            path=str(path),
            source_path=relative,
            category=said.get("category") or category_of_name(relative),
            licence=said.get("licence") or "unknown",
            author=said.get("author", ""),
            title=said.get("title") or Path(relative).stem,
            url=said.get("url", ""),
            sha256=sha256,
            front_azimuth_rad=_front_rad(said.get("front", ""), relative),
            symmetry=said.get("symmetry") or None,
        )

    def release(self, asset: Asset) -> None:
        """Nothing to do: the files are the user's own."""


def category_of_name(relative: str) -> str:
    """The first two words of the file name: ``red_chair_03`` gives red_chair."""
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", Path(relative).stem).lower())
    return "_".join(words[:2]) or "object"


def _front_rad(text: str, relative: str) -> float | None:
    if not text:
        return None
    try:
        return math.radians(float(text))
    except ValueError:
        msg = f"{relative}: front_azimuth_deg is {text!r} in the folder's CSV; expected a number"
        raise SourceError(msg) from None


def _read_sidecar(path: Path) -> dict[str, dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: can't be read as CSV ({error})"
        raise SourceError(msg) from error
    read = [_known_columns(row) for row in rows]
    return {row["file"]: row for row in read if row.get("file")}


def _known_columns(row: dict[str, str | None]) -> dict[str, str]:
    lowered = {str(name).strip().lower(): (value or "").strip() for name, value in row.items()}
    picked = {}
    for field, names in _COLUMNS.items():
        value = next((lowered[name] for name in names if lowered.get(name)), "")
        if value:
            picked[field] = value
    return picked
