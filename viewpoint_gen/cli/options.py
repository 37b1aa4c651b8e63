"""Arguments and options that several commands take, each declared once."""

from __future__ import annotations

from typing import Annotated, Final

import typer

DEFAULT_RUN: Final = "runs/viewpoint"

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="Directory or fsspec URL of the run.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable summary on stdout.")
]
FamiliesOption = Annotated[
    str | None, typer.Option(help="Comma-separated families. [default: all]")
]


def names_in(text: str | None) -> list[str]:
    """The names of a comma-separated list; none for no list."""
    return [name.strip() for name in text.split(",")] if text else []


def named(run: str) -> str:
    """A run as the argument of a command that is suggested; "" for the default one."""
    return "" if run == DEFAULT_RUN else f" {run}"
