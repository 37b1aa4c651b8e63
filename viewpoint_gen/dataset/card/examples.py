"""One question of each group of families, with its images, to be shown in the card."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from string import ascii_uppercase
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from viewpoint_gen.dataset.marks import images_of
from viewpoint_gen.dataset.shards import iterate_batches, open_part, part_names
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.groups import AGAIN
from viewpoint_gen.storage import Store

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Directions": (
        "ego_translation_sideways", "ego_translation_vertical", "ego_translation_distance",
        "object_translation_around", "object_translation_left_right",
        "object_translation_front_back", "ego_rotation_yaw", "ego_rotation_pitch",
        "ego_rotation_roll",
    ),
    "Sizes to choose from": tuple(f for f in FAMILIES if f.startswith("magnitude_")),
    "Sizes as numbers": tuple(f for f in FAMILIES if f.startswith("estimate_")),
    "Motions that look alike": tuple(f for f in FAMILIES if f.startswith("minimal_")),
    "Who moved and mixed motions": (
        "who_moved", "dominant", "all_that_apply", "pose_tuple", "inverse",
    ),
    "Shared surface": ("overlap_share", "new_share"),
    "A view to choose": ("choose_view",),
    "Two motions in a row": ("compose",),
    "The same object or another": ("same_object",),
    "Marked points": ("correspondence", "hidden_point", "cannot_tell"),
}  # fmt: skip
"""Groups of families, by title, in the order in which the card shows them."""

_GROUP_OF: Final = {family: title for title, names in GROUPS.items() for family in names}

_CANDIDATES: Final = 64
"""Questions of each group among which the one is chosen that shows its object best."""

_GOOD_MASK_SHARE: Final = 0.12
"""An object that fills this much of every image is shown well enough."""

_DULL: Final = ("nothing", "rank_0", "bin_0")
"""Answers that make poor examples."""

_SELECTED_BY: Final = ("id", "family", "group_role", "answer_key", "image_ids", "asset_uids")
_SHOWN: Final = (
    "id", "family", "image_ids", "asset_uids", "marks", "question", "options", "answer_letter",
    "answer_text", "answer_type", "answer_value", "answer_unit", "reasons", "split",
)  # fmt: skip

_BATCH_ROWS: Final = 8192


@dataclass(frozen=True)
class Example:
    """A question as the card shows it.

    Attributes:
        group: title of its group of families.
        images: in the order shown, marks drawn in.
        captions: of the images: "Image 1", "Image A", …
    """

    group: str
    row: Mapping[str, Any]
    images: Sequence[Image.Image]
    captions: Sequence[str]

    @property
    def slug(self) -> str:
        """For file names."""
        words = "".join(c if c.isalnum() else " " for c in self.group.lower()).split()
        return "-".join(words)


def examples_of(store: Store) -> list[Example]:
    """An example of each group that has a question, of different assets where that can be.

    The same run gives the same examples. Reads the pictures of those alone.
    """
    candidates = _candidates(store)
    every = (view for rows in candidates.values() for row in rows for view in row["image_ids"])
    shares = _mask_shares(store, set(every))
    chosen = _choose(candidates, shares)
    rows = _full_rows(store, {row["id"] for row in chosen.values()})
    pictures = _pictures(store, {view for row in rows.values() for view in row["image_ids"]})
    return [
        Example(
            group=group,
            row=rows[chosen[group]["id"]],
            images=images_of(rows[chosen[group]["id"]], pictures),
            captions=_captions(rows[chosen[group]["id"]]["family"]),
        )
        for group in GROUPS
        if group in chosen
    ]


def _captions(family: str) -> list[str]:
    return [label.rstrip(": ") for label in FAMILIES[family].images]


def _candidates(store: Store) -> dict[str, list[dict[str, Any]]]:
    """A fixed number of questions of each group: those whose ids hash lowest."""
    kept: dict[str, list[tuple[int, str, dict[str, Any]]]] = {}
    for rows in iterate_batches(store, "qa", columns=_SELECTED_BY, rows=_BATCH_ROWS):
        dull = pc.is_in(rows["answer_key"], value_set=pa.array(_DULL))
        again = pc.ends_with(rows["group_role"], f"_{AGAIN}")
        for row in rows.filter(pc.invert(pc.or_(dull, again))).to_pylist():
            heap = kept.setdefault(_GROUP_OF[row["family"]], [])
            entry = (-_draw(row["id"]), row["id"], row)
            if len(heap) < _CANDIDATES:
                heappush(heap, entry)
            elif entry > heap[0]:
                heapreplace(heap, entry)
    return {
        group: [row for _, _, row in sorted(heap, key=lambda entry: (-entry[0], entry[1]))]
        for group, heap in kept.items()
    }


def _draw(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"example {name}".encode()).digest()[:8], "big")


def _mask_shares(store: Store, view_ids: set[str]) -> dict[str, float]:
    wanted = pa.array(sorted(view_ids), pa.string())
    found: dict[str, float] = {}
    for rows in iterate_batches(
        store, "views", columns=("view_id", "mask_share"), rows=_BATCH_ROWS
    ):
        hits = rows.filter(pc.is_in(rows["view_id"], value_set=wanted))
        found |= dict(zip(hits["view_id"].to_pylist(), hits["mask_share"].to_pylist(), strict=True))
    return found


def _choose(
    candidates: Mapping[str, Sequence[dict[str, Any]]], shares: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Per group the question that shows its objects best, of an asset not shown yet."""
    chosen: dict[str, dict[str, Any]] = {}
    shown: set[str] = set()
    for group in GROUPS:
        rows = candidates.get(group, ())
        fresh = [row for row in rows if not shown.intersection(row["asset_uids"])] or rows
        if fresh:
            chosen[group] = max(fresh, key=lambda row: _clearness(row["image_ids"], shares))
            shown.update(chosen[group]["asset_uids"])
    return chosen


def _clearness(view_ids: Iterable[str], shares: Mapping[str, float]) -> float:
    return min(_GOOD_MASK_SHARE, *(shares.get(view_id, 0.0) for view_id in view_ids))


def _full_rows(store: Store, ids: set[str]) -> dict[str, dict[str, Any]]:
    wanted = pa.array(sorted(ids), pa.string())
    found: dict[str, dict[str, Any]] = {}
    for rows in iterate_batches(store, "qa", columns=_SHOWN, rows=_BATCH_ROWS):
        hits = rows.filter(pc.is_in(rows["id"], value_set=wanted))
        found |= {row["id"]: row for row in hits.to_pylist()}
    return found


def _pictures(store: Store, view_ids: set[str]) -> dict[str, bytes]:
    """Encoded images of some views, from the row groups that hold them."""
    wanted = pa.array(sorted(view_ids), pa.string())
    found: dict[str, bytes] = {}
    for name in part_names(store, "views"):
        with open_part(store, name) as part:
            for number in range(part.num_row_groups):
                ids = part.read_row_group(number, columns=["view_id"])["view_id"]
                if not pc.any(pc.is_in(ids, value_set=wanted)).as_py():
                    continue
                rows = part.read_row_group(number, columns=["view_id", "image"])
                hits = rows.filter(pc.is_in(rows["view_id"], value_set=wanted))
                found |= {row["view_id"]: row["image"] for row in hits.to_pylist()}
    return found


def letters_of(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The options with their letters; none where none are offered."""
    return list(zip(ascii_uppercase, row["options"] or (), strict=False))
