"""What the reasons of questions about marked points may name: places, shifts, the camera's way."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.marks import Marks

Strings = list[str]


def mark_slots(marks: Marks, facts: Facts) -> dict[str, Strings]:
    """(N,) texts by slot.

    ``x1, y1, x2, y2``: the asked point's places, as shares of each image's width and height.
    ``aside, down``: its shift between them, as shares of the width. ``around, rise``: the camera's
    way about the object. All are rounded; what rounds to nothing has no direction.
    """
    x, y = marks.asked[..., 0], marks.asked[..., 1] / marks.tall[:, None]
    shift = marks.asked[:, 1] - marks.asked[:, 0]
    azimuth_deg, rise_deg = np.rad2deg(facts.azimuth_rad), np.rad2deg(facts.elevation_rad)
    return {
        **{f"x{image + 1}": _percents(x[:, image]) for image in (0, 1)},
        **{f"y{image + 1}": _percents(y[:, image]) for image in (0, 1)},
        "aside": _directed(100.0 * shift[:, 0], " %", "to the right", "to the left", "to any side"),
        "down": _directed(100.0 * shift[:, 1], " %", "downwards", "upwards", "up or down"),
        "around": _directed(azimuth_deg, "°", "counter-clockwise", "clockwise", "to any side"),
        "rise": _directed(rise_deg, "°", "upwards", "downwards", "up or down"),
    }


def _percents(shares: Array) -> Strings:
    return [f"{100.0 * share:.0f} %" for share in shares.tolist()]


def _directed(values: Array, unit: str, plus: str, minus: str, neither: str) -> Strings:
    texts = []
    for value in values.tolist():
        size = f"{abs(value):.0f}"
        way = neither if size == "0" else plus if value > 0 else minus
        texts.append(f"{size}{unit} {way}")
    return texts
