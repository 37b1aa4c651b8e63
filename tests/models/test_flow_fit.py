"""What is fitted to displacements that can be written down."""

import pytest
import torch

from viewpoint_gen.models.tower.flow_fit import FIT_WIDTH, fit_flow

MIDDLES = (torch.arange(12, dtype=torch.float64) + 0.5) / 12 * 2 - 1
PLACES = torch.stack(torch.meshgrid(MIDDLES, MIDDLES, indexing="xy"), dim=-1).reshape(-1, 2)
RIGHT, DOWN = PLACES.T
EVEN = torch.ones(len(PLACES), 1, dtype=torch.float64)
BUMP = -0.3 * (1 - PLACES.square().sum(dim=1) / 2)  # nearer in the middle


def coefficients(flow, weights=EVEN, log_depth=BUMP) -> dict[str, tuple[float, float]]:
    fitted = fit_flow(flow, weights, PLACES, log_depth)
    assert fitted.shape == (weights.shape[1], FIT_WIDTH)
    rows = fitted[0, :8].view(4, 2).tolist()
    return dict(zip(("shift", "across", "along", "depth"), rows, strict=True))


def test_a_camera_that_turns_left_shifts_all_to_the_right():
    found = coefficients(torch.stack([0.2 + 0 * RIGHT, 0 * RIGHT], dim=1))
    assert found["shift"][0] > 1.0
    for name in ("across", "along", "depth"):
        assert found[name] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_zoom_widens_across_and_along():
    found = coefficients(0.1 * PLACES)
    assert found["across"][0] == pytest.approx(found["along"][1])
    assert found["across"][0] > 0.2
    assert found["shift"] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert found["across"][1] == pytest.approx(0.0, abs=1e-6)


def test_a_roll_turns():
    found = coefficients(0.1 * torch.stack([-DOWN, RIGHT], dim=1))
    assert found["across"][1] > 0.2
    assert found["along"][0] == pytest.approx(-found["across"][1])


def test_going_round_moves_what_is_near_against_what_is_far():
    farther = BUMP - BUMP.mean()
    found = coefficients(torch.stack([farther, 0 * farther], dim=1))
    assert found["depth"][0] > 0.5
    assert found["shift"] == pytest.approx([0.0, 0.0], abs=1e-6)
    back = coefficients(torch.stack([-farther, 0 * farther], dim=1))
    assert back["depth"][0] == pytest.approx(-found["depth"][0])


def test_a_part_goes_its_own_way():
    flow = torch.where(RIGHT[:, None] > 0, torch.tensor([0.3, 0.0]), torch.tensor([-0.3, 0.0]))
    halves = torch.stack([(RIGHT > 0).double(), (RIGHT <= 0).double()], dim=1)
    fitted = fit_flow(flow.double(), halves, PLACES, BUMP)
    assert fitted[0, 0] > 1.0
    assert fitted[1, 0] == pytest.approx(-float(fitted[0, 0]))
    middles = fitted[:, -3]
    assert middles.tolist() == pytest.approx([1.0, -1.0], abs=1e-6)


def test_what_no_fit_explains_is_its_error():
    checks = ((torch.arange(144) % 12 + torch.arange(144) // 12) % 2).double() * 2 - 1
    fitted = fit_flow(torch.stack([checks, 0 * checks], dim=1), EVEN, PLACES, BUMP)[0]
    assert float(fitted[8]) == pytest.approx(10.0, rel=0.05)
    assert float(fitted[9]) == pytest.approx(0.0, abs=1e-6)


def test_nothing_seen_is_nothing_known():
    fitted = fit_flow(PLACES, torch.zeros_like(EVEN), PLACES, BUMP)
    assert torch.isfinite(fitted).all()
    assert fitted[0, :8].abs().max() < 1e-6
