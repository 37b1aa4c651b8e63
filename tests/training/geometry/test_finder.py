"""The finder learns to see what stands out, and where its window lies."""

from dataclasses import replace

import pytest
import torch

from viewpoint_gen.models.tower import GeometryTowerConfig
from viewpoint_gen.models.tower.finder import Finder
from viewpoint_gen.models.tower.match import places_of
from viewpoint_gen.models.tower.windows import aside, windows_of
from viewpoint_gen.training.geometry.losses import finder_loss
from viewpoint_gen.training.geometry.truth import LookTruth, Matches, PairTruth

GRID = 12
COUNT = 16


def scenes(seed: int) -> tuple[torch.Tensor, PairTruth]:
    """Pictures (COUNT, 2, 3, 72, 72) in [-1, 1] of striped squares before grey, and their truth."""
    rng = torch.Generator().manual_seed(seed)
    middles = torch.rand(COUNT, 2, 1, 2, generator=rng) - 0.5
    halves = 0.2 + 0.2 * torch.rand(COUNT, 2, 1, generator=rng)

    def inside(grid: int) -> torch.Tensor:
        return (places_of(grid) - middles).abs().amax(dim=-1) < halves

    shown = 0.1 * torch.randn(COUNT, 2, 3, 72, 72, generator=rng)
    stripes = (torch.arange(72) // 3 % 2).float().expand(72, 72)
    shown = torch.where(inside(72).unflatten(2, (72, 72))[:, :, None], stripes, shown)
    fine = inside(48)
    nothing = torch.zeros(COUNT, 2, GRID**2)
    nowhere = Matches(torch.zeros(COUNT, GRID**2, 2), torch.zeros(COUNT, GRID**2).bool())
    look = LookTruth(nowhere, nowhere, nothing, inside(GRID))
    around = windows_of(fine.float(), places_of(48))
    truth = PairTruth(
        motion=torch.zeros(COUNT, 1),
        known=torch.zeros(COUNT, 1).bool(),
        whole=look,
        close=look,
        windows=around,
        around=around,
        cameras=torch.zeros(COUNT, 2, 5),
    )
    return shown, truth


def found_in(finder: Finder, images: torch.Tensor) -> torch.Tensor:
    return finder(images.flatten(0, 1)).unflatten(0, (-1, 2))


@pytest.fixture(scope="module")
def finder() -> Finder:
    torch.manual_seed(0)
    finder = Finder(GeometryTowerConfig(patch_width=32, finder_layers=1))
    optimiser = torch.optim.AdamW(finder.parameters(), lr=3e-3)
    for step in range(40):
        images, truth = scenes(step)
        loss = finder_loss(found_in(finder, images), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return finder.eval()


@torch.no_grad()
def test_windows_lie_round_what_it_has_not_seen_before(finder):
    images, truth = scenes(1000)
    windows = windows_of(found_in(finder, images).sigmoid(), places_of(GRID))
    wrong = aside(windows, truth.around)
    anywhere = aside(truth.around.flip(0), truth.around)
    assert wrong[..., :2].norm(dim=-1).median() < 0.25
    assert wrong[..., :2].norm(dim=-1).median() < 0.3 * anywhere[..., :2].norm(dim=-1).median()


@torch.no_grad()
def test_a_window_elsewhere_costs_more_than_the_true_one(finder):
    images, truth = scenes(1001)
    found = found_in(finder, images)
    shifted = replace(truth, around=truth.around + torch.tensor([0.3, 0.0, 0.0]))
    assert finder_loss(found, shifted) > finder_loss(found, truth) + 0.1
