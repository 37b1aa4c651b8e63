"""USDZ: a zip archive of plain, uncompressed entries, the first of which is the root layer."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator
from pathlib import PurePosixPath

from viewpoint_gen.assets.preflight.images import image_size_px
from viewpoint_gen.assets.preflight.pictures import Pictures
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Preflight, Subject
from viewpoint_gen.assets.preflight.usd import (
    IMAGE_SUFFIXES,
    LAYER_SUFFIXES,
    UNCOUNTED,
    find,
    references,
)
from viewpoint_gen.assets.preflight.wording import shown

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL, _CENTRAL = b"PK\3\4", b"PK\1\2"
_ENCRYPTED, _LENGTH_FOLLOWS = 1, 8
_MOST_ENTRIES = 10_000


def inspect_usdz(subject: Subject) -> Preflight:
    """Inspect a .usdz file: headers of entries one after the other, as USD itself reads them."""
    if not subject.head.startswith(_LOCAL):
        raise subject.refusal("wrong_magic", "is no USDZ: it doesn't start like a zip archive")
    entries = dict(_entries(subject))
    first = next(iter(entries), "")
    if PurePosixPath(first).suffix.lower() not in LAYER_SUFFIXES:
        text = f"starts with {shown(first)}, not with a USD layer; package it again"
        raise subject.refusal("malformed", text)
    pictures = Pictures(subject)
    pictures.warn(UNCOUNTED)
    for name, region in entries.items():
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in LAYER_SUFFIXES:
            _check_layer(subject, entries, name, region, pictures)
        elif suffix in IMAGE_SUFFIXES:
            size_px = image_size_px(region)
            if size_px is None:
                pictures.warn(f"unsupported_texture: {shown(name)} is no known image")
            pictures.count(size_px or (0, 0))
    files = tuple(sorted(pictures.files))
    return Preflight("usdz", None, pictures.pixels, files, tuple(pictures.warnings))


def _entries(subject: Subject) -> Iterator[tuple[str, Region]]:
    """Name and bytes of each entry.

    Raises:
        ImportFailed: ``truncated``, ``malformed``, ``too_complex`` or ``outside_folder``.
    """
    offset = 0
    for _ in range(_MOST_ENTRIES):
        header = subject.region.read(offset, _LOCAL_HEADER.size)
        if header[:4] == _CENTRAL:
            return
        if len(header) < _LOCAL_HEADER.size or header[:4] != _LOCAL:
            raise subject.refusal("truncated", "has no directory at its end; fetch it again")
        fields = _LOCAL_HEADER.unpack(header)
        flags, method, stored_bytes, full_bytes = fields[2], fields[3], fields[7], fields[8]
        if method or flags & (_ENCRYPTED | _LENGTH_FOLLOWS) or stored_bytes != full_bytes:
            text = (
                "holds a compressed or encrypted entry, which USDZ doesn't allow; package it again"
            )
            raise subject.refusal("malformed", text)
        name_bytes, extra_bytes = fields[9], fields[10]
        name_start = offset + _LOCAL_HEADER.size
        name = subject.region.read(name_start, name_bytes).decode("utf-8", "surrogateescape")
        start = name_start + name_bytes + extra_bytes
        if start + stored_bytes > subject.region.size_bytes:
            text = f"is cut short inside {shown(name)}; fetch it again"
            raise subject.refusal("truncated", text)
        subject.folder.require_inside(name)
        yield name, subject.region.part(start, stored_bytes)
        offset = start + stored_bytes
    raise subject.refusal("too_complex", f"has more than {_MOST_ENTRIES:,} entries")


def _check_layer(
    subject: Subject, entries: dict[str, Region], name: str, region: Region, pictures: Pictures
) -> None:
    """A package brings its own layers; pictures beside it are taken as for any other file."""
    for reference in references(subject, region):
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
        if inside in entries or reference in entries:
            continue
        file = find(subject, subject.folder.given, reference)
        suffix = PurePosixPath(reference).suffix.lower()
        if file is not None and suffix in LAYER_SUFFIXES:
            raise subject.folder.outside(reference)
        if suffix in IMAGE_SUFFIXES:
            pictures.add(file, reference)
