"""Rows: complete, true by an independent oracle, and the same however the work is cut."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from qa_building import DIRECTIONS, PAIRED, Built, build, fact, matrices
from synthetic_pairs import synthetic_pairs

from viewpoint_gen.dataset.schema import QUESTIONS, REJECTED
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.qa.build import QaSchemas, build_questions, qa_fingerprint
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.summary import QaSummary
from viewpoint_gen.verify.lexicon import frame_problem, read_option
from viewpoint_gen.verify.truths import TRUTHS, motion_between

NULL_COLUMNS = {"tolerance", "front_azimuth_rad", "answer_letter", "answer_value", "chance"}


def test_every_column_is_filled(built: Built) -> None:
    assert built.questions.schema.equals(QUESTIONS)
    assert built.rejections.schema.equals(REJECTED)
    for name in QUESTIONS.names:
        empty = built.questions.column(name).null_count
        assert (empty > 0) == (name in NULL_COLUMNS), name
    assert built.rejections.column("kind").unique().to_pylist() == ["question"]


@pytest.mark.parametrize("family", DIRECTIONS)
def test_every_answer_is_true_by_other_code(built: Built, family: str) -> None:
    """The cameras in the row, through the verifier's own geometry and reading of words."""
    rows = built.of(family)
    cameras, intrinsics = (
        matrices(rows, name, size) for name, size in (("world_from_camera", 4), ("intrinsics", 3))
    )
    front = rows.column("front_azimuth_rad").to_numpy()
    truths = TRUTHS[family](motion_between(cameras, intrinsics, front))
    texts = rows.select(["options", "answer_letter", "answer_text"]).to_pylist()
    for row, truth in zip(texts, truths, strict=True):
        said = [read_option(family, text) for text in row["options"]]
        assert [claim == truth for claim in said].count(True) == 1
        assert said["ABC".index(row["answer_letter"])] == truth
        assert row["options"]["ABC".index(row["answer_letter"])] == row["answer_text"]


def test_counts_reconcile(built: Built) -> None:
    for family, summary in built.summary.families.items():
        assert summary.considered == built.pairs.num_rows
        assert summary.considered == summary.asked + sum(summary.refused.values())
        assert built.of(family).num_rows == summary.asked == sum(summary.truths.values())
    assert (
        built.rejections.num_rows + built.questions.num_rows == len(PAIRED) * built.pairs.num_rows
    )
    ids = (
        built.questions.column("id").to_pylist() + built.rejections.column("subject_id").to_pylist()
    )
    assert len(set(ids)) == len(ids)


def test_refusals_say_what_was_measured(built: Built) -> None:
    codes = built.rejections.column("code")
    by_code = {
        code: built.rejections.slice(pc.index(codes, code).as_py(), 1).to_pylist()[0]
        for code in codes.unique().to_pylist()
    }
    assert {"tiny", "balance", "pole", "no_front", "object_moved", "focal_changed"} <= set(by_code)
    pole = dict(by_code["pole"]["numbers"])
    assert pole["limit_rad"] == pytest.approx(np.deg2rad(75))
    assert max(abs(value) for value in pole.values()) > pole["limit_rad"]
    assert dict(by_code["no_front"]["numbers"]) == {}


def test_margins_are_what_lies_beyond_the_threshold(built: Built) -> None:
    rows = built.of("ego_rotation_yaw")
    value, margin = (rows.column(name).to_numpy() for name in ("answer_value", "margin"))
    turned = np.abs(value) > np.deg2rad(4)
    assert np.allclose(margin[turned], np.abs(value[turned]) - np.deg2rad(8))
    assert np.allclose(margin[~turned], np.deg2rad(1) - np.abs(value[~turned]))
    assert (margin >= 0).all()
    assert np.allclose(value, fact(rows, "heading_rad"))


def test_what_a_row_repeats_is_the_pairs(built: Built) -> None:
    pairs = {row["pair_id"]: row for row in built.pairs.slice(0, 300).to_pylist()}
    of_these = pc.is_in(built.questions.column("pair_id"), pa.array(list(pairs)))
    rows = built.questions.filter(of_these).to_pylist()
    assert len(rows) > 100
    for row in rows:
        pair = pairs[row["pair_id"]]
        assert row["image_ids"] == [pair["view_id_1"], pair["view_id_2"]]
        assert row["image_sha256"] == [pair["image_sha256_1"], pair["image_sha256_2"]]
        assert row["world_from_camera"] == [pair[f"world_from_camera_{k}"] for k in (1, 2)]
        assert row["intrinsics"] == [pair[f"intrinsics_{k}"] for k in (1, 2)]
        assert row["object_turn_rad"] == [pair["object_turn_rad_1"], pair["object_turn_rad_2"]]
        assert row["asset_uids"] == [pair["asset_uid"]]
        assert row["front_azimuth_rad"] == pair["front_azimuth_1_rad"]
        assert dict(row["facts"])["heading_rad"] == pair["heading_rad"]


def test_groups_hold_a_question_and_its_reverse_with_opposite_answers(built: Built) -> None:
    groups: dict[str, list[dict]] = {}
    names = ["group_id", "group_role", "image_ids", "family", "answer_value"]
    for row in _of_directions(built).select(names).to_pylist():
        groups.setdefault(row["group_id"], []).append(row)
    pairs = [rows for rows in groups.values() if len(rows) == 2]
    assert len(pairs) > 1000
    for one, two in pairs:
        assert {one["group_role"], two["group_role"]} == {"forward", "reverse"}
        assert one["image_ids"] == two["image_ids"][::-1]
        assert one["family"] == two["family"]
        assert np.sign(one["answer_value"]) == -np.sign(two["answer_value"]) or (
            abs(one["answer_value"]) < 0.02
        )


def _of_directions(built: Built) -> pa.Table:
    named = pc.is_in(built.questions.column("family"), pa.array(DIRECTIONS))
    return built.questions.filter(named)


def _chi_square(counts: np.ndarray) -> float:
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


def test_letters_are_even_whatever_the_answer(built: Built) -> None:
    letters = np.array(_of_directions(built).column("answer_letter").to_pylist())
    table = []
    for family in DIRECTIONS:
        rows = built.of(family)
        mine = np.array(rows.column("answer_letter").to_pylist())
        counts = np.array([(mine == letter).sum() for letter in "ABC"])
        assert _chi_square(counts) < 18  # 2 degrees of freedom: 1 in 8,000
        sign = np.sign(rows.column("answer_value").to_numpy())
        table += [[(mine[sign == way] == letter).sum() for letter in "ABC"] for way in (-1, 1)]
    assert _chi_square(np.array([(letters == letter).sum() for letter in "ABC"])) < 18
    by_way = np.array(table, dtype=float)
    expected = by_way.sum(axis=1, keepdims=True) / 3
    assert ((by_way - expected) ** 2 / expected).sum() < 90  # 36 degrees of freedom


def test_the_same_seed_gives_the_same_rows_however_they_come(pairs: pa.Table) -> None:
    some = pairs.slice(0, 1600)
    settings = {"balance": {"block_pairs": 500}}
    one = build(some, batch_rows=1600, **settings)
    two = build(some, batch_rows=77, **settings)
    assert one.questions.equals(two.questions)
    assert one.rejections.equals(two.rejections)
    assert one.summary == two.summary
    other = build(some, seed=8, **settings)
    assert not one.questions.equals(other.questions)


def test_one_family_less_leaves_the_others_as_they_were(pairs: pa.Table) -> None:
    some = pairs.slice(0, 3000)
    every = build(some)
    names = ("ego_rotation_yaw", "ego_translation_distance")
    two = build(some, families=names)
    assert list(two.summary.families) == ["ego_translation_distance", "ego_rotation_yaw"]
    for name in names:
        mine, theirs = (each.of(name).drop(["qa_fingerprint"]) for each in (two, every))
        assert mine.num_rows > 50
        assert mine.equals(theirs)


def test_per_pair_limits_the_families_of_each_pair(pairs: pa.Table) -> None:
    some = pairs.slice(0, 3000)
    limited = build(some, per_pair=2)
    per_pair = np.unique(limited.questions.column("pair_id").to_pylist(), return_counts=True)[1]
    assert per_pair.max() == 2
    assert sum(s.refused.get("per_pair", 0) for s in limited.summary.families.values()) > 1000
    assert sum(summary.asked > 0 for summary in limited.summary.families.values()) > 25


def test_an_asset_is_in_one_split_and_shares_are_as_asked() -> None:
    built = build(
        synthetic_pairs(3000, per_asset=2), families=("ego_rotation_yaw",), test_share=0.2
    )
    splits: dict[str, set[str]] = {}
    for row in built.questions.select(["asset_uids", "split"]).to_pylist():
        splits.setdefault(row["asset_uids"][0], set()).add(row["split"])
    assert all(len(names) == 1 for names in splits.values())
    shares = {
        name: np.mean([names == {name} for names in splits.values()])
        for name in ("train", "validation", "test")
    }
    assert shares["test"] == pytest.approx(0.2, abs=0.06)
    assert shares["validation"] == pytest.approx(0.05, abs=0.04)


def test_prompts_are_whole_and_name_their_frame(built: Built) -> None:
    names = ["question", "options", "family", "answer_type"]
    for row in built.questions.select(names).take(list(range(0, 40_000, 9))).to_pylist():
        prompt = prompt_of(row)
        assert prompt.count("<image>") == 2
        assert prompt.startswith("Image 1: <image>\nImage 2: <image>\n")
        for letter, text in zip("ABCDE", row["options"], strict=False):
            assert f"\n{letter}. {text}\n" in prompt
        assert frame_problem(row["family"], row["question"]) is None


def test_an_object_that_may_have_moved_is_said_to_be_still_unless_it_wasnt(built: Built) -> None:
    backdrop = dict(
        zip(*(built.pairs.column(n).to_pylist() for n in ("pair_id", "backdrop")), strict=True)
    )
    names = ["wording_id", "pair_id", "object_turn_rad"]
    for row in built.questions.select(names).to_pylist():
        noted = ".still" in row["wording_id"]
        assert noted == (backdrop[row["pair_id"]] == "solid")
        if row["object_turn_rad"][0] != row["object_turn_rad"][1]:
            assert not noted


def test_no_pairs_give_no_rows_and_a_reason() -> None:
    summary = QaSummary()
    schemas = QaSchemas(QUESTIONS, REJECTED)
    blocks = build_questions(
        [], {}, QaConfig(), seed=0, fingerprint="", schemas=schemas, summary=summary
    )
    assert list(blocks) == []
    assert all(s.none_because == "there were no pairs" for s in summary.families.values())
    assert summary.lines()[0] == "0 questions"
    assert summary.to_dict()["asked"] == 0


def test_a_family_that_is_refused_everywhere_says_why(pairs: pa.Table) -> None:
    front = pairs.schema.get_field_index("front_azimuth_1_rad")
    unknown = pairs.slice(0, 500).set_column(
        front, pairs.schema.field(front), pa.nulls(500, pa.float64())
    )
    summary = build(unknown).summary.families["object_translation_left_right"]
    assert summary.none_because.startswith("all pairs were refused, most as no_front")


def test_an_unknown_family_fails_before_anything_is_read() -> None:
    with pytest.raises(RecipeError, match="ego_flight"):
        build_questions(
            iter([]),
            {},
            QaConfig(families=("ego_flight",)),
            seed=0,
            fingerprint="",
            schemas=QaSchemas(QUESTIONS, REJECTED),
            summary=QaSummary(),
        )


def test_fingerprints_tell_settings_and_seeds_apart() -> None:
    prints = {
        qa_fingerprint(QaConfig(), seed=0),
        qa_fingerprint(QaConfig(), seed=1),
        qa_fingerprint(QaConfig(turn_least_deg=9.0), seed=0),
    }
    assert len(prints) == 3
    assert qa_fingerprint(QaConfig(), seed=0) in prints
