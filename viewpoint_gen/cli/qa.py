"""``viewgen qa``."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import (
    DEFAULT_RUN,
    FamiliesOption,
    JsonOption,
    RunArgument,
    named,
    names_in,
)
from viewpoint_gen.cli.output import print_json, say

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen qa\n"
    "  viewgen qa runs/chairs --families ego_rotation_yaw,ego_rotation_pitch\n"
    "  viewgen qa --list"
)


def qa(
    run: RunArgument = DEFAULT_RUN,
    families: FamiliesOption = None,
    per_pair: Annotated[
        int | None, typer.Option(help="Most questions per pair; 0: all. [default: 0]")
    ] = None,
    list_families: Annotated[
        bool, typer.Option("--list", help="Show every family with an example, and exit.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any key of the recipe's [qa] section."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask questions about the pairs of a run. No pixel is read; run it as often as you like."""
    from viewpoint_gen.pipeline.ask import ask_questions, describe_families
    from viewpoint_gen.recipe import parse_override

    if list_families:
        typer.echo("\n".join(describe_families()))
        return
    overrides = [parse_override(text) for text in settings or []]
    if families is not None:
        overrides.append(("families", names_in(families)))
    if per_pair is not None:
        overrides.append(("per_pair", per_pair))
    asked = ask_questions(run, overrides)
    if as_json:
        print_json({"run": run, **asked.to_dict()})
    else:
        say(*asked.lines(), f"Questions are in {run}/qa. Next: viewgen verify{named(run)}")
