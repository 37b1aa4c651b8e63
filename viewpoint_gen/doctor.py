"""``viewgen doctor``: what works on this machine, what doesn't, and what to do about it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from viewpoint_gen.render.config import Engine, MachineConfig
from viewpoint_gen.render.probe import check_blender

_GIB = 2**30
_WANTED_DISK_BYTES = 5 * _GIB
_WANTED_MEMORY_BYTES = 4 * _GIB


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        needed: rendering needs it; otherwise it is an extra.
        found: what is there, in a few words.
        advice: what to do if it isn't right; "" if it is.
    """

    name: str
    ok: bool
    needed: bool
    found: str
    advice: str = ""

    def line(self) -> str:
        """One line for people."""
        mark = "ok     " if self.ok else "MISSING" if self.needed else "absent "
        advice = f"\n            -> {self.advice}" if self.advice else ""
        return f"  {mark}  {self.name:<18} {self.found}{advice}"


def examine() -> list[Check]:
    """Run every check; none of them raises."""
    return [check for look in _LOOKS for check in look()]


def _python() -> Iterator[Check]:
    ok = sys.version_info[:2] == (3, 11)
    advice = "" if ok else "Blender's module exists for Python 3.11 only: make a 3.11 environment"
    yield Check("Python", ok, True, platform.python_version(), advice)


def _blender() -> Iterator[Check]:
    """Each engine renders a few pixels in a process of its own: some abort where GL is missing."""
    with tempfile.TemporaryDirectory() as folder:
        found = check_blender(MachineConfig(), log_path=Path(folder) / "blender.log")
    yield Check("Blender", bool(found.version), True, found.version or "doesn't start")
    for engine in found.engines:
        shown = f"renders on {engine.device} ({engine.seconds:.1f} s)" if engine.works else ""
        needed = engine.engine is Engine.CYCLES
        yield Check(f"engine {engine.engine.value}", engine.works, needed, shown, engine.problem)
    if found.version:
        loose = [part for part in ("network", "write", "read") if part not in found.confined]
        advice = "meshes can't be kept from these: use only those that you trust" if loose else ""
        told = "network, files outside its folders" if not loose else f"not: {', '.join(loose)}"
        yield Check("Blender confined", not loose, False, told, advice)
    devices = ", ".join(f"{kind.lower()} ({name})" for kind, name in found.devices)
    advice = "" if devices else "Cycles renders on the processor; a GPU needs its driver installed"
    yield Check("GPU for Cycles", bool(devices), False, devices or "none", advice)


def _ray() -> Iterator[Check]:
    try:
        yield Check("Ray", True, False, version("ray"))
    except PackageNotFoundError:
        yield Check("Ray", False, False, "not installed", "pip install ray, for more than one lane")


def _machine() -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory().available
    enough = memory >= _WANTED_MEMORY_BYTES
    advice = "" if enough else "a lane wants about 1.5 GB; close something or use --lanes 1"
    yield Check("processor", True, False, f"{cores} cores usable")
    yield Check("memory", enough, False, f"{memory / _GIB:.1f} GiB free", advice)


def _disk() -> Iterator[Check]:
    for name, folder in (
        ("disk here", Path.cwd()),
        ("temporary files", Path(tempfile.gettempdir())),
    ):
        free = shutil.disk_usage(folder).free
        enough = free >= _WANTED_DISK_BYTES
        advice = "" if enough else "100,000 pairs want about 15 GB; give RUN on a larger disk"
        yield Check(name, enough, False, f"{free / _GIB:.0f} GiB free in {folder}", advice)


def _hub() -> Iterator[Check]:
    from huggingface_hub import get_token

    present = get_token() is not None
    advice = "" if present else "only publishing needs one: `hf auth login`, or set HF_TOKEN"
    yield Check("Hub token", present, False, "found" if present else "none", advice)


def _training() -> Iterator[Check]:
    missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    found = "installed" if not missing else f"{', '.join(missing)} not installed"
    yield Check("training", not missing, False, found, "only training needs it" if missing else "")


_LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _python,
    _blender,
    _ray,
    _machine,
    _disk,
    _hub,
    _training,
)
