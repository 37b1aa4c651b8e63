"""``viewgen verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument
from viewpoint_gen.cli.output import print_json, say
from viewpoint_gen.errors import Untruth

if TYPE_CHECKING:
    from viewpoint_gen.verify import Report

EXAMPLES: Final = "Example:\n\n\b\n  viewgen verify runs/chairs"


def verify(
    run: RunArgument = DEFAULT_RUN,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode images.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Check every file and recompute every answer.

    By code that shares nothing with the builder. Exits 1 at an untruth, naming the row.
    """
    report = verified(run, workers=workers)
    if as_json:
        print_json({"run": run, **report.summary()})
    else:
        for check, count in sorted(report.checked.items()):
            typer.echo(f"  {check:<28} {count:>9,} checked  {report.wrong.get(check, 0):>6,} wrong")
    refuse_untruths(run, report, listed=not as_json)
    if not as_json:
        say(f"{run}: {sum(report.checked.values()):,} checks, 0 untruths")


def verified(run: str, *, workers: int) -> Report:
    """Check every file and every answer of a run."""
    from viewpoint_gen.dataset.schema import ASSETS, TABLES
    from viewpoint_gen.verify import verify_run

    return verify_run(run, schemas={**TABLES, "assets": ASSETS}, workers=workers)


def refuse_untruths(run: str, report: Report, *, listed: bool) -> None:
    """Raise if anything is wrong; the first findings go to stderr."""
    for finding in report.findings[:20] if listed else ():
        typer.echo(f"  UNTRUE  {finding}", err=True)
    if not report.ok:
        msg = f"{run}: {report.wrong_count:,} findings; nothing of it should be published"
        raise Untruth(msg)
