"""The size of an image from its header. Nothing is decoded, so that a bomb costs nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from viewpoint_gen.assets.preflight.region import Region

Size = tuple[int, int]

_HEAD_BYTES = 4096
_SOF_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset(range(0xD0, 0xD8)) | {0x01}
_MOST_JPEG_MARKERS = 10_000
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_SHORT = 3


def image_size_px(region: Region) -> Size | None:
    """Width and height, or None if it is no image in a format that Blender reads."""
    head = region.read(0, _HEAD_BYTES)
    for magic, reader in _READERS:
        if magic.match(head):
            try:
                return reader(region, head)
            except (struct.error, IndexError):  # the header itself is cut short
                return None
    return None


def _png(_region: Region, head: bytes) -> Size:
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _jpeg(region: Region, _head: bytes) -> Size | None:
    """Step from marker to marker up to the start of frame."""
    offset = 2
    for _ in range(_MOST_JPEG_MARKERS):
        marker = region.read(offset, 9)
        if marker[0] != 0xFF:
            return None
        if marker[1] == 0xFF or marker[1] in _BARE_MARKERS:  # fill bytes and markers on their own
            offset += 1 if marker[1] == 0xFF else 2
        elif marker[1] in _SOF_MARKERS:
            height, width = struct.unpack_from(">HH", marker, 5)
            return width, height
        else:
            offset += 2 + struct.unpack_from(">H", marker, 2)[0]
    return None


def _webp(_region: Region, head: bytes) -> Size | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(head[24:27], "little"),
            1 + int.from_bytes(head[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _bmp(_region: Region, head: bytes) -> Size:
    if struct.unpack_from("<I", head, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        width, height = struct.unpack_from("<ii", head, 18)
    return abs(width), abs(height)


def _gif(_region: Region, head: bytes) -> Size:
    width, height = struct.unpack_from("<HH", head, 6)
    return width, height


def _psd(_region: Region, head: bytes) -> Size:
    height, width = struct.unpack_from(">II", head, 14)
    return width, height


def _dds(_region: Region, head: bytes) -> Size:
    height, width = struct.unpack_from("<II", head, 12)
    return width, height


def _jpeg_2000(_region: Region, head: bytes) -> Size | None:
    at = head.find(b"\xff\x4f\xff\x51")  # start of codestream, then its size marker
    if at < 0:
        return None
    right, bottom, left, top = struct.unpack_from(">IIII", head, at + 8)
    return max(right - left, 0), max(bottom - top, 0)


def _tiff(region: Region, head: bytes) -> Size | None:
    order = "<" if head[:2] == b"II" else ">"
    directory = region.read(struct.unpack_from(order + "I", head, 4)[0], 2 + 12 * 512)
    found = {}
    for entry in range(min(struct.unpack_from(order + "H", directory)[0], 512)):
        tag, kind = struct.unpack_from(order + "HH", directory, 2 + 12 * entry)
        value = struct.unpack_from(
            order + ("H" if kind == _TIFF_SHORT else "I"), directory, 10 + 12 * entry
        )
        found[tag] = value[0]
    if _TIFF_WIDTH not in found or _TIFF_HEIGHT not in found:
        return None
    return found[_TIFF_WIDTH], found[_TIFF_HEIGHT]


def _open_exr(_region: Region, head: bytes) -> Size | None:
    at = head.find(b"dataWindow\0box2i\0")
    if at < 0:
        return None
    left, top, right, bottom = struct.unpack_from("<iiii", head, at + 21)
    return max(right - left + 1, 0), max(bottom - top + 1, 0)


def _radiance(_region: Region, head: bytes) -> Size | None:
    match = re.search(rb"\n[-+]([XY]) (\d{1,9}) [-+][XY] (\d{1,9})\n", head)
    if match is None:
        return None
    first, second = int(match[2]), int(match[3])
    return (second, first) if match[1] == b"Y" else (first, second)


def _targa(_region: Region, head: bytes) -> Size | None:
    width, height = struct.unpack_from("<HH", head, 12)
    return (width, height) if head[16] in (8, 15, 16, 24, 32) else None


_READERS: tuple[tuple[re.Pattern[bytes], Callable[[Region, bytes], Size | None]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"BM"), _bmp),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"8BPS"), _psd),
    (re.compile(rb"DDS "), _dds),
    (re.compile(rb"II\*\0|MM\0\*"), _tiff),
    (re.compile(rb"\x76\x2f\x31\x01"), _open_exr),
    (re.compile(rb"#\?(?:RADIANCE|RGBE)"), _radiance),
    (re.compile(rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  "), _jpeg_2000),
    (re.compile(rb".[\0\1][\1\2\3\x09\x0a\x0b]", re.DOTALL), _targa),  # no magic: comes last
)
