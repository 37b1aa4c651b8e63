"""One render, one file: the picture with its data passes as a multilayer EXR."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import backdrop
import bpy
import camera
import engine
import scene
from refusal import Refusal

WARM_SIZE_PX = 16


def render(job: dict, settings: engine.Settings, asset_bounds: list) -> dict:
    """Render one view of the loaded asset; see the protocol's ``render``."""
    began_s = time.monotonic()
    current = bpy.context.scene
    backdrop.apply(current, job, settings, asset_bounds)
    camera.place(current, job)
    _apply_sampling(current, job, settings)
    scene.place_asset(job["world_from_import"])
    set_up_s = time.monotonic()
    _render()
    rendered_s = time.monotonic()
    _save(current, job["out"])
    return {
        "view_id": job["view_id"],
        **camera.read_back(current),
        "world_from_import": camera.rows(bpy.data.objects[scene.ASSET_ROOT].matrix_world),
        "device": settings.device,
        "seconds": {
            "set_up": set_up_s - began_s,
            "render": rendered_s - set_up_s,
            "save": time.monotonic() - rendered_s,
        },
    }


def _apply_sampling(current: bpy.types.Scene, job: dict, settings: engine.Settings) -> None:
    if settings.engine == "CYCLES":
        current.cycles.samples = job["samples"]
        current.cycles.use_denoising = job["denoise"]
        current.cycles.seed = job["seed"]


def _render() -> None:
    try:
        with _stdout_to_nowhere():  # a line per sample; errors go to stderr
            result = bpy.ops.render.render(write_still=False)
    except RuntimeError as error:  # how bpy.ops passes on what the engine reported
        raise Refusal("render_failed", str(error).strip()) from error
    if result != {"FINISHED"}:
        raise Refusal("render_failed", f"the render ended with {sorted(result)}")


@contextmanager
def _stdout_to_nowhere() -> Iterator[None]:
    """Drop what Blender prints on the stdout descriptor, which otherwise leads to the log."""
    before_fd, nowhere_fd = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere_fd, 1)
    try:
        yield
    finally:
        os.dup2(before_fd, 1)
        os.close(before_fd)
        os.close(nowhere_fd)


def _save(current: bpy.types.Scene, out: str) -> None:
    try:
        bpy.data.images["Render Result"].save_render(out, scene=current)
    except RuntimeError as error:
        raise Refusal("render_failed", f"can't save the picture: {error}") from error


def warm(settings: engine.Settings, out: str) -> float:
    """Render a few pixels of a cube with the session's settings; seconds it took."""
    began_s = time.monotonic()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    current = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add(size=1.0)
    camera.create(current).location = (0.0, 0.0, 3.0)
    engine.apply(settings)
    current.render.resolution_x = current.render.resolution_y = WARM_SIZE_PX
    current.cycles.samples = current.eevee.taa_render_samples = 1
    _render()
    _save(current, out)
    return time.monotonic() - began_s
