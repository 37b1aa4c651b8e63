"""Charts as SVG in the page's own colours, so that they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_BAR_PX, _BAR_HEIGHT_PX = 132, 22
_WIDTH_PX, _HEIGHT_PX = 560, 260
_LEFT_PX, _BOTTOM_PX, _TOP_PX, _RIGHT_PX = 40, 40, 12, 12


@dataclass(frozen=True)
class Point:
    """A value in [0, 1] with its interval, at a named place."""

    label: str
    value: float
    low: float
    high: float
    note: str


@dataclass(frozen=True)
class Line:
    """Points of one model; ``colour`` counts from 1."""

    name: str
    colour: int
    points: Sequence[Point]


def interval_bar(point: Point, *, floor: float, colour: int) -> Markup:
    """A dot with its interval on a track from 0 to 1, and a tick where the floor is."""

    def x(value: float) -> float:
        return round(4 + value * (_BAR_PX - 8), 1)

    middle = _BAR_HEIGHT_PX // 2
    return Markup(
        f'<svg class="bar-chart" viewBox="0 0 {_BAR_PX} {_BAR_HEIGHT_PX}" width="{_BAR_PX}" '
        f'height="{_BAR_HEIGHT_PX}" role="img"><title>{escape(point.note)}</title>'
        f'<line class="track" x1="4" x2="{_BAR_PX - 4}" y1="{middle}" y2="{middle}"/>'
        f'<line class="floor" x1="{x(floor)}" x2="{x(floor)}" y1="3" y2="{_BAR_HEIGHT_PX - 3}"/>'
        f'<line class="interval c{colour}" x1="{x(point.low)}" x2="{x(point.high)}" y1="{middle}" '
        f'y2="{middle}"/><circle class="dot c{colour}" cx="{x(point.value)}" cy="{middle}" r="4"/>'
        "</svg>"
    )


def place_chart(lines: Sequence[Line], *, title: str, joined: bool) -> Markup:
    """Values at named places, with intervals; from 0 to 100 %.

    Args:
        joined: by a line per model, where the places have an order.
    """
    labels = list(dict.fromkeys(point.label for line in lines for point in line.points))
    inner = _WIDTH_PX - _LEFT_PX - _RIGHT_PX
    step = inner / max(1, len(labels))
    parts = [_grid()]
    for number, label in enumerate(labels):
        x = _LEFT_PX + (number + 0.5) * step
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT_PX - 18}" text-anchor="middle">'
            f"{escape(label)}</text>"
        )
    spread = min(9.0, 0.5 * step / max(1, len(lines)))
    for place, line in enumerate(lines):
        aside = (place - (len(lines) - 1) / 2) * spread
        parts.append(_one_line(line, labels, step, aside, joined=joined))
    return _svg(title, parts)


def _one_line(line: Line, labels: Sequence[str], step: float, aside: float, *, joined: bool) -> str:
    corners, marks = [], []
    for point in line.points:
        x = _LEFT_PX + (labels.index(point.label) + 0.5) * step + aside
        y, low, high = (_y(value) for value in (point.value, point.low, point.high))
        corners.append(f"{x:.1f},{y:.1f}")
        marks.append(
            f'<g><title>{escape(point.note)}</title><line class="interval c{line.colour}" '
            f'x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
            f'<circle class="dot c{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="4"/></g>'
        )
    path = f'<polyline class="line c{line.colour}" points="{" ".join(corners)}"/>'
    return (path if joined else "") + "".join(marks)


def calibration_chart(lines: Sequence[Line], *, title: str) -> Markup:
    """Share right over how sure the model is; labels of the points are probabilities."""
    inner = _WIDTH_PX - _LEFT_PX - _RIGHT_PX
    parts = [_grid()]
    parts += [
        f'<text class="tick" x="{_LEFT_PX + share * inner:.1f}" y="{_HEIGHT_PX - 18}" '
        f'text-anchor="middle">{100 * share:.0f} %</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    parts.append(
        f'<line class="floor" x1="{_LEFT_PX}" y1="{_y(0.0):.1f}" '
        f'x2="{_LEFT_PX + inner}" y2="{_y(1.0):.1f}"/>'
    )
    for line in lines:
        dots = [
            (_LEFT_PX + float(point.label) * inner, _y(point.value), point.note)
            for point in line.points
        ]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in dots)
        parts.append(f'<polyline class="line c{line.colour}" points="{corners}"/>')
        parts += [
            f'<circle class="dot c{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
            f"<title>{escape(note)}</title></circle>"
            for x, y, note in dots
        ]
    return _svg(title, parts)


def _grid() -> str:
    return "".join(
        f'<line class="grid" x1="{_LEFT_PX}" x2="{_WIDTH_PX - _RIGHT_PX}" y1="{_y(share):.1f}" '
        f'y2="{_y(share):.1f}"/><text class="tick" x="{_LEFT_PX - 7}" y="{_y(share) + 4:.1f}" '
        f'text-anchor="end">{100 * share:.0f}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )


def _y(share: float) -> float:
    return _HEIGHT_PX - _BOTTOM_PX - share * (_HEIGHT_PX - _BOTTOM_PX - _TOP_PX)


def _svg(title: str, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH_PX} {_HEIGHT_PX}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
