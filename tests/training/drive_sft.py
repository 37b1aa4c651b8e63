"""A supervised training in a process of its own, to be killed. RUN, DATA, MODEL, OUT."""

import sys
from pathlib import Path

import torch
from tiny_training import loaded_from, recipe_with

from viewpoint_gen.training.data import prepare_data
from viewpoint_gen.training.sft import train_sft


def main() -> None:
    run, data, model, out = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    recipe = recipe_with(sft={"steps": 400, "checkpoint_steps": 3})
    train_sft(
        loaded_from(model), prepare_data(str(run), recipe.data, data, dev_items=9), recipe, out
    )


if __name__ == "__main__":
    main()
