"""Settings of the renderer; part of the recipe."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Engine(StrEnum):
    """Blender's render engines."""

    CYCLES = "cycles"
    EEVEE = "eevee"
    WORKBENCH = "workbench"


class Device(StrEnum):
    """What Cycles renders on."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    OPTIX = "optix"
    HIP = "hip"
    METAL = "metal"
    ONEAPI = "oneapi"


class Quality(StrEnum):
    """How many samples; see ``SAMPLES``."""

    DRAFT = "draft"
    STANDARD = "standard"
    HIGH = "high"


SAMPLES = {Quality.DRAFT: 2, Quality.STANDARD: 4, Quality.HIGH: 16}
"""Cycles samples per pixel before denoising."""


class RenderConfig(BaseModel):
    """How images are made. Everything here changes pixels and is part of the fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Engine = Engine.CYCLES
    quality: Quality = Quality.STANDARD
    width_px: Annotated[int, Field(ge=16, le=4096)] = 512
    height_px: Annotated[int, Field(ge=16, le=4096)] = 512
    max_bounces: Annotated[int, Field(ge=0, le=32)] = 3
    transparent_bounces: Annotated[int, Field(ge=1, le=64)] = 8
    animation_frame: int = 1
    """The frame at which animations and poses are frozen."""
    surface_points: Annotated[int, Field(ge=256, le=100_000)] = 4096
    """Points spread over the surface, for framing and truncation."""

    @property
    def samples(self) -> int:
        """Samples per pixel."""
        return SAMPLES[self.quality]


class MachineConfig(BaseModel):
    """How the work is done on this machine. Never part of the fingerprint: rows don't change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Device = Device.AUTO
    blender: str = ""
    """A Blender binary to use instead of the bpy module."""
    confine: bool = True
    """Keep Blender from the network, and from files other than the assets', where Linux can."""
    lanes: Annotated[int, Field(ge=1, le=1024)] = 1
    threads_per_lane: Annotated[int, Field(ge=0, le=1024)] = 0
    """0: the machine's cores divided by the lanes."""
    serial: bool = False
    ray_address: str = ""
    start_deadline_s: Annotated[float, Field(gt=0)] = 120.0
    load_deadline_s: Annotated[float, Field(gt=0)] = 120.0
    first_view_deadline_s: Annotated[float, Field(gt=0)] = 900.0
    """The first view on a GPU may compile kernels."""
    view_deadline_s: Annotated[float, Field(gt=0)] = 60.0
    memory_limit_mb: Annotated[int, Field(ge=512)] = 6144
    """A child above this is killed and its asset fails."""
    recycle_memory_mb: Annotated[int, Field(ge=256)] = 1400
    """A child above this between two assets is replaced."""
    recycle_assets: Annotated[int, Field(ge=1)] = 50
    """A child is replaced after this many assets."""
