"""``folder:PATH``: every mesh file below a folder, in the order of its relative path."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from viewpoint_gen.assets.description import (
    SUFFIXES,
    Wanted,
    category_of_name,
    described,
    front_rad,
    symmetry_of,
    uid_of,
)
from viewpoint_gen.assets.licences import spdx_of
from viewpoint_gen.errors import ImportFailed, SourceError
from viewpoint_gen.records import Asset

SIDECARS = ("manifest.csv", "metadata.csv", "assets.csv")
"""Names, in any case, of the optional table in the folder that says more about its files."""

ALL = Wanted()


@dataclass(frozen=True)
class FolderSource:
    """Mesh files below a folder. Index i is the i-th file in the order of relative paths."""

    root: Path
    wanted: Wanted = ALL

    @classmethod
    def at(cls, path: Path, wanted: Wanted = ALL) -> FolderSource:
        """Open a folder.

        Raises:
            SourceError: it isn't a folder, or has no mesh file in it.
        """
        if not path.is_dir():
            msg = f"source folder:{path}: no such folder; give the path of a folder of meshes"
            raise SourceError(msg)
        source = cls(path.resolve(), wanted)
        if not source.mesh_files:
            msg = f"source folder:{path}: no mesh files below it (looked for {', '.join(SUFFIXES)})"
            raise SourceError(msg)
        if not source.files:
            msg = (
                f"source folder:{path}: none of its {len(source.mesh_files)} mesh files is left by "
                "assets.licences, assets.categories and assets.exclude"
            )
            raise SourceError(msg)
        return source

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Relative POSIX paths of the wanted mesh files, sorted."""
        return tuple(
            file
            for file in self.mesh_files
            if self.wanted.takes(
                uid=uid_of(file), category=self._category(file), licence=self._licence(file)
            )
        )

    @cached_property
    def mesh_files(self) -> tuple[str, ...]:
        """Relative POSIX paths of all mesh files, sorted."""
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

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder itself."""
        return (str(self.root),)

    def uid(self, index: int) -> str:
        """File name and a short hash of the relative path."""
        return uid_of(self.files[index])

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
            category=self._category(relative),
            licence=self._licence(relative),
            author=said.get("author", ""),
            title=said.get("title") or Path(relative).stem,
            url=said.get("url", ""),
            sha256=sha256,
            front_azimuth_rad=front_rad(said.get("front", ""), relative),
            symmetry=symmetry_of(said.get("symmetry", ""), relative),
        )

    def release(self, asset: Asset) -> None:
        """Nothing to do: the files are the user's own."""

    def _category(self, file: str) -> str:
        return self.sidecar.get(file, {}).get("category") or category_of_name(file)

    def _licence(self, file: str) -> str:
        return spdx_of(self.sidecar.get(file, {}).get("licence", ""))


def _read_sidecar(path: Path) -> dict[str, dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: can't be read as CSV ({error})"
        raise SourceError(msg) from error
    read = [described(row) for row in rows]
    return {row["file"]: row for row in read if row.get("file")}
