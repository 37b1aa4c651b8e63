"""Checkpoints of what is being trained, so that a killed training goes on as if nothing happened.

A stage's folder holds ``checkpoint-STEP`` folders with the trained weights, the optimiser, the
schedule and the state of the random numbers. What isn't trained is in the model that was started
from, so a checkpoint of adapters is as small as they are. ``whole.json`` comes last.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from viewpoint_gen.errors import RecipeChanged
from viewpoint_gen.storage import explained, open_store, write

WEIGHTS_NAME: Final = "trained.safetensors"
_WHOLE_NAME: Final = "whole.json"
_STAGE_NAME: Final = "stage.json"
_PREFIX: Final = "checkpoint-"


def trained_weights(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter that is being trained, by name; tied ones once."""
    return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}


def save_weights(model: nn.Module, path: Path) -> None:
    """Write what is being trained, in one step.

    Raises:
        StorageError: it can't be written.
    """
    state = {name: value.contiguous().cpu() for name, value in trained_weights(model).items()}
    write(open_store(path.parent), path.name, save(state))


def load_weights(model: nn.Module, path: Path) -> None:
    """Put back what ``save_weights`` wrote.

    Raises:
        RecipeChanged: other weights are trained now.
        StorageError: it can't be read.
    """
    with explained(str(path), "read"):
        state = load_file(path)
    own = trained_weights(model)
    if state.keys() != own.keys():
        other = sorted(state.keys() ^ own.keys())[0]
        msg = (
            f"{path}: was written while other weights were trained ({other}); "
            "train with the same recipe, or into a new folder"
        )
        raise RecipeChanged(msg)
    with torch.no_grad():
        for name, value in state.items():
            own[name].copy_(value)


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a small file in one step.

    Raises:
        StorageError: it can't be written.
    """
    write(open_store(path.parent), path.name, f"{json.dumps(values)}\n".encode())


def claim(folder: Path, key: str) -> None:
    """Make a stage's folder this recipe's own.

    Raises:
        RecipeChanged: another recipe, other data or another model began in it.
        StorageError: it can't be written.
    """
    path = folder / _STAGE_NAME
    if not path.exists():
        write_json(path, {"key": key})
    with explained(str(path), "read"):
        found = json.loads(path.read_text(encoding="utf-8")).get("key")
    if found != key:
        msg = (
            f"{folder}: holds checkpoints of another recipe or of other data (it has {found}, "
            f"this one {key}); choose another --out, or delete it"
        )
        raise RecipeChanged(msg)


def newest_checkpoint(folder: Path) -> tuple[Path, int] | None:
    """The last whole checkpoint and its step; those that a kill left half-written are deleted."""
    found = []
    for path in folder.glob(f"{_PREFIX}*"):
        if (path / _WHOLE_NAME).is_file():
            found.append((int(path.name.removeprefix(_PREFIX)), path))
        else:
            shutil.rmtree(path, ignore_errors=True)
    if not found:
        return None
    step, path = max(found)
    return path, step


class MarksWhole(TrainerCallback):
    """Says that a checkpoint is whole; must be the last callback."""

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Called when all else is written."""
        folder = Path(args.output_dir) / f"{_PREFIX}{state.global_step}"
        write_json(folder / _WHOLE_NAME, {"step": state.global_step})


class KeepsTrainedWeights:
    """For a trainer, before its own class: its checkpoints hold what is trained, no more."""

    model: nn.Module
    args: TrainingArguments

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        save_weights(self.model, Path(output_dir or self.args.output_dir) / WEIGHTS_NAME)

    def _load_from_checkpoint(
        self,
        resume_from_checkpoint: str,
        model: nn.Module | None = None,
    ) -> None:
        load_weights(self.model, Path(resume_from_checkpoint) / WEIGHTS_NAME)

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """The card is written once, with the figures of the whole training."""
