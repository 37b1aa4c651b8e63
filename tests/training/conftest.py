"""A run without Blender, its data, and tiny models; one thread, as where others work too."""

from __future__ import annotations

from pathlib import Path

import pytest
from single_thread import one_thread  # noqa: F401 - a fixture
from small_run import write_run
from tiny_training import build_tiny_for, loaded_from, recipe_with

from viewpoint_gen.models.loading import save_image_text
from viewpoint_gen.training.data import prepare_data
from viewpoint_gen.training.sft import train_sft


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    return write_run(tmp_path_factory.mktemp("training") / "run")


@pytest.fixture(scope="session")
def data(run, tmp_path_factory):
    return prepare_data(str(run), recipe_with().data, tmp_path_factory.mktemp("data"), dev_items=9)


@pytest.fixture(scope="session")
def untaught(data, tmp_path_factory) -> Path:
    """An untrained tiny model's folder."""
    return build_tiny_for(data, tmp_path_factory.mktemp("untaught") / "tiny")


@pytest.fixture(scope="session")
def tokenizer(untaught):
    return loaded_from(untaught).processor.tokenizer


@pytest.fixture(scope="session")
def taught(data, untaught, tmp_path_factory) -> Path:
    """The folder of a tiny model that has learnt the form of an answer, and little else."""
    out = tmp_path_factory.mktemp("taught")
    loaded = loaded_from(untaught)
    train_sft(loaded, data, recipe_with(sft={"steps": 24, "lr": 2e-3}), out)
    save_image_text(loaded, out / "model")
    return out / "model"
