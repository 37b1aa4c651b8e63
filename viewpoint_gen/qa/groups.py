"""Questions that belong together: whoever understands gets all of them right.

Six kinds, each found from the rows alone:

``swap``        a question and the one with its images in reverse (``group_id``)
``set``         all questions about one set of images (``group_id``)
``paraphrase``  a question and the same one in other words (id and ``id.again``)
``frames``      one motion of one pair, told in the camera's, the world's and the object's frame
``compose``     1 to 2, 2 to 3 and 1 to 3, asked of one family
``legs``        two motions put together, and what is asked about each and about both, from above
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Row = Mapping[str, Any]

AGAIN: Final = "again"
"""Ends the id and the role of a question that is asked a second time in other words."""

FRAMES_OF_ONE_MOTION: Final = (
    "ego_translation_sideways",
    "object_translation_around",
    "object_translation_left_right",
)

PUT_TOGETHER: Final = "compose"
"""The family whose question is about two motions after one another, over three images."""

_SWAPPED: Final = ("forward", "reverse")
_STEPS: Final = ((0, 1), (1, 2), (0, 2))
"""Images between which two motions that are put together go, and the first and the last."""


@dataclass(frozen=True)
class Group:
    """Some rows that must all be answered right.

    Attributes:
        kind: "swap", "set", "paraphrase", "frames", "compose" or "legs".
        name: unique within the kind.
        places: of the rows.
    """

    kind: str
    name: str
    places: tuple[int, ...]


def groups_of(rows: Sequence[Row]) -> list[Group]:
    """Every group of at least two rows; a question asked again is in paraphrase groups alone.

    Args:
        rows: with ``id, group_id, group_role, family, pair_id`` and ``image_ids``.
    """
    first = [place for place, row in enumerate(rows) if not asked_again(row)]
    return [
        *_alike("swap", {p: rows[p]["group_id"] for p in first if _swapped(rows[p])}),
        *_alike("set", {p: rows[p]["group_id"] for p in first if not _swapped(rows[p])}),
        *_paraphrases(rows),
        *_alike(
            "frames",
            {
                place: rows[place]["pair_id"]
                for place in first
                if rows[place]["family"] in FRAMES_OF_ONE_MOTION
            },
        ),
        *_chains(rows, first),
        *_legs(rows, first),
    ]


def asked_again(row: Row) -> bool:
    """Whether a row is a question that stands elsewhere in other words."""
    return str(row.get("group_role")).endswith(f"_{AGAIN}")


def _swapped(row: Row) -> bool:
    return row["group_role"] in _SWAPPED


def _alike(kind: str, names: Mapping[int, str]) -> Iterator[Group]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in names.items():
        places[name].append(place)
    for name, mine in places.items():
        if len(mine) > 1:
            yield Group(kind, name, tuple(mine))


def _paraphrases(rows: Sequence[Row]) -> Iterator[Group]:
    place_of = {row["id"]: place for place, row in enumerate(rows)}
    for place, row in enumerate(rows):
        name = row["id"].removesuffix(f".{AGAIN}")
        if asked_again(row) and name in place_of:
            yield Group("paraphrase", name, (place_of[name], place))


def _chains(rows: Sequence[Row], first: Sequence[int]) -> Iterator[Group]:
    """Three views in the order of their ids, so that no chain counts forwards and backwards."""
    ways: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for place in first:
        if rows[place]["pair_id"] is not None:
            one, two = rows[place]["image_ids"]
            ways[rows[place]["family"]][one][two] = place
    for family, onward in ways.items():
        for one, after in list(onward.items()):
            for two, place in after.items():
                if one < two:
                    for three, last in onward.get(two, {}).items():
                        if two < three and three in after:
                            name = f"{family}:{one}+{two}+{three}"
                            yield Group("compose", name, (place, last, after[three]))


def _legs(rows: Sequence[Row], first: Sequence[int]) -> Iterator[Group]:
    """A row of ``PUT_TOGETHER``, and those about its ways round the object that are there."""
    around = {
        tuple(rows[place]["image_ids"]): place
        for place in first
        if rows[place]["family"] == "object_translation_around"
    }
    for place in first:
        if rows[place]["family"] == PUT_TOGETHER:
            shown = rows[place]["image_ids"]
            ways = [(shown[one], shown[two]) for one, two in _STEPS]
            mine = (place, *(around[way] for way in ways if way in around))
            if len(mine) > 1:
                yield Group("legs", rows[place]["id"], mine)
