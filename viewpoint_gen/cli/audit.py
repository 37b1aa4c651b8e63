"""``viewgen audit``."""

from __future__ import annotations

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

EXAMPLES: Final = "Example:\n\n\b\n  viewgen audit runs/chairs --families ego_rotation_yaw"


def audit(
    run: RunArgument = DEFAULT_RUN,
    families: FamiliesOption = None,
    max_questions: Annotated[int, typer.Option(min=0, help="Most per family; 0: all.")] = 4000,
    seed: Annotated[int, typer.Option(help="Of folds, models and draws.")] = 0,
    trees: Annotated[int, typer.Option(min=1, help="In a forest; fewer: faster, weaker.")] = 100,
    workers: Annotated[int, typer.Option(min=1, help="Processes that learn.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Try to answer without looking at both images.

    Exits 1 if text or one image alone beats chance by over 3 points (one camera's numbers: 10).
    """
    from viewpoint_gen.audit import audit_run

    report = audit_run(
        run,
        names_in(families),
        most_per_family=max_questions,
        seed=seed,
        trees=trees,
        workers=workers,
    )
    if as_json:
        print_json(report.to_dict())
    else:
        say(*report.lines())
    report.refuse_leaks()
