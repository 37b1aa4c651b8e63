"""STL: a binary file's length follows from its count; a text file's facets are counted."""

from __future__ import annotations

import struct

import numpy as np

from viewpoint_gen.assets.preflight.lines import blocks_of_lines
from viewpoint_gen.assets.preflight.subject import Preflight, Subject

_HEADER_BYTES, _FACET_BYTES = 84, 50
_FACET = np.dtype([("numbers", "<f4", 12), ("attribute", "<u2")])


def inspect_stl(subject: Subject) -> Preflight:
    """Inspect an .stl file. As in Blender, it is binary if its length says so, and text if not."""
    size_bytes = subject.region.size_bytes
    declared = 0
    if size_bytes >= _HEADER_BYTES:
        declared = struct.unpack_from("<I", subject.head, _HEADER_BYTES - 4)[0]
    is_binary = size_bytes == _HEADER_BYTES + _FACET_BYTES * declared
    if not is_binary and not _is_text(subject):
        raise _refused_binary(subject, declared)
    triangles = declared if is_binary else _count_facets(subject)
    if triangles == 0:
        raise subject.refusal("no_mesh", "has no facet; export it again")
    most = subject.limits.max_triangles
    subject.check_budget("too_complex", triangles, most, "triangles (max_triangles)")
    if is_binary:
        _check_finite(subject, triangles)
    return Preflight("stl", triangles)


def _is_text(subject: Subject) -> bool:
    """Many binary files start with ``solid`` too; their counts and floats aren't text."""
    return subject.head.lstrip()[:5].lower() == b"solid" and b"\0" not in subject.head


def _refused_binary(subject: Subject, declared: int) -> Exception:
    size_bytes, needed = subject.region.size_bytes, _HEADER_BYTES + _FACET_BYTES * declared
    if size_bytes < needed or size_bytes < _HEADER_BYTES:
        text = f"is cut short: {size_bytes:,} bytes, its {declared:,} facets take {needed:,}"
        return subject.refusal("truncated", f"{text}; fetch it again")
    text = f"is no STL: {declared:,} facets would take {needed:,} bytes, not {size_bytes:,}"
    return subject.refusal("malformed", f"{text}; export it again")


def _count_facets(subject: Subject) -> int:
    """Facets that are complete; the last of a truncated file isn't."""
    begun = ended = 0
    for block in blocks_of_lines(subject, subject.region):
        lowered = block.lower()
        ended += lowered.count(b"endfacet")
        begun += lowered.count(b"facet normal")
    if begun > ended:
        raise subject.refusal("truncated", "is cut short inside a facet; fetch it again")
    return ended


def _check_finite(subject: Subject, triangles: int) -> None:
    """Normals may be nan, as importers compute them anew; corners may not."""
    looked = min(triangles, subject.limits.max_finite_check_bytes // _FACET_BYTES)
    data = subject.region.read(_HEADER_BYTES, looked * _FACET_BYTES)
    corners = np.frombuffer(data, dtype=_FACET)["numbers"][:, 3:]
    if not np.isfinite(corners).all():
        raise subject.refusal("not_finite", "has corners that are nan or infinite; repair it")
