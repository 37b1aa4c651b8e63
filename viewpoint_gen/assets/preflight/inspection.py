"""Choose the reader for a file, after what is the same for every format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from viewpoint_gen.assets.preflight.config import PreflightConfig
from viewpoint_gen.assets.preflight.confinement import Folder
from viewpoint_gen.assets.preflight.fbx import inspect_fbx
from viewpoint_gen.assets.preflight.gltf import inspect_gltf
from viewpoint_gen.assets.preflight.obj import inspect_obj
from viewpoint_gen.assets.preflight.ply import inspect_ply
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.stl import inspect_stl
from viewpoint_gen.assets.preflight.subject import Preflight, Subject
from viewpoint_gen.assets.preflight.usd import inspect_usd
from viewpoint_gen.assets.preflight.usdz import inspect_usdz
from viewpoint_gen.assets.preflight.wording import shown
from viewpoint_gen.errors import ImportFailed

READERS: dict[str, Callable[[Subject], Preflight]] = {
    "glb": inspect_gltf,
    "gltf": inspect_gltf,
    "obj": inspect_obj,
    "fbx": inspect_fbx,
    "stl": inspect_stl,
    "ply": inspect_ply,
    "usd": inspect_usd,
    "usda": inspect_usd,
    "usdc": inspect_usd,
    "usdz": inspect_usdz,
}
"""By suffix; the same formats that Blender is asked to import."""

_HEAD_BYTES = 1024
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|\?xml[^>]*>\s*<html)", re.I
)
_LFS = b"version https://git-lfs.github.com/spec/"


def inspect(path: Path, limits: PreflightConfig) -> Preflight:
    """Look at a mesh file's headers, and at the names and headers of what it refers to.

    Nothing is decoded, and no file outside the asset's own folder is opened.

    Raises:
        ImportFailed: with one of the codes in this package's table.
    """
    file_format = path.suffix.lower().removeprefix(".")
    if file_format not in READERS:
        msg = (
            f"{shown(path.name)} has a suffix that nothing here reads; "
            f"convert it to one of: {', '.join(READERS)}"
        )
        raise ImportFailed("unsupported_format", msg)
    try:
        subject = _subject(path, file_format, limits)
        _check_contents(subject)
        return READERS[file_format](subject)
    except FileNotFoundError as error:
        msg = f"{shown(path.name)} isn't there; check the path or fetch it again"
        raise ImportFailed("missing_file", msg) from error
    except OSError as error:
        msg = f"{shown(path.name)} can't be read ({error}); check the path and its permissions"
        raise ImportFailed("unreadable", msg) from error


def _subject(path: Path, file_format: str, limits: PreflightConfig) -> Subject:
    region = Region.of_file(path)
    folder = Folder.around(path)
    return Subject(path, file_format, region, region.read(0, _HEAD_BYTES), folder, limits)


def _check_contents(subject: Subject) -> None:
    """Refuse what no reader should look at, whatever its suffix."""
    if subject.region.size_bytes == 0:
        raise subject.refusal("empty_file", "is empty: the download failed; fetch it again")
    if subject.region.size_bytes > subject.limits.max_file_bytes:
        text = (
            f"has {subject.region.size_bytes:,} bytes; at most "
            f"{subject.limits.max_file_bytes:,} are allowed (max_file_bytes)"
        )
        raise subject.refusal("too_large", text)
    if _HTML.match(subject.head):
        text = "is an HTML page, not a mesh: the download failed; fetch it again"
        raise subject.refusal("html_page", text)
    if subject.head.startswith(_LFS):
        text = "is a Git LFS pointer, not a mesh: run `git lfs pull` where it came from"
        raise subject.refusal("lfs_pointer", text)
