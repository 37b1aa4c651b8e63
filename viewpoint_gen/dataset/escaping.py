"""Words of strangers, made harmless: titles, authors and addresses that go into Markdown.

What a mesh's author wrote may hold pipes, newlines, backticks or HTML. In the card it must come
out as the plain words that it is, in one table cell.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlsplit

_MOST_LETTERS: Final = 200

_HARMLESS: Final = {
    **{sign: f"\\{sign}" for sign in "\\`*_{}[]#+~"},
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "@": "&#64;",
}
"""What stands for a sign that Markdown, HTML or a table would take for its own."""

_SCHEMES: Final = ("http", "https")
_IN_ADDRESSES: Final = "!#$&'*+,/:;=?@[]%-._~"
"""What may stand in an address as it is; what could end a link is encoded."""

_SPDX_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_CREATIVE_COMMONS: Final = re.compile(r"CC-(BY(?:-[A-Z]+)*)-(\d\.\d)")
_WORDS_OF_SPDX: Final = frozenset({"AND", "OR", "WITH"})


def escaped(text: str | None, *, most: int = _MOST_LETTERS) -> str:
    """One line of plain text for a paragraph or a table cell; "" for nothing.

    Args:
        most: letters that are shown; the rest is left out.
    """
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text or "")
    words = " ".join(plain.split())
    if len(words) > most:
        words = f"{words[: most - 1]}…"
    return "".join(_HARMLESS.get(c, c) for c in words).replace("://", "&#58;//")


def address(url: str | None) -> str:
    """A link to a page of the web, showing its host; "" for anything else."""
    words = "".join((url or "").split())
    try:
        parts = urlsplit(words)
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or not parts.hostname:
        return ""
    return f"[{escaped(parts.hostname)}](<{quote(words, safe=_IN_ADDRESSES)}>)"


def licence_link(licence: str) -> str:
    """An SPDX expression, each id of it linked to its text."""
    return _SPDX_ID.sub(lambda match: _linked(match[0]), escaped(licence))


def _linked(word: str) -> str:
    if word in _WORDS_OF_SPDX or word == "unknown" or word.startswith("LicenseRef-"):
        return word
    if word == "CC0-1.0":
        return f"[{word}](https://creativecommons.org/publicdomain/zero/1.0/)"
    terms = _CREATIVE_COMMONS.fullmatch(word)
    if terms:
        return f"[{word}](https://creativecommons.org/licenses/{terms[1].lower()}/{terms[2]}/)"
    return f"[{word}](https://spdx.org/licenses/{word}.html)"
