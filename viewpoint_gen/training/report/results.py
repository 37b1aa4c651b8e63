"""The figures that a training is judged by, out of all that an evaluation knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from viewpoint_gen.evaluation import Evaluation
from viewpoint_gen.evaluation.metrics import ModelResult
from viewpoint_gen.evaluation.metrics.results import FamilyResult, Share
from viewpoint_gen.training.report.exams import AFTER_GRPO, AFTER_SFT, TakenExam

PERCENT: Final = "%"
DEGREES: Final = "°"
_SWAP: Final = "swap"


@dataclass(frozen=True)
class Figure:
    """One number of each model.

    Attributes:
        name: for machines.
        label: for people.
        unit: ``PERCENT`` (values are shares) or ``DEGREES``.
        chance: of a blind guess, as a share; None where there is no such thing.
        values: (value, low, high) of each model, in the evaluation's order; nan where there is
            nothing.
    """

    name: str
    label: str
    unit: str
    chance: float | None
    values: tuple[tuple[float, float, float], ...]

    def told(self, place: int, *, decimals: int = 1) -> str:
        """One model's, with its interval where it has one.

        Args:
            decimals: of the interval.
        """
        value, low, high = self.values[place]
        if math.isnan(value):
            return "–"
        if self.unit == DEGREES:
            return f"{value:.1f}{DEGREES}"
        limits = f" [{100 * low:.{decimals}f}, {100 * high:.{decimals}f}]"
        interval = "" if math.isnan(low) else limits
        return f"{100 * value:.1f}{interval}"


def figures_of(evaluation: Evaluation) -> list[Figure]:
    """The main figures; those of which the exam asks nothing are left out."""
    models = evaluation.models
    shares: list[tuple[str, str, float | None, list[Share | None]]] = [
        ("mean", "mean over families", None, [model.macro for model in models]),
        ("right_side", "left or right, of sides named", 0.5, [m.right_side for m in models]),
        ("four_way", "one of four sizes", 0.25, [model.four_way for model in models]),
        ("swap", "right both ways round", None, [model.groups.get(_SWAP) for model in models]),
    ]
    found = [
        Figure(name, label, PERCENT, chance, tuple(map(_share, values)))
        for name, label, chance, values in shares
    ]
    errors = tuple((model.azimuth_error_deg, math.nan, math.nan) for model in models)
    found.insert(3, Figure("azimuth_error_deg", "median azimuth error", DEGREES, None, errors))
    return [
        figure for figure in found if not all(math.isnan(value) for value, _, _ in figure.values)
    ]


def finished_model(evaluation: Evaluation) -> ModelResult:
    """The last one that was trained; of no training: the first that was asked."""
    by_name = {model.name: model for model in evaluation.models}
    return by_name.get(AFTER_GRPO) or by_name.get(AFTER_SFT) or evaluation.models[0]


def not_learned(model: ModelResult) -> list[FamilyResult]:
    """Families of which the interval isn't above chance and above the best constant answer."""
    return [family for family in model.families if not family.above_floor]


def reinforced(evaluation: Evaluation) -> tuple[float, float, float] | None:
    """What GRPO added to SFT's mean over families, with its interval; None: no two models."""
    for each in evaluation.comparisons:
        if (each.first, each.second) == (AFTER_SFT, AFTER_GRPO):
            return -each.macro.value, -each.macro.high, -each.macro.low
    return None


def to_dict(taken: TakenExam) -> dict[str, Any]:
    """The main figures for machines; what is undefined is null."""
    evaluation = taken.evaluation
    names = [model.name for model in evaluation.models]
    gain = reinforced(evaluation)
    return {
        "run": taken.planned.run,
        "splits": list(taken.planned.splits),
        "questions": evaluation.models[0].questions,
        "objects": evaluation.models[0].assets,
        "models": {
            name: {figure.name: _plain(figure.values[place]) for figure in figures_of(evaluation)}
            for place, name in enumerate(names)
        },
        "grpo_minus_sft": None if gain is None else _plain(gain),
        "not_learned": [each.family for each in not_learned(finished_model(evaluation))],
        "result": str(evaluation.result),
        "page": str(evaluation.page),
    }


def table_lines(evaluation: Evaluation) -> list[str]:
    """The main figures for a terminal."""
    figures = figures_of(evaluation)
    rows = [["", *(model.name for model in evaluation.models)]]
    rows += [
        [figure.label, *(figure.told(place, decimals=0) for place in range(len(evaluation.models)))]
        for figure in figures
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [_aligned(row, widths) for row in rows]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _share(share: Share | None) -> tuple[float, float, float]:
    if share is None:
        return math.nan, math.nan, math.nan
    return share.value, share.low, share.high


def _plain(values: tuple[float, float, float]) -> dict[str, float | None]:
    named = zip(("value", "low", "high"), values, strict=True)
    return {name: None if math.isnan(value) else round(value, 5) for name, value in named}
