"""The texts as data: enough of them, no two alike, each naming its frame."""

from __future__ import annotations

import re

import pytest
from qa_building import DIRECTIONS

from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.phrasing import still_notes, usable, wording_of
from viewpoint_gen.qa.score import score

FRAME_WORDS = {
    "camera_1": r"camera 1|first camera|(of|in) image 1|image 1's|first (image's|photographer)|"
    r"viewing direction of image 1|stood and looked in image 1",
    "gravity": r"gravity|vertical|horizon|ground|level floor|true vertical|height|compass|"
    r"spirit level|from behind|behind (it|the)|world",
    "distance": r"distance",
    "above": r"above|overhead|looking (straight )?down",
    "object": r"\bown\b",
}


CHOICES = sorted(name for name, family in FAMILIES.items() if family.form is Form.NAMED)


def normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_at_least_twenty_wordings_some_of_them_held_out(family: str) -> None:
    questions = wording_of(family).questions
    assert len(questions) >= 24
    assert len(usable(questions, "train")) >= 20
    held_out = [text for text in questions if not text.for_training]
    assert len(held_out) >= 4
    assert set(usable(questions, "test")) == set(questions)
    assert not set(usable(questions, "validation")) & set(held_out)


def test_no_text_stands_twice() -> None:
    texts = [normal(text.text) for family in FAMILIES for text in wording_of(family).questions]
    texts += [normal(note.text) for note in still_notes()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("family", DIRECTIONS)
def test_every_wording_names_its_frame(family: str) -> None:
    pattern = FRAME_WORDS[FAMILIES[family].frame]
    for text in wording_of(family).questions:
        assert re.search(pattern, text.text, re.IGNORECASE), text.text


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_wordings_are_clean_sentences(family: str) -> None:
    for text in (*wording_of(family).questions, *still_notes()):
        assert text.text[0].isupper()
        assert text.text[-1] in ".?"
        assert "  " not in text.text
        assert "<" not in text.text
        assert text.text.replace("°", "").isascii()


@pytest.mark.parametrize("family", CHOICES)
def test_options_are_told_apart_by_the_scorer(family: str) -> None:
    sets = wording_of(family).option_sets
    assert len({options.id for options in sets}) == len(sets) >= 3
    for options in sets:
        row = {"answer_type": "choice", "options": list(options.texts), "answer_letter": "B"}
        marks = [score(text, row).correctness for text in options.texts]
        assert marks == [float(place == 1) for place in range(len(options.texts))]
        ends = {text[-1] == "." for text in options.texts}
        assert len(ends) == 1


@pytest.mark.parametrize("family", DIRECTIONS)
def test_stems_are_even_handed(family: str) -> None:
    """A stem that names one direction names its opposite too, unless it is about the frame."""
    opposite = {"clockwise": "counter", "leftwards": "rightwards", "upwards": "downwards"}
    for text in wording_of(family).questions:
        for one, other in opposite.items():
            if one in text.text:
                assert other in text.text or "clockwise meaning clockwise" in text.text, text.text
