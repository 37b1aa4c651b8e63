"""The frames that a real run renders, recorded, with what the run's own process spends on them."""

from __future__ import annotations

import cProfile
import json
import pstats
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from threadpoolctl import threadpool_limits

from viewpoint_gen.assets.folder import FolderSource
from viewpoint_gen.pipeline.process import Processor
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.pipeline.run import run_render
from viewpoint_gen.recipe import Recipe, load_recipe
from viewpoint_gen.records import Asset, LoadedAsset, RenderedView, ViewRequest
from viewpoint_gen.render import job
from viewpoint_gen.render.child import GLANCE_SAMPLES, BlenderChild
from viewpoint_gen.render.config import Device

PYTHON_STAGES = {
    "read passes": ("read_pixels",),
    "check": ("check_view", "judge_view", "choose"),
    "overlap": ("overlap",),
    "encode": ("encode_picture", "encode_depth", "encode_mask", "encode_normals"),
    "write": ("write_visit", "commit"),
}
"""Functions of the package whose time makes up a stage; what is left of it is "other Python"."""


@dataclass(frozen=True)
class Frame:
    """One view that was rendered."""

    asset: Asset
    loaded: LoadedAsset
    request: ViewRequest


@dataclass
class Recorded:
    """All frames of a run, and what it spent, in CPU seconds.

    Attributes:
        rings: the small pictures that show which views could be confused.
        frames_cpu_s: of the Blender child after start and imports.
        stages_cpu_s: start, import, ring, and the stages of the run's own process.
        options: of ``viewgen render``, to have the same frames again.
    """

    recipe: Recipe
    options: list[str]
    frames: list[Frame] = field(default_factory=list)
    rings: list[Frame] = field(default_factory=list)
    frames_cpu_s: float = 0.0
    stages_cpu_s: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.frames)

    def one_per_asset(self) -> Recorded:
        """Of each asset the frame in the middle."""
        by_uid: dict[str, list[Frame]] = {}
        for frame in self.frames:
            by_uid.setdefault(frame.asset.uid, []).append(frame)
        return replace(self, frames=[own[len(own) // 2] for own in by_uid.values()])


@dataclass
class Recorder:
    """A renderer that passes everything on to a Blender child and remembers what was asked."""

    child: BlenderChild
    recorded: Recorded
    asset: Asset | None = None
    import_cpu_s: float = 0.0
    ring_cpu_s: float = 0.0

    def load(self, asset: Asset) -> LoadedAsset:
        before_s = self.cpu_s()
        self.asset = asset
        loaded = self.child.load(asset)
        self.import_cpu_s += self.cpu_s() - before_s
        return loaded

    def render_each(self, requests, loaded: LoadedAsset) -> Iterator[RenderedView]:
        assert self.asset is not None
        for view in self.child.render_each(requests, loaded):
            self.recorded.frames.append(Frame(self.asset, loaded, view.request))
            yield view

    def glance_each(self, requests, loaded: LoadedAsset) -> Iterator[RenderedView]:
        assert self.asset is not None
        before_s = self.cpu_s()
        for view in self.child.glance_each(requests, loaded):
            self.recorded.rings.append(Frame(self.asset, loaded, view.request))
            yield view
        self.ring_cpu_s += self.cpu_s() - before_s

    def cpu_s(self) -> float:
        assert self.child.pid is not None
        used = psutil.Process(self.child.pid).cpu_times()
        return float(used.user + used.system)


def record(meshes: list[Path], work: Path, *, size_px: int, pairs: int, backdrop: str) -> Recorded:
    """Make a run of these meshes in this process."""
    options = ["--num-pairs", str(pairs), "--size", str(size_px)]
    wanted: list[tuple[str, object]] = [
        ("num_pairs", pairs), ("render.width_px", size_px), ("render.height_px", size_px),
        ("machine.recycle_assets", 10_000),
    ]  # fmt: skip
    for kind in ("transparent", "solid", "ground", "hdri") if backdrop else ():
        options += ["--set", f"views.backdrop.{kind}={float(kind == backdrop)}"]
        wanted.append((f"views.backdrop.{kind}", float(kind == backdrop)))
    recipe = load_recipe(overrides=wanted)
    recorded = Recorded(recipe, options)
    source = FolderSource.at(meshes[0].parent)
    profile = cProfile.Profile(time.process_time)

    @contextmanager
    def lane(_number: int) -> Iterator[Processor]:
        log = work / "blender.log"
        with BlenderChild(
            recipe.render, recipe.machine, log_path=log, readable=source.folders, normals=False
        ) as child:
            child.start()
            recorder = Recorder(child, recorded)
            recorded.stages_cpu_s["start"] = recorder.cpu_s()
            with threadpool_limits(limits=1, user_api="blas"):
                yield Processor(source=ReadAhead(source), renderer=recorder, recipe=recipe)
            recorded.stages_cpu_s["import"] = recorder.import_cpu_s
            recorded.stages_cpu_s["ring"] = recorder.ring_cpu_s
            recorded.frames_cpu_s = recorder.cpu_s() - sum(recorded.stages_cpu_s.values())

    own_cpu_s = time.process_time()
    profile.enable()
    run_render(recipe, source, work / "recorded", lane_factory=lane)
    profile.disable()
    recorded.stages_cpu_s |= python_stages(profile, time.process_time() - own_cpu_s)
    return recorded


def python_stages(profile: cProfile.Profile, own_cpu_s: float) -> dict[str, float]:
    """Seconds by stage of the run's own process; none of these functions waits for anything."""
    spent = {
        (Path(file).as_posix(), name): cumulative
        for (file, _, name), (_, _, _, cumulative, _) in pstats.Stats(profile).stats.items()
        if "viewpoint_gen" in file
    }
    stages = {
        stage: sum(seconds for (_, name), seconds in spent.items() if name in names)
        for stage, names in PYTHON_STAGES.items()
    }
    return {**stages, "other Python": max(0.0, own_cpu_s - sum(stages.values()))}


def _by_asset(recorded: Recorded, *, rings: bool) -> Iterator[tuple[Frame, bool]]:
    """Every frame, and whether it is of a ring, asset by asset."""
    every = [(frame, False) for frame in recorded.frames]
    every += [(frame, True) for frame in recorded.rings if rings]
    place = {uid: at for at, uid in enumerate(dict.fromkeys(f.asset.uid for f, _ in every))}
    yield from sorted(every, key=lambda entry: place[entry[0].asset.uid])


def plan_of(
    recorded: Recorded,
    path: Path,
    *,
    samples: int | None = None,
    denoise: bool = True,
    size_px: int | None = None,
    pictures: Path | None = None,
    rings: bool = False,
) -> Path:
    """Write the jobs that render these frames again, for ``bare_loop.py``; the rings too if asked.

    Each asset is imported once, so ring and views of one follow each other.
    """
    config, threads = recorded.recipe.render, len(psutil.Process().cpu_affinity())
    assets: list[dict] = []
    for frame, ring in _by_asset(recorded, rings=rings):
        load = job.load_job(frame.asset, config, path.with_suffix(".npy"))
        if not assets or assets[-1]["load"] != load:
            assets.append({"load": load, "frames": []})
        out = (pictures or path.parent) / f"{frame.request.view_id}.exr"
        taken = (GLANCE_SAMPLES, False) if ring else (samples or config.samples, denoise)
        asked = job.render_job(frame.request, frame.loaded, out, samples=taken[0], denoise=taken[1])
        if size_px is not None:
            asked |= {"width_px": size_px, "height_px": size_px}
        assets[-1]["frames"].append(asked)
    start = job.start_job(config, Device.AUTO, threads=threads, normals=False)
    path.write_text(
        json.dumps({"start": start, "assets": assets, "pictures": pictures is not None})
    )
    return path
