"""``viewgen publish``."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument, names_in
from viewpoint_gen.cli.output import print_json, say
from viewpoint_gen.errors import RecipeError

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen publish --dry-run                              look at it first\n"
    "  viewgen publish runs/chairs --repo-id you/chairs --private\n"
    "  viewgen publish runs/chairs --repo-id you/chairs --tag v2 --licences CC-BY,CC0"
)

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)?", re.IGNORECASE)
_UNITS: Final = {"B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


def publish(
    run: RunArgument = DEFAULT_RUN,
    repo_id: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="Dataset repository on the Hub.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Make a new repository private.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Make every file, and use no network.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Of the files. [default: RUN/publish]")
    ] = None,
    tag: Annotated[
        str | None, typer.Option(help="Name of this version. [default: v1, then the next one]")
    ] = None,
    licences: Annotated[
        str | None,
        typer.Option(
            help="Comma-separated SPDX ids that may be published. [default: the recipe's "
            "assets.licences, else what everybody may use]"
        ),
    ] = None,
    max_shard_size: Annotated[str, typer.Option(metavar="SIZE", help="Of one file.")] = "500MB",
    as_json: JsonOption = False,
) -> None:
    """Publish a run to the Hugging Face Hub, as a dataset that loads in one line.

    All files are made here first, then sent, and become visible at once. Stopped? The same command
    goes on where it was; with nothing new it sends nothing.
    """
    from viewpoint_gen.pipeline.publish import publish_run

    if repo_id is None and not dry_run:
        msg = "--repo-id OWNER/NAME is missing: where to? (--dry-run makes the files only)"
        raise RecipeError(msg)
    publication = publish_run(
        run,
        repo_id=repo_id,
        private=private,
        dry_run=dry_run,
        out=out,
        tag=tag,
        licences=names_in(licences),
        max_shard_bytes=bytes_in(max_shard_size),
    )
    if as_json:
        print_json({"run": run, **publication.to_dict()})
    else:
        say(*publication.lines())


def bytes_in(text: str) -> int:
    """A size such as 500MB.

    Raises:
        RecipeError: it isn't one.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _UNITS[(match[2] or "B").upper()]) if match else 0
    if size < 1:
        msg = f"--max-shard-size {text!r}: expected a size such as 500MB or 1GB"
        raise RecipeError(msg)
    return size
