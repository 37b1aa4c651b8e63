"""The Blender child as the rest of the package sees it: assets in, verified views out."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from viewpoint_gen.errors import (
    AssetError,
    ChildDied,
    DeadlineExceeded,
    DeviceUnavailable,
    EnvironmentProblem,
    ImportFailed,
)
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.records import Asset, LoadedAsset, RenderedView, ViewRequest
from viewpoint_gen.render import job
from viewpoint_gen.render.config import Engine, MachineConfig, RenderConfig
from viewpoint_gen.render.launch import Launch, compiling_kernels, fair_threads
from viewpoint_gen.render.passes import read_pixels
from viewpoint_gen.render.scratch import Scratch
from viewpoint_gen.render.supervised import Sent, SupervisedProcess
from viewpoint_gen.render.verify import check_view

log = logging.getLogger(__name__)

SYSTEM_LIBRARIES = (
    "libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libxext6 libgl1 libegl1"
)
"""Debian and Ubuntu packages that Blender needs, without a screen too."""

_START_ATTEMPTS = 2  # a start may fail for want of memory at that moment
GLANCE_SAMPLES = 4


@dataclass(frozen=True)
class _UnderWay:
    """A view that was asked for, and where its picture will be."""

    request: ViewRequest
    exr: Path
    sent: Sent


class BlenderChild:
    """A supervised Blender process that renders one asset after another.

    It starts by itself when first needed, starts anew after a death (reloading the asset that
    was under way), and is replaced between assets when it has served long enough. What it
    renders depends on the requests alone: not on its age, on its threads, or on the order.

    Use it from the thread that creates it, and keep that thread alive: on Linux the child dies
    with it.

    Args:
        render: what the pictures are made with.
        machine: deadlines, memory, device, Blender binary.
        log_path: Blender's own messages are appended there.
        readable: folders that the assets' files lie in: where the system allows it, the child
            can open no others; None: not known, so it may read everything.
        normals: whether views come with them.
        threads: render threads; by default the machine's cores divided by the lanes.
    """

    def __init__(
        self,
        render: RenderConfig,
        machine: MachineConfig,
        *,
        log_path: Path,
        readable: Sequence[str] | None = None,
        normals: bool = True,
        threads: int | None = None,
    ) -> None:
        self._config = render
        self._machine = machine
        self._log_path = log_path
        self._threads = threads or machine.threads_per_lane or fair_threads(machine.lanes)
        self._normals = normals
        self._scratch = Scratch()
        self._launch = Launch(machine, self._threads, self._scratch.path, readable)
        self._process: SupervisedProcess | None = None
        self._started: job.Started | None = None
        self._warmed: job.Warmed | None = None
        self._assets_served = 0
        self._asset: Asset | None = None
        self._loaded: LoadedAsset | None = None
        self._holds_asset = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process's id; None when there is none."""
        return self._process.pid if self._process is not None else None

    def start(self) -> job.Started:
        """Start the process now, unless it runs.

        Raises:
            EnvironmentProblem: Blender can't run here; the message says what to install.
            DeviceUnavailable: the device asked for isn't there.
        """
        if self._process is not None and self._process.running and self._started is not None:
            return self._started
        self._discard()
        for attempt in range(_START_ATTEMPTS):
            try:
                return self._start_once()
            except (ChildDied, DeadlineExceeded) as error:
                self._discard()
                failure = error
                log.warning("start %d of %d failed: %s", attempt + 1, _START_ATTEMPTS, error)
        raise EnvironmentProblem(_start_failure(failure, self._config.engine)) from failure

    def load(self, asset: Asset) -> LoadedAsset:
        """Import an asset, freeze it and fit it into the unit cube.

        Raises:
            ImportFailed: ``unreadable``, ``unsupported_format``, ``no_mesh``, ``not_finite``,
                ``zero_size`` or ``imprecise``.
            DeadlineExceeded: ``load_deadline``.
            ChildDied: ``child_died`` or ``memory_limit``.
        """
        self._recycle_if_worn()
        self._asset, self._loaded = asset, None
        self._loaded = self._load()
        return self._loaded

    def render_each(
        self, requests: Iterable[ViewRequest], loaded: LoadedAsset
    ) -> Iterator[RenderedView]:
        """Render views of the asset loaded last, and prove that each is what was asked.

        A view is rendered while the caller works on the one before it.

        Raises:
            AssetError: ``camera_mismatch``, ``bad_picture``, ``render_failed``,
                ``engine_backdrop`` or ``bad_backdrop``.
            DeadlineExceeded: ``render_deadline``.
            ChildDied: ``child_died`` or ``memory_limit``.
        """
        return self._render_each(requests, loaded, samples=self._config.samples, denoise=True)

    def render(self, request: ViewRequest, loaded: LoadedAsset) -> RenderedView:
        """Render one view; errors as in ``render_each``."""
        return next(self.render_each((request,), loaded))

    def glance(self, request: ViewRequest, loaded: LoadedAsset) -> RenderedView:
        """Render one view quickly and noisily (few samples, no denoiser), to compare views.

        Views of another ``noise_seed`` show how much of a difference is noise. Errors as in
        ``render_each``.
        """
        return next(self.glance_each((request,), loaded))

    def glance_each(
        self, requests: Iterable[ViewRequest], loaded: LoadedAsset
    ) -> Iterator[RenderedView]:
        """Glances one after another, as ``render_each`` renders."""
        return self._render_each(requests, loaded, samples=GLANCE_SAMPLES, denoise=False)

    def warm_up(self) -> job.Warmed:
        """Render a few pixels of nothing much, if this process hasn't yet.

        A GPU compiles its kernels then, one process per machine at a time, before any asset's
        deadline runs.

        Raises:
            EnvironmentProblem: the engine can't render here.
        """
        self.start()
        return self._warm()

    def devices(self) -> tuple[tuple[str, str], ...]:
        """Type and name of every GPU that Cycles could use here."""
        self.start()
        report = self._ask({"job": "devices"}, self._machine.start_deadline_s)
        return tuple((str(kind), str(name)) for kind, name in report["devices"])

    def close(self) -> None:
        """End the process and remove its scratch directory."""
        self._discard()
        self._scratch.close()

    def _start_once(self) -> job.Started:
        self._process = SupervisedProcess(
            self._launch.command,
            environment=self._launch.environment,
            log_path=self._log_path,
            memory_limit_mb=self._machine.memory_limit_mb,
        )
        self._assets_served, self._holds_asset = 0, False
        start = job.start_job(
            self._config, self._machine.device, threads=self._threads, normals=self._normals
        )
        report = self._ask(start, self._machine.start_deadline_s)
        self._started = job.started_from(report)
        if self._started.device_type != "CPU":
            self._warm()
        log.info("Blender %s renders on %s", self._started.blender, self._started.device_names)
        return self._started

    def _warm(self) -> job.Warmed:
        if self._warmed is None:
            warm: job.Json = {"job": "warm", "out": str(self._scratch.path / "warm.exr")}
            with compiling_kernels():
                report = self._ask(warm, self._machine.first_view_deadline_s)
            self._warmed = job.Warmed(str(report["device"]), float(report["seconds"]))
            self._holds_asset = False
        return self._warmed

    def _load(self) -> LoadedAsset:
        """Load the current asset into the child, whichever child that is."""
        assert self._asset is not None
        self.start()
        points_file = self._scratch.path / "points.npy"
        self._holds_asset = False
        report = self._ask(
            job.load_job(self._asset, self._config, points_file), self._machine.load_deadline_s
        )
        self._assets_served += 1
        self._holds_asset = True
        return job.loaded_from(report, np.load(points_file))

    def _render_each(
        self, requests: Iterable[ViewRequest], loaded: LoadedAsset, *, samples: int, denoise: bool
    ) -> Iterator[RenderedView]:
        """Keep one job waiting behind the one under way, so that the child is never idle."""
        under_way: _UnderWay | None = None
        for number, request in enumerate(requests):
            if loaded is not self._loaded:
                msg = f"view {request.view_id} is of an asset that is not the one loaded last"
                raise ValueError(msg)
            if under_way is None:
                self._hold_asset()
            exr = self._scratch.path / f"view-{number % 2}.exr"
            asked = job.render_job(request, loaded, exr, samples=samples, denoise=denoise)
            following = _UnderWay(request, exr, self._send(asked))
            if under_way is not None:
                yield self._rendered(under_way, loaded)
            under_way = following
        if under_way is not None:
            yield self._rendered(under_way, loaded)

    def _hold_asset(self) -> None:
        """Have the current asset in a running child, loading it again if its child has died."""
        self.start()
        if not self._holds_asset:
            self._load()

    def _rendered(self, view: _UnderWay, loaded: LoadedAsset) -> RenderedView:
        shot = job.shot_from(self._receive(view.sent, self._machine.view_deadline_s))
        check_view(
            view.request.camera,
            shot.camera,
            planned_world_from_import=turn_about_up(view.request.object_turn_rad)
            @ loaded.world_from_import,
            rendered_world_from_import=shot.world_from_import,
        )
        return _with_pixels(view, shot, normals=self._normals)

    def _ask(self, asked: job.Json, deadline_s: float) -> job.Json:
        return self._receive(self._send(asked), deadline_s)

    def _send(self, asked: job.Json) -> Sent:
        assert self._process is not None
        try:
            return self._process.send(asked)
        except ChildDied:
            self._discard()
            raise

    def _receive(self, sent: Sent, deadline_s: float) -> job.Json:
        """Wait for a report; an error report becomes the exception it stands for."""
        if self._process is None:
            raise ChildDied("child_died", f"the Blender child ended before its {sent.stage}")
        try:
            report = self._process.receive(sent, deadline_s=deadline_s)
        except (ChildDied, DeadlineExceeded):
            self._discard()
            raise
        if report["event"] == "error":
            self._refused(report)
        return report

    def _refused(self, report: job.Json) -> None:
        code, message = str(report["code"]), str(report["message"])
        if code == "device_unavailable":
            self._discard()
            raise DeviceUnavailable(message)
        if report["stage"] in ("start", "warm"):
            self._discard()
            raise EnvironmentProblem(_refused_start(code, message))
        if report["stage"] == "load":
            raise ImportFailed(code, message)
        raise AssetError(code, message)

    def _recycle_if_worn(self) -> None:
        if self._process is None:
            return
        worn = self._assets_served >= self._machine.recycle_assets
        if worn or self._process.resident_mb() > self._machine.recycle_memory_mb:
            self._discard()

    def _discard(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process, self._started, self._warmed = None, None, None
        self._holds_asset = False


def _with_pixels(view: _UnderWay, shot: job.Shot, *, normals: bool) -> RenderedView:
    began_s = time.monotonic()
    pixels = read_pixels(view.exr, view.request.backdrop, shot.camera, normals=normals)
    view.exr.unlink()
    return RenderedView(
        request=view.request,
        camera=shot.camera,
        world_from_import=shot.world_from_import,
        rgba=pixels.rgba,
        mask=pixels.mask,
        depth=pixels.depth,
        normals=pixels.normals,
        device=shot.device,
        seconds={**shot.seconds, "read": time.monotonic() - began_s},
    )


def _refused_start(code: str, message: str) -> str:
    if code != "bpy_missing":
        return message
    if ".so" in message:
        return (
            f"Blender's module can't be loaded ({message}); on Debian or Ubuntu run: "
            f"apt-get install -y {SYSTEM_LIBRARIES}"
        )
    return (
        f"Blender's module can't be imported ({message}); pip install 'bpy>=4.5,<4.6' in a "
        "Python 3.11 environment, or name a Blender binary with --set machine.blender=PATH"
    )


def _start_failure(failure: AssetError, engine: Engine) -> str:
    advice = f"; on Debian or Ubuntu run: apt-get install -y {SYSTEM_LIBRARIES}"
    return f"Blender ({engine.value}) can't start here: {failure.message}{advice}"
