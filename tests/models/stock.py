"""Tiny random models of stock architectures, without their processors, and inputs for them."""

from dataclasses import dataclass
from typing import Any

import torch
import transformers as hf
from transformers import GenerationConfig

IMAGE, PAD, END, WORDS = 3, 0, 1, 64
TEXT = {
    "vocab_size": WORDS,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": None,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "tie_word_embeddings": True,
}
MARKS = {
    "image_token_id": IMAGE,
    "video_token_id": 4,
    "vision_start_token_id": 5,
    "vision_end_token_id": 6,
}
MEAN, STD = [0.4, 0.5, 0.6], [0.25, 0.3, 0.35]
PX = 32


@dataclass
class Eyes:
    """As much of an image processor as says how it normalises."""

    image_mean: Any = tuple(MEAN)
    image_std: Any = tuple(STD)


@dataclass
class Processor:
    image_processor: Any
    tokenizer: Any = None


def llava():
    vision = {
        "model_type": "siglip_vision_model",
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": PX,
        "patch_size": 8,
        "vision_use_head": False,
    }
    return hf.LlavaForConditionalGeneration(
        hf.LlavaConfig(
            text_config={**TEXT, "model_type": "qwen2"},
            vision_config=vision,
            image_token_index=IMAGE,
            vision_feature_layer=-1,
            vision_feature_select_strategy="full",
            tie_word_embeddings=True,
        )
    )


def idefics3(*, image=IMAGE, pad=PAD, **text):
    vision = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": PX,
        "patch_size": 4,
    }
    return hf.Idefics3ForConditionalGeneration(
        hf.Idefics3Config(
            text_config={**TEXT, "model_type": "llama", **text},
            vision_config=vision,
            scale_factor=2,
            image_token_id=image,
            pad_token_id=pad,
            tie_word_embeddings=True,
        )
    )


def qwen2_5_vl():
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    vision = {
        "depth": 2,
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_heads": 2,
        "patch_size": 4,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "window_size": 16,
        "fullatt_block_indexes": [1],
        "out_hidden_size": 32,
    }
    return hf.Qwen2_5_VLForConditionalGeneration(
        hf.Qwen2_5_VLConfig(
            text_config={**TEXT, "rope_parameters": rope},
            vision_config=vision,
            tie_word_embeddings=True,
            **MARKS,
        )
    )


def qwen3_vl():
    rope = {
        "rope_type": "default",
        "mrope_section": [1, 1, 2],
        "mrope_interleaved": True,
        "rope_theta": 10000.0,
    }
    vision = {
        "depth": 2,
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_heads": 2,
        "patch_size": 4,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": 32,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0],
    }
    return hf.Qwen3VLForConditionalGeneration(
        hf.Qwen3VLConfig(
            text_config={**TEXT, "head_dim": 8, "rope_parameters": rope},
            vision_config=vision,
            tie_word_embeddings=True,
            **MARKS,
        )
    )


MAKERS = {
    "llava": llava,
    "idefics3": idefics3,
    "qwen2_5_vl": qwen2_5_vl,
    "qwen3_vl": qwen3_vl,
}
TOKENS = {"llava": 16, "idefics3": 16, "qwen2_5_vl": 16, "qwen3_vl": 16}


def stock(name):
    torch.manual_seed(1)
    model = MAKERS[name]()
    model.generation_config = GenerationConfig(
        eos_token_id=END, pad_token_id=PAD, suppress_tokens=[IMAGE]
    )
    return model.eval()


def pictures(count, seed=0):
    """(count, 3, PX, PX) colours in [0, 1] of low frequency, so that resizing changes little."""
    made = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(made, size=(PX, PX), mode="bilinear")


def inputs(name, rows):
    """Inputs for rows of images ((n, 3, PX, PX) in [0, 1] each), padded on the left."""
    texts = []
    for number, images in enumerate(rows):
        text = [10 + number]
        for place in range(len(images)):
            text += [5, *[IMAGE] * TOKENS[name], 6, 20 + place]
        texts.append([*text, 30, 31, 32])
    longest = max(map(len, texts))
    ids = torch.tensor([[PAD] * (longest - len(text)) + text for text in texts])
    given = {"input_ids": ids, "attention_mask": (ids != PAD).long()}
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    rows = [(images - mean) / std for images in rows]
    if name == "llava":
        return given | {"pixel_values": torch.cat(rows)}
    if name == "idefics3":
        most = max(map(len, rows))
        pixels = torch.zeros(len(rows), most, 3, PX, PX)
        for row, images in zip(pixels, rows, strict=True):
            row[: len(images)] = images
        return given | {"pixel_values": pixels}
    pixels = torch.cat([_flattened(image) for images in rows for image in images])
    count = sum(map(len, rows))
    return given | {
        "pixel_values": pixels,
        "image_grid_thw": torch.tensor([[1, PX // 4, PX // 4]] * count),
        "mm_token_type_ids": (ids == IMAGE).int(),
    }


def _flattened(image):
    """Qwen's layout, written as loops."""
    rows = []
    for top in range(0, PX, 8):
        for left in range(0, PX, 8):
            for down in (0, 4):
                for right in (0, 4):
                    patch = image[:, top + down :, left + right :][:, :4, :4]
                    rows.append(torch.stack([patch, patch], dim=1).flatten())
    return torch.stack(rows)
