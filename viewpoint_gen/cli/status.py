"""``viewgen status``."""

from __future__ import annotations

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument
from viewpoint_gen.cli.output import print_json


def status(run: RunArgument = DEFAULT_RUN, as_json: JsonOption = False) -> None:
    """Show counts, rates and reasons; also while it renders."""
    from viewpoint_gen.pipeline.status import run_status, status_text

    found = run_status(run)
    if as_json:
        print_json(found)
    else:
        typer.echo(status_text(found))
