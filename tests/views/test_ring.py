"""The ring's plan, and its measure on pictures whose differences are known."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewpoint_gen.records import RenderedView, Ring, ViewRequest
from viewpoint_gen.views.config import RingConfig
from viewpoint_gen.views.ring import hints_at, look_around, measure_ring, middle_of, plan_ring

POINTS = np.random.default_rng(3).uniform(-0.5, 0.5, (500, 3)) * [1.0, 0.3, 0.6]
FOUR = RingConfig(azimuths=4, repeats=2, size_px=16)


def planned(config: RingConfig = FOUR, uid: str = "thing") -> tuple[ViewRequest, ...]:
    return plan_ring(uid, points_world=POINTS, config=config, seed=5)


def picture(
    request: ViewRequest, red: float, *, columns: int = 8, alpha: int = 255
) -> RenderedView:
    """A field of one red, over the first columns of the picture."""
    rgba = np.zeros((16, 16, 4), dtype=np.uint8)
    rgba[:, :columns] = [round(255 * red), 90, 90, alpha]
    nothing = np.full((16, 16), np.inf, dtype=np.float32)
    return RenderedView(
        request=request, camera=request.camera, world_from_import=np.eye(4), rgba=rgba,
        mask=rgba[..., 3] > 0, depth=nothing, normals=np.zeros((16, 16, 3), np.float32),
        device="none",
    )  # fmt: skip


def measured(reds: list[float], again: list[float], **looks: list[int]) -> np.ndarray:
    """Ratios of a ring of four pictures, of which the first and the third are taken again."""
    values = [*reds, *again]
    views = [
        picture(request, red, **{name: all_of[number] for name, all_of in looks.items()})
        for number, (request, red) in enumerate(zip(planned(), values, strict=True))
    ]
    return measure_ring(views, FOUR).ratios


def test_cameras_stand_evenly_around_and_see_the_whole_object():
    requests = planned(RingConfig())
    ring, repeats = requests[:12], requests[12:]
    middle = middle_of(POINTS)
    azimuths = [np.arctan2(*(one.camera.centre_world - middle)[1::-1]) for one in ring]
    gaps = np.diff(np.unwrap(azimuths))
    assert gaps == pytest.approx(np.full(11, np.deg2rad(30.0)))
    assert azimuths[0] == pytest.approx(0.0)
    for request in requests:
        centre = request.camera.centre_world - middle
        assert np.arcsin(centre[2] / np.linalg.norm(centre)) == pytest.approx(np.deg2rad(17.0))
        pixels, _ = request.camera.project(POINTS)
        assert request.camera.in_frame(pixels).all()
    again = [one.camera.centre_world for one in repeats]
    assert np.allclose(again, [ring[place].camera.centre_world for place in (0, 4, 8)])


def test_one_noise_for_the_ring_and_another_for_each_repeat():
    requests = planned(RingConfig())
    assert len({one.noise_seed for one in requests[:12]}) == 1
    assert len({one.noise_seed for one in requests[11:]}) == 4
    assert len({one.view_id for one in requests}) == 15
    assert planned(uid="other")[0].noise_seed != planned()[0].noise_seed


def test_the_light_is_even_so_that_it_breaks_no_symmetry():
    assert {one.lighting.sun_strength for one in planned()} == {0.0}


def test_differences_come_in_units_of_the_noise():
    ratios = measured([0.2, 0.4, 0.6, 1.0], again=[0.4, 0.8])  # a noise of 0.2
    expected = np.abs(np.subtract.outer([1, 2, 3, 5], [1, 2, 3, 5]))
    assert ratios == pytest.approx(np.where(expected, expected, 0), rel=0.02)


def test_what_only_one_of_two_pictures_covers_counts_and_the_empty_rest_does_not():
    ratios = measured([1.0] * 4, again=[0.5, 0.5], columns=[8, 4, 8, 8, 8, 8])
    colour = np.sqrt(1.0 + 2 * (90 / 255) ** 2 + 1.0)
    assert ratios[0, 1] == pytest.approx(colour * np.sqrt(4 / 8) / 0.5, rel=0.03)
    assert ratios[0, 2] == 0.25  # the least that is told: the same


def test_hardly_covered_pixels_count_as_empty():
    ratios = measured([1.0, 0.2, 0.9, 0.1], again=[0.5, 0.5], alpha=[5] * 6)
    assert (ratios[np.triu_indices(4, 1)] == 0.25).all()


def test_pictures_without_any_noise_are_not_divided_by_nothing():
    ratios = measured([0.2, 0.2, 0.2, 0.6], again=[0.2, 0.2])
    assert ratios[0, 3] == pytest.approx(0.4 / 0.1, rel=0.03)


def prism(sides: int, *, count: int = 4000) -> np.ndarray:
    """Points on an upright prism in the unit cube whose bounding box is centred; its axis isn't."""
    rng = np.random.default_rng(sides)
    corners = np.exp(2j * np.pi * np.arange(sides + 1) / sides)
    side, along = rng.integers(sides, size=count), rng.random(count)
    wall = corners[side] * (1 - along) + corners[side + 1] * along
    points = np.stack([wall.real, wall.imag, rng.uniform(-1, 1, count)], axis=1)
    low, high = np.array([corners.real.min(), corners.imag.min()]), np.ones(2)
    high[1] = corners.imag.max()
    points[:, :2] -= (low + high) / 2
    return points / 2


@pytest.mark.parametrize(("sides", "axis"), [(3, -0.125), (5, -0.047746), (7, -0.024758)])
def test_an_odd_number_of_sides_has_its_axis_off_the_bounding_boxs_middle(sides, axis):
    assert middle_of(prism(sides)) == pytest.approx([axis, 0.0, 0.0], abs=0.002)
    for request in plan_ring("x", points_world=prism(sides), config=RingConfig(), seed=5):
        pixels, _ = request.camera.project(np.array([[axis, 0.0, 0.0]]))
        assert pixels[0] == pytest.approx([32.0, 32.0], abs=0.2)


@pytest.mark.parametrize("sides", [4, 6, 8])
def test_an_even_number_has_it_there_exactly(sides):
    assert (middle_of(prism(sides)) == 0.0).all()


def test_a_flat_board_is_looked_at_round_the_origin():
    board = np.linspace(-0.5, 0.5, 50)[:, None] * np.array([1.0, 0.0, 0.3])
    assert (middle_of(board) == 0.0).all()


def off_by(sides: int, azimuths: int) -> np.ndarray:
    """Ratios of an object that differs by how far a turn is from one of its equal sides."""
    turn = np.subtract.outer(np.arange(azimuths), np.arange(azimuths)) * sides / azimuths
    return 0.4 + 20.0 * np.abs(turn - np.rint(turn)) / sides


@pytest.mark.parametrize("sides", range(1, 11))
def test_rings_of_twelve_hint_at_five_and_seven_sides_only(sides):
    hinted = {one for one in (5, 7) if hints_at(one, off_by(sides, 12))}
    assert hinted == ({5, 7} if sides in (5, 7) else set())  # 150 degrees come near to both


def test_a_ring_that_falls_on_the_sides_has_nothing_to_hint_at():
    assert not hints_at(5, off_by(5, 60))


CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


def looked_at(
    red_of: Callable[[int, float], float], points_world: np.ndarray = CUBE
) -> tuple[Ring, list[int]]:
    """A ring of pictures with a red by the ring's size and the azimuth, and the sizes taken."""
    middle = middle_of(points_world)
    sizes = []

    def glance(requests: Sequence[ViewRequest]) -> list[RenderedView]:
        sizes.append(len(requests) - 3)
        centres = [one.camera.centre_world - middle for one in requests]
        angles = [np.arctan2(y, x) for x, y, _ in centres]
        seeds = [one.noise_seed for one in requests]
        noise = [0.0 if seed == seeds[0] else 0.1 for seed in seeds]
        reds = [red_of(sizes[-1], angle) for angle in angles]
        return [
            picture(request, red + more)
            for request, red, more in zip(requests, reds, noise, strict=True)
        ]

    config = RingConfig(size_px=16)
    ring = look_around("x", glance, points_world=points_world, config=config, seed=1)
    return ring, sizes


@pytest.mark.parametrize(("sides", "taken"), [(5, [12, 5]), (7, [12, 5, 7])])
def test_five_and_seven_sides_get_a_ring_of_their_own(sides, taken):
    ring, sizes = looked_at(lambda _, angle: 0.5 + 0.4 * np.cos(sides * angle))
    assert sizes == taken
    assert ring.azimuths == sides
    assert ring.ratios.max() < 0.6


@pytest.mark.parametrize(("sides", "axis"), [(3, -0.125), (4, 0.0), (5, -0.047746)])
def test_a_ring_says_where_the_vertical_stands_that_it_goes_round(sides, axis):
    ring, _ = looked_at(lambda _, angle: 0.5 + 0.4 * np.cos(sides * angle), prism(sides))
    assert ring.azimuths == (5 if sides == 5 else 12)
    assert ring.middle_world == pytest.approx((axis, 0.0), abs=0.002)


@pytest.mark.parametrize("sides", [1, 2, 3, 4, 6])
def test_others_are_looked_at_once(sides):
    ring, sizes = looked_at(lambda _, angle: 0.5 + 0.4 * np.cos(sides * angle))
    assert sizes == [12]
    assert ring.azimuths == 12


def test_a_hint_that_a_closer_look_belies_leaves_the_first_ring():
    def red(size: int, angle: float) -> float:
        return 0.5 + 0.4 * np.cos((5 if size == 12 else 1) * angle)

    ring, sizes = looked_at(red)
    assert sizes == [12, 5, 7]
    assert ring.azimuths == 12


@settings(max_examples=30)
@given(st.integers(4, 30), st.integers(0, 2**32 - 1))
def test_a_ring_is_kept_to_within_two_percent(azimuths, seed):
    rng = np.random.default_rng(seed)
    ratios = np.triu(np.exp2(rng.uniform(-3.0, 7.0, (azimuths, azimuths))), 1)
    ratios += ratios.T
    ring = Ring.of_ratios(ratios, elevation_rad=0.3)
    assert len(ring.packed) == azimuths * (azimuths - 1) // 2
    off_diagonal = ~np.eye(azimuths, dtype=bool)
    kept = ring.ratios
    assert (kept == kept.T).all()
    assert (kept.diagonal() == 0).all()
    told = np.clip(ratios, 0.25, 2 ** (255 / 32 - 2))
    assert kept[off_diagonal] == pytest.approx(told[off_diagonal], rel=0.011)
    assert Ring.of_ratios(kept, elevation_rad=0.3) == ring
