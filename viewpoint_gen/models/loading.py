"""Image-text models by name: brought into memory, and kept in a folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import torch
import transformers
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

from viewpoint_gen.errors import DeviceUnavailable, ModelError

log = logging.getLogger(__name__)

DTYPES: Final = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}

GIB: Final = 2**30


@dataclass
class ImageTextModel:
    """A model that answers questions about images, with what prepares its input.

    Attributes:
        model: a transformers ``PreTrainedModel``, perhaps inside a ``PeftModel``.
        processor: a transformers ``ProcessorMixin``; its tokenizer pads on the left.
        name: what the user typed.
    """

    model: Any
    processor: Any
    name: str


def load_image_text(source: str, *, device: str = "auto", dtype: str = "auto") -> ImageTextModel:
    """Bring an image-text model and its processor into memory.

    Args:
        source: a folder, or a name on the Hub.
        device: "auto": the first GPU, or else the CPU; otherwise as PyTorch names it.
        dtype: "auto": bfloat16 on a GPU, float32 on a CPU; otherwise one of ``DTYPES``.

    Raises:
        ModelError: there is no such model, it isn't an image-text model, or it can't be used.
        DeviceUnavailable: the device isn't there, or the model is too large for it.
    """
    chosen_device = device_named(device)
    chosen_dtype = _dtype_named(dtype, chosen_device)
    with reading(source):
        config = AutoConfig.from_pretrained(source)
    if type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING:
        msg = f"{source}: a {config.model_type} model, not one that reads images and writes text"
        raise ModelError(msg)
    _check_size(source, config, device=chosen_device, dtype=chosen_dtype)
    with reading(source):
        processor = AutoProcessor.from_pretrained(source)
        model = AutoModelForImageTextToText.from_pretrained(source, dtype=chosen_dtype)
    return ImageTextModel(model.to(chosen_device), _ready(processor, source), source)


def save_image_text(loaded: ImageTextModel, folder: Path) -> None:
    """Keep a model in a folder; loaded from there it gives the same answers."""
    with quietly():
        loaded.model.save_pretrained(folder)
        loaded.processor.save_pretrained(folder)


def device_named(name: str) -> torch.device:
    """The device that a user means.

    Raises:
        DeviceUnavailable: it isn't on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        msg = f"no device is called {name!r}; there are: auto, cpu, cuda, cuda:0 and so on"
        raise DeviceUnavailable(msg) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceUnavailable(f"device {name}: PyTorch finds no GPU on this machine; try cpu")
    return device


@contextmanager
def quietly() -> Iterator[None]:
    """Transformers without its progress bars, and with its errors only."""
    bars = transformers.utils.logging.is_progress_bar_enabled()
    level = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers.utils.logging.set_verbosity(level)
        if bars:
            transformers.utils.logging.enable_progress_bar()


@contextmanager
def reading(source: str) -> Iterator[None]:
    """What transformers raises for a model that it can't read, as one line of ours.

    Raises:
        ModelError: in its place.
    """
    if _looks_like_path(source) and not (Path(source) / "config.json").is_file():
        there = "no config.json in it" if Path(source).is_dir() else "no such folder"
        raise ModelError(f"{source}: {there}; expected a model's folder, or its name on the Hub")
    try:
        with quietly():
            yield
    except ImportError as error:
        raise ModelError(f"{source}: it needs a package that isn't here: {_line(error)}") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{source}: it can't be read as a model: {_line(error)}") from error


def _looks_like_path(source: str) -> bool:
    return Path(source).exists() or source.count("/") != 1 or source.startswith((".", "/", "~"))


def _line(error: Exception) -> str:
    """An error's text, as far as it says what happened, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _dtype_named(name: str, device: torch.device) -> torch.dtype:
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if name not in DTYPES:
        raise ModelError(f"no dtype is called {name!r}; there are: auto, {', '.join(DTYPES)}")
    return DTYPES[name]


def _check_size(source: str, config: Any, *, device: torch.device, dtype: torch.dtype) -> None:
    """Refuse a model whose weights alone don't fit, before they are downloaded."""
    with torch.device("meta"), quietly():
        numbers = AutoModelForImageTextToText.from_config(config).num_parameters()
    needed = numbers * dtype.itemsize
    if device.type == "cuda":
        room, where = torch.cuda.mem_get_info(device)[0], f"free on {device}"
    else:
        room, where = psutil.virtual_memory().available, "of memory left here, and no GPU in use"
    if needed > room:
        msg = (
            f"{source}: its {numbers / 1e9:.1f} billion weights take {needed / GIB:.1f} GiB, and "
            f"there are {room / GIB:.1f} GiB {where}: use a smaller model or a larger machine"
        )
        raise DeviceUnavailable(msg)


def _ready(processor: Any, source: str) -> Any:
    """A processor whose batches can be answered: padded on the left, prompts by its template."""
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is None or getattr(processor, "image_processor", None) is None:
        raise ModelError(f"{source}: its processor prepares no text with images")
    if not processor.chat_template and not tokenizer.chat_template:
        msg = f"{source}: it has no chat template; use its instruction-tuned version"
        raise ModelError(msg)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return processor
