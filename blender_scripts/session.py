"""What a worker remembers between jobs, and which function answers which job."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace

import bpy
import engine
import passes
import scene
from refusal import Refusal

BLENDER = (4, 5)
CONFINED = "VIEWGEN_CONFINED"  # set by what started this process


class Session:
    """One worker's state: its settings, and the bounds of the asset that is loaded."""

    def __init__(self) -> None:
        self._settings: engine.Settings | None = None
        self._asset_bounds: list | None = None
        self._answers: dict[str, Callable[[dict], dict]] = {
            "start": self._start,
            "devices": self._devices,
            "warm": self._warm,
            "load": self._load,
            "render": self._render,
        }

    def answer(self, job: dict) -> dict:
        """Do one job; a refusal becomes an error report."""
        try:
            return self._answers[job["job"]](job)
        except Refusal as refusal:
            return {
                "event": "error",
                "stage": job["job"],
                "code": refusal.code,
                "message": refusal.message,
            }

    def _start(self, job: dict) -> dict:
        if bpy.app.version[:2] != BLENDER:
            raise Refusal(
                "blender_version",
                f"viewgen renders with Blender {'.'.join(map(str, BLENDER))}, and this is "
                f"{bpy.app.version_string}",
            )
        logging.disable(logging.INFO)  # importers tell a line per mesh
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._settings = engine.settings_from(job)
        engine.apply(self._settings)
        return {
            "event": "started",
            "blender": bpy.app.version_string,
            "engine": self._settings.engine,
            "device_type": self._settings.device_type,
            "device_names": list(self._settings.device_names),
            "confined": [part for part in os.environ.get(CONFINED, "").split(",") if part],
        }

    def _devices(self, _job: dict) -> dict:
        return {"event": "devices", "devices": engine.all_devices()}

    def _warm(self, job: dict) -> dict:
        """Render next to nothing, so that kernels are compiled before the first deadline runs."""
        self._asset_bounds = None
        seconds = passes.warm(self._settings, job["out"])
        if self._settings.engine != "CYCLES":
            device_type, names = engine.graphics_device(self._settings.wanted_device)
            self._settings = replace(self._settings, device_type=device_type, device_names=names)
        return {"event": "warmed", "device": self._settings.device, "seconds": seconds}

    def _load(self, job: dict) -> dict:
        self._asset_bounds = None
        report = scene.load(job, self._settings)
        self._asset_bounds = report["bounds"]
        return {"event": "loaded", **report}

    def _render(self, job: dict) -> dict:
        if self._asset_bounds is None:
            raise Refusal("nothing_loaded", "a view was asked for before an asset was loaded")
        return {
            "event": "rendered",
            **passes.render(job, self._settings, self._asset_bounds),
        }
