"""``viewgen view``: the server, and a real browser that looks at it."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from made_up_runs import SPOTS
from typer.testing import CliRunner

from viewpoint_gen.errors import EnvironmentProblem, RecipeError
from viewpoint_gen.preview.scene_rows import asset_uids, read_scene
from viewpoint_gen.preview.viewer import ALL, Viewer, _wxyz
from viewpoint_gen.storage import open_store


@pytest.fixture(scope="module")
def viewer(run):
    served = Viewer(str(run), asset="thing-05", host="127.0.0.1", port=8790)
    yield served
    served.stop()


def test_an_asset_has_its_cameras_points_and_pairs(run):
    store = open_store(run)
    assert asset_uids(store) == [f"thing-{number:02d}" for number in range(12)]
    scene = read_scene(store, "thing-05")
    assert (scene.uid, scene.category) == ("thing-05", "vase")
    assert [view.view_id for view in scene.views.values()] == [f"thing-05.0.{s}" for s in SPOTS]
    centres = [view.camera.centre_world for view in scene.views.values()]
    np.testing.assert_allclose(centres, list(SPOTS.values()))
    assert scene.pairs["thing-05.0.east-high"] == ("thing-05.0.east", "thing-05.0.high")
    for view in scene.views.values():
        assert view.points_world.shape == view.colours.shape == (16, 3)


def test_a_quaternion_has_its_real_part_first():
    np.testing.assert_allclose(_wxyz(np.eye(3)), [1, 0, 0, 0])
    quarter_about_z = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(_wxyz(quarter_about_z), [0.5**0.5, 0, 0, 0.5**0.5])


def test_all_cameras_or_those_of_a_pair(viewer):
    viewer.show("thing-05")
    cameras = [f"/cameras/{number:04d}" for number in range(1, 6)]
    assert viewer.nodes == [*cameras, "/surface", "/world"]
    assert viewer.pairs == [ALL, *read_scene(viewer._store, "thing-05").pairs]
    viewer.choose("thing-05.0.east-north")
    assert len([name for name in viewer.nodes if name.startswith("/cameras")]) == 2
    assert {"/surface_1", "/surface_2", "/way", "/world"} <= set(viewer.nodes)
    viewer.choose(ALL)
    assert viewer.nodes == [*cameras, "/surface", "/world"]


def test_a_real_browser_draws_the_scene(viewer, browser):
    viewer.show("thing-06")
    context = browser.new_context(viewport={"width": 900, "height": 600})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(viewer.address)
    assert answer is not None
    assert answer.ok
    page.get_by_text("Click on a camera to stand where it stood").wait_for(timeout=30_000)
    assert page.locator("canvas").count() >= 1
    deadline = time.monotonic() + 20
    while viewer.clients < 1 and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert viewer.clients == 1
    assert len(viewer.nodes) == 5 + 2
    context.close()
    assert errors == []


def test_an_asset_that_isnt_there_is_told_with_some_that_are(run):
    with pytest.raises(RecipeError, match="no views of it; it has thing-00, thing-01"):
        Viewer(str(run), asset="chair", host="127.0.0.1", port=8791)


def test_a_missing_extra_is_told_with_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "viser", None)
    with pytest.raises(EnvironmentProblem, match=r"pip install 'viewpoint-gen\[view\]'"):
        Viewer(str(run), asset=None, host="127.0.0.1", port=8792)


def test_the_command_explains_itself():
    from viewpoint_gen.cli.app import app

    told = CliRunner().invoke(app, ["view", "--help"])
    assert told.exit_code == 0
    assert "viewpoint-gen[view]" in told.stdout
    imports = [
        path.name
        for path in (Path(__file__).parents[2] / "viewpoint_gen").rglob("*.py")
        if "import viser" in path.read_text()
    ]
    assert imports == ["viewer.py"]
