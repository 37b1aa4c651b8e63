"""``viewgen render``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument
from viewpoint_gen.cli.output import print_json
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.render.config import Device, Engine, Quality

if TYPE_CHECKING:
    from viewpoint_gen.recipe import Recipe

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen render --num-pairs 100\n"
    "  viewgen render runs/chairs --source folder:meshes/chairs --num-pairs 2000 --size 256\n"
    "  viewgen render --num-pairs 500 --set views.move.pan=4 --set 'views.fill=[0.3,0.5]'\n"
    "  viewgen render --num-pairs 100000 --lanes 8            on the cores of this machine\n"
    "  viewgen render s3://bucket/run --num-pairs 100000 --ray-address auto --lanes 64"
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
            "--recipe",
            help="TOML file, or the name of a bundled recipe (default, demo, orbits, baseline, "
            "baseline-held-out).",
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
    recipe = recipe_of(recipe_file, settings or [], given)
    render_pairs(recipe, run, as_json=as_json)


def recipe_of(name: str | None, settings: list[str], given: dict[str, Any]) -> Recipe:
    """A recipe by file or bundled name, with ``--set`` and then the other options over it.

    Raises:
        RecipeError: no such recipe, or a key or value that isn't known.
    """
    from viewpoint_gen.recipe import load_recipe, parse_override

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


def render_pairs(recipe: Recipe, run: str, *, as_json: bool) -> dict[str, Any]:
    """Render what is still missing, print the summary, and return it.

    Raises:
        RunIsShort: the assets are used up before the pairs are complete.
    """
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
        print_json(summary)
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
