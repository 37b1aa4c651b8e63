"""What is fitted to displacements that can be written down."""

import pytest
import torch

from viewpoint_gen.models.tower.flow_fit import FIT_WIDTH, fit_flow

MIDDLES = (torch.arange(12, dtype=torch.float64) + 0.5) / 12 * 2 - 1
PLACES = torch.stack(torch.meshgrid(MIDDLES, MIDDLES, indexing="xy"), dim=-1).reshape(-1, 2)
RIGHT, DOWN = PLACES.T
EVEN = torch.ones(len(PLACES), 1, dtype=torch.float64)
TERMS = ("shift", "right", "down", "right_right", "right_down", "down_down")


def coefficients(flow, weights=EVEN) -> dict[str, tuple[float, float]]:
    fitted = fit_flow(flow, weights, PLACES)
    assert fitted.shape == (weights.shape[1], FIT_WIDTH)
    return dict(zip(TERMS, fitted[0, :12].view(6, 2).tolist(), strict=True))


def test_a_camera_that_turns_left_shifts_all_to_the_right():
    found = coefficients(torch.stack([0.2 + 0 * RIGHT, 0 * RIGHT], dim=1))
    assert found.pop("shift")[0] > 0.7
    for name, value in found.items():
        assert value == pytest.approx([0.0, 0.0], abs=1e-2), name


def test_a_zoom_widens_across_and_along():
    found = coefficients(0.1 * PLACES)
    assert found["right"][0] == pytest.approx(found["down"][1])
    assert found["right"][0] > 0.15
    assert found["shift"] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert found["right"][1] == pytest.approx(0.0, abs=1e-6)


def test_a_roll_turns():
    found = coefficients(0.1 * torch.stack([-DOWN, RIGHT], dim=1))
    assert found["right"][1] > 0.15
    assert found["down"][0] == pytest.approx(-found["right"][1])


def test_going_round_a_bulge_bends_what_was_straight():
    bulge = 0.2 * (1 - PLACES.square().sum(dim=1))  # what is near goes against what is far
    found = coefficients(torch.stack([bulge, 0 * bulge], dim=1))
    assert found["right_right"][0] < -0.1
    assert found["right_right"][0] == pytest.approx(found["down_down"][0])
    assert found["right_down"] == pytest.approx([0.0, 0.0], abs=1e-6)
    back = coefficients(torch.stack([-bulge, 0 * bulge], dim=1))
    assert back["right_right"][0] == pytest.approx(-found["right_right"][0])


def test_what_was_matched_wrongly_is_outweighed():
    shift = torch.tensor([0.2, -0.1], dtype=torch.float64).expand(len(PLACES), 2).clone()
    clean = coefficients(shift)["shift"]
    wrong = torch.randperm(len(PLACES), generator=torch.Generator().manual_seed(0))[:36]
    shift[wrong] = torch.tensor([-1.5, 1.0], dtype=torch.float64)
    assert coefficients(shift)["shift"] == pytest.approx(clean, abs=0.05)


def test_a_part_goes_its_own_way():
    flow = torch.where(RIGHT[:, None] > 0, torch.tensor([0.3, 0.0]), torch.tensor([-0.3, 0.0]))
    halves = torch.stack([(RIGHT > 0).double(), (RIGHT <= 0).double()], dim=1)
    fitted = fit_flow(flow.double(), halves, PLACES)
    assert fitted[0, 0] > 1.0
    assert fitted[1, 0] == pytest.approx(-float(fitted[0, 0]))
    middles = fitted[:, -5]
    assert middles.tolist() == pytest.approx([1.0, -1.0], abs=1e-3)
    assert fitted[:, -1].tolist() == pytest.approx([2.0, 2.0], rel=0.05)  # half of the patches each


def test_what_no_fit_explains_is_its_error():
    checks = ((torch.arange(144) % 12 + torch.arange(144) // 12) % 2).double() * 0.1 - 0.05
    fitted = fit_flow(torch.stack([checks, 0 * checks], dim=1), EVEN, PLACES)[0]
    assert float(fitted[12]) == pytest.approx(10 * 0.05**2, rel=0.05)
    assert float(fitted[13]) == pytest.approx(0.0, abs=1e-6)


def test_nothing_seen_is_nothing_known():
    fitted = fit_flow(PLACES, torch.zeros_like(EVEN), PLACES)
    assert torch.isfinite(fitted).all()
    assert fitted[0, :12].abs().max() < 1e-6
