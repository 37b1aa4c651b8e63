"""``viewgen train-baseline``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from viewpoint_gen.cli.options import DEFAULT_RUN, JsonOption, RunArgument, names_in
from viewpoint_gen.cli.output import print_json, say

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen train-baseline                          a tiny model from nothing, on this machine\n"
    "  viewgen train-baseline runs/chairs --out chairs-model --eval runs/tables\n"
    "  viewgen train-baseline --geometry none --stages sft --set sft.steps=200\n"
    "  viewgen train-baseline --model Qwen/Qwen2.5-VL-3B-Instruct --lora --device cuda\n"
    "  viewgen train-baseline --mix other/data=0.3 --cot-share 0.2"
)


def train_baseline(
    run: RunArgument = DEFAULT_RUN,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of everything that is trained. [default: RUN/baseline]"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="tiny (made on the spot), a folder, or a Hub name. [default: tiny]"),
    ] = None,
    geometry: Annotated[
        str | None,
        typer.Option(
            help="tower (pre-trained on the run), none, a trained tower's folder, or "
            "package.module:callable with VGGT's interface. [default: tower]"
        ),
    ] = None,
    stages: Annotated[str, typer.Option(help="Comma-separated, in this order.")] = (
        "geometry,sft,grpo"
    ),
    lora: Annotated[
        bool, typer.Option("--lora", help="Train adapters instead of all weights.")
    ] = False,
    cot_share: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="Of SFT items, answered with their reasons. [default: 0.1]"
        ),
    ] = None,
    mix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=SHARE", help="Blend in other questions (Parquet) by share; repeatable."
        ),
    ] = None,
    evaluated: Annotated[
        list[str] | None,
        typer.Option(
            "--eval",
            metavar="RUN",
            help="Ask every question of this run at the end; repeatable. "
            "[default: the test split of RUN]",
        ),
    ] = None,
    eval_limit: Annotated[
        int | None,
        typer.Option(min=1, help="Most questions of each such run and split. [default: all]"),
    ] = None,
    recipe: Annotated[Path | None, typer.Option(help="TOML file with training settings.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any key of it; repeatable."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int | None, typer.Option(help="Of every random choice. [default: 0]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show that a run's data teaches: geometry tower, SFT, GRPO, and an evaluation.

    The same command goes on where it was stopped. The folder holds the recipe, logs (TensorBoard's
    too), the model after each stage, a report to look at, and the finished model with its card.
    """
    from viewpoint_gen.models.extra import require_train_extra

    require_train_extra()
    from viewpoint_gen.training.config import load_train_recipe

    given: dict[str, Any] = {
        "model": model,
        "geometry": geometry,
        "seed": seed,
        "lora": {} if lora else None,
        "data.cot_share": cot_share,
        "data.mixes": _mixes(mix),
    }
    chosen = load_train_recipe(recipe, overrides=_overrides(given, overrides))

    from viewpoint_gen.evaluation import folder_for
    from viewpoint_gen.training import planned_exams, report_training, train_baseline

    folder = out.expanduser() if out else folder_for(run, None, None).parent / "baseline"
    exams = evaluated or [run]
    planned_exams(exams, own=run)  # a run that can't be asked is better known before than after
    summary = train_baseline(run, chosen, folder, stages=names_in(stages), device=device)
    report = report_training(folder, summary, exams, own=run, device=device, limit=eval_limit)
    if as_json:
        print_json(report.to_dict())
    else:
        say(*report.lines())


def _overrides(given: Mapping[str, Any], overrides: list[str] | None) -> list[tuple[str, Any]]:
    """Options that were given, as keys of the recipe; ``--set`` has the last word."""
    from viewpoint_gen.recipe import parse_override

    named = [(key, value) for key, value in given.items() if value is not None]
    return [*named, *map(parse_override, overrides or [])]


def _mixes(mixes: list[str] | None) -> list[dict[str, Any]] | None:
    """PATH=SHARE options; None: there are none."""
    from viewpoint_gen.errors import RecipeError

    found = []
    for text in mixes or []:
        path, sign, share = text.rpartition("=")
        try:
            found.append({"path": path, "share": float(share)})
        except ValueError:
            sign = ""
        if not sign or not path:
            raise RecipeError(f"--mix {text!r}: expected PATH=SHARE, for example data/other=0.3")
    return found or None
