"""The command line: the only reader of arguments, and the only place that sets exit codes."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewpoint_gen import __version__
from viewpoint_gen.errors import RecipeError, Untruth, ViewgenError
from viewpoint_gen.recipe import Recipe, load_recipe, parse_override
from viewpoint_gen.render.config import Device, Engine, Quality

if TYPE_CHECKING:
    from viewpoint_gen.verify import Report

DEFAULT_RUN = "runs/viewpoint"

app = typer.Typer(
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
        "  viewgen audit                        tries to guess without looking at both images\n\n"
        "New here? `viewgen doctor`, then `viewgen demo`."
    ),
)

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="Directory or fsspec URL of the run.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable summary on stdout.")
]


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
    except KeyboardInterrupt as stopped:
        typer.echo(f"viewgen: {stopped or 'stopped'}", err=True)
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


@app.command(
    epilog=(
        "Examples:\n\n"
        "\b\n"
        "  viewgen render --num-pairs 100\n"
        "  viewgen render runs/chairs --source folder:meshes/chairs --num-pairs 2000 --size 256\n"
        "  viewgen render --num-pairs 500 --set views.move.pan=4 --set 'views.fill=[0.3,0.5]'\n"
        "  viewgen render --num-pairs 100000 --lanes 8            on the cores of this machine\n"
        "  viewgen render s3://bucket/run --num-pairs 100000 --ray-address auto --lanes 64"
    )
)
def render(
    run: RunArgument = DEFAULT_RUN,
    num_pairs: Annotated[
        int | None,
        typer.Option("--num-pairs", "-n", help="Ordered pairs, exactly. [default: 1000]"),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="procedural[:CATEGORY,…], folder:PATH, objaverse[:lvis|:uids=FILE] or "
            "manifest:FILE. [default: procedural]"
        ),
    ] = None,
    recipe_file: Annotated[
        str | None,
        typer.Option(
            "--recipe", help="TOML file, or the name of a bundled recipe (default, demo, orbits)."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any key of the recipe; repeatable."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Width and height in pixels. [default: 512]")
    ] = None,
    engine: Annotated[Engine | None, typer.Option(help="[default: cycles]")] = None,
    quality: Annotated[Quality | None, typer.Option(help="[default: standard]")] = None,
    device: Annotated[
        Device | None,
        typer.Option(help="Asked for by name and not there is an error. [default: auto]"),
    ] = None,
    lanes: Annotated[
        int | None, typer.Option(help="Blender processes side by side (Ray). [default: 1]")
    ] = None,
    serial: Annotated[bool, typer.Option("--serial", help="One lane, without Ray.")] = False,
    ray_address: Annotated[
        str | None, typer.Option(help="Use this Ray cluster instead of a local one.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of every random choice. [default: 0]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Render camera pairs, or go on where it stopped.

    The run holds exactly the pairs asked for, or fewer with exit code 6 if the assets are used
    up. Rows depend on the recipe alone, never on lanes, order or interruptions.
    """
    given = {
        "num_pairs": num_pairs,
        "assets.source": source,
        "render.width_px": size,
        "render.height_px": size,
        "render.engine": engine,
        "render.quality": quality,
        "machine.device": device,
        "machine.lanes": lanes,
        "machine.serial": serial or None,
        "machine.ray_address": ray_address,
        "seed": seed,
    }
    recipe = _recipe(recipe_file, settings or [], given)
    _render(recipe, run, as_json=as_json)


@app.command(
    epilog=(
        "Examples:\n\n"
        "\b\n"
        "  viewgen qa\n"
        "  viewgen qa runs/chairs --families ego_rotation_yaw,ego_rotation_pitch\n"
        "  viewgen qa --list"
    )
)
def qa(
    run: RunArgument = DEFAULT_RUN,
    families: Annotated[
        str | None, typer.Option(help="Comma-separated families. [default: all]")
    ] = None,
    per_pair: Annotated[
        int | None, typer.Option(help="Most questions per pair; 0: all. [default: 0]")
    ] = None,
    list_families: Annotated[
        bool, typer.Option("--list", help="Show every family with an example, and exit.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any key of the recipe's [qa] section."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask questions about the pairs of a run. No pixel is read; run it as often as you like."""
    from viewpoint_gen.pipeline.ask import ask_questions, describe_families

    if list_families:
        typer.echo("\n".join(describe_families()))
        return
    overrides = [parse_override(text) for text in settings or []]
    if families is not None:
        overrides.append(("families", [name.strip() for name in families.split(",")]))
    if per_pair is not None:
        overrides.append(("per_pair", per_pair))
    asked = ask_questions(run, overrides)
    if as_json:
        _print_json({"run": run, **asked.to_dict()})
    else:
        _say(*asked.lines(), f"Questions are in {run}/qa. Next: viewgen verify{_named(run)}")


@app.command(epilog="Example:\n\n\b\n  viewgen verify runs/chairs")
def verify(
    run: RunArgument = DEFAULT_RUN,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode images.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Check every file and recompute every answer.

    By code that shares nothing with the builder. Exits 1 at an untruth, naming the row.
    """
    report = _verified(run, workers=workers)
    if as_json:
        _print_json({"run": run, **report.summary()})
    else:
        for check, count in sorted(report.checked.items()):
            typer.echo(f"  {check:<28} {count:>9,} checked  {report.wrong.get(check, 0):>6,} wrong")
    _refuse_untruths(run, report, listed=not as_json)
    if not as_json:
        _say(f"{run}: {sum(report.checked.values()):,} checks, 0 untruths")


@app.command(epilog="Example:\n\n\b\n  viewgen audit runs/chairs --families ego_rotation_yaw")
def audit(
    run: RunArgument = DEFAULT_RUN,
    families: Annotated[
        str | None, typer.Option(help="Comma-separated families. [default: all]")
    ] = None,
    max_questions: Annotated[int, typer.Option(min=0, help="Most per family; 0: all.")] = 4000,
    seed: Annotated[int, typer.Option(help="Of folds, models and draws.")] = 0,
    trees: Annotated[int, typer.Option(min=1, help="In a forest; fewer: faster, weaker.")] = 100,
    workers: Annotated[int, typer.Option(min=1, help="Processes that learn.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Try to answer without looking at both images.

    Exits 1 if text or one image alone beats chance by over 3 points (one camera's numbers: 10).
    """
    from viewpoint_gen.audit import audit_run

    chosen = [name.strip() for name in families.split(",")] if families else []
    report = audit_run(
        run, chosen, most_per_family=max_questions, seed=seed, trees=trees, workers=workers
    )
    if as_json:
        _print_json(report.to_dict())
    else:
        _say(*report.lines())
    report.refuse_leaks()


@app.command()
def status(run: RunArgument = DEFAULT_RUN, as_json: JsonOption = False) -> None:
    """Show counts, rates and reasons; also while it renders."""
    from viewpoint_gen.pipeline.status import run_status, status_text

    found = run_status(run)
    if as_json:
        _print_json(found)
    else:
        typer.echo(status_text(found))


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Say what works on this machine, and what to do.

    Exits 5 if something that rendering needs is missing.
    """
    from viewpoint_gen.doctor import examine

    checks = examine()
    if as_json:
        _print_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            typer.echo(check.line())
    if any(check.needed and not check.ok for check in checks):
        raise typer.Exit(5)


@app.command()
def demo(run: Annotated[str, typer.Argument(metavar="RUN")] = "runs/demo") -> None:
    """Make a small run of everything, without any network."""
    from viewpoint_gen.pipeline.ask import ask_questions

    _say("1/3  Rendering pairs of procedural objects ...")
    summary = _render(_recipe("demo", [], {}), run, as_json=False)
    _say("2/3  Asking questions about them ...")
    asked = ask_questions(run, [])
    _say(*asked.lines(), "3/3  Verifying every file and every answer ...")
    report = _verified(run, workers=1)
    _refuse_untruths(run, report, listed=True)
    _say(
        f"     {sum(report.checked.values()):,} checks, 0 untruths.",
        "",
        f"Made in {summary['seconds']:.0f} s: {summary['pairs']} pairs, {summary['views']} images, "
        f"{sum(family.asked for family in asked.families.values())} questions.",
        f"Results: {Path(run).resolve()}",
        f"Look at them: python -c \"import pyarrow.parquet as pq; print(pq.read_table('{run}/qa'"
        ", columns=['question', 'options', 'answer_text']).slice(0, 3).to_pylist())\"",
    )


def _recipe(name: str | None, settings: list[str], given: dict[str, Any]) -> Recipe:
    overrides = [(key, getattr(value, "value", value)) for key, value in given.items()]
    chosen = [(key, value) for key, value in overrides if value is not None]
    return load_recipe(
        _recipe_path(name), overrides=[*(parse_override(text) for text in settings), *chosen]
    )


def _recipe_path(name: str | None) -> Path | None:
    """A file, or a bundled recipe by its bare name."""
    from viewpoint_gen.bundled import bundled_path

    if name is None or Path(name).suffix or Path(name).exists():
        return Path(name) if name is not None else None
    recipes = bundled_path("manifests") / "recipes"
    bundled = {path.stem: path for path in sorted(recipes.glob("*.toml"))}
    if name not in bundled:
        msg = f"recipe {name!r}: no such file, nor a bundled recipe ({', '.join(bundled)})"
        raise RecipeError(msg)
    return bundled[name]


def _verified(run: str, *, workers: int) -> Report:
    from viewpoint_gen.dataset.schema import ASSETS, TABLES
    from viewpoint_gen.verify import verify_run

    return verify_run(run, schemas={**TABLES, "assets": ASSETS}, workers=workers)


def _refuse_untruths(run: str, report: Report, *, listed: bool) -> None:
    """Raise if anything is wrong; the first findings go to stderr."""
    for finding in report.findings[:20] if listed else ():
        typer.echo(f"  UNTRUE  {finding}", err=True)
    if not report.ok:
        msg = f"{run}: {report.wrong_count:,} findings; nothing of it should be published"
        raise Untruth(msg)


def _render(recipe: Recipe, run: str, *, as_json: bool) -> dict[str, Any]:
    from viewpoint_gen.assets.sources import open_source
    from viewpoint_gen.pipeline.lane import BlenderLanes
    from viewpoint_gen.pipeline.run import RunIsShort, run_render
    from viewpoint_gen.storage import open_store

    source = open_source(recipe.assets, seed=recipe.seed)
    lanes = BlenderLanes(recipe, source, logs=open_store(run).scratch / "logs")
    shortage: RunIsShort | None = None
    try:
        summary = asdict(run_render(recipe, source, run, lane_factory=lanes))
    except RunIsShort as short:
        shortage, summary = short, asdict(short.summary)
    if as_json:
        _print_json(summary)
    else:
        typer.echo(_render_table(summary))
    if shortage is not None:
        raise shortage
    return summary


def _render_table(summary: dict[str, Any]) -> str:
    lines = [
        f"  {summary['pairs']:>9,} pairs of {summary['asked']:,} asked",
        f"  {summary['views']:>9,} images of {summary['assets']:,} assets",
    ]
    for status_name, codes in summary["outcomes"].items():
        for code, count in sorted(codes.items()):
            lines.append(f"  {count:>9,} visits {status_name}{': ' + code if code else ''}")
    for kind, codes in summary["rejections"].items():
        for code, count in sorted(codes.items()):
            lines.append(f"  {count:>9,} {kind}s rejected: {code}")
    lines.append(f"  {summary['seconds']:>9,.1f} seconds, in {summary['run']}")
    return "\n".join(lines)


def _named(run: str) -> str:
    return "" if run == DEFAULT_RUN else f" {run}"


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line)


def _print_json(values: dict[str, Any]) -> None:
    typer.echo(json.dumps(values, indent=2, sort_keys=True, default=str))
