"""What Blender can do on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewpoint_gen.errors import EnvironmentProblem
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.render.config import Device, Engine, MachineConfig, RenderConfig


@dataclass(frozen=True)
class EngineCheck:
    """Whether one engine renders a tiny picture.

    Attributes:
        device: what it rendered on; "" if it didn't.
        seconds: for that picture, kernels or shaders compiled.
        problem: what is wrong and what to do; "" if nothing is.
    """

    engine: Engine
    device: str
    seconds: float
    problem: str

    @property
    def works(self) -> bool:
        """Whether there was a picture."""
        return not self.problem


@dataclass(frozen=True)
class BlenderCheck:
    """What Blender can do here.

    Attributes:
        version: "" if it doesn't start.
        devices: type and name of every GPU that Cycles could use.
        confined: what it gives up as in a run, of "network", "write" and "read".
        engines: one check per engine.
    """

    version: str
    devices: tuple[tuple[str, str], ...]
    confined: tuple[str, ...]
    engines: tuple[EngineCheck, ...]


def check_blender(machine: MachineConfig, *, log_path: Path) -> BlenderCheck:
    """Start each engine in a child of its own, since one that lacks a library aborts."""
    version = ""
    devices: tuple[tuple[str, str], ...] = ()
    confined: tuple[str, ...] = ()
    try:
        with _child(RenderConfig(), _automatic(machine), log_path) as child:
            started, devices = child.start(), child.devices()
            version, confined = started.blender, started.confined
    except EnvironmentProblem:
        pass  # each engine's check says the same
    engines = tuple(check_engine(engine, machine, log_path=log_path) for engine in Engine)
    return BlenderCheck(version, devices, confined, engines)


def check_engine(engine: Engine, machine: MachineConfig, *, log_path: Path) -> EngineCheck:
    """Render a few pixels with one engine, on the device that the machine's settings name."""
    settings = machine if engine is Engine.CYCLES else _automatic(machine)
    try:
        with _child(RenderConfig(engine=engine), settings, log_path) as child:
            warmed = child.warm_up()
    except EnvironmentProblem as problem:
        return EngineCheck(engine, "", 0.0, str(problem))
    return EngineCheck(engine, warmed.device, warmed.seconds, "")


def _child(render: RenderConfig, machine: MachineConfig, log_path: Path) -> BlenderChild:
    """Confined as in a run, so that what works here works there."""
    return BlenderChild(render, machine, log_path=log_path, readable=())


def _automatic(machine: MachineConfig) -> MachineConfig:
    return machine.model_copy(update={"device": Device.AUTO})
