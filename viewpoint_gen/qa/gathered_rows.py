"""Kept questions and refusals of gathered families as Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from viewpoint_gen.qa.arrow import lists_of, maps_of, repeated
from viewpoint_gen.qa.draws import another_of, choice_of
from viewpoint_gen.qa.families.family import Numbers, Verdicts
from viewpoint_gen.qa.families.gathered import Barren, GatheredFamily, Items
from viewpoint_gen.qa.rows import ANSWER_TYPES, Provenance, Rows
from viewpoint_gen.qa.showing import Asked, show
from viewpoint_gen.qa.views import Views


def item_ids(items: Items, family: GatheredFamily) -> list[str]:
    """The id of every item's question: its unit's, with its role and the family's name."""
    units = zip(items.unit.tolist(), items.roles, strict=True)
    return [f"{items.unit_names[unit]}.{role}.{family.id}" for unit, role in units]


def gathered_rows(
    views: Views,
    items: Items,
    family: GatheredFamily,
    verdicts: Verdicts,
    kept: Rows,
    provenance: Provenance,
    *,
    again: str = "",
) -> dict[str, pa.Array]:
    """Columns of the questions table for the kept items.

    Args:
        again: ``groups.AGAIN`` for the same questions in other words and orders of options.
    """
    count = len(kept)
    answers = verdicts.take(kept)
    ids, first = item_ids(items, family), items.images[kept, 0]
    asked = Asked(
        family=family,
        verdicts=answers,
        facts=next(iter(items.legs.values())).of_items().take(kept),
        ids=[ids[row] for row in kept.tolist()],
        splits=[views.splits[row] for row in first.tolist()],
        seed=provenance.seed,
        slots=family.slots_of(items, kept),
        draw=another_of if again else choice_of,
    )
    shown = show(asked)
    return {
        **_named(items, family, kept, asked.ids, again),
        "split": pa.array(asked.splits, pa.string()),
        "family": repeated(family.id, count),
        "wording_id": pa.array(shown.wording_id, pa.string()),
        "frame": repeated(family.frame, count),
        "pair_id": pa.nulls(count, pa.string()),
        **_carried(views, items.images[kept]),
        "marks": pa.array([[] for _ in range(count)]),
        "question": pa.array(shown.question, pa.string()),
        "options": pa.array(shown.options, pa.list_(pa.string())),
        "answer_key": pa.array(family.options).take(pa.array(answers.option)),
        "answer_letter": pa.array(shown.letter, pa.string()),
        "answer_text": pa.array(shown.answer, pa.string()),
        "answer_value": pa.array(answers.value),
        "answer_unit": repeated(family.unit, count),
        "answer_type": repeated(ANSWER_TYPES[family.form], count),
        "tolerance": pa.nulls(count, pa.float64()),
        "chance": pa.array([1.0 / len(options) for options in shown.options], pa.float64()),
        "margin": pa.array(answers.margin),
        "margin_unit": repeated(family.unit, count),
        "reasons": pa.array(shown.reasons, pa.string()),
        "facts": maps_of(list(items.facts), [v[kept] for v in items.facts.values()], count),
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
        "qa_fingerprint": repeated(provenance.qa_fingerprint, count),
    }


def _named(
    items: Items, family: GatheredFamily, kept: Rows, ids: Sequence[str], again: str
) -> dict[str, pa.Array]:
    """A unit is a group, in whichever words."""
    units = [items.unit_names[unit] for unit in items.unit[kept].tolist()]
    roles = [items.roles[row] for row in kept.tolist()]
    if again:
        ids, roles = [f"{name}.{again}" for name in ids], [f"{role}_{again}" for role in roles]
    return {
        "id": pa.array(ids, pa.string()),
        "group_id": pa.array([f"{unit}.{family.id}" for unit in units], pa.string()),
        "group_role": pa.array(roles, pa.string()),
    }


def _carried(views: Views, images: Rows) -> dict[str, pa.Array]:
    """What goes from the views to the question unchanged, one list entry per image."""

    def each(name: str) -> pa.Array:
        column = views.table.column(name).combine_chunks()
        return lists_of([column.take(pa.array(rows)) for rows in images.T])

    def of_first(name: str) -> pa.Array:
        return views.table.column(name).combine_chunks().take(pa.array(images[:, 0]))

    return {
        "asset_uids": pa.array(_distinct(views, images, "asset_uid"), pa.list_(pa.string())),
        "image_ids": each("view_id"),
        "image_sha256": each("image_sha256"),
        "world_from_camera": each("world_from_camera"),
        "intrinsics": each("intrinsics"),
        "object_turn_rad": each("object_turn_rad"),
        "front_azimuth_rad": of_first("front_azimuth_rad"),
        "width_px": of_first("width_px"),
        "height_px": of_first("height_px"),
        "licence": pa.array(
            [" AND ".join(names) for names in _distinct(views, images, "licence")], pa.string()
        ),
    }


def _distinct(views: Views, images: Rows, name: str) -> list[list[str]]:
    """Each row's different texts, in the order shown."""
    texts = views.texts(name)
    return [list(dict.fromkeys(texts[row] for row in rows)) for rows in images.tolist()]


def refused_items(
    views: Views,
    items: Items,
    family: GatheredFamily,
    refused: dict[str, tuple[Rows, Numbers]],
    provenance: Provenance,
) -> list[dict[str, pa.Array]]:
    """Columns of the rejections table, one set per code."""
    ids, uids = item_ids(items, family), views.texts("asset_uid")
    return [
        _refusals(
            code,
            [ids[row] for row in rows.tolist()],
            [uids[row] for row in items.images[rows, 0].tolist()],
            {name: np.asarray(values[rows]) for name, values in numbers.items()},
            provenance,
        )
        for code, (rows, numbers) in refused.items()
    ]


def refused_barren(
    code: str, barren: Sequence[Barren], family: GatheredFamily, provenance: Provenance
) -> list[dict[str, pa.Array]]:
    """The same of what gave no item."""
    if not barren:
        return []
    names = sorted({name for each in barren for name in each.numbers})
    return [
        _refusals(
            code,
            [f"{each.name}.{family.id}" for each in barren],
            [each.asset_uid for each in barren],
            {name: np.array([each.numbers.get(name, np.nan) for each in barren]) for name in names},
            provenance,
        )
    ]


def _refusals(
    code: str,
    subjects: Sequence[str],
    uids: Sequence[str],
    numbers: Numbers,
    provenance: Provenance,
) -> dict[str, pa.Array]:
    count = len(subjects)
    return {
        "kind": repeated("question", count),
        "subject_id": pa.array(subjects, pa.string()),
        "asset_uid": pa.array(uids, pa.string()),
        "code": repeated(code, count),
        "numbers": maps_of(list(numbers), list(numbers.values()), count),
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
    }
