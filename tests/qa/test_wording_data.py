"""The wording files as data, read without the builder: what they must hold, family by family.

The families' forms and keys stand here once more on purpose: the files are checked against what
was agreed, not against the code that reads them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import viewpoint_gen

WORDING = Path(viewpoint_gen.__file__).parent / "qa" / "wording"

SHARES = ("20", "40", "60", "80")
DIRECTIONS = {
    "ego_translation_sideways": ("right", "left", "nothing"),
    "ego_translation_vertical": ("up", "down", "nothing"),
    "ego_translation_distance": ("farther", "nearer", "nothing"),
    "object_translation_around": ("counterclockwise", "clockwise", "nothing"),
    "object_translation_left_right": ("left", "right", "nothing"),
    "object_translation_front_back": ("front", "back", "nothing"),
    "ego_rotation_yaw": ("left", "right", "nothing"),
    "ego_rotation_pitch": ("up", "down", "nothing"),
    "ego_rotation_roll": ("clockwise", "counterclockwise", "nothing"),
    "compose": ("counterclockwise", "clockwise", "nothing"),
}
CHOICES = {
    "dominant": ("azimuth", "elevation", "roll"),
    "minimal_pan_truck": ("pan", "truck"),
    "minimal_tilt_pedestal": ("tilt", "pedestal"),
    "minimal_zoom_dolly": ("zoom", "dolly"),
    "minimal_orbit_spin": ("orbit", "spin"),
    "who_moved": ("camera", "object", "both", "light", "nothing"),
    "inverse": ("ccw_up", "ccw_down", "cw_up", "cw_down"),
    "same_object": ("same", "another"),
    "overlap_share": SHARES,
    "new_share": SHARES,
}
NAMED = DIRECTIONS | CHOICES
STATEMENTS = ("azimuth", "elevation", "distance", "roll")
QUANTITIES = ("azimuth", "elevation", "yaw", "pitch", "roll", "distance", "focal")
MAGNITUDES = tuple(f"magnitude_{name}" for name in QUANTITIES)
ESTIMATES = tuple(f"estimate_{name}" for name in QUANTITIES)
MARKED = {
    "correspondence": ("A", "B", "C", "D"),
    "hidden_point": ("A", "B", "C", "D"),
    "cannot_tell": ("A", "B", "C", "cannot"),
}
FAMILIES = (
    *(*NAMED, *MAGNITUDES, *ESTIMATES, "all_that_apply", "pose_tuple", *MARKED),
    "choose_view",
)

ASKED_SLOTS = {"choose_view": ["motion"]}
"""What a question names beside its images; other families' are the same for all of them."""

REASON_SLOTS: dict[str, set[str]] = {
    "dominant": {"azimuth", "elevation", "roll", "option"},
    "all_that_apply": {*STATEMENTS, "option"},
    "pose_tuple": {*STATEMENTS, "option"},
    "inverse": {"azimuth", "elevation", "option"},
    "who_moved": {"option"},
    "compose": {"first", "second", "size", "option"},
    "choose_view": {*"ABCD", "motion", "letter", "option"},
    **{family: {"option"} for family in CHOICES if family.startswith("minimal_")},
}
"""What a reason may name; the other families: the size and the option."""

PLACES = {"x1", "y1", "x2", "y2", "aside", "down", "around", "rise", "size"}
"""What a reason about marked points may name, beside the option, and must name some of."""

FRAME_OF = {
    "azimuth": r"vertical|upright|from above|overhead|plan|map|floor|horizontal|azimuth|compass",
    "elevation": r"elevation|height angle|altitude|horizontal|latitude|inclination|slope|arch",
    "yaw": r"vertical|compass|heading|upright|bearing|map|horizontal|gravity|ground|plumb",
    "pitch": r"horizon|horizontal|level|gravity|ground|plumb",
    "roll": r"horizon|level|upright|plumb",
    "distance": r"object's (centre|middle)|(centre|middle) of the object",
    "focal": r"place|spot|position|viewpoint|step|standpoint|point|mast|travel|pillar|distance",
}
"""What keeps a size from being read in another frame."""

EVEN_HANDED = (
    r"either|whichever|regardless|irrespective|sign|unsigned|alike|magnitude|absolute|amount|"
    r"direction|sense|whatever|order|size|no matter|ignor|at least|1 or (more|above)|disregard|"
    r"positive|don't say|without saying|not the (way|side)|do not say|difference|zero or more|"
    r"which is which|doesn't matter|either way"
)


def read(family: str) -> dict[str, Any]:
    return tomllib.loads((WORDING / f"{family}.toml").read_text("utf-8"))


def questions(family: str) -> list[str]:
    return [entry["text"] for entry in read(family)["wording"]]


def reasons(family: str) -> Iterator[tuple[str, str]]:
    """Answer key (or "text") and text."""
    for entry in read(family)["because"]:
        yield from ((key, text) for key, text in entry.items() if key != "id")


def offered(family: str) -> list[dict[str, str]]:
    return [
        {key: text for key, text in entry.items() if key != "id"}
        for entry in read(family).get("options", [])
    ]


def every_text(family: str) -> list[str]:
    options = [text for each in offered(family) for text in each.values()]
    return [*questions(family), *options, *(text for _, text in reasons(family))]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:['-][a-z]+)*", text.lower())


def slots(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def option_keys(family: str) -> tuple[str, ...]:
    if family in MAGNITUDES:
        return ("text",)
    return {"all_that_apply": STATEMENTS, **MARKED, **NAMED}[family]


def reason_keys(family: str) -> tuple[str, ...]:
    return {"cannot_tell": ("there", "cannot"), **NAMED}.get(family, ("text",))


def last_sentence(text: str) -> str:
    return re.split(r"(?<=[.?:]) (?=[A-Z])", text)[-1]


def test_there_is_a_file_for_every_family_and_no_other() -> None:
    assert {path.stem for path in WORDING.glob("*.toml")} == {*FAMILIES, "notes"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_has_its_tables(family: str) -> None:
    with_options = family in {*NAMED, *MAGNITUDES, *MARKED, "all_that_apply"}
    wanted = {"wording", "because"} | ({"options"} if with_options else set())
    assert read(family).keys() == wanted
    assert (WORDING / f"{family}.toml").read_text("utf-8").startswith("# Frame: ")


@pytest.mark.parametrize("family", FAMILIES)
def test_twenty_four_wordings_the_last_four_held_out(family: str) -> None:
    entries = read(family)["wording"]
    assert [entry["id"] for entry in entries] == [f"{number:02d}" for number in range(1, 25)]
    for entry in entries:
        held_out = {"split": "test"} if entry["id"] > "20" else {}
        assert entry == {"id": entry["id"], "text": entry["text"]} | held_out


@pytest.mark.parametrize("family", FAMILIES)
def test_option_sets_and_reasons_have_one_text_per_key(family: str) -> None:
    data = read(family)
    if "options" in data:
        assert len({entry["id"] for entry in data["options"]}) == len(data["options"]) >= 4
        for entry in data["options"]:
            assert entry.keys() == {"id", *option_keys(family)}
    assert len({entry["id"] for entry in data["because"]}) == len(data["because"]) >= 8
    for entry in data["because"]:
        assert entry.keys() == {"id", *reason_keys(family)}
    for entry in (*data.get("options", []), *data["because"]):
        assert len(set(entry.values())) == len(entry), entry["id"]


@pytest.mark.parametrize("family", FAMILIES)
def test_slots_are_those_that_the_builder_fills(family: str) -> None:
    asked = ASKED_SLOTS.get(family, [])
    assert [text for text in questions(family) if slots(text) != asked] == []
    wanted = ["value"] if family in MAGNITUDES else []
    for each in offered(family):
        assert all(slots(text) == wanted for text in each.values()), each
    allowed = REASON_SLOTS.get(family, {"size", "option"})
    allowed = allowed | PLACES if family in MARKED else allowed
    for key, text in reasons(family):
        assert set(slots(text)) <= allowed - ({"size"} if key == "nothing" else set()), text


@pytest.mark.parametrize("family", FAMILIES)
def test_reasons_rest_on_the_deciding_quantities(family: str) -> None:
    """Every number that decides is named; one that has no name in the text can't be followed."""
    needed = REASON_SLOTS.get(family, {"size", "option"})
    if family == "choose_view":  # four motions decide; the answer has two names
        needed = set("ABCD")
    named = {"option"} if family in NAMED else set()
    needed = {"option"} if family in MARKED else needed
    for key, text in reasons(family):
        assert family not in MARKED or set(slots(text)) & PLACES, text
        without = named | ({"size"} if key == "nothing" else set())
        assert needed - without <= set(slots(text)), text


@pytest.mark.parametrize("family", FAMILIES)
def test_reasons_are_a_few_sentences_and_conclude(family: str) -> None:
    for _, text in reasons(family):
        assert last_sentence(text).startswith("So"), text
        assert 2 <= len(re.findall(r"[.?](?: |$)", text)) <= 5, text
        assert len(words(text)) <= 70, text
        if family in NAMED:  # options that are sentences bring their own full stop
            assert '{option}".' not in text, text


@pytest.mark.parametrize("family", DIRECTIONS)
def test_a_reason_concludes_with_its_own_direction(family: str) -> None:
    one, other = DIRECTIONS[family][:2]
    for key, text in reasons(family):
        opposite = {one: other, other: one}.get(key)
        if opposite is None:
            continue
        end = [re.sub(r"^counter-", "counter", word) for word in words(last_sentence(text))]
        assert opposite not in end, text


def test_a_reason_for_the_way_back_concludes_with_it() -> None:
    rising, sinking = r"\bup|higher|climb", r"down|lower|descend"
    for key, text in reasons("inverse"):
        end = last_sentence(text)
        if "{option}" in end:
            continue
        turn, height = key.split("_")
        assert ("counter-clockwise" in end) == (turn == "ccw"), text
        assert bool(re.search(rising, end)) == (height == "up"), text
        assert bool(re.search(sinking, end)) == (height == "down"), text


def test_no_sentence_stands_twice() -> None:
    texts = [
        " ".join(words(text))
        for family in FAMILIES
        for text in (*questions(family), *(text for _, text in reasons(family)))
    ]
    assert sorted(text for text in set(texts) if texts.count(text) > 1) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_wordings_share_few_words(family: str) -> None:
    """A template with swapped synonyms would share most of them."""
    most = 0.75 if family in DIRECTIONS else 0.55
    told = [(text, set(words(text))) for text in questions(family)]
    for (text, mine), (other, theirs) in combinations(told, 2):
        assert len(mine & theirs) / len(mine | theirs) < most, (text, other)


@pytest.mark.parametrize("name", QUANTITIES)
def test_estimates_are_not_the_magnitudes_reworded(name: str) -> None:
    choosing = [(text, set(words(text))) for text in questions(f"magnitude_{name}")]
    for text in questions(f"estimate_{name}"):
        mine = set(words(text))
        for other, theirs in choosing:
            assert len(mine & theirs) / len(mine | theirs) < 0.6, (text, other)


@pytest.mark.parametrize("family", [*CHOICES, "all_that_apply"])
def test_no_option_stands_out_by_its_length(family: str) -> None:
    for each in offered(family):
        lengths = [len(words(text)) for text in each.values()]
        assert max(lengths) <= 1.6 * min(lengths), each
        assert len({text.endswith(".") for text in each.values()}) == 1, each


@pytest.mark.parametrize("family", DIRECTIONS)
def test_opposite_directions_are_put_alike(family: str) -> None:
    for each in offered(family):
        one, other = (len(words(each[key])) for key in DIRECTIONS[family][:2])
        assert abs(one - other) <= 1, each


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_are_clean(family: str) -> None:
    for text in every_text(family):
        assert text == text.strip()
        assert "  " not in text
        assert "<" not in text
        assert re.sub("[°×]", "", text).isascii(), text
    for text in questions(family):
        assert text[0].isupper()
        assert text[-1] in ".?", text
        assert not re.search(r"\b(options?|letters?|answers?) \(?[A-E]\b", text), text


@pytest.mark.parametrize("family", FAMILIES)
def test_no_wording_says_that_the_object_kept_still(family: str) -> None:
    """The builder says it where no backdrop shows it; it isn't true of every row."""
    still = r"\bobject (itself )?(did not|didn't|never|stayed|is static|rests|kept its)"
    assert [text for text in questions(family) if re.search(still, text)] == []


@pytest.mark.parametrize("family", [*MAGNITUDES, *ESTIMATES, "dominant"])
def test_wordings_about_sizes_name_no_direction(family: str) -> None:
    either_way = r"\b(up or down|left or right|clockwise or counter-clockwise)\b"
    direction = r"\b(up|down|upwards?|downwards?|left|right|(counter-)?clockwise)\b"
    for text in questions(family):
        assert not re.search(direction, re.sub(either_way, "", text.lower())), text


@pytest.mark.parametrize("name", QUANTITIES)
def test_wordings_about_sizes_name_their_frame(name: str) -> None:
    for text in (*questions(f"magnitude_{name}"), *questions(f"estimate_{name}")):
        assert re.search(FRAME_OF[name], text, re.IGNORECASE), text


@pytest.mark.parametrize("family", ESTIMATES)
def test_estimates_say_what_is_wanted(family: str) -> None:
    ratio = family.endswith(("distance", "focal"))
    unit = r"\b1\b" if ratio else r"degree"
    for text in questions(family):
        assert re.search(unit, text), text
        assert re.search(EVEN_HANDED, text, re.IGNORECASE), text


def test_the_pose_asks_for_four_numbers_with_their_signs() -> None:
    for text in questions("pose_tuple"):
        assert "degree" in text.lower(), text
        assert "from behind" in text, text
        assert re.search(r"from above|right", text), text


@pytest.mark.parametrize("family", MARKED)
def test_marked_points_are_offered_by_their_letters(family: str) -> None:
    for each in offered(family):
        for key, text in each.items():
            assert re.findall(r"\b[A-Z]\b", text) == ([key] if len(key) == 1 else []), text


@pytest.mark.parametrize("family", MARKED)
def test_wordings_about_marks_name_both_images_and_the_mark(family: str) -> None:
    for text in questions(family):
        for number, ordinal in ((1, "first"), (2, "second")):
            image = rf"\b(image|picture|photo|view|camera|viewpoint) {number}\b|\b{ordinal}\b"
            assert re.search(image, text, re.IGNORECASE), text
        assert ("REF" in text) == (family != "hidden_point"), text


@pytest.mark.parametrize("family", ["overlap_share", "new_share"])
def test_options_of_shares_hold_their_number(family: str) -> None:
    for each in offered(family):
        assert {key: re.findall(r"\d+", text) for key, text in each.items()} == {
            key: [key] for key in SHARES
        }
