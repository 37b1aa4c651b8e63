"""Questions that are asked again in other words, and the groups that answers are scored in."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from qa_building import Built, build
from synthetic_pairs import synthetic_pairs

from viewpoint_gen.qa.aggregate import aggregate
from viewpoint_gen.qa.draws import another_of, choice_of, keys_of
from viewpoint_gen.qa.groups import Group, asked_again, groups_of
from viewpoint_gen.qa.score import score

FAMILIES = ("ego_rotation_yaw", "magnitude_yaw", "estimate_yaw")
SAME = (
    *("family", "group_id", "split", "pair_id", "image_ids", "answer_key", "answer_value"),
    *("margin", "facts", "chance", "tolerance", "answer_type"),
)

Row = dict[str, Any]
PAIRS = synthetic_pairs(500)


@pytest.fixture(scope="module")
def built() -> Built:
    return build(PAIRS, paraphrase_share=0.3, families=FAMILIES)


@pytest.fixture(scope="module")
def twins(built: Built) -> list[tuple[Row, Row]]:
    rows = {row["id"]: row for row in built.questions.to_pylist()}
    return [
        (rows[name.removesuffix(".again")], row) for name, row in rows.items() if ".again" in name
    ]


def test_a_drawn_share_of_every_family_is_asked_twice(built: Built, twins: Any) -> None:
    again = Counter(row["family"] for _, row in twins)
    for family, summary in built.summary.families.items():
        assert summary.again == again[family]
        assert summary.again == pytest.approx(0.3 * summary.asked, abs=3.5 * summary.asked**0.5)
    assert len(twins) > 50
    assert built.questions.num_rows == built.summary.asked + len(twins)


def test_twins_differ_in_their_words_and_nothing_else(twins: list[tuple[Row, Row]]) -> None:
    for first, again in twins:
        assert [first[name] for name in SAME] == [again[name] for name in SAME]
        assert again["group_role"] == f"{first['group_role']}_again"
        texts = [row["wording_id"].split(".")[1] for row in (first, again)]
        assert texts[0] != texts[1]
        assert first["question"] != again["question"]
        assert first["reasons"] != again["reasons"]


def test_options_stand_in_another_order(twins: list[tuple[Row, Row]]) -> None:
    """Of the same family's five, the texts differ too; of a ladder the numbers stay."""
    letters = Counter()
    for first, again in twins:
        if first["family"] == "magnitude_yaw":
            numbers = [
                ["".join(filter(str.isdigit, text)) for text in row["options"]]
                for row in (first, again)
            ]
            assert sorted(numbers[0]) == sorted(numbers[1])
            assert numbers[0] != numbers[1]
            letters[first["answer_letter"] == again["answer_letter"]] += 1
    assert letters[False] > letters[True] > 0


def test_the_other_splits_wordings_are_kept_out(twins: list[tuple[Row, Row]]) -> None:
    for _, again in twins:
        held_out = again["wording_id"].split(".")[1] > "20"
        assert not held_out or again["split"] == "test"


def test_a_pair_and_its_reverse_are_asked_again_together(built: Built, twins: Any) -> None:
    once = Counter(row["group_id"] for row in built.questions.to_pylist() if not asked_again(row))
    for group, count in Counter(row["group_id"] for _, row in twins).items():
        assert count == once[group]


def test_what_is_asked_once_does_not_hang_on_what_is_asked_twice(built: Built) -> None:
    without = build(PAIRS, paraphrase_share=0.0, families=FAMILIES[:1])
    rows = built.of(FAMILIES[0]).to_pylist()
    first = [row for row in rows if not asked_again(row)]
    for row, other in zip(first, without.questions.to_pylist(), strict=True):
        assert row["id"] == other["id"]
        assert (row["question"], row["options"]) == (other["question"], other["options"])


def test_another_is_never_the_first_and_evenly_each_of_the_others() -> None:
    keys = keys_of(0, "test", map(str, range(6000)))
    first, other = choice_of(keys, 4), another_of(keys, 4)
    assert (first != other).all()
    counts = np.bincount((other - first) % 4, minlength=4)
    assert counts[0] == 0
    assert counts[1:] == pytest.approx(2000, abs=150)
    assert (another_of(keys, 1) == 0).all()


def row(name: str, family: str, images: str, role: str = "forward") -> Row:
    return {
        "id": name,
        "family": family,
        "image_ids": list(images),
        "pair_id": images,
        "group_id": f"{''.join(sorted(images))}.{family}",
        "group_role": role,
    }


SIDE, ROUND, LEFT = (
    "ego_translation_sideways",
    "object_translation_around",
    "object_translation_left_right",
)
ROWS = [
    row("0", SIDE, "ab"),
    row("1", SIDE, "ba", "reverse"),
    row("0.again", SIDE, "ab", "forward_again"),
    row("1.again", SIDE, "ba", "reverse_again"),
    row("4", ROUND, "ab"),
    row("5", LEFT, "ab"),
    row("6", "ego_rotation_yaw", "ab"),
    row("7", ROUND, "bc"),
    row("8", ROUND, "ac"),
    row("9", ROUND, "cb", "reverse"),
]


GATHERED = [
    row("set.A", "choose_view", "abcde", "A") | {"pair_id": None},
    row("set.B", "choose_view", "abcde", "B") | {"pair_id": None},
    row("set.A.again", "choose_view", "abcde", "A_again") | {"pair_id": None},
    row("set.B.again", "choose_view", "abcde", "B_again") | {"pair_id": None},
    row("path", "compose", "abc") | {"pair_id": None},
    row("path back", "compose", "cba", "reverse") | {"pair_id": None},
    row("other path", "compose", "xyz") | {"pair_id": None},
    row("one", "same_object", "ab", "same_1") | {"pair_id": None},
    row("two", "same_object", "bc", "same_1") | {"pair_id": None},
    row("three", "same_object", "ac", "same_1") | {"pair_id": None},
]


def test_groups_of_gathered_views_by_hand() -> None:
    """A path's legs and its net motion count only in the path's own direction."""
    rows = [*GATHERED, *ROWS]
    before = len(GATHERED)
    found = {(group.kind, group.places) for group in groups_of(rows)}
    of_pairs = {(kind, tuple(p + before for p in places)) for kind, places in BY_HAND}
    assert found == of_pairs | {
        ("set", (0, 1)),
        ("paraphrase", (0, 2)),
        ("paraphrase", (1, 3)),
        ("swap", (4, 5)),
        ("legs", (4, before + 4, before + 7, before + 8)),
        ("legs", (5, before + 9)),
    }


BY_HAND = {
    ("swap", (0, 1)),
    ("swap", (7, 9)),
    ("paraphrase", (0, 2)),
    ("paraphrase", (1, 3)),
    ("frames", (0, 4, 5)),
    ("compose", (4, 7, 8)),
}


def test_groups_by_hand() -> None:
    found = {(group.kind, group.places) for group in groups_of(ROWS)}
    assert found == BY_HAND
    assert Group("frames", "ab", (0, 4, 5)) in groups_of(ROWS)


def test_a_missing_member_makes_no_group() -> None:
    assert groups_of(ROWS[2:3]) == []
    assert groups_of([ROWS[4], ROWS[7]]) == []


def test_twins_are_in_no_group_of_a_question_and_its_reverse(built: Built) -> None:
    rows = [each for each in built.questions.to_pylist() if each["family"] == "ego_rotation_yaw"]
    scores = [score(f"<answer>{each['answer_letter']}</answer>", each) for each in rows]
    swaps = [group for group in groups_of(rows) if group.kind == "swap"]
    got = aggregate(rows, scores)
    assert (got.groups, got.whole_groups) == (len(swaps), 1.0)
    assert all(len(group.places) == 2 for group in swaps)
