"""Supervised training with TRL: the right answers, a share of them with their verified reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from datasets import Dataset
from transformers import PrinterCallback, ProgressCallback, TrainingArguments
from trl import SFTConfig as TrlSftConfig
from trl import SFTTrainer

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.models.reading import quietly
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.training.checkpoints import (
    WEIGHTS_NAME,
    KeepsTrainedWeights,
    MarksWhole,
    claim,
    load_weights,
    newest_checkpoint,
)
from viewpoint_gen.training.config import OptimiserConfig, TrainRecipe
from viewpoint_gen.training.data import TrainingData
from viewpoint_gen.training.journal import Journal, read_log, seconds_in
from viewpoint_gen.training.order import SeededOrder
from viewpoint_gen.training.rows import Drawn, dataset_of, lengths_of
from viewpoint_gen.training.scoring_head import scoring_labelled_only
from viewpoint_gen.training.trainable import choose_trainable

SFT_FOLDER: Final = "sft"
_KEPT: Final = 2
"""Checkpoints: the last one, and the one before, should a kill leave the last half-written."""

_CHECKPOINTING: Final = next(
    name
    for name in ("activation_checkpointing", "gradient_checkpointing")
    if name in TrainingArguments.__dataclass_fields__
)
"""As this version of transformers calls it."""


@dataclass(frozen=True)
class StageSummary:
    """What a stage did, over all its sessions.

    Attributes:
        steps: of the optimiser.
        seconds: spent in them.
        last_loss: mean over the last tenth of the steps.
    """

    steps: int
    seconds: float
    last_loss: float


def train_sft(
    loaded: ImageTextModel, data: TrainingData, recipe: TrainRecipe, out: Path
) -> StageSummary:
    """Train a model in place; goes on from the last checkpoint in ``OUT/sft``, if there is one.

    Raises:
        RecipeChanged: the folder holds checkpoints of another recipe or of other data.
        ModelError: the loss is no number any more.
    """
    folder = out / SFT_FOLDER
    claim(folder, sft_key(data, recipe))
    choose_trainable(loaded, recipe)
    items = data.supervised(recipe.data, seed=recipe.seed)
    steps = steps_of(recipe, len(items))
    found = newest_checkpoint(folder)
    if found is not None and found[1] >= steps:
        load_weights(loaded.model, found[0] / WEIGHTS_NAME)
    else:
        with quietly(), scoring_labelled_only(loaded.model) as ready:
            trainer = _trainer(loaded, items, recipe, folder, steps=steps)
            ready()
            run(trainer, found)
    return summary_of(folder)


def sft_key(data: TrainingData, recipe: TrainRecipe) -> str:
    """Changes with all that decides this stage's weights."""
    values = recipe.model_dump(mode="json", exclude={"grpo"})
    return fingerprint_of(values | {"data": data.fingerprint})


def steps_of(recipe: TrainRecipe, items: int) -> int:
    """Steps of the optimiser in the whole stage."""
    each = recipe.sft.batch * recipe.sft.accumulation
    return recipe.sft.steps or max(1, math.ceil(recipe.sft.epochs * items / each))


def summary_of(folder: Path) -> StageSummary:
    """What a stage's log says.

    Raises:
        ModelError: its loss is no number any more.
    """
    lines = [line for line in read_log(folder) if "loss" in line]
    last = lines[-max(1, len(lines) // 10) :]
    loss = sum(line["loss"] for line in last) / max(1, len(last))
    if not math.isfinite(loss):
        msg = f"{folder}: the loss is {loss} at step {lines[-1]['step']}; train with a smaller lr"
        raise ModelError(msg)
    return StageSummary(len(lines), seconds_in(lines), loss)


def common_arguments(
    loaded: ImageTextModel, config: OptimiserConfig, folder: Path, *, seed: int
) -> dict[str, Any]:
    """What both stages tell TRL."""
    on_cpu = loaded.model.device.type == "cpu"
    return {
        "output_dir": str(folder),
        "seed": seed,
        "learning_rate": config.lr,
        "warmup_steps": config.warmup_steps,
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "gradient_accumulation_steps": config.accumulation,
        "bf16": config.bf16,
        _CHECKPOINTING: config.gradient_checkpointing,
        "lr_scheduler_type": "cosine",
        "logging_steps": 1,
        "save_strategy": "steps",
        "save_steps": config.checkpoint_steps,
        "save_total_limit": _KEPT,
        "report_to": [],
        "remove_unused_columns": False,
        "use_cpu": on_cpu,
        "dataloader_pin_memory": not on_cpu,
    }


def run(trainer: Any, found: tuple[Path, int] | None) -> None:
    """Train, from a checkpoint if there is one; what is said is said by the journal."""
    for talkative in (ProgressCallback, PrinterCallback):
        trainer.remove_callback(talkative)
    trainer.train(resume_from_checkpoint=str(found[0]) if found else None)


class _SupervisedTrainer(KeepsTrainedWeights, SFTTrainer):
    """TRL's, with our checkpoints and our order of items."""

    order: SeededOrder

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> SeededOrder:
        return self.order


def _trainer(
    loaded: ImageTextModel, items: list[Drawn], recipe: TrainRecipe, folder: Path, *, steps: int
) -> SFTTrainer:
    arguments = TrlSftConfig(
        **common_arguments(loaded, recipe.sft, folder, seed=recipe.seed),
        max_steps=steps,
        per_device_train_batch_size=recipe.sft.batch,
        max_length=None,  # cutting would part images from their marks
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    trainer = _SupervisedTrainer(
        model=loaded.model,
        args=arguments,
        train_dataset=dataset_of(items, completions=True),
        processing_class=loaded.processor,
        callbacks=[Journal(folder), MarksWhole()],
    )
    trainer.order = SeededOrder(
        lengths_of(items, loaded.processor.tokenizer),
        batch=recipe.sft.batch,
        batches=steps * recipe.sft.accumulation,
        together=recipe.sft.sorted_batches,
        seed=recipe.seed,
    )
    return trainer
