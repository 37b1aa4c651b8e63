"""How names out of files are put into messages."""

from __future__ import annotations

_SHOWN_CHARACTERS = 120


def shown(text: str) -> str:
    """A name or reference, printable on one line whatever it holds."""
    printable = text if text.isprintable() else ascii(text)[1:-1]
    if len(printable) <= _SHOWN_CHARACTERS:
        return printable
    return printable[: _SHOWN_CHARACTERS - 1] + "…"
