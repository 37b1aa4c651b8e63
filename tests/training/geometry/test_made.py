"""Made-up things: where rays meet them, by an oracle that only asks whether a point is inside."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from flat_world import unit_camera, views_of

from viewpoint_gen.training.geometry.made import world
from viewpoint_gen.training.geometry.made.rays import Rays
from viewpoint_gen.training.geometry.made.repaint import repainted
from viewpoint_gen.training.geometry.made.solids import SOLIDS, Solids
from viewpoint_gen.training.geometry.made.world import Worlds, made_views
from viewpoint_gen.training.geometry.truth import pair_truth

GRID = 12
FRONT = unit_camera((0.3, -1.6, 0.5))
ASIDE = unit_camera((0.9, -1.4, 0.7))
ABOVE = unit_camera((0.2, -1.2, 1.1))
TURNS = [0.0, 0.0, 0.6]


@pytest.fixture(scope="module")
def things():
    return Solids.drawn(np.random.default_rng(0), 60)


@pytest.fixture
def views():
    return views_of([FRONT, ASIDE, ABOVE], TURNS)


def inside(things: Solids, points: torch.Tensor, thing: torch.Tensor) -> torch.Tensor:
    """(M,) whether points (M, 3) are in any solid of their things (M,)."""
    found = torch.zeros(len(points), dtype=torch.bool)
    for place in range(SOLIDS):
        offset = points - things.middle[thing, place]
        own = torch.einsum("mj,mji->mi", offset, things.axes[thing, place])
        own = own / things.half[thing, place]
        kind = "box" if place < 6 else "cylinder" if place < 8 else "ball"
        within = {
            "box": (own.abs() < 1).all(dim=-1),
            "cylinder": (own[:, :2].norm(dim=-1) < 1) & (own[:, 2].abs() < 1),
            "ball": own.norm(dim=-1) < 1,
        }[kind]
        found |= within & things.there[thing, place]
    return found


def rays(things, seed=0, count=200):
    """From a sphere around the things towards points in them."""
    generator = torch.Generator().manual_seed(seed)
    thing = torch.arange(len(things.middle)).repeat_interleave(count)
    size = (len(thing), 3)
    origins = torch.nn.functional.normalize(torch.randn(size, generator=generator), dim=-1) * 2
    return Rays(origins, torch.rand(size, generator=generator) - 0.5 - origins, thing)


def depths_of(things, some):
    """(M,) inf where there is no hit."""
    hits = things.hits(some)
    depth = torch.full((len(some.thing),), float("inf"))
    depth[hits.ray] = hits.depth
    return depth


def test_rays_end_where_a_thing_begins(things):
    some = rays(things)
    depth = depths_of(things, some)
    met = depth.isfinite()
    assert 0.3 < met.float().mean() < 0.95
    assert torch.equal(met, things.block(some))
    before = inside(things, some.at((depth - 1e-3).nan_to_num(posinf=1.0)), some.thing)
    behind = inside(things, some.at((depth + 1e-3).nan_to_num(posinf=1.0)), some.thing)
    assert before[met].float().mean() < 0.002
    assert behind[met].float().mean() > 0.99  # edges are thin


def test_nothing_lies_before_a_hit_nor_on_a_ray_that_misses(things):
    some = rays(things, seed=1)
    reach = depths_of(things, some).clamp(max=3.0)
    for part in torch.linspace(0.0, 0.999, 200):
        assert inside(things, some.at(reach * part), some.thing).float().mean() < 1e-3


def test_normals_point_outwards(things):
    some = rays(things, seed=2)
    hits = things.hits(some)
    mine = some.some(hits.ray)
    assert ((hits.normal * mine.directions).sum(dim=-1) < 1e-4).all()
    torch.testing.assert_close(hits.normal.norm(dim=-1), torch.ones(len(hits.ray)))
    deeper = mine.at(hits.depth) - 2e-3 * hits.normal
    assert inside(things, deeper, mine.thing).float().mean() > 0.97


def test_things_fill_the_unit_cube_and_stand_on_their_lowest_point(things):
    grid = torch.linspace(-0.6, 0.6, 49)
    points = torch.stack(torch.meshgrid(grid, grid, grid, indexing="ij"), dim=-1).view(-1, 3)
    lowest = []
    for number in range(len(things.middle)):
        filled = inside(things, points, torch.full((len(points),), number))
        assert not filled[(points.abs() > 0.5 + 1e-4).any(dim=-1)].any()
        if filled.any():
            lowest.append(points[filled, 2].min() - things.bottom[number])
        assert not filled[points.norm(dim=-1) > things.radius[number] + 1e-4].any()
    assert min(lowest) > -1e-4
    assert np.median(lowest) < 0.03


def test_some_things_are_as_their_mirror_shows_them(things):
    mirrored = things.twin[:, 3] == 0
    assert 0.3 < mirrored.float().mean() < 0.6
    half = things.half[mirrored]
    assert torch.equal(half[:, [0, 1, 2, 6, 8]], half[:, [3, 4, 5, 7, 9]])
    # about some upright plane, rays from mirrored places go equally far
    middle = things.middle[mirrored]
    across = middle[:, 0] - middle[:, 3]
    assert across[:, 2].abs().max() < 1e-5
    plane = torch.nn.functional.normalize(across, dim=-1)
    foot = ((middle[:, 0] + middle[:, 3]) / 2 * plane).sum(-1, keepdim=True)
    own = Solids(*(getattr(things, name)[mirrored] for name in FIELDS))
    thing = torch.arange(len(middle)).repeat_interleave(20)
    starts = rays(own, count=20).origins
    target = middle.mean(dim=1)[thing]  # lies in the plane
    aside = ((starts * plane[thing]).sum(-1, keepdim=True) - foot[thing]) * plane[thing]
    one, two = (depths_of(own, Rays(at, target - at, thing)) for at in (starts, starts - 2 * aside))
    both = one.isfinite() & two.isfinite()
    assert both.any()
    assert (one.isfinite() == two.isfinite()).float().mean() > 0.98
    assert (one - two)[both].abs().median() < 1e-4


FIELDS = ("middle", "half", "axes", "there", "twin")


def test_both_cameras_see_the_same_colour_where_the_truth_says_it_is_the_same_place(
    views, monkeypatch
):
    """Without light and noise; ``pair_truth`` knows depth and cameras alone."""
    monkeypatch.setattr(world, "_AMBIENT", (1.0, 1.0))
    monkeypatch.setattr(world, "_NOISE", 0.0)
    pairs = np.array([[0, 1], [0, 2], [2, 1]] * 8)
    made, numbers = made_views(views, pairs, np.random.default_rng(1))
    truth = pair_truth(made, numbers, grid=GRID)
    images = torch.from_numpy(made.images).float().permute(0, 3, 1, 2) / 255
    middle = torch.arange(GRID) * 6 + 3  # pixels of the patches' middles
    own = images[numbers[:, 0]][:, :, middle][:, :, :, middle].flatten(2)
    there = torch.nn.functional.grid_sample(
        images[numbers[:, 1]],
        truth.matches_12.place[:, :, None] * 2 - 1,
        mode="nearest",
        align_corners=False,
    )[..., 0]
    seen = truth.matches_12.seen
    assert 0.1 < seen.float().mean() < 0.9
    on_object = seen & truth.on_object[:, 0]
    apart = (own - there).abs().mean(dim=1)
    assert apart[on_object].median() < 0.02
    assert apart[seen & ~truth.on_object[:, 0]].median() < 0.03
    strangers = (own - own.roll(1, dims=0)).abs().mean(dim=1)
    assert strangers[on_object].median() > 0.1


def test_cameras_are_the_runs_own_and_the_seed_decides_the_rest(views):
    pairs = np.array([[0, 2], [1, 0]])
    made, numbers = made_views(views, pairs, np.random.default_rng(5))
    again, _ = made_views(views, pairs, np.random.default_rng(5))
    other, _ = made_views(views, pairs, np.random.default_rng(6))
    np.testing.assert_array_equal(numbers, [[0, 2], [1, 3]])
    np.testing.assert_array_equal(made.world_from_camera[numbers], views.world_from_camera[pairs])
    np.testing.assert_array_equal(made.object_turn_rad[numbers], views.object_turn_rad[pairs])
    np.testing.assert_array_equal(made.images, again.images)
    assert not np.array_equal(made.images, other.images)
    assert made.images.dtype == views.images.dtype
    assert made.images.shape[1:] == views.images.shape[1:]
    assert made.depth.shape[1:] == views.depth.shape[1:]
    assert made.on_object.any(axis=(1, 2)).all()


def test_half_of_the_worlds_have_a_ground_and_a_sky_to_see():
    worlds = Worlds.drawn(np.random.default_rng(0), 300)
    assert worlds.has_ground.float().mean().item() == pytest.approx(0.5, abs=0.1)
    assert worlds.far_is_seen.mean() == pytest.approx(0.5, abs=0.1)
    waves = worlds.sky.strength.abs().sum(dim=(1, 2, 3)) > 0
    np.testing.assert_array_equal(waves.numpy(), worlds.far_is_seen)


def painted(views, pairs, seed=0):
    grey = torch.full((len(pairs), 2, 3, 72, 72), 0.4)
    return repainted(grey, views, pairs, np.random.default_rng(seed))


def test_a_pattern_is_the_same_from_both_views_and_turns_with_the_object(views):
    """On pictures of one grey: ``pair_truth`` knows depth, cameras and turns alone."""
    pairs = np.array([[0, 1], [0, 2], [2, 1]] * 8)
    images = painted(views, pairs)
    truth = pair_truth(views, pairs, grid=GRID)
    middle = torch.arange(GRID) * 6 + 3
    own = images[:, 0][:, :, middle][:, :, :, middle].flatten(2)
    there = torch.nn.functional.grid_sample(
        images[:, 1],
        truth.matches_12.place[:, :, None] * 2 - 1,
        mode="nearest",
        align_corners=False,
    )[..., 0]
    apart = (own - there).abs().mean(dim=1)
    for part in (truth.on_object[:, 0], ~truth.on_object[:, 0]):
        seen = truth.matches_12.seen & part
        assert seen.any()
        assert apart[seen].median() < 0.02
    assert (own - own.roll(1, dims=0)).abs().mean() > 0.05


def test_what_is_infinitely_far_and_of_one_colour_stays_so(views):
    views = replace(
        views, depth=np.full_like(views.depth, np.inf), on_object=views.on_object & False
    )
    pairs = np.array([[0, 1]] * 12)
    assert torch.equal(painted(views, pairs), torch.full((12, 2, 3, 72, 72), 0.4))
    seen = replace(views, far_is_seen=np.ones(3, dtype=bool))
    assert painted(seen, pairs).std() > 0.02


def test_patterns_are_drawn_from_the_seed(views):
    pairs = np.array([[0, 1]] * 4)
    assert torch.equal(painted(views, pairs), painted(views, pairs))
    assert not torch.equal(painted(views, pairs), painted(views, pairs, seed=1))
