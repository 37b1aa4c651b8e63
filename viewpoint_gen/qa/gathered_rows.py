"""Kept questions and refusals of gathered families as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from viewpoint_gen.qa.arrow import empty_lists, lists_from, maps_of, repeated, spelled
from viewpoint_gen.qa.draws import Keys, another_of, choice_of, salted
from viewpoint_gen.qa.families.family import Numbers, Verdicts
from viewpoint_gen.qa.families.gathered import Barren, GatheredFamily, Items
from viewpoint_gen.qa.rows import Provenance, Rows, asked_columns
from viewpoint_gen.qa.showing import Asked
from viewpoint_gen.qa.views import Views


def item_ids(items: Items, rows: Rows, family: GatheredFamily) -> list[str]:
    """The ids of some items' questions: their unit's, with their role and the family's name."""
    units, roles = items.unit[rows].tolist(), [items.roles[row] for row in rows.tolist()]
    names = items.unit_names
    return [f"{names[u]}.{role}.{family.id}" for u, role in zip(units, roles, strict=True)]


def gathered_rows(
    views: Views,
    items: Items,
    family: GatheredFamily,
    verdicts: Verdicts,
    kept: Rows,
    keys: Keys,
    provenance: Provenance,
    *,
    again: str = "",
) -> dict[str, pa.Array]:
    """Columns of the questions table for the kept items.

    Args:
        keys: (U,) of the units.
        again: ``groups.AGAIN`` for the same questions in other words and orders of options.
    """
    asked = Asked(
        family=family,
        verdicts=verdicts.take(kept),
        facts=next(iter(items.legs.values())).of_items(kept),
        keys=_keys(items, kept, keys),
        splits=views.splits[items.images[kept, 0]],
        slots=family.slots_of(items, kept),
        draw=another_of if again else choice_of,
    )
    count = len(asked)
    return {
        **_named(items, family, kept, again),
        "pair_id": pa.nulls(count, pa.string()),
        "marks": empty_lists(count),
        "facts": maps_of(list(items.facts), [v[kept] for v in items.facts.values()], count),
        **asked_columns(asked, provenance),
        **_carried(views, items.images[kept]),
    }


def _keys(items: Items, kept: Rows, keys: Keys) -> Keys:
    """(N,) of each kept item, by its unit and its role."""
    mine = keys[items.unit[kept]]
    roles = np.array([items.roles[row] for row in kept.tolist()], dtype=np.str_)
    for role in dict.fromkeys(items.roles):
        mine = np.where(roles == role, salted(mine, role), mine)
    return mine


def _named(items: Items, family: GatheredFamily, kept: Rows, again: str) -> dict[str, pa.Array]:
    """A unit is a group, in whichever words."""
    units = [items.unit_names[unit] for unit in items.unit[kept].tolist()]
    ids, roles = item_ids(items, kept, family), [items.roles[row] for row in kept.tolist()]
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
        return lists_from(views.table.column(name).combine_chunks(), images)

    def of_first(name: str) -> pa.Array:
        return views.table.column(name).combine_chunks().take(pa.array(images[:, 0]))

    return {
        "asset_uids": _distinct(views, images, "asset_uid", list, pa.list_(pa.string())),
        "image_ids": each("view_id"),
        "image_sha256": each("image_sha256"),
        "world_from_camera": each("world_from_camera"),
        "intrinsics": each("intrinsics"),
        "object_turn_rad": each("object_turn_rad"),
        "front_azimuth_rad": of_first("front_azimuth_rad"),
        "width_px": of_first("width_px"),
        "height_px": of_first("height_px"),
        "licence": _distinct(views, images, "licence", " AND ".join, pa.string()),
    }


def _distinct(
    views: Views,
    images: Rows,
    name: str,
    put: Callable[[Iterable[str]], Any],
    kind: pa.DataType,
) -> pa.Array:
    """Each row's different texts, in the order shown, put together."""
    texts = views.table.column(name).combine_chunks().dictionary_encode()
    codes = np.asarray(texts.indices.to_numpy(zero_copy_only=False), dtype=np.int64)[images]
    words = texts.dictionary.to_pylist()
    return spelled(
        list(codes.T), lambda *row: put(dict.fromkeys(words[code] for code in row)), kind
    )


def refused_items(
    views: Views,
    items: Items,
    family: GatheredFamily,
    refused: dict[str, tuple[Rows, Numbers]],
    provenance: Provenance,
) -> list[dict[str, pa.Array]]:
    """Columns of the rejections table, one set per code."""
    uids = views.table.column("asset_uid").combine_chunks()
    return [
        _refusals(
            code,
            item_ids(items, rows, family),
            uids.take(pa.array(items.images[rows, 0])),
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
            pa.array([each.asset_uid for each in barren], pa.string()),
            {name: np.array([each.numbers.get(name, np.nan) for each in barren]) for name in names},
            provenance,
        )
    ]


def _refusals(
    code: str,
    subjects: Sequence[str],
    uids: pa.Array,
    numbers: Numbers,
    provenance: Provenance,
) -> dict[str, pa.Array]:
    count = len(subjects)
    return {
        "kind": repeated("question", count),
        "subject_id": pa.array(subjects, pa.string()),
        "asset_uid": uids,
        "code": repeated(code, count),
        "numbers": maps_of(list(numbers), list(numbers.values()), count),
        "seed": repeated(provenance.seed, count),
        "fingerprint": repeated(provenance.fingerprint, count),
    }
