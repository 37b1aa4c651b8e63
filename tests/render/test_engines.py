"""The other engines give the same geometry as Cycles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blender_scenes import (
    MACHINE,
    asset_at,
    lopsided,
    orbit_camera,
    ray_cast,
    view_of,
    write_glb,
)

from viewpoint_gen.errors import AssetError, DeviceUnavailable
from viewpoint_gen.records import BackdropKind
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.render.config import Device, Engine, Quality, RenderConfig

pytestmark = pytest.mark.blender


def config(engine: Engine) -> RenderConfig:
    return RenderConfig(engine=engine, quality=Quality.DRAFT, surface_points=256)


@pytest.mark.parametrize(
    "engine", [Engine.WORKBENCH, pytest.param(Engine.EEVEE, marks=pytest.mark.slow)]
)
def test_engine_agrees_with_ray_casting(tmp_path: Path, engine: Engine) -> None:
    path = write_glb(tmp_path / "odd.glb", [lopsided()])
    camera = orbit_camera(-110, 35, 1.6, width_px=72, height_px=40, centre_shift_px=(5.5, -4.0))
    depth, normals = ray_cast(lopsided(), camera)
    hit = np.isfinite(depth)
    kind = BackdropKind.GROUND if engine is Engine.EEVEE else BackdropKind.SOLID
    with BlenderChild(config(engine), MACHINE, log_path=tmp_path / "log", threads=2) as child:
        loaded = child.load(asset_at(path))
        view = child.render(view_of(camera, kind=kind), loaded)
    assert (hit & view.mask).sum() / (hit | view.mask).sum() > 0.96
    seen = hit & view.mask & np.isfinite(view.depth)
    error = np.abs(view.depth[seen] - depth[seen]) / depth[seen]
    assert np.median(error) < 0.005
    assert np.median((view.normals * normals).sum(axis=-1)[seen]) > 0.99
    assert view.rgba[view.mask][:, :3].std() > 5
    assert view.device


def test_workbench_says_that_it_has_no_ground(tmp_path: Path) -> None:
    path = write_glb(tmp_path / "odd.glb", [lopsided()])
    with BlenderChild(config(Engine.WORKBENCH), MACHINE, log_path=tmp_path / "log") as child:
        loaded = child.load(asset_at(path))
        with pytest.raises(AssetError, match="engine_backdrop: Workbench can't render a ground"):
            child.render(view_of(orbit_camera(0, 20), kind=BackdropKind.GROUND), loaded)


def test_software_graphics_do_not_pass_for_a_gpu(tmp_path: Path) -> None:
    with BlenderChild(config(Engine.WORKBENCH), MACHINE, log_path=tmp_path / "log") as child:
        device = child.warm_up().device
    if not device.startswith("CPU"):
        pytest.skip("this machine's OpenGL is a GPU's")
    machine = MACHINE.model_copy(update={"device": Device.CUDA})
    refused = pytest.raises(DeviceUnavailable, match="draws in software")
    with (
        BlenderChild(config(Engine.WORKBENCH), machine, log_path=tmp_path / "log") as child,
        refused,
    ):
        child.start()
