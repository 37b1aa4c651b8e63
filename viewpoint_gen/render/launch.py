"""How a Blender child is started: its command, its environment, and what it may touch."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from viewpoint_gen.bundled import bundled_path
from viewpoint_gen.errors import EnvironmentProblem
from viewpoint_gen.render import confine
from viewpoint_gen.render.config import MachineConfig
from viewpoint_gen.storage import cache_folder

_INHERITED = (
    "PATH", "LD_LIBRARY_PATH", "TZ",
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR", "ZE_AFFINITY_MASK",
)  # fmt: skip
_CUDA_CACHE_BYTES = 4 * 2**30  # Cycles' kernels are far larger than the driver's default cache


@dataclass(frozen=True)
class Launch:
    """What to run as a Blender child.

    Attributes:
        machine: which Blender, and whether it is confined.
        threads: that it may use.
        scratch: folder that it may write to; its home lies there.
        readable: folders that the assets' files lie in; None: not known, so it may read all.
    """

    machine: MachineConfig
    threads: int
    scratch: Path
    readable: Sequence[str] | None = None

    @property
    def command(self) -> list[str]:
        """Program and arguments.

        Raises:
            EnvironmentProblem: the Blender that the recipe names isn't there.
        """
        if self.machine.blender and shutil.which(self.machine.blender) is None:
            msg = f"{self.machine.blender} can't be started: no such program; is it Blender's path?"
            raise EnvironmentProblem(msg)
        return [*self._confined, *self._blender]

    @property
    def _blender(self) -> list[str]:
        worker = str(_scripts() / "worker.py")
        if not self.machine.blender:
            return [sys.executable, "-I", "-B", worker]
        return [
            self.machine.blender, "--background", "--factory-startup",
            "--threads", str(self.threads), "--python-exit-code", "1", "--python", worker,
        ]  # fmt: skip

    @property
    def _confined(self) -> list[str]:
        """What comes before the command to confine it (see ``confine``)."""
        if not self.machine.confine or sys.platform != "linux":
            return []
        readable = None
        if self.readable is not None:
            readable = [*self.readable, *_own_folders(self.machine.blender)]
        spec = {"readable": readable, "writable": [str(self.scratch), str(kernel_cache())]}
        return [sys.executable, "-I", "-B", confine.__file__, json.dumps(spec)]

    @property
    def environment(self) -> dict[str, str]:
        """A minimal environment: the scratch folder for a home, and GPU kernels kept."""
        home = self.scratch / "home"
        home.mkdir(exist_ok=True)
        kernels, threads = str(kernel_cache()), str(self.threads)
        return {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "HOME": str(home),
            "TMPDIR": str(self.scratch),
            "LANG": "C.UTF-8",
            "OIDN_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "CUDA_CACHE_PATH": kernels,
            "CUDA_CACHE_MAXSIZE": str(_CUDA_CACHE_BYTES),
            "OPTIX_CACHE_PATH": kernels,
            "MESA_SHADER_CACHE_DIR": kernels,
        }


def _scripts() -> Path:
    return bundled_path("blender_scripts")


def _own_folders(blender: str) -> list[str]:
    """Folders of Python, of Blender and of the worker, wherever they are installed."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    own = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(_scripts()), *filter(None, libraries)}
    own.add(str(Path(sys.executable).resolve().parent))
    if blender:
        own.add(str(Path(blender).resolve().parent))
    for module in ("bpy", "numpy"):
        found = importlib.util.find_spec(module)
        if found is not None and found.origin is not None:
            own.add(str(Path(found.origin).resolve().parent))
    return sorted(own)


def kernel_cache() -> Path:
    """Where compiled GPU kernels are kept between runs; CUDA_CACHE_PATH moves it."""
    cache = Path(os.environ.get("CUDA_CACHE_PATH") or cache_folder())
    cache.mkdir(parents=True, exist_ok=True)
    return cache


@contextmanager
def compiling_kernels() -> Iterator[None]:
    """Hold a lock of this machine, so that lanes don't all compile the same kernels."""
    with (kernel_cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fair_threads(lanes: int) -> int:
    """The cores this process may use, divided by the lanes."""
    return max(1, len(os.sched_getaffinity(0)) // lanes)
