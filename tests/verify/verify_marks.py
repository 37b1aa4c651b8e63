"""A small run whose questions mark points of a ball, worked out by hand; no code of the package."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from verify_runs import (
    ANCHOR,
    DEG,
    FINGERPRINT,
    Row,
    pair_row,
    question_about,
    view_row,
    write_one_asset,
)
from verify_scene import HEIGHT_PX, WIDTH_PX, Row3, Stand, between, cast, dot

UID = "ball"
LETTERS = "ABCD"
CLOSE = ANCHOR.moved(focal=55.0)
FAR_ROUND = CLOSE.moved(azimuth=55 * DEG, heading=55 * DEG)
HIDDEN, SEEN = 0, 1
ORDER = (2, 0, 3, 1)
"""Which of four points each letter stands at; so that no letter goes with a rank by chance."""


def place_of(point: Row3, stand: Stand) -> np.ndarray:
    """Its pixel."""
    way = tuple(a - b for a, b in zip(point, stand.position, strict=True))
    right, down, forward = (dot(axis, way) for axis in stand.axes)  # type: ignore[arg-type]
    x = WIDTH_PX / 2 + stand.focal * right / forward
    return np.array([x, HEIGHT_PX / 2 + stand.focal * down / forward])


def apart(places: list[np.ndarray]) -> float:
    """Least distance of two, in widths of the image."""
    return min(float(np.hypot(*(a - b))) for a, b in combinations(places, 2)) / WIDTH_PX


class Ball:
    """One pair's points, and where both images have them."""

    def __init__(self, pair: Row, one: Stand, two: Stand) -> None:
        packed = np.frombuffer(pair["surface_points_1"], dtype="<f4").reshape(-1, 3)
        self.points: list[Row3] = [tuple(row) for row in packed.astype(float).tolist()]
        self.sights = list(pair["seen_in_2"])
        self.at = [[place_of(point, stand) for point in self.points] for stand in (one, two)]

    def of(self, sight: int) -> list[int]:
        return [
            k
            for k, found in enumerate(self.sights)
            if found == sight
            and all(
                3 <= at[k][0] <= WIDTH_PX - 3 and 3 <= at[k][1] <= HEIGHT_PX - 3 for at in self.at
            )
        ]

    def sets(self, count: int, images: tuple[int, ...], beside: list[int]) -> Any:
        """Sets of points in sight that may be marked with some others."""
        for chosen in combinations(self.of(SEEN), count):
            every = [*chosen, *beside]
            on_ball = min(math.dist(self.points[a], self.points[b])
                          for a, b in combinations(every, 2))  # fmt: skip
            if on_ball > 0.062 and all(
                apart([self.at[image][k] for k in every]) > 0.072 for image in images
            ):
                yield list(chosen)


def rank_of(values: list[float], place: int) -> int:
    return sum(value < values[place] for value in values)


def mark(image: int, label: str, place: np.ndarray) -> Row:
    return {"image": image, "label": label, "x_px": float(place[0]), "y_px": float(place[1])}


def to_find(ball: Ball, chosen: list[int], asked: int) -> Row:
    """REF in image 1, and letters at the chosen points in image 2."""
    letters = [chosen[k] for k in ORDER if k < len(chosen)]
    away = [float(np.hypot(*(ball.at[1][k] - ball.at[0][asked]))) for k in letters]
    marks = [mark(0, "REF", ball.at[0][asked])]
    marks += [mark(1, LETTERS[n], ball.at[1][k]) for n, k in enumerate(letters)]
    place = letters.index(asked) if asked in letters else len(letters)
    return {
        "marks": marks,
        "answer_letter": LETTERS[place],
        "answer_key": f"rank_{rank_of(away, place)}" if asked in letters else "cannot",
        "margin": apart([ball.at[1][k] for k in letters]) - 0.06,
    }


def correspondence(ball: Ball) -> Row:
    for chosen in ball.sets(4, (0, 1), []):
        away = [np.hypot(*(ball.at[1][k] - ball.at[0][chosen[0]])) for k in chosen]
        if min(away) > 0.035 * WIDTH_PX:
            return {"asked": chosen[0], **to_find(ball, chosen, chosen[0])}
    raise AssertionError("the ball has no four points")


def cannot_tell(ball: Ball) -> Row:
    for hidden in ball.of(HIDDEN):
        for chosen in ball.sets(3, (0, 1), []):
            away = [np.hypot(*(ball.at[1][k] - ball.at[0][hidden])) for k in chosen]
            near = min(math.dist(ball.points[hidden], ball.points[k]) for k in chosen)
            if min(away) > 0.035 * WIDTH_PX and near > 0.07:
                return {"asked": hidden, **to_find(ball, chosen, hidden)}
    raise AssertionError("the ball hides no point")


def hidden_point(ball: Ball) -> Row:
    middle = np.mean(ball.at[0], axis=0)
    for hidden in ball.of(HIDDEN):
        for chosen in ball.sets(3, (0,), [hidden]):
            points = [[hidden, *chosen][k] for k in ORDER]
            place = points.index(hidden)
            off = [float(np.hypot(*(ball.at[0][k] - middle))) for k in points]
            return {
                "asked": hidden,
                "marks": [mark(0, LETTERS[n], ball.at[0][k]) for n, k in enumerate(points)],
                "answer_letter": LETTERS[place],
                "answer_key": f"rank_{rank_of(off, place)}",
                "margin": apart([ball.at[0][k] for k in points]) - 0.06,
            }
    raise AssertionError("the ball hides no point")


QUESTIONS = {
    "correspondence": "Which mark of image 2 is REF of image 1?",
    "hidden_point": "Which mark of image 1 does the object hide in image 2?",
    "cannot_tell": "Which mark of image 2 is REF of image 1, if any?",
}


def reasons_of(ball: Ball, asked: int, answer: str, way: dict[str, float]) -> str:
    one, two = (ball.at[image][asked] for image in (0, 1))
    across = (two - one)[0] / WIDTH_PX * 100
    side = "to the right" if across > 0 else "to the left"
    around = math.degrees(way["azimuth_rad"])
    turn = "counter-clockwise" if around > 0 else "clockwise"
    return (
        f"It was {100 * one[0] / WIDTH_PX:.0f} % across and {100 * one[1] / HEIGHT_PX:.0f} % down. "
        f"The camera went {abs(around):.0f}° {turn}. It shifted {abs(across):.0f} % {side}. "
        f"So it is {answer}."
    )


def question_row(
    number: int, family: str, rows: tuple[Row, Row], pair: Row, stands: tuple[Stand, Stand]
) -> Row:
    ball = Ball(pair, *stands)
    shown = {
        "correspondence": correspondence,
        "hidden_point": hidden_point,
        "cannot_tell": cannot_tell,
    }[family](ball)
    asked = shown.pop("asked")
    options = [f"point {letter}" for letter in LETTERS]
    if family == "cannot_tell":
        options[3] = "cannot be told"
    answer = options[LETTERS.index(shown["answer_letter"])]
    shift = ball.at[1][asked] - ball.at[0][asked]
    return question_about(
        number,
        family,
        rows,
        question=f"<image> <image> {QUESTIONS[family]}",
        options=options,
        answer_text=answer,
        answer_value=float(np.hypot(*shift)) / WIDTH_PX,
        answer_unit="width",
        margin_unit="width",
        answer_type="choice",
        chance=0.25,
        reasons=reasons_of(ball, asked, answer, between(*stands)),
        **shown,
    )


def spread_points(stand: Stand) -> bytes:
    """64 points all over what a camera sees of the ball, off its outline."""
    hit, _, points = cast(stand)
    kept = [
        points[row, column]
        for row in range(2, HEIGHT_PX - 2)
        for column in range(2, WIDTH_PX - 2)
        if hit[row - 2 : row + 3, column - 2 : column + 3].all()
    ]
    step = len(kept) / 64
    return np.array([kept[int(k * step)] for k in range(64)], dtype="<f4").tobytes()


def build_marked_run(root: Path) -> Path:
    """Two views of the ball from well apart, as a pair and its reverse, each asked thrice."""
    stands = (CLOSE, FAR_ROUND)
    views = (
        view_row(UID, "anchor", "anchor", CLOSE),
        view_row(UID, "round", "orbit", FAR_ROUND),
    )
    for view, stand in zip(views, stands, strict=True):
        view["surface_points"] = spread_points(stand)
    pairs, questions = [], []
    for first in (0, 1):
        rows = (views[first], views[1 - first])
        mine = (stands[first], stands[1 - first])
        pair = pair_row(*rows, *mine, "orbit")
        pairs.append(pair)
        for family in QUESTIONS:
            questions.append(question_row(len(questions), family, rows, pair, mine))
    recipe = f"# viewgen recipe, fingerprint {FINGERPRINT}\nseed = 0\n"
    return write_one_asset(root, list(views), pairs, questions, recipe)
