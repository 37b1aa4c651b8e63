"""PLY: the header declares elements and their properties; the rest must be long enough."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from viewpoint_gen.assets.preflight.lines import blocks_of_lines
from viewpoint_gen.assets.preflight.subject import Preflight, Subject
from viewpoint_gen.assets.preflight.wording import shown

_LONGEST_HEADER_BYTES = 2**16
_END = re.compile(rb"\nend_header[ \t]*\r?\n")
_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
_NOT_FINITE = re.compile(rb"(?:^|[ \t])[-+]?(?:nan|inf)", re.IGNORECASE | re.MULTILINE)


@dataclass
class _Element:
    """One block of the file: how many of what.

    Attributes:
        scalars: (name, NumPy type) of its plain properties, in order.
        lists: (type of the count, type of the items) of its list properties.
    """

    name: str
    count: int
    scalars: list[tuple[str, str]] = field(default_factory=list)
    lists: list[tuple[str, str]] = field(default_factory=list)

    @property
    def least_bytes(self) -> int:
        """Of the whole block in a binary file, if every list were empty."""
        plain = sum(int(kind[1]) for _, kind in self.scalars)
        return self.count * (plain + sum(int(counts[1]) for counts, _ in self.lists))


def inspect_ply(subject: Subject) -> Preflight:
    """Inspect a .ply file."""
    if subject.head[:4] not in (b"ply\n", b"ply\r"):
        raise subject.refusal("wrong_magic", "is no PLY: it doesn't start with 'ply'; check it")
    order, elements, offset = _header(subject)
    faces = [element for element in elements if element.name in ("face", "tristrips")]
    if not any(element.count for element in faces):
        raise subject.refusal("no_mesh", "has no face: it is a point cloud or holds only lines")
    _check_length(subject, order, elements, offset)
    triangles = _triangles(subject, order, elements, offset)
    least = sum(element.count for element in faces) if triangles is None else triangles
    most = subject.limits.max_triangles
    subject.check_budget("too_complex", least, most, "triangles (max_triangles)")
    vertices = sum(element.count for element in elements if element.name == "vertex")
    subject.check_budget("too_complex", vertices, 3 * most, "vertices (3 × max_triangles)")
    _check_finite(subject, order, elements, offset)
    return Preflight("ply", triangles)


def _header(subject: Subject) -> tuple[str, list[_Element], int]:
    """Byte order ("" for text), elements in order, and where the data start."""
    head = subject.region.read(0, _LONGEST_HEADER_BYTES)
    end = _END.search(head)
    if end is None:
        raise subject.refusal("truncated", "has a header without an end; fetch it again")
    order, elements = None, []
    for line in head[: end.start()].decode("latin-1").splitlines()[1:]:
        words = line.split()
        if not words or words[0] in ("comment", "obj_info"):
            continue
        if words[0] == "format" and len(words) > 1 and words[1] in _ORDERS:
            order = _ORDERS[words[1]]
        elif words[0] == "element" and len(words) == 3 and re.fullmatch(r"\d{1,15}", words[2]):
            elements.append(_Element(words[1], int(words[2])))
        elif not (words[0] == "property" and elements and _add_property(elements[-1], words)):
            text = f"has a header line that can't be read ({shown(line)}); export it again"
            raise subject.refusal("malformed", text)
    if order is None:
        raise subject.refusal("malformed", "doesn't say its format; export it again")
    return order, elements, end.end()


def _add_property(element: _Element, words: list[str]) -> bool:
    """Add a property; False if the line isn't one."""
    if len(words) == 3 and words[1] in _TYPES:
        element.scalars.append((words[2], _TYPES[words[1]]))
        return True
    if len(words) == 5 and words[1] == "list" and words[2] in _TYPES and words[3] in _TYPES:
        element.lists.append((_TYPES[words[2]], _TYPES[words[3]]))
        return True
    return False


def _check_length(subject: Subject, order: str, elements: list[_Element], offset: int) -> None:
    """Refuse a file that is shorter than its header says it must be."""
    there = subject.region.size_bytes - offset
    if order:
        needed = sum(element.least_bytes for element in elements)
    else:  # a digit and a space or line break for each property; the last break may be missing
        needed = 2 * sum(
            element.count * (len(element.scalars) + len(element.lists)) for element in elements
        )
        needed -= 1
    if there < needed:
        text = f"is cut short: {there:,} bytes follow its header, which takes {needed:,} or more"
        raise subject.refusal("truncated", f"{text}; fetch it again")


def _triangles(subject: Subject, order: str, elements: list[_Element], offset: int) -> int | None:
    """Known if faces come last in a binary file: their length tells the sum of their corners."""
    last = elements[-1]
    is_plain = all(not element.lists for element in elements[:-1]) and len(last.lists) == 1
    if not order or last.name != "face" or not is_plain:
        return None
    spare = subject.region.size_bytes - offset - sum(element.least_bytes for element in elements)
    corners = spare // int(last.lists[0][1][1])
    return max(corners - 2 * last.count, 0)


def _check_finite(subject: Subject, order: str, elements: list[_Element], offset: int) -> None:
    """Blender's importer moves such vertices to the origin without a word."""
    if order:
        is_finite = _is_binary_finite(subject, order, elements, offset)
    else:
        most = subject.limits.max_finite_check_bytes
        data = subject.region.part(offset, most)
        is_finite = not any(_NOT_FINITE.search(block) for block in blocks_of_lines(subject, data))
    if not is_finite:
        raise subject.refusal("not_finite", "has vertices that are nan or infinite; repair it")


def _is_binary_finite(subject: Subject, order: str, elements: list[_Element], offset: int) -> bool:
    """Look at x, y and z, if nothing of unknown length lies before them."""
    for element in elements:
        if element.name == "vertex":
            break
        if element.lists:
            return True
        offset += element.least_bytes
    else:
        return True
    names = [name for name, _ in element.scalars]
    if element.lists or len(set(names)) < len(names) or not {"x", "y", "z"} <= set(names):
        return True
    kind = np.dtype([(name, order + scalar) for name, scalar in element.scalars])
    looked = min(element.count, subject.limits.max_finite_check_bytes // kind.itemsize)
    vertices = np.frombuffer(subject.region.read(offset, looked * kind.itemsize), dtype=kind)
    return all(bool(np.isfinite(vertices[axis]).all()) for axis in "xyz")
