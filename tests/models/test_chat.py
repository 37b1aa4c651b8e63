"""Replies to many prompts."""

import pytest
import torch
from second import TEXTS, photo
from transformers import GenerationConfig

from viewpoint_gen.models.chat import generate_replies, messages_of
from viewpoint_gen.models.loading import load_image_text


@pytest.fixture(scope="module")
def loaded(tiny):
    return load_image_text(str(tiny))


PROMPTS = [TEXTS[0], TEXTS[2], "No image here. What then?", TEXTS[0] + " Well?"]
IMAGES = [[photo(1), photo(2)], [photo(3), photo(4), photo(5)], [], [photo(6), photo(7)]]


def test_messages_cut_a_prompt_at_its_images():
    system, user = messages_of("Image 1: <image>\nWhat?")
    assert system["role"] == "system"
    assert user == {
        "role": "user",
        "content": [
            {"type": "text", "text": "Image 1: "},
            {"type": "image"},
            {"type": "text", "text": "\nWhat?"},
        ],
    }
    assert messages_of("What?", system=None)[0]["role"] == "user"


def test_replies_come_in_the_order_of_their_prompts_whatever_the_batch(loaded):
    alone = [
        generate_replies(loaded, [prompt], [images], max_new_tokens=5)[0]
        for prompt, images in zip(PROMPTS, IMAGES, strict=True)
    ]
    assert generate_replies(loaded, PROMPTS, IMAGES, max_new_tokens=5) == alone
    assert generate_replies(loaded, PROMPTS, IMAGES, max_new_tokens=5, batch=2) == alone
    assert len(set(alone)) > 1


def test_draws_depend_on_their_seed_only(loaded):
    def drawn(seed):
        return generate_replies(
            loaded, PROMPTS, IMAGES, max_new_tokens=5, temperature=1.0, seed=seed
        )

    torch.manual_seed(0)
    first = drawn(1)
    torch.manual_seed(99)
    before = torch.get_rng_state()
    assert drawn(1) == first
    assert torch.equal(torch.get_rng_state(), before)
    assert drawn(2) != first


def test_a_model_in_training_answers_as_it_would_be_used_and_goes_on_training(loaded):
    loaded.model.train()
    generate_replies(loaded, PROMPTS[:1], IMAGES[:1], max_new_tokens=1)
    assert loaded.model.training
    loaded.model.eval()


def test_a_prompt_and_its_images_must_agree(loaded):
    with pytest.raises(ValueError, match="names 2 images, 1 given"):
        generate_replies(loaded, PROMPTS[:1], [[photo(1)]], max_new_tokens=1)


def test_a_reply_holds_no_mark_of_an_image_even_where_the_model_wants_one(loaded):
    image = loaded.model.config.image_token_id
    hook = loaded.model.lm_head.register_forward_hook(
        lambda module, args, logits: logits.index_fill(-1, torch.tensor([image]), 1e4)
    )
    try:
        inputs = loaded.processor(text="hello", return_tensors="pt")
        said = loaded.model.generate(**inputs, max_new_tokens=3, do_sample=True)
        # as TRL asks: with settings of its own
        settings = GenerationConfig(max_new_tokens=3, do_sample=True, top_k=0)
        also = loaded.model.generate(**inputs, generation_config=settings)
    finally:
        hook.remove()
    assert image not in said[0]
    assert image not in also[0]
