"""The page's parts from an evaluation's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Final

import jinja2

from viewpoint_gen import __version__
from viewpoint_gen.evaluation.evaluation import Evaluation
from viewpoint_gen.evaluation.metrics import ModelResult
from viewpoint_gen.evaluation.report.charts import (
    Line,
    Point,
    calibration_chart,
    interval_bar,
    place_chart,
)
from viewpoint_gen.evaluation.report.examples import Example

PAGE_NAME: Final = "index.html"
COLOURS: Final = 6
"""Of models, in turn."""

_SLICES: Final = {
    "angle": "By how far apart the images were taken, round the object",
    "backdrop": "By backdrop",
    "wording": "By whether training questions use the same words",
    "category": "By category",
}
_IN_ORDER: Final = ("angle",)
_MOST_PLACES: Final = 9
"""More slices than this are a table, not a chart."""


def page_of(evaluation: Evaluation, examples: Sequence[Example]) -> str:
    """One HTML file, pictures and style inside."""
    models = evaluation.models
    return page_text(
        __package__,
        {"number": _number},
        evaluation=evaluation,
        models=models,
        colours=[colour_of(number) for number in range(len(models))],
        style=style(),
        families=family_rows(models, lambda _, family: family),
        charts=_slice_charts(models),
        tables=_slice_tables(models),
        calibration=_calibration(models),
        confusions=_confusions(models),
        numbers=_numbers(models),
        groups=sorted({kind for model in models for kind in model.groups}),
        examples=examples,
    )


def page_text(package: str, filters: Mapping[str, Callable[..., str]], **context: Any) -> str:
    """A page from ``page/index.html.j2`` of a package, with "percent" among its filters."""
    loader = jinja2.FunctionLoader(lambda name: _bundled(package, name))
    pages = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    pages.filters |= {"percent": _percent, **filters}
    return pages.get_template("index.html.j2").render(version=__version__, **context)


def style(package: str = __package__, name: str = "style.css") -> str:
    """A page's looks; those of this package are every such page's."""
    return _bundled(package, name)


def colour_of(number: int) -> int:
    """Of the model with this number, from 0: one of ``COLOURS``, from 1."""
    return 1 + number % COLOURS


def family_rows(
    models: Sequence[ModelResult], called: Callable[[str, str], str]
) -> list[dict[str, Any]]:
    """Each family with a bar of every model.

    Args:
        called: names of a model and a family -> what a bar's note begins with.
    """
    rows = []
    for place, family in enumerate(models[0].families):
        cells = []
        for number, model in enumerate(models):
            got = model.families[place]
            one = got.aggregate
            label = called(model.name, family.family)
            point = _point(label, one.correctness, one.low, one.high, one.questions)
            bar = interval_bar(point, floor=got.floor, colour=colour_of(number))
            cells.append({"result": got, "bar": bar})
        rows.append({"family": family, "cells": cells})
    return rows


def _slice_charts(models: Sequence[ModelResult]) -> list[dict[str, Any]]:
    charts = []
    for name, title in _SLICES.items():
        lines = [
            Line(model.name, colour_of(number), [_sliced(each) for each in model.slices[name]])
            for number, model in enumerate(models)
        ]
        places = {point.label for line in lines for point in line.points}
        if 1 < len(places) <= _MOST_PLACES:
            charts.append(
                {"title": title, "svg": place_chart(lines, title=title, joined=name in _IN_ORDER)}
            )
    return charts


def _slice_tables(models: Sequence[ModelResult]) -> list[dict[str, Any]]:
    tables = []
    for name, title in _SLICES.items():
        places = {each.label: each.questions for model in models for each in model.slices[name]}
        if len(places) > _MOST_PLACES:
            found = [{each.label: each for each in model.slices[name]} for model in models]
            rows = [
                {"label": label, "questions": count, "cells": [each.get(label) for each in found]}
                for label, count in places.items()
            ]
            tables.append({"title": title, "rows": rows})
    return tables


def _sliced(each: Any) -> Point:
    return _point(each.label, each.correctness, each.low, each.high, each.questions)


def _point(label: str, value: float, low: float, high: float, questions: int) -> Point:
    if math.isnan(low):
        note = f"{label}: {100 * value:.1f} % of {questions:,} questions about one object"
        return Point(label, value, value, value, note)
    note = (
        f"{label}: {100 * value:.1f} % [{100 * low:.1f}, {100 * high:.1f}] of "
        f"{questions:,} questions"
    )
    return Point(label, value, low, high, note)


def _calibration(models: Sequence[ModelResult]) -> dict[str, Any] | None:
    lines, notes = [], []
    for number, model in enumerate(models):
        found = model.calibration
        if found is not None:
            points = [
                Point(f"{sure}", right, right, right, f"{100 * right:.0f} % right of {count:,}")
                for sure, right, count in zip(found.sure, found.right, found.counts, strict=True)
            ]
            lines.append(Line(model.name, colour_of(number), points))
            notes.append((model.name, found.ece, found.questions))
    title = "Share right over the probability of the likeliest option"
    return {"svg": calibration_chart(lines, title=title), "notes": notes} if lines else None


def _confusions(models: Sequence[ModelResult]) -> list[dict[str, Any]]:
    """Per family the models' tables, each cell with its share of its row."""
    found = []
    for place, first in enumerate(models[0].confusions):
        tables = []
        for model in models:
            table = model.confusions[place]
            rows = [
                (key, [(count, count / max(1, sum(counts))) for count in counts])
                for key, counts in zip(table.keys, table.counts, strict=True)
            ]
            tables.append({"name": model.name, "said": table.said, "rows": rows})
        found.append({"family": first.family, "tables": tables})
    return found


def _numbers(models: Sequence[ModelResult]) -> list[dict[str, Any]]:
    return [
        {"family": family, "cells": [model.numbers[family] for model in models]}
        for family in models[0].numbers
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{100 * value:.1f}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _bundled(package: str, name: str) -> str:
    return (resources.files(package) / "page" / name).read_text(encoding="utf-8")
