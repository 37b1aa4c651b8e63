"""What goes to stdout: lines for people, or one summary for machines."""

from __future__ import annotations

import json
from typing import Any

import typer


def say(*lines: str) -> None:
    """Print lines for people."""
    for line in lines:
        typer.echo(line)


def print_json(values: dict[str, Any]) -> None:
    """Print the summary of ``--json``."""
    typer.echo(json.dumps(values, indent=2, sort_keys=True, default=str))
