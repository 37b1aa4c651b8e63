"""LoRA: a few added weights that learn in a model's place."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

from peft import LoraConfig, PeftModel, get_peft_model

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.beside import ATTRIBUTE, geometry_of

LANGUAGE_LAYERS: Final = (
    r".*(language_model|text_model).*\."
    r"(q_proj|k_proj|v_proj|o_proj|out_proj|in_proj|gate_proj|up_proj|down_proj|w1|w2|w3)"
)
"""The linear layers of the language model, as LLaVA, Idefics3, the Qwen family and LFM2 name
them."""


@dataclass(frozen=True)
class LoraSettings:
    """Which layers get an adapter, and of what size.

    Attributes:
        rank: of each layer's added matrix.
        alpha: what is added is scaled by alpha / rank.
        dropout: share of an adapter's inputs that is left out while it learns.
        target: a regular expression that a layer's whole name matches.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    target: str = LANGUAGE_LAYERS


def with_adapter(model: Any, settings: LoraSettings) -> Any:
    """A model whose own weights are frozen and whose new adapter learns.

    A geometry connector learns with it; so does the encoder where it isn't frozen.

    Raises:
        ModelError: the model has an adapter, or none of its layers is named so.
    """
    if isinstance(model, PeftModel):
        raise ModelError("the model has a LoRA adapter already; it is that one which is trained on")
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=settings.target,
        modules_to_save=_learning_whole(model),
        task_type="CAUSAL_LM",
    )
    try:
        return _wrapped(model, config)
    except ValueError as error:
        msg = f"{type(model).__name__}: no layer for LoRA is named like {settings.target}"
        raise ModelError(msg) from error


def readapted(adapted: Any, change: Any) -> Any:
    """An adapted model after a change to the model inside; the adapter's weights stay.

    Args:
        adapted: a ``PeftModel``.
        change: takes the model inside and changes it in place.
    """
    config = adapted.peft_config["default"]
    weights = {name: value for name, value in adapted.state_dict().items() if "lora_" in name}
    inside = adapted.unload()
    change(inside)
    config.modules_to_save = _learning_whole(inside)
    again = _wrapped(inside, config)
    again.load_state_dict(weights, strict=False)
    return again


def _wrapped(model: Any, config: LoraConfig) -> Any:
    with warnings.catch_warnings():  # PEFT asks transformers by a name that it has given up
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(model, config)


def _learning_whole(model: Any) -> list[str] | None:
    """Parts that learn as they are, with no adapter; by the ends of their names."""
    beside = geometry_of(model)
    if beside is None:
        return None
    parts = ["connector", "encoder"] if beside.trains_encoder else ["connector"]
    return [f"{ATTRIBUTE}.{part}" for part in parts]
