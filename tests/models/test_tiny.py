"""The tiny model: stock classes, a tokenizer that writes everything, equal bytes from a seed."""

import pytest
import torch
from second import TEXTS, photo
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from viewpoint_gen.dataset.export.items import THINK_FIRST
from viewpoint_gen.models.chat import SYSTEM_PROMPT, messages_of, reply_message
from viewpoint_gen.models.tiny import build_tiny
from viewpoint_gen.models.vocabulary import train_tokenizer
from viewpoint_gen.qa.prompt import HOW_TO_ANSWER, prompt_of

TOKENIZER = train_tokenizer(TEXTS)


def test_plain_auto_classes_load_it_and_it_reads_images(tiny):
    model = AutoModelForImageTextToText.from_pretrained(tiny)
    processor = AutoProcessor.from_pretrained(tiny)
    assert type(model) is LlavaForConditionalGeneration
    assert type(processor) is LlavaProcessor
    assert processor.tokenizer.padding_side == "left"
    text = processor.apply_chat_template(messages_of(TEXTS[0]), add_generation_prompt=True)
    given = processor(text=[text], images=[[photo(1), photo(2)]], return_tensors="pt")
    assert (given["input_ids"] == model.config.image_token_id).sum() == 2 * 16
    assert given["pixel_values"].shape == (2, 3, 32, 32)
    eyes = model.model.multi_modal_projector.linear_2.weight
    assert not eyes.any()  # they say nothing before they learn
    with torch.no_grad():
        eyes.normal_(std=0.1)
        first = model(**given).logits
        given["pixel_values"] = given["pixel_values"].flip(0)
        assert not torch.allclose(model(**given).logits, first)


def test_its_size_is_about_two_million_weights(tmp_path):
    build_tiny(tmp_path, TEXTS, seed=0)
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    assert 1.5e6 < model.num_parameters() < 3e6


def test_same_texts_and_seed_give_the_same_bytes(tmp_path, tiny):
    build_tiny(tmp_path / "again", TEXTS, seed=0, image_px=32)
    build_tiny(tmp_path / "other", TEXTS, seed=1, image_px=32)
    for path in sorted(tiny.iterdir()):
        same = (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
        assert same, path.name
    weights = "model.safetensors"
    assert (tmp_path / "other" / weights).read_bytes() != (tiny / weights).read_bytes()


def test_building_leaves_other_random_numbers_alone(tmp_path):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    build_tiny(tmp_path, TEXTS, seed=0, image_px=32)
    assert torch.rand(1) == expected


def test_numbers_begin_as_near_one_another_as_they_are(tiny):
    model = AutoModelForImageTextToText.from_pretrained(tiny)
    weights = model.get_input_embeddings().weight
    tokenizer = AutoProcessor.from_pretrained(tiny).tokenizer

    def like(one, other):
        ids = tokenizer.convert_tokens_to_ids([str(one), str(other)])
        return torch.cosine_similarity(*weights[ids], dim=0).item()

    assert like(24, 27) > like(24, 36) + 0.1 > like(24, 90) + 0.2
    assert like(120, 130) > like(20, 30)  # a step counts by its share


def test_an_image_must_be_cut_evenly(tmp_path):
    with pytest.raises(ValueError, match="multiple of 4"):
        build_tiny(tmp_path, TEXTS, seed=0, image_px=33)


def prompts():
    """One of each kind of question, with and without reasons, and pictured options."""
    stem = "Image 1: <image>\nImage 2: <image>\nHow far, 12.5° or −181 %?"
    rows = [
        {"question": stem, "options": ["by 17°", "by 0.43 m"], "answer_type": kind}
        for kind in (*HOW_TO_ANSWER, "text")
    ]
    pictured = "Image 1: <image>\nA: <image>\nB: <image>\nWhich one?"
    rows.append({"question": pictured, "options": ["image A", "image B"], "answer_type": "choice"})
    plain = [prompt_of(row) for row in rows]
    return [*plain, *(f"{prompt} {THINK_FIRST}" for prompt in plain)]


@pytest.mark.parametrize("text", [*prompts(), *TEXTS, "Ünïcödé 漢字 🙂\ttab\n\n  spaces  ", ""])
def test_any_text_comes_back_as_it_was(text):
    tokens = TOKENIZER(text)["input_ids"]
    assert TOKENIZER.decode(tokens) == text


def length(text):
    return len(TOKENIZER(text)["input_ids"])


def test_whole_numbers_of_degrees_are_one_token_and_others_can_be_written():
    assert all(length(str(number)) == 1 for number in range(181))
    for text in ("181", "007", "1234567890", "0.27", "-13"):
        assert TOKENIZER.decode(TOKENIZER(text)["input_ids"]) == text
        assert length(text) > 1


def test_a_number_is_the_same_token_wherever_it_stands():
    forty_three = TOKENIZER("43")["input_ids"][0]
    for text in ("43", " 43", "by 43°", "<answer>43</answer>", "(43)", "0.43"):
        assert forty_three in TOKENIZER(text)["input_ids"], text


def test_fixed_sentences_are_one_token_each():
    for sentence in HOW_TO_ANSWER.values():
        assert length("\n" + sentence) == 1
    assert length(SYSTEM_PROMPT) == 1
    assert length(f" {THINK_FIRST}") == 1
    assert length("Image 1: <image>\nImage 2: <image>") == 4


def test_tags_outlive_the_removal_of_special_tokens():
    text = "<think>why</think>\n<answer>A</answer>"
    tokens = TOKENIZER(f"<|assistant|>{text}<|end|>")["input_ids"]
    assert TOKENIZER.decode(tokens, skip_special_tokens=True) == text


def test_the_chat_shows_images_where_the_text_names_them_and_marks_what_is_to_be_learnt():
    said = [*messages_of("First <image> then <image>?"), reply_message("<answer>B</answer>")]
    text = TOKENIZER.apply_chat_template(said, tokenize=False)
    assert text == (
        f"<|system|>{SYSTEM_PROMPT}<|user|>First <image> then <image>?"
        "<|assistant|><answer>B</answer><|end|>"
    )
    asked = TOKENIZER.apply_chat_template(said[:2], tokenize=False, add_generation_prompt=True)
    assert text.startswith(asked)
    masked = TOKENIZER.apply_chat_template(
        said, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    learnt = [
        token
        for token, mine in zip(masked["input_ids"], masked["assistant_masks"], strict=True)
        if mine
    ]
    assert TOKENIZER.decode(learnt) == "<answer>B</answer><|end|>"


def test_plain_strings_are_contents_too():
    said = [{"role": "user", "content": "hello"}]
    assert TOKENIZER.apply_chat_template(said, tokenize=False) == "<|user|>hello"
