"""Charts of a run in one style, as PNG bytes; equal numbers give equal bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from viewpoint_gen.dataset.audited import Audit, Guess
from viewpoint_gen.dataset.family_statistics import FamilyStatistics
from viewpoint_gen.dataset.histograms import Histogram

INK: Final = "#1f2430"
MUTED: Final = "#697386"
LINE: Final = "#e3e7ee"
BLUE: Final = "#2f6fde"
TEAL: Final = "#159a8c"
ORANGE: Final = "#e8833a"
ROSE: Final = "#cf3f66"
GREY: Final = "#b4bcc9"
TINTS: Final = ("#2f6fde", "#7fa9f0", "#c5d8f9", "#f6d9bf", "#efaa74", "#e8833a")
"""Of answers side by side: from one colour to another."""

WIDTH_IN: Final = 9.0
_DPI: Final = 110
_COLOURS: Final = 128
"""Of a PNG: enough for a few plain colours and the edges of letters, at a third of the bytes."""

_STYLE: Final[Mapping[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 7.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "viewgen",
}

_MOST_BARS: Final = 40
"""Of categories; what is rarer is added up."""

_MOST_REASONS: Final = 14

_MOST_LETTERS: Final = 32
"""Of a name beside a bar."""


@contextmanager
def style() -> Iterator[None]:
    """The house's look, for as long as the block lasts."""
    with mpl.rc_context(cast(Any, dict(_STYLE))):
        yield


def figure(height_in: float, *, width_in: float = WIDTH_IN) -> Figure:
    """An empty figure that lays itself out; draw in it inside ``style``."""
    drawn = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(drawn)
    drawn.get_layout_engine().set(w_pad=0.08, h_pad=0.08, wspace=0.05, hspace=0.06)  # type: ignore[union-attr, call-arg]
    return drawn


def png(drawn: Figure) -> bytes:
    """The figure as a small PNG that says nothing of when and with what it was made."""
    drawn_png, small_png = io.BytesIO(), io.BytesIO()
    with warnings.catch_warnings():  # a category in a script that the font lacks: boxes, no failure
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        drawn.savefig(drawn_png, format="png", dpi=_DPI)
    with Image.open(drawn_png) as picture:
        flat = picture.convert("RGB")
    few = flat.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(small_png, "PNG", optimize=True)
    return small_png.getvalue()


def histograms_figure(histograms: Sequence[Histogram], *, columns: int = 3) -> bytes:
    """A panel per histogram."""
    rows = -(-len(histograms) // columns)
    with style():
        drawn = figure(2.15 * rows)
        panels = drawn.subplots(rows, columns, squeeze=False).ravel()
        for panel, histogram in zip(panels, histograms, strict=False):
            _draw_histogram(panel, histogram)
        for panel in panels[len(histograms) :]:
            panel.set_axis_off()
        return png(drawn)


def answers_figure(families: Sequence[FamilyStatistics]) -> bytes:
    """How often each answer of each family is true, as parts of a bar."""
    with style():
        drawn = figure(0.245 * len(families) + 0.75)
        panel = drawn.subplots()
        for place, family in enumerate(families):
            _draw_answers(panel, place, family)
        _name_rows(panel, [family.family for family in families])
        panel.set_xlim(0.0, 1.0)
        panel.xaxis.set_major_formatter(_percent)
        panel.grid(visible=False)
        panel.spines["bottom"].set_visible(False)
        panel.set_title("How often each answer is true")
        return png(drawn)


def audit_figure(audit: Audit) -> bytes:
    """By how much the best guess from text alone, and from one image alone, beats chance."""
    families = audit.families
    with style():
        drawn = figure(0.245 * len(families) + 1.0)
        panel = drawn.subplots()
        low, high = _audit_range(audit)
        panel.axvspan(low, 100.0 * audit.margin, color="#eff7f5", lw=0, zorder=0)
        panel.axvline(0.0, color=GREY, lw=1.0)
        panel.axvline(100.0 * audit.margin, color=TEAL, lw=1.0, ls=(0, (3, 2)))
        for place, family in enumerate(families):
            _draw_guess(panel, place - 0.16, family.by_text, ORANGE)
            _draw_guess(panel, place + 0.16, family.by_image, BLUE)
        for colour, label in ((ORANGE, "from the text alone"), (BLUE, "from one image alone")):
            panel.plot([], [], "o", color=colour, ms=4.5, label=label)
        panel.legend(loc="lower right", ncols=2, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.0)
        _name_rows(panel, [family.family for family in families])
        panel.grid(axis="x")
        panel.set_xlim(low, high)
        panel.set_xlabel(
            f"points beyond chance, with 95 % interval; dashed: the gate ({100 * audit.margin:.0f} "
            "points), to which small families are held by the lower end of theirs"
        )
        panel.set_title("The best guess of each family")
        return png(drawn)


def categories_figure(categories: Mapping[str, int]) -> bytes:
    """Pairs per category, in two columns of bars."""
    shown = dict(list(categories.items())[:_MOST_BARS])
    rest = sum(categories.values()) - sum(shown.values())
    title = f"Pairs of the {len(shown)} most frequent of {len(categories)} categories"
    if not rest:
        title = "Pairs per category"
    names = [name.replace("_", " ") for name in shown]
    bars = dict(zip(names, shown.values(), strict=True))
    half = -(-len(names) // 2)
    parts = [part for part in (names[:half], names[half:]) if part]
    widths = [max(bars[name] for name in part) for part in parts]
    with style():
        drawn = figure(0.2 * half + 0.6)
        panels = drawn.subplots(1, len(parts), width_ratios=widths, squeeze=False)[0]
        for panel, part in zip(panels, parts, strict=True):
            _draw_bars(panel, {name: bars[name] for name in part}, BLUE, rows=half)
        panels[0].set_title(title)
        return png(drawn)


def work_figure(refused: Mapping[str, int], seconds: Mapping[str, float]) -> bytes:
    """Refusals by reason, and where the time of rendering went."""
    reasons = dict(list(refused.items())[:_MOST_REASONS])
    with style():
        drawn = figure(max(0.21 * max(len(reasons), len(seconds)) + 0.7, 1.6))
        panels = drawn.subplots(1, 2, width_ratios=(1.5, 1.0))
        rows = max(len(reasons), len(seconds))
        codes = {code.replace("_", " "): count for code, count in reasons.items()}
        _draw_bars(panels[0], codes, ROSE, rows=rows)
        panels[0].set_title("Refused, by reason")
        stages = {stage.replace("_", " "): spent for stage, spent in seconds.items()}
        _draw_bars(panels[1], stages, TEAL, rows=rows)
        panels[1].set_title("Seconds of rendering, by stage")
        return png(drawn)


def _draw_histogram(panel: Axes, histogram: Histogram) -> None:
    edges = np.asarray(histogram.edges)
    panel.bar(edges[:-1], histogram.counts, np.diff(edges), align="edge", color=BLUE, lw=0)
    panel.set_title(histogram.title)
    panel.set_xlim(edges[0], edges[-1])
    panel.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, integer=True))
    panel.yaxis.set_major_formatter(_thousands)
    if not any(histogram.counts):
        panel.set_yticks([0])
        panel.set_ylim(0.0, 1.0)
    if histogram.is_log:
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(mpl.ticker.FixedLocator(_log_ticks(edges)))
        panel.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: f"{x:g}×"))
        panel.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    elif histogram.unit == "share":
        panel.xaxis.set_major_formatter(_percent)
    else:
        panel.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(_degrees))
        step = 90 if edges[-1] > 90 else 30 if edges[-1] - edges[0] > 100 else 15
        panel.xaxis.set_major_locator(mpl.ticker.MultipleLocator(step))
    notes = []
    if histogram.unchanged:
        notes.append(f"{100 * histogram.unchanged / histogram.total:.0f} % no change")
    if histogram.undefined:
        notes.append(f"{histogram.undefined:,} undefined")
    if notes:
        panel.text(
            0.99, 0.97, ", ".join(notes), transform=panel.transAxes, ha="right", va="top",
            color=MUTED, size=7.5,
        )  # fmt: skip


def _degrees(value: float, _: object) -> str:
    return f"{value:g}°".replace("-", "−")


def _log_ticks(edges: Any) -> list[float]:
    wanted = (0.5, 0.7, 1.0, 1.4, 2.0) if edges[-1] < 5.0 else (1.0, 2.0, 4.0, 8.0, 16.0)
    return [tick for tick in wanted if edges[0] <= tick <= edges[-1]]


def _draw_answers(panel: Axes, place: int, family: FamilyStatistics) -> None:
    start = 0.0
    for number, (key, count) in enumerate(family.answers.items()):
        share = count / family.asked
        colour = GREY if key in ("nothing", "cannot") else TINTS[number % len(TINTS)]
        panel.barh(place, share, 0.78, start, color=colour, edgecolor="white", lw=0.8)
        text = f"{_short(key)} · {100 * share:.0f} %"
        if share > 0.0125 * len(text):
            light = colour in (TINTS[0], TINTS[-1])
            panel.text(
                start + share / 2, place, text, ha="center", va="center_baseline", size=6.6,
                color="white" if light else INK,
            )  # fmt: skip
        start += share


_PLACES: Final = ("1st", "2nd", "3rd", "4th", "5th", "6th")


def _short(key: str) -> str:
    head, _, number = key.rpartition("_")
    if head in ("rank", "bin", "round"):
        return _PLACES[int(number)]
    if key.isdecimal():
        return f"{key} %"
    return key.replace("counterclockwise", "ccw").replace("clockwise", "cw").replace("_", " ")


def _draw_guess(panel: Axes, place: float, guess: Guess | None, colour: str) -> None:
    if guess is None:
        return
    gain, low, high = (100.0 * (x - guess.chance) for x in (guess.share, guess.low, guess.high))
    panel.plot([low, high], [place, place], color=colour, lw=1.4, alpha=0.45)
    panel.plot([gain], [place], "o", color=colour, ms=4.2)


def _audit_range(audit: Audit) -> tuple[float, float]:
    guesses = [g for f in audit.families for g in (f.by_text, f.by_image) if g is not None]
    low = min((100.0 * (guess.low - guess.chance) for guess in guesses), default=0.0)
    high = max((100.0 * (guess.high - guess.chance) for guess in guesses), default=0.0)
    return min(low, -2.0) - 0.5, max(high, 100.0 * audit.margin) + 0.5


def _draw_bars(panel: Axes, values: Mapping[str, float], colour: str, *, rows: int) -> None:
    """Bars with their numbers, in a panel that has room for ``rows``."""
    places = np.arange(len(values))
    panel.barh(places, list(values.values()), 0.74, color=colour, lw=0)
    most = max(values.values(), default=1.0)
    for place, value in zip(places, values.values(), strict=True):
        text = f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.1f}"
        panel.text(value + 0.012 * most, place, text, va="center_baseline", size=7.0, color=MUTED)
    _name_rows(panel, list(values))
    panel.set_ylim(rows - 0.4, -0.6)
    panel.set_xlim(0.0, 1.16 * most)
    panel.set_xticks([])
    panel.grid(visible=False)
    panel.spines["bottom"].set_visible(False)


def _name_rows(panel: Axes, names: Sequence[str]) -> None:
    panel.set_yticks(range(len(names)), [_clipped(name) for name in names], color=INK)
    for label in panel.get_yticklabels():
        label.set_parse_math(False)  # names come from anywhere: a dollar is a dollar
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.grid(visible=False, axis="y")


def _clipped(name: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return plain if len(plain) <= _MOST_LETTERS else f"{plain[: _MOST_LETTERS - 1]}…"


_percent: Final = mpl.ticker.PercentFormatter(1.0, decimals=0, symbol=" %")
_thousands: Final = mpl.ticker.FuncFormatter(lambda x, _: f"{x:,.0f}")
