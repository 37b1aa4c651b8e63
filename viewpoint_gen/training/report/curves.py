"""Curves over a stage's steps as SVG in the page's own colours, which follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

_WIDTH_PX, _HEIGHT_PX = 560, 240
_LEFT_PX, _BOTTOM_PX, _TOP_PX, _RIGHT_PX = 52, 34, 12, 14
_COLOURS: Final = 6
_MOST_POINTS: Final = 160
"""Of a curve; of more steps, means over equally many in a row are drawn."""

_STEPS_OF_TICKS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS: Final = 4
_ROWS: Final = 8
"""Of the numbers below a chart."""

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Curve:
    """One value over the steps.

    Attributes:
        name: for the legend.
        number: of the curve in its chart, from 0; decides its colour and its dashes.
        points: (step, value), in the steps' order.
    """

    name: str
    number: int
    points: tuple[tuple[float, float], ...]

    @property
    def style(self) -> str:
        """Classes of the page's style."""
        dashed = " dashed" if self.number >= _COLOURS else ""
        return f"c{1 + self.number % _COLOURS}{dashed}"

    @property
    def last(self) -> float:
        """The value at the end."""
        return self.points[-1][1]


def curves_of(lines: Lines, names: Mapping[str, str]) -> list[Curve]:
    """The curves of some keys of a log; keys that no line has give none.

    Args:
        names: key in the log -> name in the legend.
    """
    found: list[Curve] = []
    for key, name in names.items():
        points = [
            (float(line["step"]), float(line[key]))
            for line in lines
            if isinstance(line.get(key), int | float) and math.isfinite(line[key])
        ]
        if points:
            found.append(Curve(name, len(found), tuple(_fewer(points))))
    return found


def curve_chart(curves: Sequence[Curve], *, title: str, floor: float | None = None) -> Markup:
    """Curves with axes.

    Args:
        floor: a value to hold them against, dashed: chance, say.
    """
    values = [value for curve in curves for _, value in curve.points]
    values += [] if floor is None else [floor]
    ticks = _ticks(min(values), max(values))
    steps = [step for curve in curves for step, _ in curve.points]
    frame = _Frame(min(steps), max(steps), ticks[0], ticks[-1])
    parts = [frame.grid(ticks)]
    if floor is not None:
        y = frame.y(floor)
        parts.append(
            f'<line class="floor" x1="{_LEFT_PX}" x2="{_WIDTH_PX - _RIGHT_PX}" y1="{y}" y2="{y}"/>'
        )
    parts += [frame.curve(curve) for curve in curves]
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH_PX} {_HEIGHT_PX}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def numbers_below(curves: Sequence[Curve]) -> list[tuple[int, list[float | None]]]:
    """A few steps, and each curve's value there; None where it has none."""
    steps = sorted({step for curve in curves for step, _ in curve.points})
    count = min(_ROWS, len(steps))
    places = [round(row * (len(steps) - 1) / max(1, count - 1)) for row in range(count)]
    found = [dict(curve.points) for curve in curves]
    return [
        (round(steps[place]), [each.get(steps[place]) for each in found])
        for place in dict.fromkeys(places)
    ]


def compact(value: float) -> str:
    """A number in few letters."""
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else "–"
    size = abs(value)
    if size >= 10_000 or size < 0.001:
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.0f}" if size >= 100 else f"{value:.3g}"


@dataclass(frozen=True)
class _Frame:
    """Where steps and values lie in the picture."""

    first: float
    last: float
    low: float
    high: float

    def x(self, step: float) -> float:
        inner = _WIDTH_PX - _LEFT_PX - _RIGHT_PX
        return round(_LEFT_PX + inner * (step - self.first) / ((self.last - self.first) or 1.0), 1)

    def y(self, value: float) -> float:
        inner = _HEIGHT_PX - _BOTTOM_PX - _TOP_PX
        return round(_TOP_PX + inner * (self.high - value) / (self.high - self.low), 1)

    def grid(self, ticks: Sequence[float]) -> str:
        sideways = "".join(
            f'<line class="grid" x1="{_LEFT_PX}" x2="{_WIDTH_PX - _RIGHT_PX}" y1="{self.y(tick)}" '
            f'y2="{self.y(tick)}"/><text class="tick" x="{_LEFT_PX - 7}" '
            f'y="{self.y(tick) + 4:.1f}" text-anchor="end">{compact(tick)}</text>'
            for tick in ticks
        )
        middle = (self.first + self.last) / 2
        places = [(self.first, "start"), (middle, "middle"), (self.last, "end")]
        below = "".join(
            f'<text class="tick" x="{self.x(step)}" y="{_HEIGHT_PX - 14}" text-anchor="{anchor}">'
            f"{round(step):,}</text>"
            for step, anchor in (places if self.last > self.first else places[2:])
        )
        return sideways + below

    def curve(self, curve: Curve) -> str:
        corners = [(self.x(step), self.y(value)) for step, value in curve.points]
        path = " ".join(f"{x},{y}" for x, y in corners)
        x, y = corners[-1]
        note = f"{curve.name}: {compact(curve.last)} at the end"
        return (
            f'<g><title>{escape(note)}</title><polyline class="line {curve.style}" '
            f'points="{path}"/><circle class="dot {curve.style}" cx="{x}" cy="{y}" r="3"/></g>'
        )


def _fewer(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Means over equally many points in a row, each at its last step."""
    each = math.ceil(len(points) / _MOST_POINTS)
    groups = [points[start : start + each] for start in range(0, len(points), each)]
    return [(group[-1][0], math.fsum(value for _, value in group) / len(group)) for group in groups]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the lowest to above the highest value."""
    spread = (high - low) or abs(high) or 1.0
    rough = spread / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in _STEPS_OF_TICKS if power * size >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]
