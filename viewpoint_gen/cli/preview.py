"""``viewgen preview``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument
from viewpoint_gen.cli.output import print_json, say

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen preview --open\n"
    "  viewgen preview runs/chairs --pairs 1000 --out /tmp/chairs"
)


def preview(
    run: RunArgument = DEFAULT_RUN,
    out: Annotated[str | None, typer.Option(help="Folder to write. [default: RUN/preview]")] = None,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs to show, at most.")] = 400,
    seed: Annotated[int, typer.Option(help="Of the choice of pairs.")] = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a page to look at: pairs, questions, cameras, refusals and plots.

    One folder of static files that works from disk, without any network.
    """
    from viewpoint_gen.preview import make_preview

    made = make_preview(run, out=out, pairs=pairs, seed=seed)
    if as_json:
        print_json(asdict(made))
    else:
        say(
            f"{made.pairs:,} pairs and {made.sets:,} sets of views with {made.questions:,} "
            f"questions, {made.images:,} pictures, {made.size_bytes / 1e6:.1f} MB",
            f"Look at it: {made.page}",
        )
    if open_it and made.is_local:
        import webbrowser

        webbrowser.open(Path(made.page).resolve().as_uri())
