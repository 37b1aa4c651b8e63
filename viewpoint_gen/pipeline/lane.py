"""A lane: one Blender child and the main flow that feeds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from viewpoint_gen.assets.source import Source
from viewpoint_gen.pipeline.process import Processor
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.pipeline.visit import ProcessVisit
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.render.child import BlenderChild


@dataclass(frozen=True)
class BlenderLanes:
    """Opens lanes wherever the work is done; small enough to be sent there.

    Attributes:
        source: opened where the run was started; its files must be reachable from every lane.
        logs: local folder that keeps what each Blender child said.
    """

    recipe: Recipe
    source: Source
    logs: Path

    @contextmanager
    def __call__(self, number: int) -> Iterator[ProcessVisit]:
        """Start lane ``number``'s Blender child, and end it with the lane.

        BLAS keeps to one thread: its idle ones spin, and the cores are Blender's.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        child = BlenderChild(
            self.recipe.render,
            self.recipe.machine,
            log_path=self.logs / f"blender-{number:02d}.log",
            readable=self.source.folders,
            normals=self.recipe.store.normals,
        )
        with child as renderer, threadpool_limits(limits=1, user_api="blas"):
            yield Processor(source=ReadAhead(self.source), renderer=renderer, recipe=self.recipe)
