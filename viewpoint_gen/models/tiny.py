"""The default model: a stock LLaVA, small enough to learn from nothing on a CPU.

Every class is transformers' own, and needs no torchvision: the folder loads with
``AutoModelForImageTextToText`` and ``AutoProcessor`` wherever transformers is installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from transformers import (
    GenerationConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    SiglipImageProcessorPil,
)

from viewpoint_gen.dataset.export.items import IMAGE_TAG
from viewpoint_gen.models.reading import quietly
from viewpoint_gen.models.vocabulary import (
    CHAT_TEMPLATE,
    LARGEST_WHOLE,
    SPECIAL,
    train_tokenizer,
)
from viewpoint_gen.seeding import seed_for

GRID: Final = 4
"""An image is GRID × GRID tokens."""

LANGUAGE: Final[dict[str, Any]] = {
    "model_type": "lfm2",
    "hidden_size": 160,
    "intermediate_size": 480,
    "block_auto_adjust_ff_dim": False,
    "layer_types": ["conv", "full_attention", "conv", "full_attention"],
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 8,
    "conv_L_cache": 8,
    "max_position_embeddings": 1024,
    "initializer_range": 0.12,
    "tie_word_embeddings": True,
}
"""Short convolutions beside attention: an option's letter, which stands before it, reaches each of
its words by itself. Attention alone, or weights as small as those of large models, don't learn
within a thousand steps which of three letters belongs to one of eight words."""

VISION: Final[dict[str, Any]] = {
    "model_type": "siglip_vision_model",
    "hidden_size": 128,
    "intermediate_size": 384,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "vision_use_head": False,
}

_SCALES: Final = (0.06, 0.15, 0.4, 1.2)
"""Steps of a number's logarithm over which it becomes unlike another: from finest to coarsest."""

_AS_IF_EVEN: Final = 6.0
"""Numbers below are spaced evenly, those above by their logarithm."""


def build_tiny(folder: Path, texts: Iterable[str], *, seed: int, image_px: int = 96) -> None:
    """Write an untrained tiny model and its processor into a folder.

    Args:
        texts: prompts and replies that its tokenizer learns from.
        seed: of its weights; equal texts and seeds give equal bytes. What images are seen as begins
            at nothing.
        image_px: side that images are brought to; a multiple of ``GRID``.
    """
    if image_px % GRID:
        raise ValueError(f"image_px must be a multiple of {GRID}, got {image_px}")
    patch_px = image_px // GRID
    tokenizer = train_tokenizer(texts)
    processor = LlavaProcessor(
        image_processor=SiglipImageProcessorPil(size={"height": image_px, "width": image_px}),
        tokenizer=tokenizer,
        patch_size=patch_px,
        vision_feature_select_strategy="full",
        chat_template=CHAT_TEMPLATE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(seed, "tiny"))
        model = LlavaForConditionalGeneration(_config(tokenizer, image_px=image_px))
        _order_numbers(model, tokenizer)
    nn.init.zeros_(model.model.multi_modal_projector.linear_2.weight)
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        suppress_tokens=_never_said(tokenizer),
    )
    with quietly():
        model.save_pretrained(folder, save_original_format=False)
    processor.save_pretrained(folder)


def _config(tokenizer: Any, *, image_px: int) -> Any:
    text = {
        **LANGUAGE,
        "vocab_size": len(tokenizer),
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return LlavaConfig(
        text_config=text,
        vision_config={**VISION, "image_size": image_px, "patch_size": image_px // GRID},
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE_TAG),
        image_seq_length=GRID * GRID,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=True,
    )


@torch.no_grad()
def _order_numbers(model: Any, tokenizer: Any) -> None:
    """Whole numbers begin as near one another as they are: random waves over their logarithm.

    Their inner products then fall off as the numbers part, at several scales (random Fourier
    features, Rahimi and Recht 2007): 27 is more like 24 than like 36 before anything is learnt.
    """
    vocabulary = tokenizer.get_vocab()
    known = [number for number in range(LARGEST_WHOLE + 1) if str(number) in vocabulary]
    numbers = torch.log1p(torch.tensor(known) / _AS_IF_EVEN)
    width = LANGUAGE["hidden_size"]
    scales = torch.tensor(_SCALES)[torch.randint(len(_SCALES), (width,))]
    turns = torch.randn(width) / scales
    starts = 2 * torch.pi * torch.rand(width)
    waves = torch.cos(numbers[:, None] * turns + starts)
    ids = [vocabulary[str(number)] for number in known]
    size = 2**0.5 * LANGUAGE["initializer_range"]
    model.get_input_embeddings().weight[ids] = size * waves


def _never_said(tokenizer: Any) -> list[int]:
    """Special tokens that a reply can't hold: all but its end."""
    said = [tokenizer.convert_tokens_to_ids(token) for token in SPECIAL]
    return [token for token in said if token != tokenizer.eos_token_id]
