"""Reading lessons: what they say, what is learnt from them, and going on after a stop."""

import numpy as np
import pytest
import torch
from tiny_training import loaded_from, stop_at

from viewpoint_gen.errors import RecipeChanged
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.training.config import MisreadConfig, PrimerConfig
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.primer import school
from viewpoint_gen.training.primer.lessons import FIRST_WORDS, KINDS, Lessons
from viewpoint_gen.training.primer.planned import planned_questions
from viewpoint_gen.training.primer.school import teach_to_read
from viewpoint_gen.training.scoring_head import IGNORED

CONFIG = PrimerConfig(steps=8, batch=8, checkpoint_steps=4)


@pytest.fixture(scope="module")
def lessons(data, tokenizer):
    return Lessons(data.run.items, tokenizer)


def drawn(lessons, kind, seed=0, count=24, known=None):
    rng = np.random.default_rng(seed)
    return lessons.draw(kind, rng, count, known=lessons.words if known is None else known)


def said(tokenizer, lesson):
    """What is asked and what is answered, in turns."""
    text = tokenizer.decode([word for (word,) in lesson.tokens])
    return text, [token for token in lesson.labels if token != IGNORED]


@pytest.mark.parametrize("kind", KINDS[:4])
def test_the_letter_to_be_said_is_that_of_the_option_that_was_told(lessons, tokenizer, kind):
    for lesson in drawn(lessons, kind):
        text, letters = said(tokenizer, lesson)
        asked, *answers = text.split("<|assistant|>")
        body = asked.split("<|user|>")[1]
        marked = [body.index(f"\n{letter}. ") for letter in "ABCDE" if f"\n{letter}. " in body]
        options = [
            body[start + 4 : end].split("\nGive the letter")[0]
            for start, end in zip(marked, [*marked[1:], None], strict=True)
        ]
        if kind.endswith("first"):
            told = [body[: marked[0]].split("\n")[0]]
        else:
            turns = text.split("<|user|>")[2:]
            told = [turn.split("<|assistant|>")[0] for turn in turns]
            options[-1] = options[-1].split("<|user|>")[0]
        assert len(letters) == len(told)
        for token, what in zip(letters, told, strict=True):
            letter = tokenizer.decode([token])
            assert options["ABCDE".index(letter)] == what
        assert all("</answer><|end|>" in answer for answer in answers)


def test_lessons_of_words_hold_the_known_ones_only_until_there_are_more(lessons, tokenizer):
    few = {
        token for lesson in drawn(lessons, "words", known=FIRST_WORDS) for (token,) in lesson.tokens
    }
    many = {token for lesson in drawn(lessons, "words") for (token,) in lesson.tokens}
    marks = set(tokenizer("\nA. \nB. \nC. \nD. \nE. ABCDE")["input_ids"])
    asked = set(tokenizer("<|user|><|assistant|><answer></answer><|end|>")["input_ids"])
    assert len(few - marks - asked) == FIRST_WORDS
    assert len(many) > 5 * len(few)


def test_a_lesson_of_reasons_is_the_question_with_its_derivation_in_place_of_its_pictures(
    lessons, data, tokenizer
):
    items = [item for item in data.run.items if item["reasoned_reply"]]
    whole = 0
    for lesson in drawn(lessons, "reasons"):
        text, _ = said(tokenizer, lesson)
        assert "<image>" not in text
        assert "Image 1: " not in text
        replied = tokenizer.decode([token for token in lesson.labels if token != IGNORED])
        body = text.split("<|user|>")[1].split("<|assistant|>")[0]
        own = [
            item
            for item in items
            if item["reply"] + "<|end|>" == replied
            and item["prompt"].rpartition("<image>")[2].strip().split("\n")[-2] in body
            and item["reasoned_reply"][7:].partition(".")[0] in body
        ]
        assert own
        whole += any(item["reasoned_reply"].split("</think>")[0][7:] in body for item in own)
    assert 0 < whole < 24  # the others lack the sentence that says the answer


def test_the_same_draw_gives_the_same_lessons(lessons):
    assert drawn(lessons, "words") == drawn(lessons, "words") != drawn(lessons, "words", seed=1)


def test_it_learns_and_says_what(data, untaught, tmp_path):
    loaded = loaded_from(untaught)
    eyes = [p.clone() for p in loaded.model.model.vision_tower.parameters()]
    teach_to_read(loaded, data.run, PrimerConfig(steps=40, batch=16), tmp_path, seed=0)
    log = read_log(tmp_path / "primer")
    assert [line["step"] for line in log] == list(range(1, 41))
    assert log[-1]["loss"] < log[0]["loss"] - 1.0
    assert {"right_words", "words", "lr", "seconds"} <= set(log[-1])
    after = loaded.model.model.vision_tower.parameters()
    assert all(torch.equal(one, other) for one, other in zip(eyes, after, strict=True))


def test_mastered_lessons_are_followed_by_harder_ones(data, untaught, tmp_path, monkeypatch):
    monkeypatch.setattr(school, "_SURE", 0.0)
    monkeypatch.setattr(school, "_PASSED", 0.0)
    monkeypatch.setattr(school, "_LEAST_STEPS", 1)
    monkeypatch.setattr(school, "_SORTED_STEPS", 1)
    teach_to_read(
        loaded_from(untaught), data.run, PrimerConfig(steps=40, batch=4), tmp_path, seed=0
    )
    log = read_log(tmp_path / "primer")
    seen = [next(kind for kind in KINDS if f"right_{kind}" in line) for line in log]
    assert list(dict.fromkeys(seen)) == list(KINDS[:5])  # no tower, no motions
    words = [line["words"] for line in log]
    assert words == sorted(words)
    assert words[0] == FIRST_WORDS < words[-1]


def test_stopped_and_resumed_it_is_as_if_it_never_stopped(data, untaught, tmp_path, monkeypatch):
    whole, stopped = loaded_from(untaught), loaded_from(untaught)
    teach_to_read(whole, data.run, CONFIG, tmp_path / "whole", seed=0)
    with monkeypatch.context() as patch:
        stop_at(patch, 6)
        with pytest.raises(KeyboardInterrupt):
            teach_to_read(stopped, data.run, CONFIG, tmp_path / "stopped", seed=0)
    again = loaded_from(untaught)
    teach_to_read(again, data.run, CONFIG, tmp_path / "stopped", seed=0)
    for one, other in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)
    steps = [line["step"] for line in read_log(tmp_path / "stopped" / "primer")]
    assert steps == list(range(1, 9))


def test_where_motions_are_told_reading_goes_on_with_misread_ones(data, untaught, tmp_path):
    recipe = Recipe.model_validate({"pairs": {"per_asset": 24}})
    planned = planned_questions(recipe, tmp_path / "planned", assets=4)
    later = MisreadConfig(steps=4, batch=4)
    told, untold, again = (loaded_from(untaught) for _ in range(3))
    teach_to_read(told, data.run, CONFIG, tmp_path / "told", seed=0, planned=planned, misread=later)
    assert len(read_log(tmp_path / "told" / "misread")) == 4
    teach_to_read(
        again, data.run, CONFIG, tmp_path / "told", seed=0, planned=planned, misread=later
    )
    for one, other in zip(told.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)
    teach_to_read(untold, data.run, CONFIG, tmp_path / "untold", seed=0, misread=later)
    assert not (tmp_path / "untold" / "misread").exists()


def test_a_finished_primer_gives_its_weights_at_once(data, untaught, tmp_path):
    first, again = loaded_from(untaught), loaded_from(untaught)
    teach_to_read(first, data.run, CONFIG, tmp_path, seed=0)
    log = (tmp_path / "primer" / "log.jsonl").read_bytes()
    teach_to_read(again, data.run, CONFIG, tmp_path, seed=0)
    assert (tmp_path / "primer" / "log.jsonl").read_bytes() == log
    for one, other in zip(first.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_lessons_of_another_recipe_are_refused_in_one_line(data, untaught, tmp_path):
    teach_to_read(loaded_from(untaught), data.run, CONFIG, tmp_path, seed=0)
    with pytest.raises(RecipeChanged, match="another recipe or of other data"):
        teach_to_read(loaded_from(untaught), data.run, CONFIG, tmp_path, seed=1)
