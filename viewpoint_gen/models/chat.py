"""A question as a chat, and a model's replies to many of them.

The one place where a prompt with its ``<image>`` marks becomes messages: training, evaluation and a
user's own script say the same thing to a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import torch
from PIL import Image

from viewpoint_gen.dataset.export.items import IMAGE_TAG, parts_of
from viewpoint_gen.seeding import seed_for

if TYPE_CHECKING:
    from viewpoint_gen.models.loading import ImageTextModel

SYSTEM_PROMPT: Final = (
    "You compare photos and say how the viewpoint changed. Put what was asked for inside "
    "<answer></answer>. Where you are told to derive it, reason first, inside <think></think>."
)

BATCH: Final = 32
"""Prompts that are answered at a time: beyond that a CPU gains nothing."""


def messages_of(prompt: str, *, system: str | None = SYSTEM_PROMPT) -> list[dict[str, Any]]:
    """A prompt as chat messages, each content a list of parts; images stand where it names them.

    Args:
        prompt: with one ``<image>`` per image.
        system: what stands before it; None: nothing.
    """
    parts = [
        {"type": "image"} if part == IMAGE_TAG else {"type": "text", "text": part}
        for part in parts_of(prompt)
    ]
    before = [] if system is None else [_said("system", system)]
    return [*before, {"role": "user", "content": parts}]


def reply_message(reply: str) -> dict[str, Any]:
    """A model's reply as a chat message."""
    return _said("assistant", reply)


def generate_replies(
    loaded: ImageTextModel,
    prompts: Sequence[str],
    images: Sequence[Sequence[Image.Image]],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    seed: int = 0,
    batch: int = BATCH,
) -> list[str]:
    """A reply to each prompt, in their order.

    Args:
        prompts: each with one ``<image>`` per image.
        images: of each prompt, in the order of its marks.
        temperature: 0: always the likeliest token; otherwise tokens are drawn.
        seed: of the draws; they depend on ``batch`` too.
        batch: prompts answered at a time; those of like length are put together.

    Raises:
        ValueError: a prompt names more or fewer images than it is given.
    """
    for prompt, shown in zip(prompts, images, strict=True):
        if prompt.count(IMAGE_TAG) != len(shown):
            msg = f"prompt names {prompt.count(IMAGE_TAG)} images, {len(shown)} given: {prompt!r}"
            raise ValueError(msg)
    # With and without images apart: some processors can't mix them in a batch.
    order = sorted(
        range(len(prompts)), key=lambda k: (not images[k], len(images[k]), len(prompts[k]))
    )
    replies = [""] * len(prompts)
    for number, chosen in enumerate(_batches(order, images, batch)):
        got = _replies_to_batch(
            loaded,
            [prompts[k] for k in chosen],
            [images[k] for k in chosen],
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            seed=seed_for(seed, "replies", number),
        )
        for place, reply in zip(chosen, got, strict=True):
            replies[place] = reply
    return replies


def encoded(
    loaded: ImageTextModel, prompts: Sequence[str], images: Sequence[Sequence[Image.Image]]
) -> dict[str, Any]:
    """Prompts as a model's input, padded on the left, ready for a reply, on the model's device.

    Either every prompt has images or none has.
    """
    texts = [
        loaded.processor.apply_chat_template(
            messages_of(prompt), add_generation_prompt=True, tokenize=False
        )
        for prompt in prompts
    ]
    shown = [list(one) for one in images] if any(images) else None
    inputs = loaded.processor(text=texts, images=shown, padding=True, return_tensors="pt")
    return dict(inputs.to(loaded.model.device))


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _batches(
    order: Sequence[int], images: Sequence[Sequence[Image.Image]], size: int
) -> list[list[int]]:
    """The places in their order, cut into batches of which none mixes images and no images."""
    with_images = [place for place in order if images[place]]
    without = [place for place in order if not images[place]]
    return [
        places[start : start + size]
        for places in (with_images, without)
        for start in range(0, len(places), size)
    ]


def _replies_to_batch(
    loaded: ImageTextModel,
    prompts: Sequence[str],
    images: Sequence[Sequence[Image.Image]],
    *,
    max_new_tokens: int,
    temperature: float,
    seed: int,
) -> list[str]:
    inputs = encoded(loaded, prompts, images)
    how: dict[str, Any] = {"do_sample": False}
    if temperature > 0:
        how = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
    was_training = loaded.model.training
    loaded.model.eval()
    devices = [loaded.model.device] if loaded.model.device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=devices), torch.inference_mode():
            torch.manual_seed(seed)
            tokens = loaded.model.generate(**inputs, max_new_tokens=max_new_tokens, **how)
    finally:
        loaded.model.train(was_training)
    said = tokens[:, inputs["input_ids"].shape[1] :]
    replies = loaded.processor.tokenizer.batch_decode(said, skip_special_tokens=True)
    return [reply.strip() for reply in replies]
