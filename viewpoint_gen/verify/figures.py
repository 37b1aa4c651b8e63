"""Finds the measured numbers in a text, with their units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ROOM: Final = {"deg": 0.5, "times": 0.005, "first": 0.005, "percent": 0.5}
"""By rounding: whole degrees and percents, ratios and shares to two decimals."""

WAYS: Final = {
    "ccw": ("°", "counter-clockwise", "clockwise"),
    "up": ("°", "upwards", "downwards"),
    "right": ("%", "to the right", "to the left"),
    "down": ("%", "downwards", "upwards"),
}
"""Quantities with a direction: the unit, and the words for above and below zero."""

_WAY_ROOM: Final = 0.5
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


def wrong_ways(text: str, known: Iterable[tuple[str, float]]) -> list[str]:
    """Return the numbers of a text that have a direction which isn't their quantity's.

    Args:
        known: quantities, those of ``WAYS`` among them; without any of those nothing is wrong.
    """
    signed = [(name, value) for name, value in known if name in WAYS]
    wrong = []
    for name in {name for name, _ in signed}:
        unit, plus, minus = WAYS[name]
        for match in re.finditer(rf"(\d+) ?{unit} ({plus}|{minus})\b", text):
            fits = [
                abs(_signed(match, WAYS[other][1:]) - value) <= _WAY_ROOM + _SLACK
                for other, value in signed
                if match[2] in WAYS[other] and WAYS[other][0] == unit
            ]
            if not any(fits):
                wrong.append(match.group())
    return sorted(set(wrong))


def _signed(match: re.Match[str], words: tuple[str, ...]) -> float:
    return float(match[1]) if match[2] == words[0] else -float(match[1])


def strays(text: str, known: Iterable[tuple[str, float]]) -> list[str]:
    """Return the numbers in a text that are none of the known quantities.

    Args:
        known: unit and value of each.
    """
    quantities = list(known)
    return [
        figure.text
        for figure in figures(text)
        if not any(figure.is_of(unit, value) for unit, value in quantities if unit in ROOM)
    ]
