"""transformers without its chatter, and with one line where a model can't be read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from safetensors import SafetensorError
from transformers.utils import logging as chatter

from viewpoint_gen.errors import ModelError

# It tells that a faster kernel could be installed; the one that is used is exact.
chatter.get_logger("transformers.integrations.hub_kernels").setLevel(chatter.ERROR)

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s(?=[A-Z])")


@contextmanager
def quietly() -> Iterator[None]:
    """Transformers without its progress bars, and with its errors only."""
    bars, level = chatter.is_progress_bar_enabled(), chatter.get_verbosity()
    chatter.disable_progress_bar()
    chatter.set_verbosity_error()
    try:
        with warnings.catch_warnings():  # of what transformers and PEFT owe one another
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        chatter.set_verbosity(level)
        if bars:
            chatter.enable_progress_bar()


@contextmanager
def reading(source: str, *, config: str = "config.json") -> Iterator[None]:
    """What transformers raises for a model that it can't read, as one line of ours.

    Raises:
        ModelError: in its place, or because a folder holds no ``config``.
    """
    if _looks_like_path(source) and not (Path(source) / config).is_file():
        there = f"no {config} in it" if Path(source).is_dir() else "no such folder"
        raise ModelError(f"{source}: {there}; expected a model's folder, or its name on the Hub")
    try:
        with quietly():
            yield
    except ImportError as error:
        raise ModelError(f"{source}: it needs a package that isn't here: {_line(error)}") from error
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise ModelError(f"{source}: it can't be read as a model: {_line(error)}") from error


def _looks_like_path(source: str) -> bool:
    """Names on the Hub are ORG/NAME."""
    return Path(source).exists() or source.count("/") != 1 or source.startswith((".", "/", "~"))


def _line(error: Exception) -> str:
    """An error's first sentence, in one line."""
    text = " ".join(str(error).split())
    return _SENTENCE_END.split(text, maxsplit=1)[0] or type(error).__name__
