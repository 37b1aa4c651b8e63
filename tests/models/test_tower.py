"""The geometry tower as an encoder."""

import pytest
import torch

from viewpoint_gen.models.geometry import GeometryEncoder
from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION, estimates
from viewpoint_gen.models.tower.tower import _pairs_of


@pytest.fixture(scope="module")
def tower() -> GeometryTower:
    torch.manual_seed(0)
    return GeometryTower(GeometryTowerConfig()).eval()


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(8, 3, 192, 192, generator=torch.Generator().manual_seed(1))


def test_it_is_a_geometry_encoder(tower, images):
    assert isinstance(tower, GeometryEncoder)
    tokens = tower.encode(images, [2, 3, 1, 2])
    assert tokens.patches.shape == (8, 12, 12, tower.patch_width)
    assert tokens.summary.shape == (8, tower.summary_width)


@pytest.mark.parametrize(("start", "count"), [(0, 2), (2, 3), (5, 1), (6, 2)])
def test_tokens_depend_on_their_own_sample_only(tower, images, start, count):
    together = tower.encode(images, [2, 3, 1, 2])
    alone = tower.encode(images[start : start + count], [count])
    mine = slice(start, start + count)
    torch.testing.assert_close(alone.patches, together.patches[mine], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(alone.summary, together.summary[mine], atol=1e-5, rtol=1e-4)


def test_which_images_are_compared():
    pairs, before, since_first = _pairs_of([2, 1, 4])
    assert pairs == [(0, 1), (2, 2), (3, 4), (4, 5), (3, 5), (5, 6), (3, 6)]
    assert before == [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (3, 1), (5, 1)]
    none = len(pairs)
    assert since_first == [none, 0, none, none, 2, 4, 6]


def test_the_first_image_has_no_motion_and_the_others_have_two(tower, images):
    summary = tower.encode(images[:3], [3]).summary
    half = tower.summary_width // 2
    assert not summary[0].any()
    torch.testing.assert_close(summary[1, :half], summary[1, half:])  # the one before is the first
    last = tower.encode(images[[0, 2]], [2]).summary[1]
    torch.testing.assert_close(summary[2, half:], last[half:], atol=1e-5, rtol=1e-4)
    assert not torch.allclose(summary[2, :half], summary[2, half:], atol=1e-3)


def test_order_of_images_matters(tower, images):
    there = tower.encode(images[:2], [2]).summary[1]
    back = tower.encode(images[:2].flip(0), [2]).summary[1]
    assert not torch.allclose(there, back, atol=1e-3)


def test_what_is_read_of_two_images_does_not_depend_on_their_order(tower, images):
    pairs = images.unflatten(0, (4, 2))
    with torch.no_grad():
        there, back = (estimates(tower(each).motion_bins) for each in (pairs, pairs.flip(1)))
    swapped = torch.tensor([quantity.swapped for quantity in MOTION])
    torch.testing.assert_close(there[:, swapped], -back[:, swapped], atol=1e-5, rtol=1e-4)
    assert not torch.allclose(there[:, ~swapped], -back[:, ~swapped], atol=1e-3)


def test_kept_and_loaded_it_says_the_same(tower, images, tmp_path):
    tower.save_pretrained(tmp_path)
    again = GeometryTower.from_pretrained(tmp_path)
    expected = tower.encode(images, [4, 4])
    found = again.encode(images, [4, 4])
    torch.testing.assert_close(found.patches, expected.patches)
    torch.testing.assert_close(found.summary, expected.summary)


def test_every_weight_learns(tower, images):
    reading = tower(images.unflatten(0, (4, 2)))
    total = reading.motion_bins.sum() + reading.cameras.square().mean()
    total = total + reading.taken.square().mean()
    for look in (reading.whole, reading.close):
        total = total + look.found.sum() + look.likeness.square().mean()
        total = total + look.surface.square().mean()
    total.backward()
    still = [name for name, weight in tower.named_parameters() if weight.grad is None]
    assert still == []
    tower.zero_grad()
