"""True displacements made faulty: what is drawn, and that motions are learnt from them."""

import numpy as np
import pytest
import torch
from flat_world import unit_camera, views_of

from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION, sides
from viewpoint_gen.models.tower.motion_of_flow import Known, Moved
from viewpoint_gen.training.geometry.true_flows import TrueFlows
from viewpoint_gen.training.geometry.truth import pair_truth

SIZES = GeometryTowerConfig()
AZIMUTH = [quantity.name for quantity in MOTION].index("azimuth")


@pytest.fixture(scope="module")
def views():
    """Forty pairs of cameras round the disc, some steps to the left or to the right of another."""
    rng = np.random.default_rng(0)
    starts = rng.uniform(-np.pi, np.pi, 40)
    steps = rng.choice([-1, 1], 40) * rng.uniform(0.3, 0.8, 40)
    azimuths = np.stack([starts, starts + steps], axis=1).ravel()
    cameras = [
        unit_camera((np.sin(azimuth), -np.cos(azimuth), rng.uniform(0.5, 1)))
        for azimuth in azimuths
    ]
    return views_of(cameras, np.zeros(len(cameras)))


@pytest.fixture(scope="module")
def pairs():
    return np.arange(80).reshape(40, 2)


def flows_of(views, pairs) -> TrueFlows:
    return TrueFlows.of(views, pairs, SIZES, batch=64, seed=0)


def test_equal_steps_draw_alike(views, pairs):
    flows = flows_of(views, pairs)
    torch.manual_seed(0)
    network = GeometryTower(SIZES).network
    with torch.no_grad():
        assert flows.loss(network, 3) == flows_of(views, pairs).loss(network, 3)
        assert flows.loss(network, 3) != flows.loss(network, 4)


def test_only_what_reads_displacements_learns(views, pairs):
    network = GeometryTower(SIZES).network
    flows_of(views, pairs).loss(network, 0).backward()
    taught = {name for name, weight in network.named_parameters() if weight.grad is not None}
    assert taught == {name for name in taught if name.startswith("motion_of_flow.")}
    assert len(taught) == 6


def test_left_is_told_from_right_after_some_steps(views, pairs):
    torch.manual_seed(0)
    network = GeometryTower(SIZES).network
    flows = flows_of(views, pairs)
    optimiser = torch.optim.AdamW(network.motion_of_flow.parameters(), lr=2e-3)
    losses = []
    for step in range(150):
        loss = flows.loss(network, step)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.5
    truth = pair_truth(views, pairs, SIZES)
    moved = []
    for look, at in ((truth.whole, network.whole), (truth.close, network.close)):
        flow, seen = look.flow()
        on_object = look.on_object[..., None].float()
        moved.append(Moved(flow, seen[..., None].float(), on_object, on_object, at.places))
    with torch.no_grad():
        held = network.motion_of_flow(Known.of(*moved, truth.windows, truth.cameras))
        found = sides(network.motion_of_flow.bins(held))[:, AZIMUTH]
    assert (found == truth.motion[:, AZIMUTH].sign()).float().mean() > 0.9
