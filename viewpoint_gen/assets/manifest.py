"""``manifest:FILE``: the assets that a table lists, on this machine or anywhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from viewpoint_gen.assets.description import Wanted
from viewpoint_gen.assets.fetch import CORRUPT, Line, Patience, bring
from viewpoint_gen.assets.fetch_url import fetch_url
from viewpoint_gen.assets.glb import check_glb
from viewpoint_gen.assets.manifest_rows import is_remote, read_manifest
from viewpoint_gen.errors import FetchFailed, FetchInterrupted, ImportFailed
from viewpoint_gen.records import Asset
from viewpoint_gen.storage import cache_folder


@dataclass(frozen=True)
class ManifestSource:
    """Assets in the order of a manifest's rows.

    Attributes:
        rows: see ``manifest_rows.SCHEMA``.
        line: this process's own.
    """

    rows: pa.Table
    patience: Patience = field(default_factory=Patience)
    line: Line = field(default_factory=Line, compare=False, repr=False)

    @classmethod
    def at(cls, place: str, wanted: Wanted, *, patience: Patience | None = None) -> ManifestSource:
        """Read a manifest at a path or an fsspec URL.

        Raises:
            SourceError: it can't be read, a row is wrong, or nothing is left of it.
        """
        patience = patience or Patience()
        return cls(read_manifest(place, wanted, patience=patience), patience)

    @property
    def size(self) -> int:
        """Number of wanted rows."""
        return int(self.rows.num_rows)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders of the local files and the one for downloads, without those inside others."""
        locations = self.rows["location"].to_pylist()
        parents = {Path(one).parent for one in locations if not is_remote(one)}
        if any(is_remote(one) for one in locations):
            parents.add(_downloads())
        return tuple(sorted(str(one) for one in parents if parents.isdisjoint(one.parents)))

    def uid(self, index: int) -> str:
        """The manifest's own, else made from the file's name and address."""
        return str(self.rows["uid"][index].as_py())

    def asset(self, index: int) -> Asset:
        """Take a local file as it is; fetch another one into the cache.

        Raises:
            ImportFailed: a local file can't be read.
            FetchFailed: a file can't be had, or isn't the one that the manifest's hash means.
            EnvironmentProblem: the network is gone.
            StorageError: the cache can't be written.
        """
        row: dict[str, Any] = {
            name: self.rows[name][index].as_py() for name in self.rows.schema.names
        }
        path = self._fetched(row) if is_remote(row["location"]) else Path(row["location"])
        try:
            sha256 = _sha256(path)
        except OSError as error:
            raise ImportFailed("unreadable", f"{row['file']}: {error.strerror}") from error
        _hold_to_hash(row, sha256)
        return Asset(
            uid=row["uid"],
            source="manifest",
            path=str(path),
            source_path=row["file"],
            category=row["category"],
            licence=row["licence"],
            author=row["author"],
            title=row["title"],
            url=row["url"],
            sha256=sha256,
            front_azimuth_rad=row["front_azimuth_rad"],
            symmetry=row["symmetry"],
        )

    def release(self, asset: Asset) -> None:
        """Keep it: a file of the user's own, or one that need not be fetched twice."""

    def _fetched(self, row: dict[str, Any]) -> Path:
        made_from = f"{row['location']} {row['sha256']}"
        digest = hashlib.sha256(made_from.encode()).hexdigest()[:16]
        target = _downloads() / f"{row['uid']}-{digest}{row['suffix']}"

        def write(into: BinaryIO) -> None:
            fetch_url(row["location"], into, patience=self.patience, line=self.line)

        def check(path: Path) -> None:
            if row["suffix"] == ".glb":
                check_glb(path)
            elif path.stat().st_size == 0:
                raise FetchFailed("not_a_mesh", f"{row['location']}: the file is empty")
            if row["sha256"]:
                _hold_to_hash(row, _sha256(path))

        bring(target, write, check=check, patience=self.patience, line=self.line)
        return target


def _downloads() -> Path:
    return cache_folder("downloads")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hold_to_hash(row: dict[str, Any], sha256: str) -> None:
    if row["sha256"] and sha256 != row["sha256"]:
        msg = f"{row['location']}: sha256 is {sha256}, the manifest says {row['sha256']}"
        raise FetchInterrupted(CORRUPT, msg)
