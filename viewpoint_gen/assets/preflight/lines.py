"""Text files read in blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator

from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Subject

_LONGEST_LINE_BYTES = 2**20
_MOST_CONTINUED_LINES = 10_000


def blocks_of_lines(subject: Subject, region: Region, offset: int = 0) -> Iterator[bytes]:
    r"""Pieces of a text that end where a line ends; a line that goes on after ``\`` stays whole.

    Raises:
        ImportFailed: ``malformed``, if a line never ends.
    """
    rest = b""
    for piece in region.pieces(offset):
        text = rest + piece.replace(b"\r", b"\n")
        end = _end_of_last_line(text)
        if len(text) - end > _LONGEST_LINE_BYTES:
            reason = f"has a line of more than {_LONGEST_LINE_BYTES:,} bytes; export it again"
            raise subject.refusal("malformed", reason)
        yield text[:end].replace(b"\\\n\n", b" ").replace(b"\\\n", b" ")
        rest = text[end:]
    yield rest.replace(b"\\\n\n", b" ").replace(b"\\\n", b" ")


def _end_of_last_line(text: bytes) -> int:
    """Just after the last line break that doesn't continue its line."""
    end = len(text)
    for _ in range(_MOST_CONTINUED_LINES):
        end = text.rfind(b"\n", 0, end)
        if end < 0:
            break
        if not text.endswith((b"\\", b"\\\n"), max(end - 2, 0), end):
            return end + 1
    return 0
