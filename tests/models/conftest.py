"""Folders with tiny models."""

import pytest
from second import TEXTS, build_idefics3
from single_thread import one_thread  # noqa: F401 - a fixture

from viewpoint_gen.models.tiny import build_tiny


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A folder with a tiny model."""
    folder = tmp_path_factory.mktemp("tiny")
    build_tiny(folder, TEXTS, seed=0, image_px=32)
    return folder


@pytest.fixture(scope="session")
def idefics3(tmp_path_factory):
    """A folder with a tiny Idefics3."""
    folder = tmp_path_factory.mktemp("idefics3")
    build_idefics3(folder)
    return folder
