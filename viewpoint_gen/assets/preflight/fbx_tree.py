"""The node tree of a binary FBX file, walked with every length checked and nothing unpacked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from viewpoint_gen.assets.preflight.subject import Subject

MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"
_FIRST_NODE = len(MAGIC) + 4
_WIDE_VERSION = 7500  # from here on, offsets and counts have 64 bits
_SCALAR_BYTES = {b"Z": 1, b"Y": 2, b"B": 1, b"C": 1, b"I": 4, b"F": 4, b"D": 8, b"L": 8}
ITEM_BYTES = {b"b": 1, b"c": 1, b"i": 4, b"l": 8, b"f": 4, b"d": 8}
_DEFLATE_MOST = 1032  # bytes that one compressed byte can become
_LONGEST_STRING_BYTES = 2**16  # of those that are kept; longer ones hold embedded files
_PIECE_BYTES = 2**16


@dataclass(frozen=True)
class Blob:
    """A string, or the place of an array or of embedded data.

    Attributes:
        kind: the format's letter: S and R for strings and raw data, otherwise an array's type.
        offset: in the file.
        length: items of the array once unpacked; bytes of a string.
        text: of a string that isn't too long to be a name.
    """

    kind: bytes
    offset: int
    stored_bytes: int
    length: int
    is_compressed: bool = False
    text: bytes = b""


@dataclass(frozen=True)
class Node:
    """One element of the tree, its children not included."""

    path: tuple[bytes, ...]
    blobs: tuple[Blob, ...]
    integers: tuple[int, ...]
    """Those of 64 bits: ids."""

    @property
    def name(self) -> bytes:
        """Its own name, the last of its path."""
        return self.path[-1]


class Tree:
    """Reads nodes one after the other, each before its children."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._size_bytes = subject.region.size_bytes
        self._piece, self._piece_start = b"", 0
        version = struct.unpack_from("<I", subject.head, len(MAGIC))[0]
        is_wide = version >= _WIDE_VERSION
        self._header = struct.Struct("<QQQB" if is_wide else "<IIIB")
        self._unpacked_bytes = 0

    def nodes(self) -> Iterator[Node]:
        """All nodes.

        Raises:
            ImportFailed: ``truncated``, ``malformed``, ``too_large`` or ``too_complex``.
        """
        ends: list[tuple[int, bytes]] = []
        offset, count, limits = _FIRST_NODE, 0, self._subject.limits
        while True:
            while ends and offset >= ends[-1][0]:
                if offset > ends[-1][0]:
                    raise self._malformed("a node that ends beyond its parent")
                ends.pop()
            end, properties, list_bytes, name_bytes = self._unpack(offset, self._header)
            if end == 0:
                if not ends:
                    return
                offset = self._after_sentinel(offset, ends[-1][0])
                continue
            count += 1
            text = "FBX elements (max_elements)"
            self._subject.check_budget("too_complex", count, limits.max_elements, text)
            data = offset + self._header.size + name_bytes
            most = ends[-1][0] if ends else self._size_bytes
            if end > self._size_bytes:
                raise self._truncated()
            if not data + list_bytes <= end <= most or properties > list_bytes:
                raise self._malformed("a node whose lengths contradict each other")
            name = self._take(offset + self._header.size, name_bytes)
            blobs, integers = self._properties(data, properties, data + list_bytes)
            yield Node((*(name for _, name in ends), name), blobs, integers)
            offset = data + list_bytes
            if offset < end:
                ends.append((end, name))
                text = "levels of nested elements (max_depth)"
                self._subject.check_budget("too_complex", len(ends), limits.max_depth, text)

    def _after_sentinel(self, offset: int, end: int) -> int:
        if offset + self._header.size != end:
            raise self._malformed("an end mark before the end of a node")
        return end

    def _properties(
        self, offset: int, count: int, end: int
    ) -> tuple[tuple[Blob, ...], tuple[int, ...]]:
        blobs: list[Blob] = []
        integers: list[int] = []
        for _ in range(count):
            kind = self._take(offset, 1)
            offset += 1
            if kind in _SCALAR_BYTES:
                if kind == b"L":
                    integers.append(int.from_bytes(self._take(offset, 8), "little", signed=True))
                offset += _SCALAR_BYTES[kind]
            elif kind in (b"S", b"R"):
                blobs.append(self._string(offset, kind))
                offset = blobs[-1].offset + blobs[-1].stored_bytes
            elif kind in ITEM_BYTES:
                blobs.append(self._array(offset, kind))
                offset = blobs[-1].offset + blobs[-1].stored_bytes
            else:
                raise self._malformed("a property of an unknown type")
            if offset > end:
                raise self._malformed("a property that ends beyond its node")
        if offset != end:
            raise self._malformed("properties that don't fill their list")
        return tuple(blobs), tuple(integers)

    def _string(self, offset: int, kind: bytes) -> Blob:
        length = int.from_bytes(self._take(offset, 4), "little")
        if offset + 4 + length > self._size_bytes:
            raise self._truncated()
        is_name = kind == b"S" and length <= _LONGEST_STRING_BYTES
        text = self._take(offset + 4, length) if is_name else b""
        return Blob(kind, offset + 4, length, length, text=text)

    def _array(self, offset: int, kind: bytes) -> Blob:
        length, encoding, stored_bytes = struct.unpack("<III", self._take(offset, 12))
        unpacked_bytes = length * ITEM_BYTES[kind]
        self._unpacked_bytes += unpacked_bytes
        most = self._subject.limits.max_file_bytes
        text = "bytes once its arrays are unpacked (max_file_bytes)"
        self._subject.check_budget("too_large", self._unpacked_bytes, most, text)
        most_stored = stored_bytes * _DEFLATE_MOST if encoding else stored_bytes
        if encoding not in (0, 1) or unpacked_bytes > most_stored:
            raise self._malformed("an array that is shorter than it says")
        return Blob(kind, offset + 12, stored_bytes, length, is_compressed=encoding == 1)

    def _unpack(self, offset: int, header: struct.Struct) -> tuple[int, int, int, int]:
        end, properties, list_bytes, name_bytes = header.unpack(self._take(offset, header.size))
        return end, properties, list_bytes, name_bytes

    def _take(self, offset: int, size_bytes: int) -> bytes:
        """Exactly that many bytes, out of the piece that was read last where possible."""
        start = offset - self._piece_start
        if start < 0 or start + size_bytes > len(self._piece):
            self._piece = self._subject.region.read(offset, max(_PIECE_BYTES, size_bytes))
            self._piece_start, start = offset, 0
        taken = self._piece[start : start + size_bytes]
        if len(taken) < size_bytes:
            raise self._truncated()
        return taken

    def _truncated(self) -> Exception:
        return self._subject.refusal("truncated", "is cut short inside its tree; fetch it again")

    def _malformed(self, what: str) -> Exception:
        return self._subject.refusal("malformed", f"has {what}; export it again")
