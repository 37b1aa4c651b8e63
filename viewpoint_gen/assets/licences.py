"""Licences as SPDX says them, whatever the source called them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

UNKNOWN: Final = "unknown"
"""Of an asset whose licence isn't said, or is said in words that nobody here understands."""

ANY: Final = "any"
"""As a wanted licence: take every asset, unknown licences included."""

COMMERCIAL: Final = ("CC-BY", "CC0")
"""What Objaverse is filtered by unless the recipe says otherwise."""

_CC_VERSION: Final = "4.0"
"""Of a Creative Commons licence that is named without one, as Sketchfab does: its own is 4.0."""

_NAMED: Final = {
    "cc0": "CC0-1.0",
    "cc zero": "CC0-1.0",
    "creative commons zero": "CC0-1.0",
    "cc0 public domain": "CC0-1.0",
    "cc0 public domain dedication": "CC0-1.0",
    "public domain mark": "CC-PDM-1.0",
    "free st": "LicenseRef-Sketchfab-Standard",
    "st": "LicenseRef-Sketchfab-Standard",
    "standard": "LicenseRef-Sketchfab-Standard",
    "ed": "LicenseRef-Sketchfab-Editorial",
    "editorial": "LicenseRef-Sketchfab-Editorial",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "mit license": "MIT",
    "the mit license": "MIT",
    "expat": "MIT",
    "unlicence": "Unlicense",
}
"""Names that SPDX doesn't know; in lower case, with single spaces between words."""

_CC_URL: Final = re.compile(
    r"creativecommons\.org/(?:licen[cs]es|publicdomain)/([a-z-]+)(?:/(\d\.\d))?", re.IGNORECASE
)
_CC_TERMS: Final = (
    ("by", re.compile(r"\b(by|attribution)\b")),
    ("nc", re.compile(r"\b(nc|non ?commercial)\b")),
    ("nd", re.compile(r"\b(nd|no ?deriv(atives?|s)?)\b")),
    ("sa", re.compile(r"\b(sa|share ?alike)\b")),
)
_CC_WORDS: Final = re.compile(
    r"(cc|creative|commons|by|attribution|nc|non ?commercial|nd|no ?deriv(atives?|s)?|sa"
    r"|share ?alike|licen[cs]e|international|unported|generic|public|version|v|\d\.\d|[ -])+"
)
_OPERATOR: Final = re.compile(r"([()]|(?<!\S)(?:and|or)(?!\S))", re.IGNORECASE)


def spdx_of(said: str) -> str:
    """The SPDX expression for what a source says, or "unknown".

    Understood are SPDX ids and expressions in any case, Sketchfab's codes ("by-nc"), addresses of
    creativecommons.org and usual names ("Creative Commons Attribution"). A Creative Commons
    licence that is named without its version counts as 4.0, which is what Sketchfab means.
    """
    text = " ".join(said.split())
    single = _single(text)
    if single:
        return single
    parts = [part.strip() for part in _OPERATOR.split(text)]
    named = [part.upper() if _OPERATOR.fullmatch(part) else _single(part) for part in parts if part]
    if len(named) < 2 or not all(named):
        return UNKNOWN
    return _canonical(" ".join(named)) or UNKNOWN


def is_allowed(licence: str, wanted: Iterable[str]) -> bool:
    """Whether an SPDX expression grants what is asked for.

    Of "A OR B" one has to be wanted, of "A AND B" both. A wanted id without its version
    ("CC-BY") stands for all of its versions, and for nothing else ("CC-BY-NC" isn't one).
    """
    chosen = tuple(wanted)
    return ANY in chosen or _alternatives(iter(_tokens(licence)), chosen)


def alternatives_of(licence: str) -> list[frozenset[str]]:
    """What may be chosen from an SPDX expression: of "A AND (B OR C)", {A, B} or {A, C}."""
    return _expanded(iter(_tokens(licence)))


def is_known(wanted: str) -> bool:
    """Whether ``is_allowed`` can ever say yes to it."""
    return wanted in (ANY, UNKNOWN) or any(
        _canonical(f"{wanted}{version}") is not None
        for version in ("", "-4.0", "-3.0", "-2.0", "-1.0", "-2.0-only", "-3.0-only")
    )


def _single(text: str) -> str:
    """One licence, not an expression; "" if it isn't understood."""
    address = _CC_URL.search(text)
    if address:
        return _creative_commons_address(address[1].lower(), address[2] or "")
    plain = " ".join(re.sub(r"[\s_,()/-]+", " ", text.lower()).split())
    return _NAMED.get(plain) or _canonical(text) or _creative_commons(plain)


def _canonical(text: str) -> str | None:
    try:
        return canonicalize_license_expression(text) if text else None
    except InvalidLicenseExpression:
        return None


def _creative_commons_address(terms: str, version: str) -> str:
    if terms in ("zero", "mark"):
        return {"zero": "CC0-1.0", "mark": "CC-PDM-1.0"}[terms]
    return _canonical(f"CC-{terms}-{version or _CC_VERSION}") or ""


def _creative_commons(plain: str) -> str:
    """Put the terms that are named into SPDX's order; "" if another word stands among them."""
    if not _CC_WORDS.fullmatch(plain):
        return ""
    terms = [term for term, pattern in _CC_TERMS if pattern.search(plain)]
    if "by" not in terms:
        return ""
    version = re.search(r"\d\.\d", plain)
    return _canonical(f"CC-{'-'.join(terms)}-{version[0] if version else _CC_VERSION}") or ""


def _tokens(licence: str) -> list[str]:
    """Brackets, operators and ids; an exception stays with its licence."""
    return [part.strip() for part in re.split(r"([()]|\bAND\b|\bOR\b)", licence) if part.strip()]


def _alternatives(tokens: Iterator[str], wanted: tuple[str, ...]) -> bool:
    """Read up to a closing bracket or the end; AND binds more tightly than OR."""
    any_held, all_held = False, True
    for token in tokens:
        if token == ")":
            break
        if token == "OR":
            any_held, all_held = any_held or all_held, True
        elif token == "(":
            all_held = _alternatives(tokens, wanted) and all_held
        elif token != "AND":
            all_held = _is_wanted(token, wanted) and all_held
    return any_held or all_held


def _expanded(tokens: Iterator[str]) -> list[frozenset[str]]:
    """As ``_alternatives`` reads; every choice instead of whether one is wanted."""
    finished: list[frozenset[str]] = []
    current = [frozenset[str]()]
    for token in tokens:
        if token == ")":
            break
        if token == "OR":
            finished, current = [*finished, *current], [frozenset()]
        elif token == "(":
            inner = _expanded(tokens)
            current = [one | other for one in current for other in inner]
        elif token != "AND":
            current = [one | {token} for one in current]
    return [*finished, *current]


def _is_wanted(licence: str, wanted: tuple[str, ...]) -> bool:
    family = re.sub(r"-\d+(\.\d+)*(-only|-or-later)?$", "", licence).lower()
    return any(one.lower() in (licence.lower(), family) for one in wanted)
