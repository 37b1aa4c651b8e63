"""Finds the measured numbers in a text, with their units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ROOM: Final = {"deg": 0.5, "times": 0.005, "first": 0.005, "percent": 0.5}
"""By rounding: whole degrees and percents, ratios and shares to two decimals."""

_SLACK: Final = 1e-5
_REFERENCES: Final = re.compile(
    r"\b(?:image|camera|view|viewpoint|picture|photo|shot|position|pose|distance)s? \d\b"
    r"(?: (?:and|to|or|from) \d\b)?|\bto (?:1|one)\b(?!\.\d)"
    r"|\b(?:at least|above|over|under|below|than|from|exceeds?) 1\b(?!\.\d)"
    r"|(?<![\d.])1 or (?:more|above|higher)\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(
    r"(?P<before>\b(?:factor|ratio) of )?(?<![\w.])(?P<number>[-+]?\d+(?:\.\d+)?)"
    r"\s*(?P<unit>°|degrees?\b|%|percent\b|per cent\b|×|times\b|of the first distance\b)?",
    re.IGNORECASE,
)
_UNITS: Final = {"°": "deg", "d": "deg", "%": "percent", "p": "percent", "×": "times", "t": "times"}


@dataclass(frozen=True)
class Figure:
    """A number as written; ``unit`` is a key of ``ROOM``, or "" for a bare number."""

    text: str
    value: float
    unit: str

    def is_of(self, unit: str, value: float) -> bool:
        """Whether this is that quantity, rounded."""
        if self.unit not in ("", unit):
            return False
        gap = self.value - value
        gap = (gap + 180.0) % 360.0 - 180.0 if unit == "deg" else gap
        return abs(gap) <= ROOM[unit] + _SLACK


def figures(text: str) -> list[Figure]:
    """Return the numbers of a text; "image 1", "at least 1" and "1.30 to 1" have no own."""
    return [_figure(match) for match in _FIGURE.finditer(_REFERENCES.sub(" ", text))]


def _figure(match: re.Match[str]) -> Figure:
    unit = (match["unit"] or "").lower()
    kind = "first" if unit.startswith("of") else _UNITS.get(unit[:1], "")
    if not kind and match["before"]:
        kind = "times"
    return Figure(match.group().strip(), float(match["number"]), kind)


def strays(text: str, known: Iterable[tuple[str, float]]) -> list[str]:
    """Return the numbers in a text that are none of the known quantities.

    Args:
        known: unit and value of each.
    """
    quantities = list(known)
    return [
        figure.text
        for figure in figures(text)
        if not any(figure.is_of(unit, value) for unit, value in quantities)
    ]
