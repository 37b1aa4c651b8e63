"""Inside Blender: render recorded frames in a plain loop, with nothing else around it.

Run by ``render.py``. Nothing is read back, checked, encoded or stored, unless pictures are asked
for: this is the least that the same frames can cost.

    python benchmarks/bare_loop.py PLAN.json OUT.json
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "blender_scripts"))

import backdrop
import bpy
import camera
import engine
import scene


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Blender tells a line per sample
    settings = engine.settings_from(plan["start"])
    frames = []
    for asset in plan["assets"]:
        loaded = scene.load(asset["load"], settings)
        bounds, pictures = loaded["bounds"], plan["pictures"]
        frames += [render(job, settings, bounds, pictures=pictures) for job in asset["frames"]]
    Path(sys.argv[2]).write_text(json.dumps(frames))


def render(job: dict, settings: engine.Settings, bounds: list, *, pictures: bool) -> dict:
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    current = bpy.context.scene
    backdrop.apply(current, job, settings, bounds)
    camera.place(current, job)
    current.cycles.samples = job["samples"]
    current.cycles.use_denoising = job["denoise"]
    current.cycles.seed = job["seed"]
    scene.place_asset(job["world_from_import"])
    bpy.ops.render.render(write_still=False)
    seconds = {"wall": time.monotonic() - began_s, "cpu": time.process_time() - began_cpu_s}
    if pictures:
        bpy.data.images["Render Result"].save_render(job["out"], scene=current)
    return {"view_id": job["view_id"], **seconds}


if __name__ == "__main__":
    main()
