"""The way through a training: what is learnt from, the tower, the model, its stages."""

from __future__ import annotations

import filecmp
import json
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch

from viewpoint_gen import __version__
from viewpoint_gen.errors import RecipeError, RunIncomplete
from viewpoint_gen.models.encoders import encoder_named
from viewpoint_gen.models.loading import (
    ImageTextModel,
    add_geometry,
    load_image_text,
    save_image_text,
)
from viewpoint_gen.models.tiny import build_tiny
from viewpoint_gen.models.tower import GeometryTower
from viewpoint_gen.pipeline.run_directory import load_run_recipe
from viewpoint_gen.storage import explained, open_store, write
from viewpoint_gen.training.config import TrainRecipe
from viewpoint_gen.training.data import TrainingData, prepare_data
from viewpoint_gen.training.geometry.pretrain import TowerSummary, is_taught, pretrain_tower
from viewpoint_gen.training.grpo import train_grpo
from viewpoint_gen.training.meanwhile import meanwhile
from viewpoint_gen.training.primer.planned import PLANNED_FOLDER, planned_questions
from viewpoint_gen.training.primer.school import teach_to_read
from viewpoint_gen.training.primer.sight import teach_to_see
from viewpoint_gen.training.sft import SFT_FOLDER, train_sft

STAGES: Final = ("geometry", "sft", "grpo")
TINY: Final = "tiny"
TOWER: Final = "tower"
NO_GEOMETRY: Final = "none"

_TINY_PX: Final = 192
"""Side of the tiny model's images: those of `make baseline` reach its tower resampled once only."""

_CORES_OF_BOTH: Final = 2
_WORTH_A_PROCESS: Final = 200
"""Steps of the tower: it takes seconds to start one."""

MODEL_FOLDER: Final = "model"
"""Of OUT: the finished model; of a stage: the model after it."""

_WEIGHTS: Final = "*.safetensors"
SUMMARY_NAME: Final = "training.json"
RECIPE_NAME: Final = "recipe.toml"


@dataclass
class TrainingSummary:
    """What a training did, stage by stage.

    Attributes:
        version: of viewgen.
        run: that was learnt from.
        recipe, data: fingerprints.
        seed: of every random choice.
        parameters: of the whole model, the geometry's included.
        stages: of each that was run, its own summary.
        seconds: of this session, from start to end.
        peak_memory_mb: in this session, at most.
        model: folder of the finished model.
    """

    version: str
    run: str
    recipe: str
    data: str
    seed: int
    parameters: int = 0
    stages: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory_mb: int = 0
    model: str = ""


def train_baseline(
    run: str,
    recipe: TrainRecipe,
    out: Path,
    *,
    stages: Sequence[str] = STAGES,
    device: str = "auto",
) -> TrainingSummary:
    """Train all stages, each going on where it was stopped; what is finished isn't done again.

    Args:
        run: directory or fsspec URL, with questions.
        out: folder of everything that is written.
        stages: of ``STAGES``; one that is left out must have been finished before, if a later one
            needs it.
        device: of the model; see ``load_image_text``.

    Raises:
        RunIncomplete: the run has no questions, or an earlier stage isn't finished.
        RecipeError: nothing to train on, or no such stage.
        RecipeChanged: the folder holds another recipe's training.
        ModelError: the model can't be loaded or trained.
    """
    began_s = time.monotonic()
    _check(stages)
    data = prepare_data(run, recipe.data, out / "data", dev_items=recipe.grpo.dev_items)
    summary = TrainingSummary(__version__, run, recipe.fingerprint, data.fingerprint, recipe.seed)
    loaded = _started(run, recipe, data, out, stages=stages, device=device, summary=summary)
    summary.parameters = sum(parameter.numel() for parameter in loaded.model.parameters())
    if "sft" in stages:
        summary.stages["sft"] = asdict(train_sft(loaded, data, recipe, out))
        _keep(loaded, out / SFT_FOLDER / MODEL_FOLDER)
    if "grpo" in stages:
        reinforced = train_grpo(loaded, data, recipe, out)
        if reinforced is not None:
            summary.stages["grpo"] = asdict(reinforced)
    if {"sft", "grpo"} & set(stages):
        _keep(loaded, out / MODEL_FOLDER)
        summary.model = str(out / MODEL_FOLDER)
    summary.seconds = time.monotonic() - began_s
    summary.peak_memory_mb = _peak_memory_mb()
    store = open_store(out)
    write(store, RECIPE_NAME, recipe.to_toml().encode())
    write(store, SUMMARY_NAME, f"{json.dumps(asdict(summary), indent=2)}\n".encode())
    return summary


def _check(stages: Sequence[str]) -> None:
    for name in stages:
        if name not in STAGES:
            raise RecipeError(f"no stage is called {name!r}; there are: {', '.join(STAGES)}")


def _started(
    run: str,
    recipe: TrainRecipe,
    data: TrainingData,
    out: Path,
    *,
    stages: Sequence[str],
    device: str,
    summary: TrainingSummary,
) -> ImageTextModel:
    """The model that the first wanted stage begins with."""
    if "sft" not in stages and "grpo" in stages:
        before = out / SFT_FOLDER / MODEL_FOLDER
        if not before.is_dir():
            msg = f"{out}: holds no supervised model yet; run the stage sft before grpo"
            raise RunIncomplete(msg)
        return load_image_text(str(before), device=device, geometry_factory=recipe.geometry_factory)
    encoder: Any = None
    if recipe.geometry not in (TOWER, NO_GEOMETRY):
        encoder = encoder_named(recipe.geometry)
    reads = recipe.model == TINY and recipe.primer.steps > 0
    if reads:  # what other models know before
        sighted = recipe.geometry == TOWER or isinstance(encoder, GeometryTower)
        loaded = load_image_text(_source(recipe, data, out), device=device)
        with _tower_meanwhile(run, recipe, data, out):
            _teach_to_read(loaded, run, recipe, data, out, of_motions=sighted)
    if recipe.geometry == TOWER:
        encoder, school = _tower(run, recipe, data.fingerprint, out)
        summary.stages["geometry"] = asdict(school)
    if not reads:
        loaded = load_image_text(_source(recipe, data, out), device=device)
    if encoder is not None:
        add_geometry(loaded, encoder)
    if reads and sighted and recipe.sight.steps:
        teach_to_see(loaded, data.run, recipe, out)
    return loaded


def _tower_meanwhile(
    run: str, recipe: TrainRecipe, data: TrainingData, out: Path
) -> AbstractContextManager[None]:
    """Teach the tower beside something else, where that is still to be done and there is a core."""
    wanted = recipe.geometry == TOWER and not is_taught(out)
    if not wanted or recipe.tower.steps < _WORTH_A_PROCESS:
        return nullcontext()
    if torch.get_num_threads() < _CORES_OF_BOTH:
        return nullcontext()
    return meanwhile(_tower, run, recipe, data.fingerprint, out)


def _tower(
    run: str, recipe: TrainRecipe, data_fingerprint: str, out: Path
) -> tuple[GeometryTower, TowerSummary]:
    return pretrain_tower(
        open_store(run), recipe.tower, out, seed=recipe.seed, data_fingerprint=data_fingerprint
    )


def _teach_to_read(
    loaded: ImageTextModel,
    run: str,
    recipe: TrainRecipe,
    data: TrainingData,
    out: Path,
    *,
    of_motions: bool,
) -> None:
    planned = None
    if of_motions:
        folder, objects = out / "data" / PLANNED_FOLDER, recipe.primer.planned_objects
        planned = planned_questions(load_run_recipe(open_store(run)), folder, assets=objects)
    teach_to_read(
        loaded,
        data.run,
        recipe.primer,
        out,
        seed=recipe.seed,
        planned=planned,
        misread=recipe.misread,
    )


def _source(recipe: TrainRecipe, data: TrainingData, out: Path) -> str:
    """The model's name or folder; the tiny one is made here, its tokenizer from the questions."""
    if recipe.model != TINY:
        return recipe.model
    folder = out / "start"
    if not (folder / "config.json").is_file():
        items = data.run.items
        columns = ("prompt", "reply", "reasoned_prompt", "reasoned_reply")
        texts = (text for name in columns for text in items[name] if text)
        build_tiny(folder, texts, seed=recipe.seed, image_px=_TINY_PX)
    return str(folder)


def _keep(loaded: ImageTextModel, folder: Path) -> None:
    """Write a model, whole or not at all; the same weights stay as they lie there.

    What transformers notes beside them differs between sessions, and replies are known by all of
    a folder: written again, it would be asked everything again.
    """
    beside = folder.with_name(f"{folder.name}.partial")
    with explained(str(folder), "write"):
        shutil.rmtree(beside, ignore_errors=True)
        save_image_text(loaded, beside)
        if folder.is_dir() and same_weights(beside, folder):
            shutil.rmtree(beside)
            return
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)


def same_weights(one: Path, two: Path) -> bool:
    """Whether two models' folders hold the same files of weights, byte by byte."""
    files = [sorted(path.name for path in folder.glob(_WEIGHTS)) for folder in (one, two)]
    return files[0] == files[1] and all(
        filecmp.cmp(one / name, two / name, shallow=False) for name in files[0]
    )


def _peak_memory_mb() -> int:
    """Of this process so far, and of the largest that it started: at most so much at once."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(each).ru_maxrss for each in whose)
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
