"""``viewgen view``."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, RunArgument
from viewpoint_gen.cli.output import say

EXAMPLES: Final = "Example:\n\n\b\n  viewgen view runs/chairs --asset armchair-s0-000003"


def view(
    run: RunArgument = DEFAULT_RUN,
    asset: Annotated[
        str | None, typer.Option(metavar="UID", help="Which object. [default: the first]")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to serve on; 0.0.0.0: to the network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one is taken.")] = 8080,
) -> None:
    """Serve a 3-D view of an object's cameras, pictures and surface, until stopped.

    Needs viser: pip install 'viewpoint-gen[view]'.
    """
    from viewpoint_gen.preview.viewer import Viewer

    viewer = Viewer(run, asset=asset, host=host, port=port)
    say(f"Look at it: {viewer.address} (Ctrl-C ends it)")
    try:
        viewer.wait()
    finally:
        viewer.stop()
