"""Binary USD ("crate"): its table of tokens, which holds every name and path that it refers to."""

from __future__ import annotations

import struct

from viewpoint_gen.assets.preflight.region import Region

MAGIC = b"PXR-USDC"
_SECTION = struct.Struct("<16sqq")
_MOST_SECTIONS = 64
_MOST_TOKEN_BYTES = 2**22
_FIRST_COMPRESSED = (0, 4)  # version of the format from which on tokens are compressed


class BrokenCrate(ValueError):
    """The file contradicts itself; the text says how."""


def tokens(region: Region) -> list[str] | None:
    """All tokens of a crate; None if there are too many to unpack here.

    Raises:
        BrokenCrate: an offset or length leaves the file, or the compressed data are damaged.
    """
    head = region.read(0, 24)
    if len(head) < 24:
        msg = "its header is cut short"
        raise BrokenCrate(msg)
    start, size_bytes = _token_section(region, struct.unpack_from("<q", head, 16)[0])
    data = region.read(start, min(size_bytes, 2 * _MOST_TOKEN_BYTES))
    count_bytes, data = data[:8], data[8:]
    if len(count_bytes) < 8:
        msg = "its table of tokens is cut short"
        raise BrokenCrate(msg)
    is_plain = (head[8], head[9]) < _FIRST_COMPRESSED
    if size_bytes > 2 * _MOST_TOKEN_BYTES:
        return None
    text = data[8:] if is_plain else _unpacked(data)
    if text is None:
        return None
    return [token.decode("utf-8", "replace") for token in text.split(b"\0")]


def _token_section(region: Region, contents: int) -> tuple[int, int]:
    """Where the tokens are, by the table of contents."""
    if not 0 <= contents <= region.size_bytes - 8:
        msg = "its table of contents lies beyond its end"
        raise BrokenCrate(msg)
    count = int.from_bytes(region.read(contents, 8), "little")
    table = region.read(contents + 8, _SECTION.size * min(count, _MOST_SECTIONS))
    for place in range(0, len(table) - _SECTION.size + 1, _SECTION.size):
        name, start, size_bytes = _SECTION.unpack_from(table, place)
        if start < 0 or size_bytes < 0 or start + size_bytes > region.size_bytes:
            msg = "a section lies beyond its end"
            raise BrokenCrate(msg)
        if name.rstrip(b"\0") == b"TOKENS":
            return start, size_bytes
    msg = "it has no table of tokens"
    raise BrokenCrate(msg)


def _unpacked(data: bytes) -> bytes | None:
    """Chunks of LZ4 blocks under a byte that counts them; 0 says that there is just one."""
    if len(data) < 17:
        msg = "its table of tokens is cut short"
        raise BrokenCrate(msg)
    unpacked_bytes, packed_bytes = struct.unpack_from("<QQ", data)
    if unpacked_bytes > _MOST_TOKEN_BYTES:
        return None
    packed = data[16 : 16 + packed_bytes]
    if len(packed) < max(packed_bytes, 1):
        msg = "its table of tokens is cut short"
        raise BrokenCrate(msg)
    if packed[0] == 0:
        return _lz4_block(packed[1:])
    blocks, place = [], 1
    for _ in range(packed[0]):
        size_bytes = int.from_bytes(packed[place : place + 4], "little")
        blocks.append(_lz4_block(packed[place + 4 : place + 4 + size_bytes]))
        place += 4 + size_bytes
    return b"".join(blocks)


def _lz4_block(block: bytes) -> bytes:
    """Unpack sequences of literals and matches. Source: the LZ4 block format description."""
    unpacked = bytearray()
    place = 0
    try:
        while place < len(block):
            mark = block[place]
            literals, place = _length(block, place + 1, mark >> 4)
            unpacked += block[place : place + literals]
            place += literals
            if place >= len(block):
                break
            distance = block[place] | block[place + 1] << 8
            matched, place = _length(block, place + 2, mark & 15)
            _repeat(unpacked, distance, matched + 4)
    except IndexError:
        msg = "its tokens are damaged"
        raise BrokenCrate(msg) from None
    return bytes(unpacked)


def _length(block: bytes, place: int, length: int) -> tuple[int, int]:
    if length < 15:
        return length, place
    while (more := block[place]) == 255:
        length, place = length + 255, place + 1
    return length + more, place + 1


def _repeat(unpacked: bytearray, distance: int, length: int) -> None:
    """Append what stands ``distance`` before the end, over and over up to ``length`` bytes."""
    if not 0 < distance <= len(unpacked) or len(unpacked) + length > _MOST_TOKEN_BYTES:
        msg = "its tokens are damaged"
        raise BrokenCrate(msg)
    pattern = bytes(unpacked[-distance:])
    unpacked += (pattern * (length // distance + 1))[:length]
