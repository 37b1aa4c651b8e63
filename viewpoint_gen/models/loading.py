"""Image-text models by name: brought into memory, and kept in a folder.

A folder of ours is one that transformers wrote. Beyond that, ``config.json`` may name a geometry
encoder, whose weights lie among the model's; or the folder holds a LoRA adapter, as PEFT writes it,
with the geometry that stands beside the model it names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from huggingface_hub import snapshot_download
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

from viewpoint_gen.errors import ModelError, StorageError
from viewpoint_gen.models.adapters import LoraSettings, readapted, with_adapter
from viewpoint_gen.models.beside import geometry_of, put_beside
from viewpoint_gen.models.encoders import encoder_from, fill, recipe_of
from viewpoint_gen.models.geometry import GeometryEncoder
from viewpoint_gen.models.machine import check_size, device_named, dtype_named
from viewpoint_gen.models.pixels import Normalisation
from viewpoint_gen.models.reading import quietly, reading

ADAPTER_FILE: Final = "adapter_config.json"
"""PEFT's; says which model the adapter stands on."""

GEOMETRY_FILES: Final = ("geometry.json", "geometry.safetensors")
"""Beside an adapter: what a model's own ``config.json`` and weights hold otherwise."""


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


def load_image_text(
    source: str,
    *,
    device: str = "auto",
    dtype: str = "auto",
    adapter: LoraSettings | None = None,
    geometry_factory: str | None = None,
) -> ImageTextModel:
    """Bring an image-text model and its processor into memory.

    Args:
        source: a folder, or a name on the Hub.
        device: "auto": the first GPU, or else the CPU; otherwise as PyTorch names it.
        dtype: "auto": bfloat16 on a GPU, float32 on a CPU; otherwise one of ``machine.DTYPES``.
        adapter: a new LoRA adapter to train; a folder's own adapter is trained on without it.
        geometry_factory: code outside viewgen that may build the folder's geometry encoder.

    Raises:
        ModelError: there is no such model, it isn't an image-text model, or it can't be used.
        DeviceUnavailable: the device isn't there, or the model is too large for it.
    """
    chosen = device_named(device)
    kind = dtype_named(dtype, chosen)
    if (Path(source) / ADAPTER_FILE).is_file():
        loaded = _adapted(source, chosen, kind, geometry_factory)
    else:
        loaded = _plain(source, chosen, kind, geometry_factory)
    if adapter is not None:
        loaded.model = with_adapter(loaded.model, adapter)
    return loaded


def save_image_text(loaded: ImageTextModel, folder: Path) -> None:
    """Keep a model in a folder; loaded from there it gives the same answers.

    Of a model with a LoRA adapter only the adapter is written, and its geometry; the model that it
    stands on must stay where it is.

    Raises:
        StorageError: the folder can't be written.
    """
    try:
        with quietly():
            loaded.model.save_pretrained(folder)
            loaded.processor.save_pretrained(folder)
        if isinstance(loaded.model, PeftModel):
            _save_geometry(loaded.model, folder)
    except OSError as error:
        raise StorageError(f"{folder}: the model can't be written: {error}") from error


def add_geometry(loaded: ImageTextModel, encoder: GeometryEncoder) -> ImageTextModel:
    """Let a geometry encoder stand beside the model's eyes. Its logits stay as they were.

    The encoder is frozen; ``requires_grad_`` on its parameters lets it learn. Images aren't cut
    into tiles from now on: a tile is no image of its own.

    Returns:
        The same model; with a LoRA adapter, wrapped anew.

    Raises:
        ModelError: this kind of model can't have one, or the encoder can't be kept.
    """
    eyes = loaded.processor.image_processor
    if getattr(eyes, "do_image_splitting", False):
        eyes.do_image_splitting = False
    normalisation = Normalisation.of(eyes)
    described = {"encoder": recipe_of(encoder), **normalisation.as_json()}

    def place(model: Any) -> None:
        put_beside(model, encoder, normalisation)
        model.config.geometry = described

    if isinstance(loaded.model, PeftModel):
        loaded.model = readapted(loaded.model, place)
    else:
        place(loaded.model)
    return loaded


def _plain(
    source: str, device: torch.device, dtype: torch.dtype, factory: str | None
) -> ImageTextModel:
    with reading(source):
        config = AutoConfig.from_pretrained(source)
    if type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING:
        msg = f"{source}: a {config.model_type} model, not one that reads images and writes text"
        raise ModelError(msg)
    check_size(source, config, device=device, dtype=dtype)
    # An adapter trained on it names it by this path, from wherever it is loaded.
    place = str(Path(source).resolve()) if Path(source).is_dir() else source
    with reading(source):
        processor = AutoProcessor.from_pretrained(place)
        model, found = AutoModelForImageTextToText.from_pretrained(
            place, dtype=dtype, output_loading_info=True
        )
    if missing := sorted(found["missing_keys"]):  # they would be random numbers
        msg = f"{source}: {len(missing)} of its weights are in none of its files: {missing[0]}, …"
        raise ModelError(msg)
    # Its weights are written under the names that they have in memory: a trainer that resumes looks
    # for those, and would pass over the names of old checkpoints, which transformers goes back to.
    model._weight_conversions = []
    model = model.to(device)
    if described := getattr(config, "geometry", None):
        _place_described(model, described, _files_of(source), factory)
    _say_no_images(model)
    return ImageTextModel(model, _ready(processor, source), source)


def _adapted(
    source: str, device: torch.device, dtype: torch.dtype, factory: str | None
) -> ImageTextModel:
    """A folder with a LoRA adapter, which may be trained on."""
    folder = Path(source)
    beneath = json.loads((folder / ADAPTER_FILE).read_text("utf-8"))["base_model_name_or_path"]
    try:
        loaded = _plain(str(beneath), device, dtype, factory)
    except ModelError as error:
        raise ModelError(f"{source}: the model that its adapter stands on: {error}") from error
    if (folder / GEOMETRY_FILES[0]).is_file() and geometry_of(loaded.model) is None:
        described = json.loads((folder / GEOMETRY_FILES[0]).read_text("utf-8"))
        _place_described(loaded.model, described, folder, factory)
    with reading(source, config=ADAPTER_FILE):
        loaded.model = PeftModel.from_pretrained(loaded.model, folder, is_trainable=True)
        loaded.processor = _ready(AutoProcessor.from_pretrained(folder), source)
    loaded.name = source
    return loaded


def _place_described(
    model: Any, described: dict[str, Any], folder: Path, factory: str | None
) -> None:
    """Build the geometry encoder that a folder describes, and fill in its weights."""
    try:
        encoder = encoder_from(described["encoder"], trusted=factory)
    except ModelError as error:
        raise ModelError(f"{folder}: {error}") from error
    put_beside(model, encoder, Normalisation.from_json(described))
    model.config.geometry = described
    beside = geometry_of(model)
    assert beside is not None
    fill(beside, folder)


def _save_geometry(adapted: Any, folder: Path) -> None:
    """What stands beside the model under an adapter, which PEFT doesn't keep."""
    inside = adapted.get_base_model()
    beside = geometry_of(inside)
    if beside is None:
        return
    described, weights = (folder / name for name in GEOMETRY_FILES)
    described.write_text(json.dumps(inside.config.geometry, indent=2) + "\n", "utf-8")
    save_file(
        {f"geometry.{name}": value.contiguous() for name, value in beside.own_weights().items()},
        weights,
    )


def _files_of(source: str) -> Path:
    """The folder with a model's weights, also of one on the Hub, which is in its cache by now."""
    if Path(source).is_dir():
        return Path(source)
    with reading(source):
        return Path(snapshot_download(source, allow_patterns=["*.safetensors"]))


def _say_no_images(model: Any) -> None:
    """Keep the mark of an image out of replies: there is no image that it could stand for."""
    marks = [getattr(model.config, f"{kind}_token_id", None) for kind in ("image", "video")]
    never = set(model.generation_config.suppress_tokens or ()) | {m for m in marks if m is not None}
    model.generation_config.suppress_tokens = sorted(never)


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
