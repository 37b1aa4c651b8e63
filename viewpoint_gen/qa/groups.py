"""Questions that belong together: whoever understands gets all of them right.

Four kinds, each found from the rows alone:

``swap``        a question and the one with its images swapped (``group_id``)
``paraphrase``  a question and the same one in other words (id and ``id.again``)
``frames``      one motion of one pair, told in the camera's, the world's and the object's frame
``compose``     1 to 2, 2 to 3 and 1 to 3, asked of one family
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


@dataclass(frozen=True)
class Group:
    """Some rows that must all be answered right.

    Attributes:
        kind: "swap", "paraphrase", "frames" or "compose".
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
        *_alike("swap", {place: rows[place]["group_id"] for place in first}),
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
    ]


def asked_again(row: Row) -> bool:
    """Whether a row is a question that stands elsewhere in other words."""
    return str(row.get("group_role")).endswith(f"_{AGAIN}")


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
        if len(rows[place]["image_ids"]) == 2:
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
