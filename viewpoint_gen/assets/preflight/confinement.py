"""Which files an asset may refer to: those under its own folder, after every link is resolved."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from viewpoint_gen.assets.preflight.wording import shown
from viewpoint_gen.errors import ImportFailed

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):/")  # two letters and more: C:/ is a drive


@dataclass(frozen=True)
class Folder:
    """The folder that holds the asset, as it was given and as it really is.

    The asset itself may be a link (caches use them): its folder is the link's.
    """

    given: Path
    real: Path
    asset_name: str

    @classmethod
    def around(cls, asset: Path) -> Folder:
        """The folder of an asset; nothing is opened."""
        given = Path(os.path.abspath(asset.parent))  # noqa: PTH100 - resolve() would follow links
        return cls(given, given.resolve(), asset.name)

    def find(self, candidates: Iterable[str]) -> Path | None:
        """The first of several paths at which there is a file, resolved; None without any.

        Every candidate is looked at, since an importer may go on to the next one. Relative paths
        start at the folder. Nothing is opened.

        Raises:
            ImportFailed: ``outside_folder``: one of them exists and lies elsewhere.
        """
        found = None
        for candidate in candidates:
            real = self._existing(candidate)
            if real is None:
                continue
            if not real.is_relative_to(self.real):
                raise self.outside(candidate)
            found = found or real
        return found

    def require_inside(self, relative: str) -> None:
        """Refuse a path that is absolute, steps up, or names a host, whether it exists or not."""
        scheme = url_scheme(relative)
        if scheme and scheme != "file":
            raise self.remote(relative)
        parts = relative.replace("\\", "/").split("/")
        is_drive = re.match(r"^[A-Za-z]:", relative)
        if scheme or parts[0] == "" or is_drive or ".." in parts:
            raise self.outside(relative)

    def remote(self, reference: str) -> ImportFailed:
        """The refusal of a reference to another machine."""
        msg = (
            f"{shown(self.asset_name)} refers to {shown(reference)}, which is on another machine:"
            f" download that file into the asset's folder and refer to it by its relative path"
        )
        return ImportFailed("remote_file", msg)

    def outside(self, reference: str) -> ImportFailed:
        """The refusal of a reference that leaves the folder."""
        msg = (
            f"{shown(self.asset_name)} refers to {shown(reference)}, outside its own folder: "
            f"put that file below the asset and refer to it by its relative path"
        )
        return ImportFailed("outside_folder", msg)

    def _existing(self, candidate: str) -> Path | None:
        """The real path of a file, directory excluded; None if there is nothing."""
        try:
            real = os.path.realpath(self.given / candidate)
            mode = os.stat(real).st_mode  # noqa: PTH116 - realpath() gives a str
        except (OSError, ValueError):  # too long, a loop of links, a NUL or a lone surrogate
            return None
        return None if stat.S_ISDIR(mode) else Path(real)


def url_scheme(reference: str) -> str:
    """``http`` of ``http://host/x``, in lower case; empty for paths and Windows drives."""
    match = _SCHEME.match(reference.strip())
    return match[1].lower() if match else ""
