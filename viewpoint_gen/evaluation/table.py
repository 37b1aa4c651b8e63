"""What an evaluation came to, in lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from viewpoint_gen.evaluation.metrics import Comparison, ModelResult
from viewpoint_gen.evaluation.metrics.results import Share

_WIDEST_NAME: Final = 22
_WIDEST_LABEL: Final = 31

Row = tuple[str, list[str]]


def lines_of(models: Sequence[ModelResult], comparisons: Sequence[Comparison]) -> list[str]:
    """Models side by side: first the sums, then the families, then the differences."""
    names = [shortened(model.name) for model in models]
    rows: list[Row] = [("", names), *_summary(models), ("", [""] * len(names))]
    rows += list(_families(models))
    widths = [max(len(cells[place]) for _, cells in rows) for place in range(len(names))]
    lines = [
        "  ".join(
            [f"{label[:_WIDEST_LABEL]:<{_WIDEST_LABEL}}"]
            + [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)]
        ).rstrip()
        for label, cells in rows
    ]
    lines.append("")
    lines.append(
        "graded correctness in %, with its 95 % interval by asset; beside each family what chance "
        "or the best constant scores, and * where the interval lies above it"
    )
    return [*lines, *(_difference(each) for each in comparisons)]


def shortened(name: str) -> str:
    """The end of a long name, which is what tells models apart."""
    return name if len(name) <= _WIDEST_NAME else f"…{name[1 - _WIDEST_NAME :]}"


def _summary(models: Sequence[ModelResult]) -> Iterator[Row]:
    shares: list[tuple[str, Callable[[ModelResult], Share]]] = [
        ("mean over families", lambda model: model.macro),
        ("wholly right", lambda model: model.macro_exact),
        ("right side of sides named", lambda model: model.right_side),
        ("left, right or neither", lambda model: model.three_ways),
        ("one of four sizes", lambda model: model.four_way),
    ]
    for label, share_of in shares:
        yield label, [_share(share_of(model)) for model in models]
    yield "median azimuth error", [_degrees(model.azimuth_error_deg) for model in models]
    kinds = sorted({kind for model in models for kind in model.groups})
    for kind in kinds:
        found = [model.groups.get(kind) for model in models]
        yield f"all right: {kind}", ["–" if each is None else _share(each) for each in found]
    for label, name in (
        ("in the asked form", "well_formed"),
        ("no answer", "unanswered"),
        ("guessed", "guessed"),
    ):
        yield label, [f"{100 * getattr(model, name):.1f}" for model in models]


def _families(models: Sequence[ModelResult]) -> Iterator[Row]:
    first = models[0]
    for place, family in enumerate(first.families):
        cells = []
        for model in models:
            got = model.families[place]
            mark = "*" if got.above_floor else " "
            one = got.aggregate
            cells.append(f"{_share(Share(one.correctness, one.low, one.high, 1))}{mark}")
        yield f"{_fitting(family.family)}{100 * family.floor:>4.0f}", cells


def _fitting(name: str) -> str:
    return f"{name[: _WIDEST_LABEL - 5]:<{_WIDEST_LABEL - 4}}"


def _difference(each: Comparison) -> str:
    clear = sum(1 for one in each.families.values() if one.is_clear)
    macro = each.macro
    interval = (
        "" if math.isnan(macro.low) else f" [{100 * macro.low:+.1f}, {100 * macro.high:+.1f}]"
    )
    return (
        f"{shortened(each.first)} - {shortened(each.second)}: {100 * macro.value:+.1f} points"
        f"{interval}, clear in {clear} of "
        f"{len(each.families)} families"
    )


def _share(share: Share) -> str:
    if math.isnan(share.value):
        return "–"
    if math.isnan(share.low):
        return f"{100 * share.value:.1f}{'':15}"
    return f"{100 * share.value:.1f} [{100 * share.low:>4.1f}, {100 * share.high:>5.1f}]"


def _degrees(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}°"
