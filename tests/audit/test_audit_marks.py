"""What marks look like in numbers, and that a planted tell of theirs is found."""

from __future__ import annotations

import numpy as np
import pytest
from planted import paint, png

from viewpoint_gen.audit.cheats import Cheat, cheats_on
from viewpoint_gen.audit.gate import Kind
from viewpoint_gen.audit.guessing import guess
from viewpoint_gen.audit.marks import Marked, marks_seen
from viewpoint_gen.audit.offers import Offered
from viewpoint_gen.audit.pictures import PICTURE_NAMES, outline_of, picture_numbers
from viewpoint_gen.audit.questions import Questions
from viewpoint_gen.audit.sight import CAMERA_NAMES, Sight
from viewpoint_gen.audit.table import Table

SIZE_PX = 128
COUNT, ASSETS = 400, 40


def disc(radius_px: float = 40.0, centre_px: tuple[float, float] = (64.0, 64.0)) -> bytes:
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] + 0.5
    return png(np.uint8(255) * (np.hypot(x - centre_px[0], y - centre_px[1]) < radius_px))


def row_of(labels: str, places: np.ndarray, *, ref: np.ndarray | None = None) -> list[dict]:
    image = 0 if ref is None else 1
    named = [(image, label, place) for label, place in zip(labels, places, strict=True)]
    named = named if ref is None else [(0, "REF", ref), *named]
    return [
        {"image": image, "label": label, "x_px": place[0], "y_px": place[1]}
        for image, label, place in named
    ]


def test_an_outline_tells_how_deep_a_place_lies_in_it() -> None:
    outline = outline_of(disc(40.0, (70.0, 50.0)))
    np.testing.assert_allclose(outline.middle, [70 / 128, 50 / 128], atol=0.01)
    places = np.array([[70.0, 50.0], [70.0 + 30.0, 50.0], [10.0, 120.0]]) / SIZE_PX
    across, down, off, inside = outline.numbers_at(places).T
    np.testing.assert_allclose(across[:2], [0.0, 30 / 128], atol=0.01)
    np.testing.assert_allclose(down[:2], 0.0, atol=0.01)
    np.testing.assert_allclose(off[:2], [0.0, 30 / 128], atol=0.01)
    np.testing.assert_allclose(inside[:2], [40 / 128, 10 / 128], atol=0.03)
    assert inside[2] < 0.0


def test_an_outline_of_a_wide_image_is_measured_in_its_widths() -> None:
    y, x = np.mgrid[:60, :120] + 0.5
    outline = outline_of(png(np.uint8(255) * (np.hypot(x - 90, y - 30) < 20)))
    np.testing.assert_allclose(outline.middle, [90 / 120, 30 / 120], atol=0.02)


def test_letters_are_told_in_the_order_of_their_places_not_of_the_alphabet() -> None:
    places = np.array([[100.0, 64.0], [30.0, 64.0], [64.0, 64.0], [80.0, 64.0]])
    marked = Marked.of([row_of("ABCD", places)], [SIZE_PX])
    (across, outwards, _) = marks_seen(marked, 0, np.array([3]), [outline_of(disc())])
    assert (across.order, across.target.tolist()) == ("_across", [2])
    assert outwards.target.tolist() == [1]
    first = across.table.values[0, :2]
    np.testing.assert_allclose(first, [(30 - 64) / 128, 0.0], atol=0.01)
    assert list(marks_seen(marked, 1, np.array([3]), [outline_of(disc())])) == []


def test_none_of_the_letters_is_a_guess_of_its_own() -> None:
    places = np.array([[40.0, 64.0], [80.0, 64.0], [64.0, 30.0]])
    marked = Marked.of([row_of("ABC", places, ref=np.array([60.0, 60.0]))], [SIZE_PX])
    seen = list(marks_seen(marked, 1, np.array([3]), [outline_of(disc())]))
    assert {tuple(each.target.tolist()) for each in seen} == {(3,)}
    (ref,) = marks_seen(marked, 0, np.array([3]), [outline_of(disc())])
    assert ref.target is None
    assert ref.table.values.shape == (1, 4)


def test_the_nearest_mark_is_the_one_nearest_to_where_ref_was() -> None:
    places = np.array([[40.0, 64.0], [80.0, 64.0], [64.0, 30.0]])
    marked = Marked.of([row_of("ABC", places, ref=np.array([76.0, 60.0]))], [SIZE_PX])
    assert marked.has_ref
    assert marked.nearest().values.tolist() == [[1.0]]
    assert marked.distances().values[0, 0] == pytest.approx(np.hypot(4, 4) / SIZE_PX, abs=1e-6)
    assert not Marked.of([row_of("ABC", places)], [SIZE_PX]).has_ref


def questions_of(
    family: str, rows: list[list[dict]], key: np.ndarray, letter: np.ndarray
) -> Questions:
    views = np.array([f"v{number % 8}" for number in range(len(rows))])
    return Questions(
        family=family,
        texts=["which?"] * len(rows),
        assets=np.array([f"a{number % ASSETS}" for number in range(len(rows))]),
        views=np.stack([views, views], axis=1),
        labels=("1", "2"),
        key=key,
        letter=letter,
        offered=Offered(4, Table.empty(len(rows)), np.zeros((len(rows), 0))),
        scored=[],
        marked=Marked.of(rows, [SIZE_PX] * len(rows)),
    )


def sight_of() -> Sight:
    rng = np.random.default_rng(0)
    names = [f"v{number}" for number in range(8)]
    image, mask = paint(rng, light=100.0, centre=np.array([20.0, 20.0]), tint=np.zeros(3))
    pictures = np.stack([picture_numbers(image, mask)] * 8)
    return Sight(
        place={name: number for number, name in enumerate(names)},
        pictures=Table(pictures, PICTURE_NAMES),
        cameras=Table(np.zeros((8, len(CAMERA_NAMES)), np.float32), CAMERA_NAMES),
        outlines=dict.fromkeys(names, outline_of(disc())),
    )


def shares(questions: Questions, *names: str) -> dict[str, tuple[float, Cheat]]:
    found = {}
    for cheat in cheats_on(questions, sight_of(), seed=0, trees=12):
        if cheat.name in names:
            right = guess(cheat, questions.assets, seed=0).right
            found[cheat.name] = (float(right.mean()), cheat)
    assert set(found) == set(names)
    return found


@pytest.mark.parametrize("planted", [True, False])
def test_a_hidden_point_that_is_always_the_outermost_is_found(planted: bool) -> None:
    rng = np.random.default_rng(1)
    places = 64.0 + rng.uniform(-28.0, 28.0, (COUNT, 4, 2))
    off = np.linalg.norm(places - 64.0, axis=2)
    letter = np.argmax(off, axis=1) if planted else rng.integers(0, 4, COUNT)
    rank = (off < off[np.arange(COUNT), letter][:, None]).sum(axis=1)
    rows = [row_of("ABCD", each) for each in places]
    questions = questions_of("hidden_point", rows, rank, letter)
    found = shares(questions, "marks_1_outwards", "marks_1_across")
    share, cheat = found["marks_1_outwards"]
    assert cheat.kind is Kind.LEAK
    assert share > 0.95 if planted else abs(share - 0.25) < 0.08
    assert (found["marks_1_across"][0] > 0.4) == planted


@pytest.mark.parametrize("planted", [True, False])
def test_a_point_that_hardly_moves_is_found_by_the_nearest_mark(planted: bool) -> None:
    rng = np.random.default_rng(2)
    places = 64.0 + rng.uniform(-30.0, 30.0, (COUNT, 4, 2))
    letter = rng.integers(0, 4, COUNT)
    at = places[np.arange(COUNT), letter] if planted else 64.0 + rng.uniform(-30, 30, (COUNT, 2))
    rows = [row_of("ABCD", each, ref=ref) for each, ref in zip(places, at, strict=True)]
    away = np.linalg.norm(places - at[:, None], axis=2)
    rank = (away < away[np.arange(COUNT), letter][:, None]).sum(axis=1)
    questions = questions_of("correspondence", rows, rank, letter)
    found = shares(questions, "nearest_mark", "marks_2_across", "marks_only")
    share, cheat = found["nearest_mark"]
    assert cheat.kind is Kind.LEAK
    assert share == 1.0 if planted else abs(share - 0.25) < 0.08
    assert abs(found["marks_2_across"][0] - 0.25) < 0.08
    assert found["marks_only"][1].kind is Kind.BOTH
