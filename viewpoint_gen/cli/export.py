"""``viewgen export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import (
    DEFAULT_RUN,
    FamiliesOption,
    JsonOption,
    RunArgument,
    names_in,
)
from viewpoint_gen.cli.output import print_json, say

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen export runs/chairs --format trl --out chairs-trl\n"
    "  viewgen export --format ms-swift --out swift --split train --reasons 0.3\n"
    "  viewgen export --format lmms-eval --out tasks --limit 2000\n"
    "  viewgen export --format verl --out verl --families ego_rotation_yaw,compose"
)


def export(
    run: RunArgument = DEFAULT_RUN,
    format_name: Annotated[
        str,
        typer.Option(
            "--format", help="trl, ms-swift, llama-factory, verl, vlmevalkit or lmms-eval."
        ),
    ] = ...,  # type: ignore[assignment]
    out: Annotated[Path, typer.Option(help="New folder; an older export is replaced.")] = ...,  # type: ignore[assignment]
    split: Annotated[
        str | None,
        typer.Option(
            help="Comma-separated: train, validation, test. [default: all; test for evaluators]"
        ),
    ] = None,
    families: FamiliesOption = None,
    reasons: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of questions answered with their reasons in <think></think>. "
            "[default: 0.1; 0 for evaluators]",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Most questions of each split. [default: all]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write questions and images in the format of a trainer or an evaluator.

    The folder says in its README.md what to do with it.
    """
    from viewpoint_gen.dataset.export import Selection, export_run, format_named

    chosen = format_named(format_name)
    selection = Selection(
        splits=tuple(names_in(split)) or chosen.splits,
        families=tuple(names_in(families)),
        limit=limit,
    )
    share = chosen.reasons_share if reasons is None else reasons
    summary = export_run(run, chosen, out, selection, reasons_share=share)
    if as_json:
        print_json({"run": run, "out": str(out), **summary.to_dict()})
    else:
        total = sum(summary.questions.values())
        parts = ", ".join(f"{count:,} {name}" for name, count in summary.questions.items())
        say(
            f"  {total:>9,} questions ({parts}) of {summary.assets:,} assets",
            f"  {summary.with_reasons:>9,} answered with their reasons",
            f"What to do with them: {out / 'README.md'}",
        )
