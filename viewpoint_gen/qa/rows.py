"""Kept questions and refusals as Arrow tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.qa.arrow import empty_lists, joined, lists_from, maps_of, repeated
from viewpoint_gen.qa.draws import Keys, Splits, another_of, choice_of, salted
from viewpoint_gen.qa.facts import STORED_FACTS, Facts
from viewpoint_gen.qa.families.family import Family, Form, Numbers, Verdicts
from viewpoint_gen.qa.showing import Asked, Shown, show

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
_OF_PAIRS: Final = ("pair_id", "asset_uid", "width_px", "height_px", "licence")
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
        keys: (N,) by which what a question shows is drawn.
    """

    pairs: pa.Table
    facts: Facts
    splits: Splits
    keys: Keys

    @cached_property
    def of_views(self) -> dict[str, pa.Array]:
        """(2N,) columns of the first views, and behind them of the second ones."""
        return {
            name: pa.concat_arrays(
                [self.pairs.column(f"{name}_{view}").combine_chunks() for view in (1, 2)]
            )
            for name in _OF_VIEWS
        }


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
    pairs = block.pairs.select(_OF_PAIRS).take(pa.array(kept))
    ids = question_ids(pairs, family)
    asked = Asked(
        family=family,
        verdicts=verdicts.take(kept),
        facts=block.facts.take(kept),
        keys=salted(block.keys[kept], family.id),
        splits=block.splits[kept],
        draw=another_of if again else choice_of,
    )
    return {
        "id": joined(ids, f".{again}") if again else ids,
        "marks": _marks(asked.verdicts, pairs),
        "facts": maps_of(
            STORED_FACTS, [asked.facts.column(name) for name in STORED_FACTS], len(asked)
        ),
        **asked_columns(asked, provenance),
        **_carried(block, kept, pairs, family, again),
    }


def asked_columns(asked: Asked, provenance: Provenance) -> dict[str, pa.Array]:
    """The columns that say the same of a question whatever it is asked of."""
    family, answers, count, shown = asked.family, asked.verdicts, len(asked), show(asked)
    return {
        "split": pa.array(asked.splits, pa.string()),
        "family": repeated(family.id, count),
        "wording_id": shown.wording_id,
        "frame": repeated(family.frame, count),
        "question": shown.question,
        "options": shown.options,
        "answer_key": pa.array(family.options).take(pa.array(answers.option)),
        "answer_letter": shown.letter,
        "answer_text": shown.answer,
        "answer_value": _value(family, answers),
        "answer_unit": repeated(family.unit, count),
        "answer_type": repeated(ANSWER_TYPES[family.form], count),
        "tolerance": pa.array(np.full(count, family.tolerance), from_pandas=True),
        "chance": _chance(shown),
        "margin": pa.array(answers.margin),
        "margin_unit": repeated(family.unit, count),
        "reasons": shown.reasons,
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
        "qa_fingerprint": repeated(provenance.qa_fingerprint, count),
    }


def _chance(shown: Shown) -> pa.Array:
    """Of a guess among the options; null where no single letter is the answer."""
    offered = pc.list_value_length(shown.options).cast(pa.float64())
    lettered = pc.if_else(pc.is_valid(shown.letter), offered, pa.scalar(None, pa.float64()))
    return pc.divide(1.0, lettered)


def _value(family: Family, answers: Verdicts) -> pa.Array:
    """The signed number behind the answer; null where it is several numbers."""
    if family.form is Form.POSE:
        return pa.nulls(len(answers.value), pa.float64())
    return pa.array(answers.value)


def _marks(answers: Verdicts, pairs: pa.Table) -> pa.Array:
    """What is marked in each question's images, in pixels; an empty list for none."""
    if answers.marks is None:
        return empty_lists(len(answers.option))
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


def _carried(
    block: Block, kept: Rows, pairs: pa.Table, family: Family, again: str
) -> dict[str, pa.Array]:
    """What goes from the pair to the question unchanged, two columns into one list.

    A question and its reverse are a group, in whichever words: each answer decides the other.
    """
    both = np.stack([kept, kept + len(block.splits)], axis=1)
    each = {name: lists_from(column, both) for name, column in block.of_views.items()}
    one, two = (pc.list_element(each["view_id"], place) for place in (0, 1))
    in_order = pc.less_equal(one, two)
    first, last = pc.if_else(in_order, one, two), pc.if_else(in_order, two, one)
    same = {name: pairs.column(name).combine_chunks() for name in _OF_PAIRS}
    front_rad = block.pairs.column("front_azimuth_1_rad").combine_chunks()
    return {
        "group_id": joined(first, "+", last, f".{family.id}"),
        "group_role": joined(
            pc.if_else(in_order, "forward", "reverse"), f"_{again}" if again else ""
        ),
        "pair_id": same["pair_id"],
        "asset_uids": lists_from(same["asset_uid"], np.arange(len(kept))[:, None]),
        "image_ids": each.pop("view_id"),
        **each,
        "front_azimuth_rad": front_rad.take(pa.array(kept)),
        "width_px": same["width_px"],
        "height_px": same["height_px"],
        "licence": same["licence"],
    }
