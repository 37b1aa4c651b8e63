"""The Blender child's life: deaths, deadlines, devices, recycling."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from blender_scenes import (
    BACKDROPS,
    MACHINE,
    SMALL,
    SUNNY,
    asset_at,
    coloured_box,
    lopsided,
    orbit_camera,
    view_of,
    write_glb,
)

from viewpoint_gen.errors import (
    AssetError,
    ChildDied,
    DeadlineExceeded,
    DeviceUnavailable,
    EnvironmentProblem,
)
from viewpoint_gen.records import Asset
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.render.config import Device, Engine, MachineConfig, Quality, RenderConfig
from viewpoint_gen.render.probe import check_engine

pytestmark = pytest.mark.blender

SLOW = RenderConfig(quality=Quality.HIGH, surface_points=256)
SLOW_CAMERA = orbit_camera(30, 15, width_px=2048, height_px=2048)


@pytest.fixture
def cube(tmp_path: Path) -> Asset:
    return asset_at(write_glb(tmp_path / "cube.glb", coloured_box()))


def child_for(
    tmp_path: Path, render: RenderConfig = SMALL, machine: MachineConfig = MACHINE
) -> BlenderChild:
    return BlenderChild(render, machine, log_path=tmp_path / "blender.log", threads=1)


def is_gone(pid: int | None) -> bool:
    """Whether a process has ended; one that nobody reaped counts as ended."""
    for _ in range(150):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_killed_mid_render_is_a_death_and_the_next_call_works(tmp_path: Path, cube: Asset) -> None:
    with child_for(tmp_path, SLOW) as child:
        loaded = child.load(cube)
        first_pid = child.pid
        killer = threading.Timer(0.7, os.kill, (first_pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(ChildDied, match=r"ended during render \(SIGKILL\)"):
            child.render(view_of(SLOW_CAMERA), loaded)
        killer.join()
        view = child.glance(view_of(orbit_camera(30, 15)), loaded)
        assert view.mask.any()
        assert child.pid != first_pid


def test_view_over_its_deadline_is_killed_with_its_group(tmp_path: Path, cube: Asset) -> None:
    machine = MACHINE.model_copy(update={"view_deadline_s": 0.7})
    with child_for(tmp_path, SLOW, machine) as child:
        loaded = child.load(cube)
        group = child.pid
        assert group is not None
        with pytest.raises(DeadlineExceeded) as caught:
            child.render(view_of(SLOW_CAMERA), loaded)
        assert caught.value.code == "render_deadline"
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
        assert child.pid is None
        assert child.load(cube).triangles == 12


def test_child_is_replaced_after_its_share_of_assets(tmp_path: Path, cube: Asset) -> None:
    machine = MACHINE.model_copy(update={"recycle_assets": 2})
    with child_for(tmp_path, machine=machine) as child:
        pids = []
        for _ in range(3):
            child.load(cube)
            pids.append(child.pid)
        assert pids[0] == pids[1] != pids[2]
        assert is_gone(pids[0])


def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from viewpoint_gen.render.child import BlenderChild
        from viewpoint_gen.render.config import MachineConfig, RenderConfig
        log_path = Path({str(tmp_path)!r}) / "log"
        child = BlenderChild(RenderConfig(), MachineConfig(), log_path=log_path)
        child.start()
        print(child.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert ended.returncode == -signal.SIGKILL
    assert is_gone(int(ended.stdout))


def test_scratch_of_a_dead_process_is_swept_and_a_live_one_kept(tmp_path: Path) -> None:
    with child_for(tmp_path) as first:
        kept = first._scratch.path
        abandoned = kept.parent / "viewgen-abandoned"
        abandoned.mkdir()
        (abandoned / "lock").touch()
        with child_for(tmp_path) as second:
            gone = second._scratch.path
            assert kept.is_dir()
            assert not abandoned.exists()
        assert not gone.exists()


def test_closing_leaves_no_process_and_no_files(tmp_path: Path, cube: Asset) -> None:
    child = child_for(tmp_path)
    loaded = child.load(cube)
    child.render(view_of(orbit_camera(0, 0)), loaded)
    pid, scratch = child.pid, child._scratch.path
    child.close()
    assert is_gone(pid)
    assert not scratch.exists()


def test_view_of_another_asset_than_the_loaded_one_is_a_bug(tmp_path: Path, cube: Asset) -> None:
    with child_for(tmp_path) as child:
        first = child.load(cube)
        child.load(cube)
        with pytest.raises(ValueError, match="not the one loaded last"):
            child.render(view_of(orbit_camera(0, 0)), first)


def test_camera_that_blender_cannot_have_is_refused(tmp_path: Path, cube: Asset) -> None:
    camera = orbit_camera(0, 0)
    camera.intrinsics[1, 1] *= 1.1
    with child_for(tmp_path) as child:
        loaded = child.load(cube)
        with pytest.raises(AssetError, match="camera_unsupported: Blender's camera needs square"):
            child.render(view_of(camera), loaded)


def test_a_device_that_is_not_there_is_an_error_and_not_a_cpu_run(tmp_path: Path) -> None:
    for device in (Device.METAL, Device.CUDA):
        with child_for(tmp_path, machine=MachineConfig(device=device)) as child:
            if device is Device.CUDA and any(kind == "CUDA" for kind, _ in _gpus(tmp_path)):
                continue
            with pytest.raises(DeviceUnavailable) as caught:
                child.start()
            assert f"device '{device.value}' was asked for" in str(caught.value)
            assert "--device auto or cpu" in str(caught.value)
            assert child.pid is None


def _gpus(tmp_path: Path) -> tuple[tuple[str, str], ...]:
    with child_for(tmp_path) as child:
        return child.devices()


@pytest.mark.parametrize("engine", [Engine.CYCLES, Engine.WORKBENCH])
def test_engine_check_says_what_renders(tmp_path: Path, engine: Engine) -> None:
    check = check_engine(engine, MACHINE, log_path=tmp_path / "blender.log")
    assert check.works, check.problem
    assert check.device
    assert check.seconds > 0


def fake_blender(tmp_path: Path, body: str) -> MachineConfig:
    """A machine whose Blender is a script that answers the start job in its own way."""
    program = tmp_path / "blender"
    program.write_text(f"#!{sys.executable}\n{textwrap.dedent(body)}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return MACHINE.model_copy(update={"blender": str(program)})


def test_missing_system_library_is_answered_with_one_command(tmp_path: Path) -> None:
    machine = fake_blender(
        tmp_path,
        """
        import json
        message = "libXrender.so.1: cannot open shared object file: No such file or directory"
        print(json.dumps({"event": "error", "stage": "start", "code": "bpy_missing",
                          "message": message, "number": 1}), flush=True)
        input()
        """,
    )
    with child_for(tmp_path, machine=machine) as child, pytest.raises(EnvironmentProblem) as caught:
        child.start()
    line = str(caught.value)
    assert "libXrender.so.1" in line
    assert "apt-get install -y libx11-6 libxrender1 " in line
    assert "libegl1" in line


def test_blender_that_aborts_at_its_start_is_a_problem_of_the_machine(tmp_path: Path) -> None:
    machine = fake_blender(tmp_path, "import os, sys; print('no EGL', file=sys.stderr); os.abort()")
    problem = pytest.raises(EnvironmentProblem, match=r"can't start here.*apt-get install")
    with child_for(tmp_path, machine=machine) as child, problem:
        child.start()


def test_no_such_blender_is_a_problem_of_the_machine(tmp_path: Path) -> None:
    machine = MACHINE.model_copy(update={"blender": str(tmp_path / "nowhere")})
    problem = pytest.raises(EnvironmentProblem, match=r"nowhere")
    with child_for(tmp_path, machine=machine) as child, problem:
        child.start()


def test_pictures_do_not_depend_on_age_threads_or_order(tmp_path: Path, cube: Asset) -> None:
    odd = asset_at(write_glb(tmp_path / "odd.glb", [lopsided()]))
    requests = [
        view_of(orbit_camera(35 * n, 20), kind=kind, lighting=SUNNY, turn_rad=0.3 * n, seed=n)
        for n, kind in enumerate(BACKDROPS)
    ]
    with child_for(tmp_path) as fresh:
        loaded = fresh.load(odd)
        first = [fresh.render(request, loaded) for request in requests]
    with BlenderChild(SMALL, MACHINE, log_path=tmp_path / "log", threads=2) as worn:
        for _ in range(4):
            before = worn.load(cube)
            worn.glance(requests[2], before)
        loaded = worn.load(odd)
        second = [worn.render(request, loaded) for request in reversed(requests)]
    for one, other in zip(first, reversed(second), strict=True):
        np.testing.assert_array_equal(one.rgba, other.rgba)
        np.testing.assert_array_equal(one.mask, other.mask)
        np.testing.assert_array_equal(one.depth, other.depth)
        np.testing.assert_array_equal(one.normals, other.normals)


def test_views_in_a_row_are_the_same_as_one_by_one_with_and_without_normals(
    tmp_path: Path, cube: Asset
) -> None:
    requests = [
        view_of(orbit_camera(40 * n, 15), kind=kind, lighting=SUNNY, seed=n)
        for n, kind in enumerate(BACKDROPS)
    ]
    with child_for(tmp_path) as child:
        loaded = child.load(cube)
        singly = [child.render(request, loaded) for request in requests]
    with BlenderChild(SMALL, MACHINE, log_path=tmp_path / "log", normals=False) as child:
        in_a_row = list(child.render_each(requests, child.load(cube)))
    for one, other in zip(singly, in_a_row, strict=True):
        assert one.request.view_id == other.request.view_id
        assert one.normals is not None
        assert other.normals is None
        np.testing.assert_array_equal(one.rgba, other.rgba)
        np.testing.assert_array_equal(one.depth, other.depth)


def test_a_view_that_is_not_waited_for_does_not_disturb_the_next(
    tmp_path: Path, cube: Asset
) -> None:
    requests = [view_of(orbit_camera(40 * n, 15), seed=n) for n in range(3)]
    with child_for(tmp_path) as child:
        loaded = child.load(cube)
        wanted = [child.render(request, loaded) for request in requests]
        left_early = child.render_each(requests, loaded)
        next(left_early)  # the second view is under way now
        left_early.close()
        again = child.render(requests[2], child.load(cube))
    np.testing.assert_array_equal(again.rgba, wanted[2].rgba)
