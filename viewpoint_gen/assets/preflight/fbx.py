"""Binary FBX: geometry counted from its arrays, and the textures that it names.

An FBX usually names its textures by an absolute path of the machine it was made on, and by one
relative to where it lay there. Neither does harm while there is no such file here.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viewpoint_gen.assets.preflight.confinement import url_scheme
from viewpoint_gen.assets.preflight.fbx_tree import ITEM_BYTES, MAGIC, Blob, Node, Tree
from viewpoint_gen.assets.preflight.images import image_size_px
from viewpoint_gen.assets.preflight.pictures import Pictures
from viewpoint_gen.assets.preflight.subject import Preflight, Subject

_OLDEST_VERSION = 7100  # that Blender reads
_PIECE_BYTES = 2**20
_TEXTURES = (b"Texture", b"Video")
_NAMES = (b"RelativeFilename", b"FileName", b"Filename")  # in the order of Blender's importer
_TYPES = {b"d": "<f8", b"f": "<f4", b"i": "<i4"}


@dataclass
class _Found:
    """What one walk through the tree gathers.

    Attributes:
        triangles: by the id of the geometry.
        uses: how often an object hangs below another one, by its id.
        names: of files, one dict for each Texture and Video.
        is_embedded: for each of these, whether it brings its file's content along.
    """

    triangles: dict[int, int] = field(default_factory=dict)
    uses: Counter[int] = field(default_factory=Counter)
    models: int = 0
    names: list[dict[bytes, str]] = field(default_factory=list)
    contents: dict[int, Blob] = field(default_factory=dict)
    looked_bytes: int = 0


def inspect_fbx(subject: Subject) -> Preflight:
    """Inspect an .fbx file."""
    _check_magic(subject)
    found = _Found()
    geometry = 0
    for node in Tree(subject).nodes():
        if node.path[:2] == (b"Objects", b"Geometry"):
            if len(node.path) == 2:
                geometry = node.integers[0] if node.integers else 0
                found.triangles.setdefault(geometry, 0)
            else:
                _take_geometry(subject, found, geometry, node)
        else:
            _take_other(found, node)
    triangles = _check_counts(subject, found)
    pictures = Pictures(subject)
    for number, names in enumerate(found.names):
        _take_picture(subject, found, number, names, pictures)
    files = tuple(sorted(pictures.files))
    return Preflight("fbx", triangles, pictures.pixels, files, tuple(pictures.warnings))


def _check_magic(subject: Subject) -> None:
    head = subject.head
    if head.lstrip().startswith(b";") or b"FBXHeaderExtension" in head[:400].partition(MAGIC)[0]:
        text = "is an ASCII FBX, which Blender doesn't read; convert it to binary FBX or glTF"
        raise subject.refusal("ascii_fbx", text)
    if MAGIC.startswith(head[: len(MAGIC)]) and len(head) < len(MAGIC) + 4:
        raise subject.refusal("truncated", "is cut short inside its header; fetch it again")
    if not head.startswith(MAGIC):
        text = "is no FBX: it doesn't start with 'Kaydara FBX Binary'; check what it really is"
        raise subject.refusal("wrong_magic", text)
    version = struct.unpack_from("<I", head, len(MAGIC))[0]
    if version < _OLDEST_VERSION:
        text = f"is FBX version {version}; Blender reads {_OLDEST_VERSION} and later, convert it"
        raise subject.refusal("unsupported_format", text)


def _take_geometry(subject: Subject, found: _Found, geometry: int, node: Node) -> None:
    if not node.blobs or node.blobs[0].kind not in _TYPES or len(node.path) != 3:
        return
    blob = node.blobs[0]
    if node.name == b"PolygonVertexIndex" and blob.kind == b"i":
        # A polygon's last corner is stored as its complement, which is negative. Each of n corners
        # makes n - 2 triangles.
        polygons = sum(int((piece < 0).sum()) for piece in _pieces(subject, blob))
        found.triangles[geometry] += max(blob.length - 2 * polygons, 0)
    if node.name == b"Vertices" and blob.kind != b"i":
        found.looked_bytes += blob.length * ITEM_BYTES[blob.kind]
        if found.looked_bytes > subject.limits.max_finite_check_bytes:
            return
        if not all(bool(np.isfinite(piece).all()) for piece in _pieces(subject, blob)):
            raise subject.refusal("not_finite", "has vertices that are nan or infinite; repair it")


def _pieces(subject: Subject, blob: Blob) -> Iterator[np.ndarray[Any, Any]]:
    """The items of an array, unpacked a megabyte at a time."""
    item_bytes = ITEM_BYTES[blob.kind]
    count, rest = 0, b""
    for piece in _unpacked(subject, blob):
        data = rest + piece
        whole = len(data) - len(data) % item_bytes
        rest, count = data[whole:], count + whole // item_bytes
        if count > blob.length:
            break
        yield np.frombuffer(data[:whole], dtype=_TYPES[blob.kind])
    if count != blob.length or rest:
        text = "has an array that isn't as long as it says; export it again"
        raise subject.refusal("malformed", text)


def _unpacked(subject: Subject, blob: Blob) -> Iterator[bytes]:
    stored = subject.region.part(blob.offset, blob.stored_bytes)
    if not blob.is_compressed:
        yield from stored.pieces()
        return
    inflater = zlib.decompressobj()
    try:
        for piece in stored.pieces():
            left = piece
            while left and not inflater.eof:
                yield inflater.decompress(left, _PIECE_BYTES)
                left = inflater.unconsumed_tail
        yield inflater.flush(_PIECE_BYTES)
    except zlib.error as error:
        text = f"has an array that can't be unpacked ({error}); fetch it again"
        raise subject.refusal("malformed", text) from error


def _take_other(found: _Found, node: Node) -> None:
    match node.path:
        case (b"Objects", b"Model"):
            found.models += 1
        case (b"Objects", b"Texture" | b"Video"):
            found.names.append({})
        case (b"Objects", b"Texture" | b"Video", name) if node.blobs:
            if name in _NAMES:
                found.names[-1].setdefault(name, os.fsdecode(node.blobs[0].text))
            elif name == b"Content" and node.blobs[0].length:
                found.contents[len(found.names) - 1] = node.blobs[0]
        case (b"Connections", b"C") if node.integers:
            found.uses[node.integers[0]] += 1
        case _:
            pass


def _check_counts(subject: Subject, found: _Found) -> int:
    limits = subject.limits
    triangles = sum(
        count * max(found.uses[geometry], 1) for geometry, count in found.triangles.items()
    )
    text = "triangles, instances counted (max_triangles)"
    subject.check_budget("too_complex", triangles, limits.max_triangles, text)
    subject.check_budget("too_complex", found.models, limits.max_nodes, "models (max_nodes)")
    if triangles == 0:
        raise subject.refusal("no_mesh", "has no polygon: no mesh, or only points and lines")
    return triangles


def _take_picture(
    subject: Subject, found: _Found, number: int, names: dict[bytes, str], pictures: Pictures
) -> None:
    """Find the file of a Texture or Video where Blender would, and count its pixels."""
    content = found.contents.get(number)
    if content is not None:
        size_px = image_size_px(subject.region.part(content.offset, content.stored_bytes))
        pictures.count(size_px or (0, 0))
    reference = next((names[name] for name in _NAMES if names.get(name)), "")
    if not reference:
        return
    scheme = url_scheme(reference)
    if scheme and scheme != "file":
        raise subject.folder.remote(reference)
    is_relative = bool(names.get(b"RelativeFilename"))
    file = subject.folder.find(_places(reference, is_relative=is_relative))
    if file is None:
        for name in _NAMES[1:]:
            subject.folder.find(_places(names.get(name, ""), is_relative=False))
    if content is not None or _is_embedded_elsewhere(found, reference):
        return
    if file is None and is_relative:
        _refuse_search_outside(subject, reference)
    pictures.add(file, reference)


def _is_embedded_elsewhere(found: _Found, reference: str) -> bool:
    """A Texture has its content in a Video that names the same file."""
    return any(reference in found.names[number].values() for number in found.contents)


def _places(reference: str, *, is_relative: bool) -> Iterator[str]:
    path = re.sub(r"(?i)^file:/+", "/", reference).replace("\\", "/")
    yield path.lstrip("/") if is_relative else path
    yield os.path.basename(path)  # noqa: PTH119 - may end in a slash


def _refuse_search_outside(subject: Subject, reference: str) -> None:
    """Blender searches the folder of a texture that it can't find, and all folders below it."""
    path = reference.replace("\\", "/").lstrip("/")
    if os.path.normpath(path).startswith(".."):
        subject.folder.require_inside(path)
