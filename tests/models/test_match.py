"""Where patches went, read from their likeness."""

import pytest
import torch

from viewpoint_gen.models.tower.match import Match, neighbours, places_of

GRID = 5


@pytest.fixture(scope="module")
def match() -> Match:
    likeness = 3 * torch.randn(2, GRID**2, GRID**2, generator=torch.Generator().manual_seed(0))
    return Match.of(likeness, places_of(GRID), neighbours(GRID))


def test_neighbours_are_nine_or_fewer_at_the_edge():
    near = neighbours(GRID)
    assert sorted(near[0].tolist()) == [-1] * 5 + [0, 1, GRID, GRID + 1]
    middle = GRID * GRID // 2
    around = [middle + down * GRID + right for down in (-1, 0, 1) for right in (-1, 0, 1)]
    assert near[middle].tolist() == around


def test_a_patch_went_to_the_mean_of_the_likeliest_place_and_those_around_it(match):
    places = places_of(GRID)
    for pair, view, patch in [(0, 0, 0), (1, 0, 7), (0, 1, 24), (1, 1, 12)]:
        chances = match.chances[pair, view, patch]
        steps = (places - places[chances.argmax()]).abs().amax(dim=1) * GRID / 2
        near = torch.where(steps < 1.5, chances, torch.zeros(()))
        torch.testing.assert_close(match.share[pair, view, patch, 0], near.sum())
        there = (near @ places) / near.sum()
        torch.testing.assert_close(match.flow[pair, view, patch], there - places[patch])


def test_values_are_fetched_from_where_it_went(match):
    places = places_of(GRID)
    there = match.there(places.expand(2, 2, -1, -1))
    torch.testing.assert_close(there, places + match.flow)


def test_the_way_back_is_read_from_the_same_likeness():
    likeness = torch.zeros(1, GRID**2, GRID**2)
    likeness[0, 3, 17] = 50.0
    match = Match.of(likeness, places_of(GRID), neighbours(GRID))
    assert match.chances[0, 0, 3].argmax() == 17
    assert match.chances[0, 1, 17].argmax() == 3
