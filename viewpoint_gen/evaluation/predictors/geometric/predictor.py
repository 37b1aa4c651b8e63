"""``geometric``: what a person with OpenCV and no training would answer.

It sees the images, the text and the intrinsics of each image, and nothing else of the row. It
answers families about the camera's motion between two images (``answers.answer_of``), motions put
together over three (the sum of both legs), images to choose from (the candidate whose motion is
nearest to the told one), marked points (carried over by the matches around them, given the places
of the marks as anyone can see them), and whether two objects are one (by how many matches agree).
Everything else, and every question whose images it can't match, it guesses as ``random`` does, and
says so. Weak where classical matching is: wide baselines, plain surfaces, small objects.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from viewpoint_gen.audit.candidates import told_motions
from viewpoint_gen.evaluation.meanings import letter_of
from viewpoint_gen.evaluation.predictors.geometric.answers import answer_of, net_turn
from viewpoint_gen.evaluation.predictors.geometric.matching import Matches, match
from viewpoint_gen.evaluation.predictors.geometric.two_view import TwoView, two_view
from viewpoint_gen.evaluation.predictors.guesses import Random
from viewpoint_gen.evaluation.question import Question, Row
from viewpoint_gen.evaluation.replies import Reply
from viewpoint_gen.geometry.frames import Array

_VERSION: Final = "1"
_SAME_OBJECT_LEAST: Final = 12
"""Agreeing matches from which on two pictures are taken to show one object."""
_AROUND_MARK: Final = 5
"""Matches nearest to a mark that say where it went."""


class Geometric:
    """See the module.

    Args:
        fallback: guesses what geometry doesn't tell.
    """

    name = "geometric"
    batch = 16

    def __init__(self, fallback: Random) -> None:
        self._fallback = fallback

    def fingerprint(self) -> str:
        """Of this version, and of what the guesses are drawn from."""
        told = f"geometric {_VERSION} {self._fallback.fingerprint()}"
        return hashlib.sha256(told.encode()).hexdigest()

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """One after the other."""
        for question in questions:
            answer, because = _answer(question)
            if answer is None:
                [guess] = self._fallback.replies([question])
                text = f"<think>Guessed: {because}.</think>\n{guess.text}"
                yield Reply(question.id, question.asked, text, guessed=True)
            else:
                text = f"<think>{because}.</think>\n<answer>{answer}</answer>"
                yield Reply(question.id, question.asked, text)


def _answer(question: Question) -> tuple[str | None, str]:
    """What the geometry says, or None, and a few words about why."""
    row, family = question.row, str(question.row["family"])
    if family in _NOT_TOLD:
        return None, "no motion between the images tells this"
    if not row.get("intrinsics"):
        return None, "the focal length isn't known"
    if family == "choose_view":
        return _chosen(question)
    if family == "compose":
        return _put_together(question)
    if family in ("correspondence", "cannot_tell"):
        return _carried(row, match(*question.images[:2]))
    found = _between(question, 0, 1)
    if family == "same_object":
        enough = found is not None and found.agreeing >= _SAME_OBJECT_LEAST
        return letter_of(row, "same" if enough else "another"), _told(found)
    return (None if found is None else answer_of(row, found)), _told(found)


_NOT_TOLD: Final = frozenset(
    {
        "object_translation_left_right",
        "object_translation_front_back",
        "minimal_orbit_spin",
        "who_moved",
        "overlap_share",
        "new_share",
        "hidden_point",
    }
)


def _between(question: Question, one: int, two: int) -> TwoView | None:
    first, second = (
        (question.images[place], _tupled(question.row["intrinsics"][place])) for place in (one, two)
    )
    return _seen(*first, *second, int(question.row["width_px"]))


Rows = tuple[tuple[float, ...], ...]


def _tupled(matrix: Sequence[Sequence[float]]) -> Rows:
    return tuple(tuple(map(float, row)) for row in matrix)


@lru_cache(maxsize=256)
def _seen(
    image_1: bytes, intrinsics_1: Rows, image_2: bytes, intrinsics_2: Rows, width_px: int
) -> TwoView | None:
    """Several questions are asked about the same two images."""
    matches = match(image_1, image_2)
    return two_view(matches, np.array(intrinsics_1), np.array(intrinsics_2), width_px)


def _told(found: TwoView | None) -> str:
    if found is None:
        return "too few points match"
    motion = found.motion
    kind = "a turn in place" if found.in_place else "a motion with a step"
    degrees = ", ".join(
        f"{name} {math.degrees(value):+.0f}"
        for name, value in (
            ("azimuth", motion.azimuth_rad),
            ("elevation", motion.elevation_rad),
            ("heading", motion.heading_rad),
            ("pitch", motion.pitch_rad),
            ("roll", motion.roll_rad),
        )
        if not math.isnan(value)
    )
    return (
        f"{found.agreeing} of {found.matches} matches agree on {kind}: {degrees} degrees, "
        f"distance x {motion.distance_ratio:.2f}"
    )


def _chosen(question: Question) -> tuple[str | None, str]:
    told = told_motions([str(question.row["question"])]).values[0]
    if np.isnan(told).all():
        return None, "the text tells no motion that can be read"
    far: dict[str, float] = {}
    for place in range(1, len(question.images)):
        found = _between(question, 0, place)
        if found is not None and not math.isnan(found.motion.azimuth_rad):
            parts = np.degrees([found.motion.azimuth_rad, found.motion.elevation_rad])
            off = [abs(math.remainder(float(x), 360.0)) for x in parts - told if np.isfinite(x)]
            far["ABCDEFGH"[place - 1]] = math.hypot(*off)
    if not far:
        return None, "no candidate matches image 1"
    best = min(far, key=far.__getitem__)
    return best, f"of the candidates that match, {best} is {far[best]:.0f} degrees off"


def _put_together(question: Question) -> tuple[str | None, str]:
    legs = [_between(question, *leg) for leg in ((0, 1), (1, 2))]
    if all(leg is not None for leg in legs):
        azimuth = sum(leg.motion.azimuth_rad for leg in legs if leg is not None)
        because = "both legs together"
    else:
        whole = _between(question, 0, 2)
        if whole is None:
            return None, "too few points match"
        azimuth, because = whole.motion.azimuth_rad, "from the first image to the last"
    if math.isnan(azimuth):
        return None, "the motion passes over a pole"
    return net_turn(
        question.row, azimuth
    ), f"{because}: azimuth {math.degrees(azimuth):+.0f} degrees"


def _carried(row: Row, matches: Matches) -> tuple[str | None, str]:
    """The mark of image 2 nearest to where the matches around REF carry it."""
    places = {(mark["image"], mark["label"]): (mark["x_px"], mark["y_px"]) for mark in row["marks"]}
    marked = places.get((0, "REF"))
    if marked is None or len(matches) < _AROUND_MARK:
        return None, "too few points match around the mark"
    near = np.argsort(np.linalg.norm(matches.pixels_1 - marked, axis=1))[:_AROUND_MARK]
    there = _moved_along(np.array(marked), matches.pixels_1[near], matches.pixels_2[near])
    far = {
        label: float(np.hypot(x - there[0], y - there[1]))
        for (image, label), (x, y) in places.items()
        if image == 1
    }
    best = min(far, key=far.__getitem__)
    letter = next(
        (
            letter
            for letter, text in zip("ABCDEFGH", row["options"], strict=False)
            if best in text.replace(".", " ").split()
        ),
        None,
    )
    return letter, f"the matches around REF lead to {best}, {far[best]:.0f} px away"


def _moved_along(point: Array, pixels_1: Array, pixels_2: Array) -> Array:
    """(2,) where the similarity of the matches carries a point; their median way without one."""
    found, _ = cv2.estimateAffinePartial2D(pixels_1, pixels_2, ransacReprojThreshold=4.0)
    if found is None:
        return np.asarray(point + np.median(pixels_2 - pixels_1, axis=0))
    return np.asarray(found[:, :2] @ point + found[:, 2])
