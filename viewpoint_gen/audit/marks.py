"""Marked points in numbers: where they lie in their image, and with regard to the object's outline.

Letters are handed out at random, so that a learner would see four places in no order. It is shown
them in one that means something instead: from left to right, or from the middle outwards. What it
guesses then is the place of the right mark in that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.audit.pictures import Outline
from viewpoint_gen.audit.table import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ABOUT: Final = ("across from the middle", "down from the middle", "off the middle", "inside")
_ORDERS: Final[Mapping[str, int]] = {"_across": 0, "_outwards": 2, "_inwards": 3}
"""Of letters, and the column of ``_ABOUT`` that each goes by."""


@dataclass(frozen=True)
class Marked:
    """The marks of N questions of one family.

    Attributes:
        images: (M,) which image each mark lies in: 0 or 1.
        lettered: (M,) whether it is one of those to choose from.
        places: (N, M, 2) in widths of the image.
    """

    images: NDArray[np.int64]
    lettered: NDArray[np.bool_]
    places: Floats

    @classmethod
    def of(cls, marks: Sequence[Sequence[Mapping[str, Any]]], width_px: Sequence[int]) -> Marked:
        """From the table's columns; every question of a family has the same labels and images."""
        first = marks[0]
        places = np.array([[(mark["x_px"], mark["y_px"]) for mark in each] for each in marks])
        return cls(
            images=np.array([mark["image"] for mark in first]),
            lettered=np.array([len(mark["label"]) == 1 for mark in first]),
            places=places / np.array(width_px, dtype=np.float64)[:, None, None],
        )

    @property
    def has_ref(self) -> bool:
        """Whether one mark's counterpart is looked for among the others."""
        return not bool(self.lettered.all())

    def _away(self) -> Floats:
        """(N, K) of the letters' places from the one mark's, each in its own image."""
        ref = self.places[:, ~self.lettered]
        return np.asarray(np.linalg.norm(self.places[:, self.lettered] - ref, axis=2))

    def nearest(self) -> Table:
        """(N, 1) letter of the mark that is nearest to where the one mark was."""
        nearest = np.argmin(self._away(), axis=1)[:, None].astype(np.float32)
        return Table(nearest, ("the nearest mark",))

    def distances(self) -> Table:
        """(N, 3 K + 2) the letters' places from the one mark's, the nearest first, and its own."""
        ref = self.places[:, ~self.lettered]
        offset = self.places[:, self.lettered] - ref
        away = self._away()
        order = np.argsort(away, axis=1)
        columns = [
            np.take_along_axis(values, order, axis=1)
            for values in (away, offset[..., 0], offset[..., 1])
        ]
        values = np.hstack([*columns, ref[:, 0]]).astype(np.float32)
        letters = offset.shape[1]
        names = [
            f"the marks: {what}" for what in ("away", "across", "down") for _ in range(letters)
        ]
        return Table(values, (*names, "the mark: across", "the mark: down"))


@dataclass(frozen=True)
class Seen:
    """What one image's marks look like, in one order.

    Attributes:
        order: its name; "" where there is only one mark.
        target: (N,) place of the right mark in it, the number of marks for none of them; None
            where the image has no letters.
    """

    order: str
    table: Table
    target: Ints | None


def marks_seen(
    marked: Marked, image: int, letter: Ints, outlines: Sequence[Outline]
) -> Iterator[Seen]:
    """The marks of one image, in every order; nothing for an image without any.

    Args:
        letter: (N,) place of the right option among the letters.
        outlines: (N,) of the object in that image.
    """
    mine = marked.images == image
    if not mine.any():
        return
    numbers = np.stack(
        [
            outline.numbers_at(places)
            for outline, places in zip(outlines, marked.places[:, mine], strict=True)
        ]
    )
    count = numbers.shape[1]
    names = tuple(f"the marks: {what} {place}" for place in range(count) for what in _ABOUT)
    if not marked.lettered[mine].all():
        yield Seen("", Table(numbers.reshape(len(numbers), -1).astype(np.float32), names), None)
        return
    for order_name, column in _ORDERS.items():
        order = np.argsort(numbers[..., column], axis=1, kind="stable")
        ordered = np.take_along_axis(numbers, order[..., None], axis=1)
        place = np.argmax(order == letter[:, None], axis=1)
        target = np.where(letter < count, place, count)
        values = ordered.reshape(len(ordered), -1).astype(np.float32)
        yield Seen(order_name, Table(values, names), target)
