"""Recipes and models small enough for tests."""

from __future__ import annotations

from pathlib import Path

from viewpoint_gen.models.loading import ImageTextModel, load_image_text
from viewpoint_gen.models.tiny import build_tiny
from viewpoint_gen.training.config import TrainRecipe
from viewpoint_gen.training.data import TrainingData
from viewpoint_gen.training.journal import StepLog

BASE = {
    "geometry": "none",
    "data": {"cot_share": 0.2},
    "primer": {"steps": 0},
    "sight": {"steps": 0},
    "sft": {"steps": 6, "batch": 8, "lr": 1e-3, "warmup_steps": 1, "checkpoint_steps": 3},
    "grpo": {
        "steps": 2,
        "prompts": 2,
        "group": 4,
        "lr": 1e-3,
        "warmup_steps": 0,
        "checkpoint_steps": 1,
        "max_completion_tokens": 24,
        "replay_batch": 4,
        "dev_items": 0,
        "curriculum": {"pool": 0},
    },
}


def recipe_with(**sections) -> TrainRecipe:
    """The recipe of the tests, with some values of some sections changed."""
    values = {name: dict(v) if isinstance(v, dict) else v for name, v in BASE.items()}
    for name, section in sections.items():
        both = isinstance(section, dict) and isinstance(values.get(name), dict)
        values[name] = values[name] | section if both else section
    return TrainRecipe.model_validate(values)


def texts_of(data: TrainingData) -> list[str]:
    names = ("prompt", "reply", "reasoned_prompt", "reasoned_reply")
    return [text for name in names for text in data.run.items[name]]


def build_tiny_for(data: TrainingData, folder: Path) -> Path:
    build_tiny(folder, texts_of(data), seed=0, image_px=32)
    return folder


def loaded_from(folder: Path) -> ImageTextModel:
    return load_image_text(str(folder), device="cpu")


def stop_at(patch, last: int) -> None:
    """Let a loop of ours end after a step, as Ctrl-C would."""
    note = StepLog.note

    def noted(log, step, values):
        note(log, step, values)
        if step == last:
            raise KeyboardInterrupt

    patch.setattr(StepLog, "note", noted)
