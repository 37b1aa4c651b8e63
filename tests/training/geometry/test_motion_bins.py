"""Bins of motions: what goes in comes out."""

import numpy as np
import pytest
import torch

from viewpoint_gen.models.tower.motion import BINS, MOTION, estimates, read_out, soft_bins


@pytest.mark.parametrize("quantity", MOTION, ids=lambda quantity: quantity.name)
def test_soft_bins_mean_their_value(quantity):
    centres = torch.tensor(quantity.centres)
    values = torch.linspace(float(centres[0]), float(centres[-1]), 101, dtype=centres.dtype)
    weights = soft_bins(values, centres)
    torch.testing.assert_close(weights @ centres, values)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(101, dtype=centres.dtype))
    assert ((weights > 0).sum(dim=1) <= 2).all()


def test_values_beyond_the_last_bin_count_as_the_last():
    centres = torch.tensor([-1.0, 0.0, 1.0])
    weights = soft_bins(torch.tensor([5.0, -5.0]), centres)
    assert weights.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def logits_of(values) -> torch.Tensor:
    """Logits that are all but certain of some values, one for each quantity."""
    weights = [
        soft_bins(torch.tensor([value]), torch.tensor(quantity.centres, dtype=torch.float32))
        for quantity, value in zip(MOTION, values, strict=True)
    ]
    return torch.cat([weight.clamp(min=1e-9).log() for weight in weights], dim=1)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_value_is_the_one_that_was_put_in(sign):
    values = [sign * float(np.mean(quantity.sizes[2:4])) for quantity in MOTION]
    found = estimates(logits_of(values))
    torch.testing.assert_close(found[0], torch.tensor(values), atol=1e-4, rtol=1e-4)


def test_read_out_says_below_at_above_value_and_size():
    values = [-quantity.sizes[-1] for quantity in MOTION]
    numbers = read_out(logits_of(values)).view(len(MOTION), 5)
    expected = torch.tensor([1.0, 0.0, 0.0, -1.0, 1.0]).expand(len(MOTION), 5)
    torch.testing.assert_close(numbers, expected, atol=1e-5, rtol=0)
    numbers = read_out(logits_of([0.0] * len(MOTION))).view(len(MOTION), 5)
    expected = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0]).expand(len(MOTION), 5)
    torch.testing.assert_close(numbers, expected, atol=1e-5, rtol=0)


def test_undecided_bins_keep_their_size():
    """Left or right, but far: the mean is nothing, the mean size isn't."""
    logits = torch.full((1, sum(BINS)), -30.0)
    for start, count in zip(np.cumsum([0, *BINS[:-1]]), BINS, strict=True):
        logits[0, [start, start + count - 1]] = 0.0
    numbers = read_out(logits).view(len(MOTION), 5)
    assert numbers[:, 3].abs().max() < 1e-5
    assert numbers[:, 4].min() > 0.999


def test_a_side_that_is_spread_over_many_bins_outweighs_none():
    centres = torch.tensor(MOTION[0].centres)
    chances = torch.full((len(centres),), 1e-6)
    chances[len(MOTION[0].sizes)] = 0.3  # no motion: the likeliest bin
    chances[len(MOTION[0].sizes) + 1 :] = 0.7 / len(MOTION[0].sizes)
    logits = torch.zeros(1, sum(BINS))
    logits[0, : len(centres)] = chances.log()
    expected = float(np.mean(MOTION[0].sizes))
    assert float(estimates(logits)[0, 0]) == pytest.approx(expected, rel=1e-3)
    logits[0, len(MOTION[0].sizes)] = 2.0
    assert float(estimates(logits)[0, 0]) == 0.0
