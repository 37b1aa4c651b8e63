"""``viewgen eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from viewpoint_gen.cli.options import (
    DEFAULT_RUN,
    FamiliesOption,
    JsonOption,
    RunArgument,
    names_in,
)
from viewpoint_gen.cli.output import print_json, say

EXAMPLES: Final = (
    "Examples:\n\n"
    "\b\n"
    "  viewgen eval runs/chairs --model random --model constant --model geometric\n"
    "  viewgen eval --model checkpoints/mine --model blind:checkpoints/mine --limit 500\n"
    "  viewgen eval --model Qwen/Qwen2.5-VL-3B-Instruct --device cuda --batch 16\n"
    "  viewgen eval --model openai:my-model --base-url http://localhost:8000/v1 --think 1\n"
    "  viewgen eval --benchmark blink --data blink/val.parquet --out blink-eval --model mine"
)


def eval(
    run: RunArgument = DEFAULT_RUN,
    model: Annotated[
        list[str],
        typer.Option(
            metavar="MODEL",
            help="A folder, a Hub name, blind:FOLDER, openai:NAME, geometric, constant or random; "
            "several times to compare.",
        ),
    ] = ...,  # type: ignore[assignment]
    split: Annotated[str, typer.Option(help="Comma-separated: train, validation, test.")] = "test",
    families: FamiliesOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Most questions of each split. [default: all]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of replies and results. [default: RUN/eval]")
    ] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest reply.")] = 512,
    think: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of questions that ask for the reasons first."),
    ] = 0.0,
    batch: Annotated[
        int, typer.Option(min=1, help="Questions at once; of an endpoint, requests at once.")
    ] = 8,
    device: Annotated[str, typer.Option(help="Of local models: auto, cpu or cuda.")] = "auto",
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Of an OpenAI-compatible endpoint; its key is read from VIEWGEN_API_KEY or "
            "OPENAI_API_KEY."
        ),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(help="Instead of a run: blink, vsi-bench, mmsi-bench, 3dsrbench or cv-bench."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Your copy of the benchmark: a file or a folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask models the questions and compare what they get right.

    Replies are kept as they come: the same command goes on where it stopped, and a further model
    costs only its own replies.
    """
    from viewpoint_gen.models.extra import require_train_extra

    require_train_extra()
    from viewpoint_gen.dataset.export import Selection
    from viewpoint_gen.evaluation import (
        Settings,
        check_names,
        evaluate,
        exam_of_benchmark,
        exam_of_run,
        folder_for,
        predictor_named,
    )

    check_names(model)
    target = folder_for(run, out, benchmark)
    if benchmark is not None:
        exam = exam_of_benchmark(benchmark, data, limit=limit)
    else:
        selection = Selection(tuple(names_in(split)), tuple(names_in(families)), limit)
        exam = exam_of_run(run, selection, think_share=think)
    settings = Settings(
        max_new_tokens=max_new_tokens,
        batch=batch,
        device=device,
        base_url=base_url,
        training=exam.training,
    )
    found = evaluate(exam, (predictor_named(name, settings) for name in model), target)
    if as_json:
        print_json(found.to_dict())
    else:
        say(*found.lines(), f"All of it: {found.page}")
