"""A second architecture with all that it needs to be loaded: tiny, random, stock."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers as hf
from tokenizers import AddedToken

from viewpoint_gen.models.vocabulary import train_tokenizer

PX, PATCH, SCALE = 32, 4, 2


def idefics3_folder(folder: Path, texts: list[str]) -> Path:
    """An Idefics3 of two layers whose images are 16 tokens."""
    tokenizer = train_tokenizer(texts, entries=900)
    marks = ["<fake_token_around_image>", "<global-img>", "<end_of_utterance>"]
    tokenizer.add_tokens([AddedToken(mark, special=True) for mark in marks])
    text = {
        "model_type": "llama",
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": PX,
        "patch_size": PATCH,
    }
    config = hf.Idefics3Config(
        text_config=text,
        vision_config=vision,
        scale_factor=SCALE,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = hf.Idefics3ForConditionalGeneration(config)
    model.generation_config = hf.GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    eyes = hf.Idefics3ImageProcessorPil(
        size={"longest_edge": PX}, max_image_size={"longest_edge": PX}, do_image_splitting=False
    )
    processor = hf.Idefics3Processor(
        image_processor=eyes,
        tokenizer=tokenizer,
        chat_template=tokenizer.chat_template,
        image_seq_len=(PX // PATCH // SCALE) ** 2,
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
