"""Marks are drawn where they must be, can be read, and hide nothing that they needn't."""

import io

import numpy as np
import pytest
from PIL import Image

from viewpoint_gen.dataset.marks import Mark, draw_marks, images_of, label_boxes

SIZES = [(128, 128), (256, 192), (512, 512), (1024, 768)]


def plain(size, grey=120, mode="RGB") -> Image.Image:
    return Image.new(mode, size, (grey, grey, grey, 255)[: len(mode)])


def some_marks(rng, size, labels="ABCD") -> list[Mark]:
    """Four places in the image, apart as the questions have them."""
    width, height = size
    while True:
        places = rng.uniform(0.03 * width, [0.97 * width, height - 0.03 * width], (len(labels), 2))
        first, second = np.triu_indices(len(labels), 1)
        if np.linalg.norm(places[first] - places[second], axis=1).min(initial=width) > 0.07 * width:
            return [Mark(label, *place) for label, place in zip(labels, places, strict=True)]


def changed(size, marks, grey=120) -> np.ndarray:
    before = plain(size, grey)
    return (np.asarray(draw_marks(before, marks)) != np.asarray(before)).any(axis=2)


@pytest.mark.parametrize("size", SIZES)
def test_the_marked_pixel_stays_free_and_a_ring_closes_round_it(size):
    x, y = 0.4 * size[0], 0.6 * size[1]
    drawn = changed(size, [Mark("A", x, y)])
    assert not drawn[int(y), int(x)]
    reach = int(0.03 * min(size)) + 4
    for way in np.linspace(0, 2 * np.pi, 60, endpoint=False):
        steps = np.arange(1, reach)
        assert drawn[
            (y + steps * np.sin(way)).astype(int), (x + steps * np.cos(way)).astype(int)
        ].any()


@pytest.mark.parametrize("size", SIZES)
def test_labels_lie_in_the_image_and_cover_no_ring_and_no_other_label(size):
    rng = np.random.default_rng(size[0])
    for _ in range(60):
        marks = some_marks(rng, size)
        boxes = label_boxes(size, marks)
        for number, box in enumerate(boxes):
            assert box.left >= 0
            assert box.top >= 0
            assert box.right <= size[0]
            assert box.bottom <= size[1]
            for other in boxes[:number]:
                assert box.overlap(other) == 0.0
            for mark in marks:
                inside = box.left < mark.x_px < box.right and box.top < mark.y_px < box.bottom
                assert not inside


@pytest.mark.parametrize("size", SIZES)
def test_a_label_is_nearer_to_its_own_ring_than_to_any_other(size):
    rng = np.random.default_rng(size[1])
    own = 0
    for _ in range(60):
        marks = some_marks(rng, size)
        for number, box in enumerate(label_boxes(size, marks)):
            centre = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
            ways = [np.hypot(*(centre - [mark.x_px, mark.y_px])) for mark in marks]
            own += int(np.argmin(ways)) == number
    assert own >= 0.97 * 240


def test_a_label_in_the_corner_turns_inwards():
    (box,) = label_boxes((128, 128), [Mark("REF", 124.0, 4.0)])
    assert box.right <= 128
    assert box.top >= 0
    assert box.left < 124


@pytest.mark.parametrize("grey", [0, 70, 128, 190, 255])
def test_rings_show_on_dark_and_on_light_ground(grey):
    drawn = np.asarray(draw_marks(plain((128, 128), grey), [Mark("B", 60.5, 60.5)])).astype(float)
    luminance = drawn @ [0.299, 0.587, 0.114]
    assert np.abs(luminance - grey).max() > 80


def test_letters_differ_and_can_be_told_apart_at_128_pixels():
    pictures = [
        np.asarray(draw_marks(plain((128, 128)), [Mark(letter, 64, 64)])) for letter in "ABCD"
    ]
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert (np.abs(one.astype(int) - other.astype(int)) > 60).any(axis=2).sum() >= 5


def test_little_else_of_the_picture_changes():
    drawn = changed((512, 512), [Mark("A", 100.0, 100.0), Mark("B", 300.0, 200.0)])
    rows, columns = np.nonzero(drawn)
    near = np.minimum(np.hypot(rows - 100, columns - 100), np.hypot(rows - 200, columns - 300))
    assert near.max() < 0.12 * 512
    assert drawn.mean() < 0.01


def test_marks_are_equal_however_often_they_are_drawn_and_the_picture_is_left_alone():
    picture, marks = plain((256, 192)), some_marks(np.random.default_rng(5), (256, 192))
    before = np.asarray(picture).copy()
    assert np.array_equal(draw_marks(picture, marks), draw_marks(picture, marks))
    assert np.array_equal(before, picture)


def test_what_is_transparent_stays_so_beside_the_marks():
    picture = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
    drawn = np.asarray(draw_marks(picture, [Mark("C", 30.0, 30.0)]))
    assert drawn.shape == (128, 128, 4)
    assert drawn[..., 3].max() == 255
    assert (drawn[80:, 80:, 3] == 0).all()


def test_each_image_of_a_question_gets_its_own_marks():
    encoded = {}
    for name, grey in (("one", 100), ("two", 150)):
        stream = io.BytesIO()
        plain((128, 96), grey).save(stream, "PNG")
        encoded[name] = stream.getvalue()
    mark = {"image": 1, "label": "A", "x_px": 40.0, "y_px": 50.0}
    first, second = images_of({"image_ids": ["one", "two"], "marks": [mark]}, encoded)
    assert np.array_equal(first, plain((128, 96), 100))
    assert np.array_equal(second, draw_marks(plain((128, 96), 150), [Mark("A", 40.0, 50.0)]))
    assert not np.array_equal(second, plain((128, 96), 150))
    with pytest.raises(KeyError):
        images_of({"image_ids": ["three"], "marks": None}, encoded)
