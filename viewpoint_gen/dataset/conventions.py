"""A drawing of the conventions: what grows which way, for readers of the card."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Arc, Circle, FancyArrowPatch, Polygon, Rectangle

from viewpoint_gen.dataset.figures import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    ROSE,
    TEAL,
    figure,
    png,
    style,
)

Point = tuple[float, float]

_AZIMUTH_DEG: Final = (-100.0, -50.0)
"""Of the two cameras in the view from above: the second is further counter-clockwise."""


_ORBIT: Final = 1.08

_ON_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
"""Behind words that cross a line."""


def conventions_figure() -> bytes:
    """From above, from the side, and through the camera; a PNG."""
    with style():
        drawn = figure(3.75)
        above, beside, camera = drawn.subplots(1, 3)
        for panel in (above, beside, camera):
            panel.set_aspect("equal")
            panel.set_axis_off()
            panel.set_xlim(-1.5, 1.5)
            panel.set_ylim(-1.95, 1.3)
        _draw_above(above)
        _draw_beside(beside)
        _draw_camera(camera)
        return png(drawn)


def _draw_above(panel: Axes) -> None:
    panel.set_title("From above")
    _arrow(panel, (0.0, 0.0), (0.75, 0.0), ROSE)
    _arrow(panel, (0.0, 0.0), (0.0, 0.75), TEAL)
    panel.text(0.8, 0.0, "+X", color=ROSE, va="center")
    panel.text(0.0, 0.81, "+Y", color=TEAL, ha="center")
    panel.text(-0.28, 0.06, "+Z towards you", color=MUTED, size=7.5, ha="right",
               bbox=_ON_WHITE)  # fmt: skip
    panel.add_patch(Rectangle((-0.2, -0.14), 0.4, 0.28, facecolor="#dfe5ee", edgecolor=MUTED))
    panel.add_patch(Circle((0.0, 0.0), _ORBIT, fill=False, edgecolor=GREY, ls=(0, (4, 3))))
    first, second = (_on_circle(azimuth, _ORBIT) for azimuth in _AZIMUTH_DEG)
    for place, azimuth, colour in zip((first, second), _AZIMUTH_DEG, (GREY, BLUE), strict=True):
        _draw_camera_from_above(panel, place, azimuth + 180.0, colour)
    way = [_on_circle(azimuth, 1.34) for azimuth in (_AZIMUTH_DEG[0] + 10, _AZIMUTH_DEG[1] - 8)]
    _arrow(panel, way[0], way[1], BLUE, bend=0.2)
    _note(panel, "azimuth grows counter-clockwise:\nthe camera goes to its own right")
    panel.text(first[0] - 0.2, first[1] - 0.02, "1", color=MUTED, ha="right", va="center")
    panel.text(second[0] + 0.2, second[1], "2", color=BLUE, va="center")
    look_deg = _AZIMUTH_DEG[1] + 180.0
    right, left = (_on_circle(look_deg + off_deg, 0.42) for off_deg in (-38.0, 38.0))
    _arrow(panel, _sum(second, right), _sum(second, left), ORANGE, bend=0.35)
    panel.text(
        second[0] + 0.12, second[1] + 0.52, "turns left:\nheading grows", color=ORANGE, size=7.5,
        va="center", bbox=_ON_WHITE,
    )  # fmt: skip


def _draw_beside(panel: Axes) -> None:
    panel.set_title("From the side")
    panel.plot([-1.4, 1.4], [-0.5, -0.5], color=GREY, lw=1.0)
    _arrow(panel, (0.75, -0.5), (0.75, 0.4), BLUE)
    panel.text(0.75, 0.45, "+Z, up", color=BLUE, ha="center")
    panel.add_patch(Rectangle((0.55, -0.64), 0.4, 0.28, facecolor="#dfe5ee", edgecolor=MUTED))
    low, high = (-1.1, -0.3), (-0.75, 0.75)
    for place, colour in ((low, GREY), (high, BLUE)):
        panel.plot([place[0], 0.75], [place[1], -0.5], color=colour, lw=0.9, ls=(0, (4, 3)))
        angle_deg = float(np.degrees(np.arctan2(-0.5 - place[1], 0.75 - place[0])))
        _draw_camera_from_above(panel, place, angle_deg, colour)
    panel.add_patch(
        Arc((0.75, -0.5), 2.4, 2.4, theta1=140.0, theta2=180.0, color=TEAL, lw=1.4)
    )  # the elevation of camera 2
    panel.text(-0.52, 0.02, "elevation", color=TEAL, size=7.5, va="center", bbox=_ON_WHITE)
    _arrow(panel, (-0.32, 0.52), (-0.22, 0.98), ORANGE, bend=0.3)
    panel.text(-0.12, 0.98, "tilts up:\npitch grows", color=ORANGE, size=7.5, va="center")
    panel.text(low[0] - 0.2, low[1], "1", color=MUTED, ha="right", va="center")
    panel.text(high[0] - 0.2, high[1] + 0.05, "2", color=BLUE, ha="right", va="center")
    _note(panel, "elevation is measured at the object's centre,\npitch against the horizon")


def _draw_camera(panel: Axes) -> None:
    panel.set_title("Through the camera (OpenCV)")
    panel.add_patch(
        Rectangle((-1.05, -0.92), 2.1, 1.7, facecolor="#f4f6fa", edgecolor=MUTED, lw=1.0)
    )
    panel.plot([-1.05], [0.78], "o", color=INK, ms=4)
    panel.text(-1.05, 0.86, "pixel corner (0, 0)", color=INK, size=7.5)
    panel.text(-0.97, 0.63, "first centre (0.5, 0.5)", color=MUTED, size=7.0)
    _arrow(panel, (0.0, 0.03), (0.72, 0.03), ROSE)
    _arrow(panel, (0.0, 0.03), (0.0, -0.57), TEAL)
    panel.add_patch(Circle((0.0, 0.03), 0.075, facecolor="white", edgecolor=BLUE, lw=1.6, zorder=4))
    panel.plot([-0.05, 0.05], [-0.02, 0.08], color=BLUE, lw=1.4, zorder=5)
    panel.plot([-0.05, 0.05], [0.08, -0.02], color=BLUE, lw=1.4, zorder=5)
    panel.text(0.78, 0.03, "+X", color=ROSE, va="center")
    panel.text(0.06, -0.6, "+Y", color=TEAL, va="center")
    panel.text(-0.14, 0.03, "+Z,\ninto the scene", color=BLUE, ha="right", va="center", size=8)
    _arrow(panel, (0.55, 0.5), (0.92, 0.12), ORANGE, bend=-0.4)
    panel.text(0.5, 0.46, "roll grows", color=ORANGE, size=7.5, ha="right", va="center")
    _note(panel, "roll grows as the camera turns clockwise,\nseen from behind it")


def _draw_camera_from_above(panel: Axes, place: Point, towards_deg: float, colour: str) -> None:
    """A triangle that opens to where the camera looks, and its line of sight."""
    angle = np.radians(towards_deg)
    ahead, aside = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    tip = np.array(place)
    corners = [tip, tip + 0.26 * ahead + 0.15 * aside, tip + 0.26 * ahead - 0.15 * aside]
    panel.add_patch(Polygon(corners, facecolor=colour, alpha=0.35, edgecolor=colour, lw=1.2))
    panel.plot([tip[0]], [tip[1]], "o", color=colour, ms=5)


def _on_circle(azimuth_deg: float, radius: float) -> Point:
    angle = np.radians(azimuth_deg)
    return float(radius * np.cos(angle)), float(radius * np.sin(angle))


def _sum(one: Point, other: Point) -> Point:
    return one[0] + other[0], one[1] + other[1]


def _arrow(panel: Axes, start: Point, end: Point, colour: str, *, bend: float = 0.0) -> None:
    panel.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=10.0, lw=1.6, color=colour,
            shrinkA=0.0, shrinkB=0.0, connectionstyle=f"arc3,rad={bend}", zorder=3,
        )
    )  # fmt: skip


def _note(panel: Axes, text: str) -> None:
    panel.text(0.0, -1.93, text, color=INK, size=7.8, ha="center", va="bottom", linespacing=1.35)
