"""Windows round the object: where they are put, and what they show."""

import numpy as np
import pytest
import torch

from viewpoint_gen.models.tower.match import places_of
from viewpoint_gen.models.tower.windows import (
    aside,
    cut_out,
    in_image,
    in_window,
    whole_image,
    windows_of,
)

PLACES = places_of(48)


def box(right: float, down: float, half_width: float, half_height: float) -> torch.Tensor:
    """(1, N) of a box in half images."""
    aside = (PLACES - torch.tensor([right, down])).abs()
    return ((aside[:, 0] < half_width) & (aside[:, 1] < half_height)).float()[None]


@pytest.mark.parametrize(
    ("right", "down", "half_width", "half_height"),
    [(0.0, 0.0, 0.3, 0.3), (0.4, -0.3, 0.2, 0.35), (-0.5, 0.2, 0.3, 0.1)],
)
def test_a_window_holds_the_object_and_a_margin(right, down, half_width, half_height):
    window = windows_of(box(right, down, half_width, half_height), PLACES)[0]
    np.testing.assert_allclose(window[:2].numpy(), [right, down], atol=0.03)
    largest = max(half_width, half_height)
    assert 1.1 * largest < window[2] < 1.5 * largest


def test_what_is_hardly_likely_does_not_widen_it():
    clear = box(0.2, 0.2, 0.2, 0.2)
    assert windows_of(clear.clamp(min=0.05), PLACES)[0, 2] < 1.1 * windows_of(clear, PLACES)[0, 2]


def test_where_nothing_is_taken_for_the_object_it_shows_nearly_everything():
    window = windows_of(torch.zeros(2, len(PLACES)), PLACES)
    assert window.isfinite().all()
    torch.testing.assert_close(window, whole_image(window), atol=0.05, rtol=0)


def test_places_go_there_and_back():
    windows = torch.tensor([[0.2, -0.3, 0.4], [0.0, 0.0, 1.0]])
    there = in_image(PLACES, windows)
    torch.testing.assert_close(there[1], PLACES)
    torch.testing.assert_close(in_window(there, windows), PLACES.expand(2, -1, -1))


def test_how_windows_differ_is_told_in_the_size_of_the_others():
    others = torch.tensor([[0.1, 0.2, 0.5]])
    windows = torch.tensor([[0.2, 0.1, 1.0]])
    expected = torch.tensor([[0.2, -0.2, 0.6931]])
    torch.testing.assert_close(aside(windows, others), expected, atol=1e-4, rtol=0)
    assert not aside(others, others).any()


def test_what_is_cut_out_lies_where_its_window_says():
    ramp = torch.linspace(-1, 1, 193)[:-1] + 1 / 192  # each pixel says where its middle is
    image = torch.stack([ramp.expand(192, -1), ramp[:, None].expand(-1, 192), ramp.expand(192, -1)])
    windows = torch.tensor([[0.2, -0.3, 0.4], [0.0, 0.0, 1.0], [-0.4, 0.1, 0.12]])
    shown = cut_out(image.expand(3, -1, -1, -1), windows, 96)
    expected = in_image(places_of(96), windows).mT.unflatten(2, (96, 96))
    torch.testing.assert_close(shown[:, :2], expected, atol=2e-3, rtol=0)


def test_beyond_the_edge_the_edge_goes_on():
    image = torch.zeros(1, 3, 60, 60)
    image[..., -1] = 1.0
    shown = cut_out(image, torch.tensor([[0.8, 0.0, 0.4]]), 12)
    assert (shown[..., 9:] == 1).all()
    assert (shown[..., :8] == 0).all()
