"""One render, one file: the picture with its data passes as a multilayer EXR."""

from __future__ import annotations

import time
from pathlib import Path

import backdrop
import bpy
import camera
import engine
import scene
from refusal import Refusal


def render(job: dict, settings: engine.Settings, asset_bounds: list) -> dict:
    """Render one view of the loaded asset; see the protocol's ``render``."""
    began_s = time.monotonic()
    current = bpy.context.scene
    backdrop.apply(current, job, settings, asset_bounds)
    camera.place(current, job)
    _apply_sampling(current, job, settings)
    scene.place_asset(job["world_from_import"])
    set_up_s = time.monotonic()
    _render(current)
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
        "rss_mb": resident_mb(),
    }


def _apply_sampling(current: bpy.types.Scene, job: dict, settings: engine.Settings) -> None:
    if settings.engine == "CYCLES":
        current.cycles.samples = job["samples"]
        current.cycles.use_denoising = job["denoise"]
        current.cycles.seed = job["seed"]


def _render(current: bpy.types.Scene) -> None:
    try:
        bpy.ops.render.render(write_still=False)
    except RuntimeError as error:  # how bpy.ops passes on what the engine reported
        raise Refusal("render_failed", str(error).strip()) from error
    if not bpy.data.images["Render Result"].has_data:
        raise Refusal("render_failed", "the renderer left no picture")


def _save(current: bpy.types.Scene, out: str) -> None:
    try:
        bpy.data.images["Render Result"].save_render(out, scene=current)
    except RuntimeError as error:
        raise Refusal("render_failed", f"can't save the picture: {error}") from error


def resident_mb() -> float:
    """Memory of this process; 0 where the system has no /proc."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return 0.0
    return int(status.read_text().split()[1]) * 4096 / 2**20
