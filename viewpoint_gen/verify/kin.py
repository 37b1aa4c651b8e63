"""What questions owe to one another: splits by asset, groups in one split, swaps inverted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.claims import Said
from viewpoint_gen.verify.compare import blame
from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.rule import Form, Rule, Swap
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.reading import Keys, Rows, key, keys, read_rows
from viewpoint_gen.verify.report import Tally

SPLITS: Final = ("train", "validation", "test")

KIN_RECORD: Final = np.dtype(
    [
        *((name, "u8") for name in ("key", "asset", "other", "group", "way", "back")),
        *((name, "u8") for name in ("said", "owed")),
        *((name, "u8") for name in ("original", "text", "answer_key")),
        ("numbers", "f4", (4,)),
        ("split", "i1"),
        ("turned", "?"),
        ("whole_set", "i1"),
    ]
)
"""One question in 107 bytes.

``other`` stands for a second asset that is shown, 0 for none; ``whole_set`` is its family's.
``way`` stands for family and images in order, ``back`` for the same family with the images in the
other order. ``said`` stands for the answer, 0 where it can't be read; ``owed`` for what the swapped
question must say, 0 where that is free. ``original`` stands for the question that is asked here
again in other words, 0 for none; ``text`` for the words. The ``numbers`` of an answer (see
``claims.Said``) are the swapped question's too, by rounding, or, where ``turned``, their negatives.
"""

DEGREES_ROOM: Final = 1.001
"""Both are rounded to whole degrees."""

RATIO_ROOM: Final = 0.0101
"""Both ratios are rounded to two decimals; as a share of the smaller."""

_SET: Final = 4
"""Questions that are asked of one set of images."""

Records = NDArray[Any]


def kin_records(rows: Rows, images: Keys, said: Sequence[Said | None]) -> Records:
    """Return what must be remembered of each question."""
    records = np.zeros(len(rows), KIN_RECORD)
    records["key"] = rows.keys("id")
    records["group"] = rows.keys("group_id")
    uids = rows.texts("asset_uids")
    records["asset"] = keys(names[0] if names else None for names in uids)
    records["other"] = keys(names[1] if names and len(names) > 1 else None for names in uids)
    families = rows.texts("family")
    told = [
        (family, " ".join(map(str, shown))) for family, shown in zip(families, images, strict=True)
    ]
    back = [" ".join(map(str, shown[::-1])) for shown in images]
    records["way"] = keys(f"{family} {shown}" for family, shown in told)
    records["back"] = keys(
        f"{family} {shown}" for family, shown in zip(families, back, strict=True)
    )
    records["original"] = [_original(*both) for both in _ids_and_roles(rows)]
    records["text"], records["answer_key"] = rows.keys("question"), rows.keys("answer_key")
    splits = rows.texts("split")
    records["split"] = [SPLITS.index(split) if split in SPLITS else -1 for split in splits]
    records["numbers"] = np.nan
    for record, family, answer in zip(records, families, said, strict=True):
        if answer is not None and family in RULES:
            _remember(record, RULES[family], answer)
    return records


AGAIN: Final = "again"


def _ids_and_roles(rows: Rows) -> Iterator[tuple[str, str]]:
    return zip(rows.ids, (role or "" for role in rows.texts("group_role")), strict=True)


def _original(row_id: str, role: str) -> int:
    """The key of the question that this one asks again; of no question if id and role disagree."""
    first, dot, last = row_id.rpartition(".")
    named, told = (dot, last) == (".", AGAIN), role.endswith(f"_{AGAIN}")
    if named and told:
        return key(first)
    return key(f"{row_id} {role}") if named or told else 0


def _remember(record: Any, rule: Rule, answer: Said) -> None:
    record["said"] = key(f"{answer.key} {answer.numbers}")
    record["whole_set"] = rule.whole_set
    if rule.form is Form.PICTURED:  # the same images are asked about another motion
        record["way"] = key(f"{record['way']} {answer.key}")
    if rule.swap is Swap.FREE:
        return
    record["numbers"] = answer.numbers
    record["turned"] = rule.swap is Swap.OPPOSITE
    if answer.key:
        back = rule.opposites[answer.key] if rule.opposites else answer.key
        record["owed"] = key(f"{back} {answer.numbers}")


def check_kin(layout: Layout, tally: Tally, records: Records) -> None:
    """Run the checks between questions and name the rows that fail."""
    wrong = {
        ("splits", "split", "one of train, validation, test"): records["split"] < 0,
        ("splits", "split", "one split per asset"): split_asset(records),
        ("groups", "split", "one split per group"): mixed(records["group"], records["split"]),
        ("groups", "asset_uids", "the group's assets"): strangers(records),
        ("groups", "answer", "each answer equally often in a set of four"): broken_sets(records),
        ("swaps", "answer", "the same as of the same images"): said_otherwise(records),
        ("swaps", "answer", "what it owes to the swapped images'"): not_inverted(records),
        ("asked_again", "question", "another's words and key"): not_asked_again(records),
    }
    for (check, what, expected), bad in wrong.items():
        tally.looked(check, len(records))
        if bad.any():
            _name(layout, tally, check, what, expected, records["key"][bad])


def mixed(groups: Keys, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say for each row whether its group has rows of another value; the minority is blamed."""
    names, members = np.unique(groups, return_inverse=True)
    kinds, kind = np.unique(values, return_inverse=True)
    if len(kinds) == 0:
        return np.zeros(0, np.bool_)
    combined, back, counts = np.unique(
        members.astype(np.int64) * len(kinds) + kind, return_inverse=True, return_counts=True
    )
    most = np.zeros(len(names), np.int64)
    np.maximum.at(most, combined // len(kinds), counts)
    several = np.bincount(combined // len(kinds), minlength=len(names)) > 1
    tied = np.bincount(
        combined // len(kinds), counts == most[combined // len(kinds)], minlength=len(names)
    )
    minority = (counts[back] < most[members]) | (tied[members] > 1)
    return np.asarray(several[members] & minority)


def split_asset(records: Records) -> NDArray[np.bool_]:
    """Say which rows show an asset that others show in another split."""
    two = records["other"] != 0
    assets = np.concatenate([records["asset"], records["other"][two]])
    bad = mixed(assets, np.concatenate([records["split"], records["split"][two]]))
    wrong = bad[: len(records)].copy()
    wrong[two] |= bad[len(records) :]
    return wrong


def strangers(records: Records) -> NDArray[np.bool_]:
    """Say which rows are of another asset than their group; groups of two assets don't count."""
    of_two = np.isin(records["group"], records["group"][records["other"] != 0])
    bad = np.zeros(len(records), np.bool_)
    bad[~of_two] = mixed(records["group"][~of_two], records["asset"][~of_two])
    return bad


def broken_sets(records: Records) -> NDArray[np.bool_]:
    """Say which rows' groups don't have each answer equally often, four questions in all."""
    bad = np.zeros(len(records), np.bool_)
    mine = np.flatnonzero(records["whole_set"] > 0)
    # a set that is asked again in other words is one by itself
    asked = [records["group"][mine], (records["original"][mine] != 0).astype(np.uint64)]
    _, group = np.unique(np.stack(asked, axis=1), axis=0, return_inverse=True)
    _, answer = np.unique(records["said"][mine], return_inverse=True)
    if not len(mine):
        return bad
    pair = group * (int(answer.max()) + 1) + answer
    alike = np.unique(pair, return_inverse=True, return_counts=True)
    due = _SET // records["whole_set"][mine]
    wrong = (np.bincount(group)[group] != _SET) | (alike[2][alike[1]] != due)
    bad[mine] = np.bincount(group, wrong)[group] > 0
    return bad


def said_otherwise(records: Records) -> NDArray[np.bool_]:
    """Say which rows answer otherwise than others of the same family and images."""
    readable = records["said"] != 0
    bad = np.zeros(len(records), np.bool_)
    bad[readable] = mixed(records["way"][readable], records["said"][readable])
    return bad


def not_inverted(records: Records) -> NDArray[np.bool_]:
    """Say which rows don't answer what they owe to the same question with its images swapped.

    A direction turns round, a size stays, and a pose changes its signs.
    """
    readable = records[records["said"] != 0]
    ways, first = np.unique(readable["way"], return_index=True)
    if not len(ways):
        return np.zeros(len(records), np.bool_)
    where = np.minimum(np.searchsorted(ways, records["back"]), len(ways) - 1)
    swapped = (ways[where] == records["back"]) & (records["said"] != 0)
    other = readable[first[where]]
    kept = (records["owed"] == 0) | (other["said"] == records["owed"])
    return np.asarray(swapped & ~(kept & _numbers_agree(records, other)))


def not_asked_again(records: Records) -> NDArray[np.bool_]:
    """Say which rows claim to ask a question again, and don't.

    There must be one of the same images, group and answer, and in other words.
    """
    again = records["original"] != 0
    order = np.argsort(records["key"], kind="stable")
    ids = records["key"][order]
    where = np.minimum(np.searchsorted(ids, records["original"]), max(len(ids) - 1, 0))
    first = records[order][where]
    fine = (first["key"] == records["original"]) & (first["text"] != records["text"])
    for name in ("way", "group", "answer_key"):
        fine &= first[name] == records[name]
    return np.asarray(again & ~fine)


def _numbers_agree(records: Records, other: Records) -> NDArray[np.bool_]:
    sign = np.where(records["turned"], -1.0, 1.0)[:, None]
    gap = other["numbers"] - sign * records["numbers"]
    gap[:, [0, 1, 3]] = (gap[:, [0, 1, 3]] + 180.0) % 360.0 - 180.0
    room = np.full(gap.shape, DEGREES_ROOM)
    room[:, 2] = RATIO_ROOM * np.exp(np.abs(records["numbers"][:, 2]))
    return np.asarray(((np.abs(gap) <= room) | np.isnan(gap)).all(axis=1))


def _name(layout: Layout, tally: Tally, check: str, what: str, expected: str, bad: Keys) -> None:
    column = {"answer": "answer_text"}.get(what, what)
    for name in layout.parts["qa"]:
        for rows in read_rows(layout.files, tally, "qa", name, columns=(column,)):
            wrong = np.flatnonzero(np.isin(rows.keys("id"), bad))
            blame(tally, rows, check, what, wrong, expected, rows.texts(column))
