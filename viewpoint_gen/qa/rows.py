"""Kept questions and refusals as Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.qa.arrow import joined, lists_of, maps_of, repeated
from viewpoint_gen.qa.draws import choice_of, keys_of, order_of
from viewpoint_gen.qa.facts import STORED_FACTS, Facts
from viewpoint_gen.qa.families.family import Family, Numbers, Verdicts
from viewpoint_gen.qa.phrasing import IMAGES, OptionSet, Text, still_notes, usable, wording_of

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Provenance:
    """What every row says about where it came from."""

    seed: int
    fingerprint: str
    qa_fingerprint: str


@dataclass(frozen=True)
class Block:
    """A block of pairs, with what all families need of it.

    Attributes:
        splits: (N,) "train", "validation" or "test".
    """

    pairs: pa.Table
    facts: Facts
    splits: Sequence[str]


@dataclass(frozen=True)
class _Texts:
    """What is shown, per question."""

    wording_id: list[str]
    question: list[str]
    options: list[list[str]]
    letter: list[str]
    answer: list[str]


def question_ids(pairs: pa.Table, family: Family) -> pa.Array:
    """The id of every pair's question: the pair's, with the family's name."""
    return joined(pairs.column("pair_id"), f".{family.id}")


def question_rows(
    block: Block, family: Family, verdicts: Verdicts, kept: Rows, provenance: Provenance
) -> dict[str, pa.Array]:
    """Columns of the questions table for the kept rows of a block."""
    count = len(kept)
    pairs = block.pairs.take(pa.array(kept))
    ids = question_ids(pairs, family)
    texts = _texts_of(block, family, verdicts, kept, ids, provenance.seed)
    return {
        "id": ids,
        **_group(pairs, family),
        "split": pa.array([block.splits[row] for row in kept], pa.string()),
        "family": repeated(family.id, count),
        "wording_id": pa.array(texts.wording_id, pa.string()),
        "frame": repeated(family.frame, count),
        "question": pa.array(texts.question, pa.string()),
        "options": pa.array(texts.options, pa.list_(pa.string())),
        "answer_letter": pa.array(texts.letter, pa.string()),
        "answer_text": pa.array(texts.answer, pa.string()),
        "answer_value": pa.array(verdicts.value[kept]),
        "answer_unit": repeated(family.unit, count),
        "answer_type": repeated("choice", count),
        "tolerance": pa.nulls(count, pa.float64()),
        "chance": pa.array(np.full(count, 1.0 / len(family.options))),
        "margin": pa.array(verdicts.margin[kept]),
        "margin_unit": repeated(family.unit, count),
        "facts": maps_of(
            STORED_FACTS, [block.facts.column(name)[kept] for name in STORED_FACTS], count
        ),
        **_carried(pairs),
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
        "qa_fingerprint": repeated(provenance.qa_fingerprint, count),
    }


def rejection_rows(
    block: Block, family: Family, refused: dict[str, tuple[Rows, Numbers]], provenance: Provenance
) -> list[dict[str, pa.Array]]:
    """Columns of the rejections table, one set per code."""
    tables = []
    for code, (rows, numbers) in refused.items():
        pairs = block.pairs.select(["pair_id", "asset_uid"]).take(pa.array(rows))
        count = len(rows)
        names = list(numbers)
        tables.append(
            {
                "kind": repeated("question", count),
                "subject_id": question_ids(pairs, family),
                "asset_uid": pairs.column("asset_uid").combine_chunks(),
                "code": repeated(code, count),
                "numbers": maps_of(names, [numbers[name][rows] for name in names], count),
                "seed": repeated(provenance.seed, count),
                "fingerprint": repeated(provenance.fingerprint, count),
            }
        )
    return tables


def _group(pairs: pa.Table, family: Family) -> dict[str, pa.Array]:
    """A question and its reverse are a group: their answers must be opposite."""
    one = pairs.column("view_id_1").combine_chunks()
    two = pairs.column("view_id_2").combine_chunks()
    in_order = pc.less_equal(one, two)
    first, last = pc.if_else(in_order, one, two), pc.if_else(in_order, two, one)
    return {
        "group_id": joined(first, "+", last, f".{family.id}"),
        "group_role": pc.if_else(in_order, "forward", "reverse"),
    }


def _carried(pairs: pa.Table) -> dict[str, pa.Array]:
    """What goes from the pair to the question unchanged, two columns into one list."""

    def both(name: str) -> pa.Array:
        return lists_of([pairs.column(f"{name}_{view}").combine_chunks() for view in (1, 2)])

    def same(name: str) -> pa.Array:
        return pairs.column(name).combine_chunks()

    return {
        "pair_id": same("pair_id"),
        "asset_uids": lists_of([same("asset_uid")]),
        "image_ids": both("view_id"),
        "image_sha256": both("image_sha256"),
        "world_from_camera": both("world_from_camera"),
        "intrinsics": both("intrinsics"),
        "object_turn_rad": lists_of([same("object_turn_rad_1"), same("object_turn_rad_2")]),
        "front_azimuth_rad": same("front_azimuth_1_rad"),
        "width_px": same("width_px"),
        "height_px": same("height_px"),
        "licence": same("licence"),
    }


def _texts_of(
    block: Block, family: Family, verdicts: Verdicts, kept: Rows, ids: pa.Array, seed: int
) -> _Texts:
    """Draw wording, note, option texts and option order for each question, by its id alone."""
    names = ids.to_pylist()
    wording = wording_of(family.id)
    order = order_of(keys_of(seed, "options", names), len(family.options))
    keys = keys_of(seed, "wording", names)
    sets = choice_of(keys, len(wording.option_sets))
    place = np.argmax(order == verdicts.option[kept][:, None], axis=1)
    told = _drawn(wording.questions, keys // np.uint64(64), block.splits, kept)
    notes = _drawn(still_notes(), keys_of(seed, "note", names), block.splits, kept)
    texts = _Texts([], [], [], [], [])
    for row, (said, note) in enumerate(zip(told, notes, strict=True)):
        chosen: OptionSet = wording.option_sets[sets[row]]
        spoken = not block.facts.static_backdrop[kept[row]]
        texts.question.append(f"{IMAGES}{note.text} {said.text}" if spoken else IMAGES + said.text)
        texts.wording_id.append(
            f"{family.id}.{said.id}.{chosen.id}" + (f".still{note.id}" if spoken else "")
        )
        options = [chosen.texts[option] for option in order[row]]
        texts.options.append(options)
        texts.letter.append(ascii_uppercase[place[row]])
        texts.answer.append(options[place[row]])
    return texts


def _drawn(
    texts: tuple[Text, ...], keys: NDArray[np.uint64], splits: Sequence[str], kept: Rows
) -> list[Text]:
    pools = {split: usable(texts, split) for split in ("train", "validation", "test")}
    drawn = {split: choice_of(keys, len(pool)) for split, pool in pools.items()}
    return [
        pools[splits[row]][drawn[splits[row]][number]] for number, row in enumerate(kept.tolist())
    ]
