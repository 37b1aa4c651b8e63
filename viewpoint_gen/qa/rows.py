"""Kept questions and refusals as Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.qa.arrow import joined, lists_of, maps_of, repeated
from viewpoint_gen.qa.draws import another_of, choice_of
from viewpoint_gen.qa.facts import STORED_FACTS, Facts
from viewpoint_gen.qa.families.family import Family, Form, Numbers, Verdicts
from viewpoint_gen.qa.showing import Asked, show

Rows = NDArray[np.int64]

ANSWER_TYPES: Final = {
    Form.NAMED: "choice",
    Form.LADDER: "choice",
    Form.ANGLE: "angle",
    Form.RATIO: "ratio",
    Form.SUBSET: "set",
    Form.POSE: "pose",
    Form.MARKED: "choice",
    Form.PICTURED: "choice",
}
"""How ``score`` reads and grades an answer, by the form of its question."""


_OF_VIEWS: Final = ("view_id", "image_sha256", "world_from_camera", "intrinsics", "object_turn_rad")
_CARRIED: Final = [
    *("pair_id", "asset_uid", "front_azimuth_1_rad", "width_px", "height_px", "licence"),
    *(f"{name}_{view}" for name in _OF_VIEWS for view in (1, 2)),
]
"""Columns of the pairs table of which rows are made; surface points are large, and not among."""


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


def question_ids(pairs: pa.Table, family: Family) -> pa.Array:
    """The id of every pair's question: the pair's, with the family's name."""
    return joined(pairs.column("pair_id"), f".{family.id}")


def question_rows(
    block: Block,
    family: Family,
    verdicts: Verdicts,
    kept: Rows,
    provenance: Provenance,
    *,
    again: str = "",
) -> dict[str, pa.Array]:
    """Columns of the questions table for the kept rows of a block.

    Args:
        again: ``groups.AGAIN`` for the same questions in other words and orders of options.
    """
    count = len(kept)
    pairs = block.pairs.select(_CARRIED).take(pa.array(kept))
    ids = question_ids(pairs, family)
    answers = verdicts.take(kept)
    asked = Asked(
        family=family,
        verdicts=answers,
        facts=block.facts.take(kept),
        ids=ids.to_pylist(),
        splits=[block.splits[row] for row in kept.tolist()],
        seed=provenance.seed,
        draw=another_of if again else choice_of,
    )
    shown = show(asked)
    choices = list(zip(shown.options, shown.letter, strict=True))
    return {
        "id": joined(ids, f".{again}") if again else ids,
        **_group(pairs, family, again),
        "split": pa.array(asked.splits, pa.string()),
        "family": repeated(family.id, count),
        "wording_id": pa.array(shown.wording_id, pa.string()),
        "frame": repeated(family.frame, count),
        "marks": _marks(answers, pairs),
        "question": pa.array(shown.question, pa.string()),
        "options": pa.array(shown.options, pa.list_(pa.string())),
        "answer_key": pa.array(family.options).take(pa.array(answers.option)),
        "answer_letter": pa.array(shown.letter, pa.string()),
        "answer_text": pa.array(shown.answer, pa.string()),
        "answer_value": _value(family, answers),
        "answer_unit": repeated(family.unit, count),
        "answer_type": repeated(ANSWER_TYPES[family.form], count),
        "tolerance": pa.array(np.full(count, family.tolerance), from_pandas=True),
        "chance": pa.array([1.0 / len(o) if a else None for o, a in choices], pa.float64()),
        "margin": pa.array(answers.margin),
        "margin_unit": repeated(family.unit, count),
        "reasons": pa.array(shown.reasons, pa.string()),
        "facts": maps_of(STORED_FACTS, [asked.facts.column(name) for name in STORED_FACTS], count),
        **_carried(pairs),
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
        "qa_fingerprint": repeated(provenance.qa_fingerprint, count),
    }


def _value(family: Family, answers: Verdicts) -> pa.Array:
    """The signed number behind the answer; null where it is several numbers."""
    if family.form is Form.POSE:
        return pa.nulls(len(answers.value), pa.float64())
    return pa.array(answers.value)


def _marks(answers: Verdicts, pairs: pa.Table) -> pa.Array:
    """What is marked in each question's images, in pixels; an empty list for none."""
    if answers.marks is None:
        return pa.array([[] for _ in range(len(answers.option))])
    marks = answers.marks
    width_px = np.asarray(pairs.column("width_px").to_pylist(), dtype=np.float64)
    places_px = (marks.places * width_px[:, None, None]).tolist()
    named = list(zip(marks.images, marks.labels, strict=True))
    return pa.array(
        [
            [
                {"image": image, "label": label, "x_px": x, "y_px": y}
                for (image, label), (x, y) in zip(named, row, strict=True)
            ]
            for row in places_px
        ]
    )


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


def _group(pairs: pa.Table, family: Family, again: str) -> dict[str, pa.Array]:
    """A question and its reverse are a group, in whichever words: each answer decides the other."""
    one = pairs.column("view_id_1").combine_chunks()
    two = pairs.column("view_id_2").combine_chunks()
    in_order = pc.less_equal(one, two)
    first, last = pc.if_else(in_order, one, two), pc.if_else(in_order, two, one)
    return {
        "group_id": joined(first, "+", last, f".{family.id}"),
        "group_role": joined(
            pc.if_else(in_order, "forward", "reverse"), f"_{again}" if again else ""
        ),
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
