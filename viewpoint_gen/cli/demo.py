"""``viewgen demo``: every stage once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from viewpoint_gen.cli.output import say
from viewpoint_gen.cli.render import recipe_of, render_pairs
from viewpoint_gen.cli.verify import refuse_untruths, verified


def demo(run: Annotated[str, typer.Argument(metavar="RUN")] = "runs/demo") -> None:
    """Make a small run of everything, without any network."""
    from viewpoint_gen.pipeline.ask import ask_questions
    from viewpoint_gen.preview import make_preview

    say("1/4  Rendering pairs of procedural objects ...")
    summary = render_pairs(recipe_of("demo", [], {}), run, as_json=False)
    say("2/4  Asking questions about them ...")
    asked = ask_questions(run, [])
    say(*asked.lines(), "3/4  Verifying every file and every answer ...")
    report = verified(run, workers=1)
    refuse_untruths(run, report, listed=True)
    say(
        f"     {sum(report.checked.values()):,} checks, 0 untruths.",
        "4/4  Making a page to look at ...",
    )
    page = make_preview(run, out=None, pairs=400, seed=0).page
    say(
        "",
        f"Made in {summary['seconds']:.0f} s: {summary['pairs']} pairs, {summary['views']} images, "
        f"{sum(family.asked for family in asked.families.values())} questions.",
        f"Results: {Path(run).resolve()}",
        f"Look at them: {page}",
    )
