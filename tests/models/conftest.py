"""One thread: tiny models gain nothing from more, and lose where others work too."""

import pytest
import torch
from second import TEXTS, build_idefics3

from viewpoint_gen.models.tiny import build_tiny


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
