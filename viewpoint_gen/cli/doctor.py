"""``viewgen doctor``."""

from __future__ import annotations

from dataclasses import asdict

import typer

from viewpoint_gen.cli.options import JsonOption
from viewpoint_gen.cli.output import print_json


def doctor(as_json: JsonOption = False) -> None:
    """Say what works on this machine, and what to do.

    Exits 5 if something that rendering needs is missing.
    """
    from viewpoint_gen.doctor import examine

    checks = examine()
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            typer.echo(check.line())
    if any(check.needed and not check.ok for check in checks):
        raise typer.Exit(5)
