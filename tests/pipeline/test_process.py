"""The main flow, with a renderer that is quick and can be told to fail."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from viewpoint_gen.errors import ChildDied, DeadlineExceeded, ImportFailed
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.geometry.visibility import pixel_centres
from viewpoint_gen.pipeline.process import Processor
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.recipe import Recipe, load_recipe
from viewpoint_gen.records import (
    Asset,
    LoadedAsset,
    OutcomeStatus,
    RenderedView,
    ViewRequest,
    Visit,
)

BALL_RADIUS = 0.45
THING = Path(__file__).with_name("thing.obj")


@dataclass
class OneAsset:
    """A source of a single asset."""

    size: int = 1
    path: Path = THING
    released: list[str] = field(default_factory=list)

    def uid(self, index: int) -> str:
        return f"thing-{index}"

    def asset(self, index: int) -> Asset:
        return Asset(
            uid=self.uid(index), source="folder", path=str(self.path), source_path="thing.obj",
            category="thing", licence="CC0-1.0", author="someone", title="Thing", url="",
            sha256="0" * 64, front_azimuth_rad=-np.pi / 2,
        )  # fmt: skip

    def release(self, asset: Asset) -> None:
        self.released.append(asset.uid)


@dataclass
class SplatRenderer:
    """Paints the surface's points as dots; fails in the ways that it is told to.

    Attributes:
        failures: raised by successive calls of ``load`` (None: no failure).
        spoil: changes each view before it is handed over.
    """

    failures: list[Exception | None] = field(default_factory=list)
    missing_textures: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    spoil: object = None
    rendered: int = 0
    glanced: int = 0

    def load(self, asset: Asset) -> LoadedAsset:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        rng = np.random.default_rng(7)
        points = rng.uniform(-0.5, 0.5, (3000, 3)) * [1.0, 0.7, 0.5]
        return LoadedAsset(
            world_from_import=np.eye(4), bounds_world=np.array([points.min(0), points.max(0)]),
            points_world=points, triangles=12, mesh_objects=1, materials=1,
            missing_textures=self.missing_textures, seconds=0.0, mended=self.mended,
        )  # fmt: skip

    def render_each(self, requests, loaded: LoadedAsset):
        for request in requests:
            self.rendered += 1
            turned = turn_about_up(request.object_turn_rad)
            points = loaded.points_world @ turned[:3, :3].T
            view = paint(request, points, turned)
            yield self.spoil(view) if self.spoil else view

    def glance_each(self, requests, loaded: LoadedAsset):
        for request in requests:
            self.glanced += 1
            yield paint(request, loaded.points_world, np.eye(4))


def paint(request: ViewRequest, points: np.ndarray, world_from_import: np.ndarray) -> RenderedView:
    camera = request.camera
    height, width = camera.height_px, camera.width_px
    pixels, depths = camera.project(points)
    order = np.argsort(-depths)
    columns = pixels[order, 0].astype(int).clip(0, width - 1)
    rows = pixels[order, 1].astype(int).clip(0, height - 1)
    depth = np.full((height, width), np.inf, dtype=np.float32)
    rgba = np.full((height, width, 4), 255, dtype=np.uint8)
    depth[rows, columns] = depths[order]
    rgba[rows, columns, :3] = ((points[order] + 0.5) * 200).astype(np.uint8)
    return RenderedView(
        request=request, camera=camera, world_from_import=world_from_import, rgba=rgba,
        mask=np.isfinite(depth), depth=depth, normals=np.zeros((height, width, 3), np.float32),
        device="none", seconds={"render": 0.0},
    )  # fmt: skip


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe(overrides=[("render.width_px", 64), ("render.height_px", 48)])


def process(
    recipe: Recipe,
    renderer: SplatRenderer,
    quota: int = 10,
    visit_round: int = 0,
    *,
    again: bool = False,
):
    processor = Processor(source=ReadAhead(OneAsset()), renderer=renderer, recipe=recipe)
    return processor(Visit(index=0, round=visit_round, quota=quota, again=again))


@pytest.mark.parametrize("quota", [1, 2, 3, 7, 10, 16, 31])
def test_a_good_asset_gives_exactly_its_quota(recipe, quota):
    result = process(recipe, SplatRenderer(), quota)
    assert result.outcome.status is OutcomeStatus.WRITTEN
    assert result.tables["pairs"].num_rows == result.outcome.pairs == quota
    assert result.tables["views"].num_rows == result.outcome.views
    assert result.tables["outcomes"].num_rows == 1


def test_pairs_come_in_both_orders_and_name_views_that_are_there(recipe):
    result = process(recipe, SplatRenderer(), quota=11)
    pairs = result.tables["pairs"].to_pylist()
    by_id = {pair["pair_id"]: pair for pair in pairs}
    views = set(result.tables["views"].column("view_id").to_pylist())
    alone = [pair for pair in pairs if pair["reverse_id"] == ""]
    assert len(by_id) == 11
    assert len(alone) == 1
    assert views == {pair[name] for pair in pairs for name in ("view_id_1", "view_id_2")}
    for pair in pairs:
        if pair["reverse_id"]:
            back = by_id[pair["reverse_id"]]
            assert (back["view_id_1"], back["view_id_2"]) == (pair["view_id_2"], pair["view_id_1"])
            assert back["rise"] == pytest.approx(-pair["rise"])


def as_a_ball(view: RenderedView) -> RenderedView:
    """The same view of a ball, coloured by where each of its points is on it."""
    camera = view.camera
    pixels = pixel_centres(camera.width_px, camera.height_px)
    rays = camera.unproject(pixels, np.ones(len(pixels))) - camera.centre_world
    a, b = (rays**2).sum(axis=1), rays @ camera.centre_world
    inside = b**2 - a * (camera.centre_world @ camera.centre_world - BALL_RADIUS**2)
    near = (-b - np.sqrt(np.maximum(inside, 0.0))) / a
    depth = np.where((inside > 0) & (near > 0), near, np.inf).astype(np.float32)
    points = camera.centre_world + rays * np.where(np.isfinite(depth), depth, 0.0)[:, None]
    rgba = view.rgba.copy()
    unturned = points @ view.world_from_import[:3, :3]
    rgba[..., :3] = ((unturned + 0.5) * 500 % 200 + 20).reshape(*rgba.shape[:2], 3)
    depth = depth.reshape(view.depth.shape)
    return replace(view, rgba=rgba, mask=np.isfinite(depth), depth=depth)


def test_pairs_carry_their_views_points_and_say_which_the_other_view_shows(recipe):
    result = process(recipe, SplatRenderer(spoil=as_a_ball), quota=30)
    views = {view["view_id"]: view for view in result.tables["views"].to_pylist()}
    pairs = {pair["pair_id"]: pair for pair in result.tables["pairs"].to_pylist()}
    assert len(pairs) == 30
    for view in views.values():
        points = np.frombuffer(view["surface_points"], "<f4").reshape(-1, 3)
        assert len(points) <= 64
        np.testing.assert_allclose(np.linalg.norm(points, axis=1), BALL_RADIUS, atol=1e-5)
    assert np.median([len(view["surface_points"]) // 12 for view in views.values()]) > 5
    for pair in pairs.values():
        for own, other in ((1, 2), (2, 1)):
            points = views[pair[f"view_id_{own}"]]["surface_points"]
            assert pair[f"surface_points_{own}"] == points
            assert 12 * len(pair[f"seen_in_{other}"]) == len(points)
        back = pairs[pair["reverse_id"]]
        assert (back["seen_in_1"], back["seen_in_2"]) == (pair["seen_in_2"], pair["seen_in_1"])
    told = b"".join(pair["seen_in_2"] for pair in pairs.values())
    assert set(told) == {0, 1, 2}


def test_a_first_visit_with_pairs_looks_around_its_asset_alike_in_every_round(recipe):
    first = process(recipe, SplatRenderer()).tables["rings"].to_pylist()
    later = process(recipe, SplatRenderer(), visit_round=3).tables["rings"].to_pylist()
    assert [(row["asset_uid"], row["round"]) for row in first + later] == [
        ("thing-0", 0),
        ("thing-0", 3),
    ]
    assert first[0]["ratios"] == later[0]["ratios"]
    azimuths = first[0]["azimuths"]
    assert azimuths == recipe.views.ring.azimuths
    assert len(first[0]["ratios"]) == azimuths * (azimuths - 1) // 2
    assert (first[0]["middle_x"], first[0]["middle_y"]) == (0.0, 0.0)  # a box's


def test_a_return_to_an_asset_looks_around_it_no_more(recipe):
    renderer = SplatRenderer()
    result = process(recipe, renderer, visit_round=1, again=True)
    assert result.outcome.pairs == 10
    assert result.tables["rings"].num_rows == renderer.glanced == 0


def test_a_visit_without_pairs_needs_no_ring(recipe):
    renderer = SplatRenderer(spoil=lambda view: replace(view, mask=np.zeros_like(view.mask)))
    result = process(recipe, renderer)
    assert result.outcome.pairs == result.tables["rings"].num_rows == renderer.glanced == 0


def test_the_same_visit_gives_the_same_rows_and_another_round_gives_others(recipe):
    first, second = process(recipe, SplatRenderer()), process(recipe, SplatRenderer())
    assert first.tables["views"].equals(second.tables["views"])
    assert first.tables["pairs"].equals(second.tables["pairs"])
    other = process(recipe, SplatRenderer(), visit_round=1)
    ids = set(first.tables["views"].column("view_id").to_pylist())
    assert ids.isdisjoint(other.tables["views"].column("view_id").to_pylist())


def test_no_more_views_are_rendered_than_the_pairs_need(recipe):
    renderer = SplatRenderer()
    process(recipe, renderer, quota=16)
    assert renderer.rendered == 9


@pytest.mark.parametrize(
    "failure",
    [ChildDied("child_died", "signal 9"), DeadlineExceeded("render_deadline", "60 s")],
)
def test_a_child_that_dies_once_costs_nothing_but_an_attempt(recipe, failure):
    undisturbed = process(recipe, SplatRenderer())
    disturbed = process(recipe, SplatRenderer(failures=[failure]))
    assert disturbed.outcome.attempts == 2
    assert disturbed.tables["views"].equals(undisturbed.tables["views"])
    assert disturbed.tables["pairs"].equals(undisturbed.tables["pairs"])


def test_a_child_that_dies_twice_on_an_asset_fails_it_with_the_code(recipe):
    died = ChildDied("child_died", "signal 11")
    result = process(recipe, SplatRenderer(failures=[died, died, died]))
    assert result.outcome.status is OutcomeStatus.FAILED
    assert (result.outcome.code, result.outcome.attempts) == ("child_died", 2)
    assert result.tables["views"].num_rows == result.tables["pairs"].num_rows == 0
    assert result.tables["outcomes"].to_pylist()[0]["message"] == "signal 11"


def test_a_file_that_does_not_import_is_tried_once(recipe):
    renderer = SplatRenderer(failures=[ImportFailed("no_mesh", "only points in it")] * 2)
    result = process(recipe, renderer)
    assert (result.outcome.status, result.outcome.code) == (OutcomeStatus.FAILED, "no_mesh")
    assert result.outcome.attempts == 1


def test_a_file_that_the_preflight_refuses_is_never_loaded(recipe, tmp_path):
    page = tmp_path / "thing.glb"
    page.write_text("<html>not found</html>")
    renderer = SplatRenderer(failures=[AssertionError("it was loaded")])
    processor = Processor(source=ReadAhead(OneAsset(path=page)), renderer=renderer, recipe=recipe)
    outcome = processor(Visit(0, 0, 4)).outcome
    assert (outcome.status, outcome.code) == (OutcomeStatus.FAILED, "html_page")


def test_what_was_mended_is_in_the_outcome(recipe):
    row = process(recipe, SplatRenderer(mended=("made_opaque: all",))).tables["outcomes"]
    assert row.column("mended").to_pylist() == [["made_opaque: all"]]


def test_an_asset_with_missing_textures_fails_by_name_and_is_never_rendered(recipe):
    renderer = SplatRenderer(missing_textures=("wood.png",))
    result = process(recipe, renderer)
    assert (result.outcome.status, result.outcome.code) == (
        OutcomeStatus.FAILED,
        "missing_texture",
    )
    assert "wood.png" in result.outcome.message
    assert renderer.rendered == 0


def spoiled_blank(view: RenderedView) -> RenderedView:
    return replace(view, mask=np.zeros_like(view.mask))


def spoiled_flat(view: RenderedView) -> RenderedView:
    return replace(view, rgba=np.full_like(view.rgba, 128))


def spoiled_magenta(view: RenderedView) -> RenderedView:
    rgba = view.rgba.copy()
    rgba[view.mask] = [200, 0, 200, 255]
    return replace(view, rgba=rgba)


def spoiled_clipped(view: RenderedView) -> RenderedView:
    rgba = view.rgba.copy()
    rgba[view.mask] = 255
    rows, columns = np.nonzero(view.mask)
    rgba[rows[::10], columns[::10]] = [90, 80, 70, 255]
    return replace(view, rgba=rgba)


def spoiled_inside(view: RenderedView) -> RenderedView:
    return replace(view, depth=np.where(view.mask, np.float32(0.01), view.depth))


def spoiled_small(view: RenderedView) -> RenderedView:
    mask = np.zeros_like(view.mask)
    mask[tuple(np.argwhere(view.mask)[0])] = True
    return replace(view, mask=mask)


def spoiled_cut(view: RenderedView) -> RenderedView:
    intrinsics = view.camera.intrinsics.copy()
    intrinsics[0, 2] -= 55
    return replace(view, camera=replace(view.camera, intrinsics=intrinsics))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (spoiled_blank, "blank"),
        (spoiled_flat, "flat"),
        (spoiled_magenta, "magenta"),
        (spoiled_clipped, "clipped"),
        (spoiled_inside, "camera_inside"),
        (spoiled_small, "too_small"),
        (spoiled_cut, "cut_off"),
    ],
)
def test_bad_pictures_are_rejected_with_their_code_and_numbers(recipe, spoil, code):
    result = process(recipe, SplatRenderer(spoil=spoil))
    assert result.outcome.status is OutcomeStatus.REJECTED
    assert result.outcome.code == code
    rows = result.tables["rejected"].to_pylist()
    assert len(rows) == result.outcome.rejections > 0
    assert {row["code"] for row in rows if row["kind"] == "view"} >= {code}
    assert all(dict(row["numbers"]) for row in rows)


def test_different_cameras_with_the_same_picture_are_near_duplicates(recipe):
    mask = np.zeros((48, 64), dtype=bool)
    mask[10:30, 10:40] = True
    rgba = np.dstack([np.arange(48 * 64).reshape(48, 64) % 251] * 3 + [np.full((48, 64), 255)])

    def same(view: RenderedView) -> RenderedView:
        depth = np.where(mask, np.float32(2), np.float32(np.inf))
        return replace(view, rgba=rgba.astype(np.uint8), mask=mask, depth=depth)

    result = process(recipe, SplatRenderer(spoil=same), quota=20)
    kinds = result.tables["rejected"].to_pylist()
    assert any(row["kind"] == "pair" and row["code"] == "near_duplicate" for row in kinds)
    assert set(result.tables["pairs"].column("kind").to_pylist()) <= {"still", "light", "two_moves"}


def test_the_asset_is_released_whatever_happens(recipe):
    source = OneAsset()
    processor = Processor(
        source=ReadAhead(source),
        renderer=SplatRenderer(failures=[ImportFailed("no_mesh", "")]),
        recipe=recipe,
    )
    processor(Visit(0, 0, 4))
    assert source.released == ["thing-0"]


def test_a_bug_is_not_swallowed(recipe):
    with pytest.raises(ZeroDivisionError):
        process(recipe, SplatRenderer(failures=[ZeroDivisionError()]))


def test_rows_say_where_they_come_from(recipe):
    row = process(recipe, SplatRenderer()).tables["views"].to_pylist()[0]
    assert row["fingerprint"] == recipe.fingerprint
    assert row["engine"] == "cycles"
    assert Path(row["source_path"]).name == "thing.obj"
    assert np.shape(row["world_from_asset"]) == (4, 4)
    assert row["front_azimuth_rad"] is not None
