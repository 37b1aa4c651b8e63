"""All commands together, the options before them, and what becomes of errors."""

from __future__ import annotations

import logging
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from viewpoint_gen import __version__
from viewpoint_gen.cli import (
    audit,
    demo,
    doctor,
    eval,
    export,
    preview,
    publish,
    qa,
    render,
    status,
    train_baseline,
    verify,
    view,
)
from viewpoint_gen.errors import ViewgenError


class _Stopped(Exception):
    """Ctrl-C, with what to tell; typer would end the process without a word."""


class _Commands(TyperGroup):
    """All commands; an interruption passes through with its text."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            raise _Stopped(str(stopped) or "stopped") from None


app = typer.Typer(
    cls=_Commands,
    name="viewgen",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Meshes in; verified camera pairs and viewpoint questions out.\n\n"
        "A run is one directory (or fsspec URL), by default runs/viewpoint:\n\n"
        "\b\n"
        "  viewgen render --num-pairs 1000      camera pairs of procedural objects\n"
        "  viewgen qa                           questions and answers about them\n"
        "  viewgen verify                       every file and every answer, recomputed\n"
        "  viewgen audit                        tries to guess without looking at both images\n"
        "  viewgen preview --open               a page to look at it\n"
        "  viewgen publish --repo-id you/name   a dataset on the Hugging Face Hub\n"
        "  viewgen train-baseline               a model that learns from it, and how good it is\n"
        "  viewgen eval --model NAME            what any model makes of the questions\n\n"
        "New here? `viewgen doctor`, then `viewgen demo`."
    ),
)


def main() -> None:
    """Run the command line; every expected error is one line on stderr and an exit code."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(levelname).1s %(asctime)s %(message)s",
        datefmt="%H:%M:%S",
    )  # fmt: skip
    try:
        app()
    except ViewgenError as error:
        typer.echo(f"viewgen: {error}", err=True)
        sys.exit(error.exit_code)
    except (_Stopped, KeyboardInterrupt) as stopped:
        typer.echo(f"viewgen: {str(stopped) or 'stopped'}", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"viewgen {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log errors only.")] = False,
) -> None:
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO
    logging.getLogger("viewpoint_gen").setLevel(level)
    logging.getLogger().setLevel(max(level, logging.WARNING))


# in the order in which --help lists them
app.command(epilog=render.EXAMPLES)(render.render)
app.command(epilog=qa.EXAMPLES)(qa.qa)
app.command(epilog=verify.EXAMPLES)(verify.verify)
app.command(epilog=audit.EXAMPLES)(audit.audit)
app.command(epilog=export.EXAMPLES)(export.export)
app.command(epilog=eval.EXAMPLES)(eval.eval)
app.command(epilog=preview.EXAMPLES)(preview.preview)
app.command(epilog=view.EXAMPLES)(view.view)
app.command(epilog=publish.EXAMPLES)(publish.publish)
app.command(epilog=train_baseline.EXAMPLES)(train_baseline.train_baseline)
app.command()(status.status)
app.command()(doctor.doctor)
app.command()(demo.demo)
