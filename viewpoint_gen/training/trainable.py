"""What of a model is trained: all of it, or adapters; its connector in any case."""

from __future__ import annotations

import torch
from peft import PeftModel

from viewpoint_gen.models.adapters import LoraSettings, with_adapter
from viewpoint_gen.models.beside import geometry_of
from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.models.reading import quietly
from viewpoint_gen.seeding import seed_for
from viewpoint_gen.training.config import TrainRecipe


def choose_trainable(loaded: ImageTextModel, recipe: TrainRecipe) -> None:
    """Say which weights get gradients; with ``lora``, put adapters in, unless there are some.

    A geometry encoder learns on with ``train_tower`` only; the connector always does.
    """
    if isinstance(loaded.model, PeftModel):
        return
    loaded.model.requires_grad_(True)
    beside = geometry_of(loaded.model)
    if beside is not None:
        beside.encoder.requires_grad_(recipe.train_tower)
    if recipe.lora is not None:
        with quietly(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed_for(recipe.seed, "adapters"))
            loaded.model = with_adapter(loaded.model, LoraSettings(**recipe.lora.model_dump()))
