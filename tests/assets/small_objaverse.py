"""A small Objaverse: annotations as the real ones are written, and GLB files."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CATEGORIES = ("cultural-heritage-history", "furniture-home", "animals-pets", "cars-vehicles")
LICENCES = ("by", "by", "by", "cc0", "by-nc", "by-sa")


def uid_of(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()


def folder_of(number: int) -> str:
    return f"000-{number % 3:03d}"


def glb_path(number: int) -> str:
    return f"glbs/{folder_of(number)}/{uid_of(number)}.glb"


def glb(number: int, size_bytes: int = 20_000) -> bytes:
    """A GLB file without triangles, as large as wanted, and unlike all others."""
    text = b'{"asset":{"version":"2.0"}}'
    text += b" " * (-len(text) % 4)
    data = hashlib.shake_128(str(number).encode()).digest(size_bytes)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def annotation(number: int, **changes: Any) -> dict[str, Any]:
    uid = uid_of(number)
    record = {
        "uri": f"https://api.sketchfab.com/v3/models/{uid}",
        "uid": uid,
        "name": f"Thing  {number} \u2764",
        "viewerUrl": f"https://sketchfab.com/3d-models/{uid}",
        "license": LICENCES[number % len(LICENCES)],
        "user": {"username": f"maker{number % 7}", "displayName": f"Maker {number % 7}"},
        "faceCount": 100 * number,
        "vertexCount": 60 * number,
        "animationCount": number % 2,
        "isAgeRestricted": False,
        "categories": [{"name": CATEGORIES[number % len(CATEGORIES)]}],
        "tags": [{"name": 'a, {nested} "tag" }'}],
        "archives": {"glb": {"textureCount": number % 5, "size": 20_000}},
    }
    return record | changes


def packed(value: Any) -> bytes:
    return gzip.compress(json.dumps(value).encode(), mtime=0)


def repository(
    numbers: Iterable[int], *, lvis: dict[str, list[int]] | None = None, **changes: Any
) -> dict[str, bytes]:
    """All files of the repository by path."""
    numbers = list(numbers)
    files = {glb_path(number): glb(number) for number in numbers}
    for folder in sorted({folder_of(number) for number in numbers}):
        records = {uid_of(n): annotation(n, **changes) for n in numbers if folder_of(n) == folder}
        files[f"metadata/{folder}.json.gz"] = packed(records)
    files["object-paths.json.gz"] = packed({uid_of(n): glb_path(n) for n in numbers})
    if lvis is not None:
        listed = {name: [uid_of(n) for n in members] for name, members in lvis.items()}
        files["lvis-annotations.json.gz"] = packed(listed)
    return files


def lay_out(files: dict[str, bytes], root: Path) -> None:
    """As the package would have left them."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
