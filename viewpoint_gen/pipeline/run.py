"""A whole run of ``render``: plan, resume, work, finalise."""

from __future__ import annotations

from dataclasses import dataclass

from viewpoint_gen.assets.source import Source
from viewpoint_gen.pipeline.progress import Progress
from viewpoint_gen.pipeline.shard_work import LaneFactory
from viewpoint_gen.recipe import Recipe

__all__ = ["LaneFactory", "Summary", "run_render"]


@dataclass(frozen=True)
class Summary:
    """What a run holds when ``render`` ends.

    Attributes:
        run: its location.
        asked: pairs asked for.
        assets: different assets visited.
        visits: visits made; one asset may be visited in several rounds.
        outcomes: visits per status ("written", "rejected", "failed") and code ("" if written).
        rejections: what was made and not kept, per kind ("asset", "view", "pair") and code.
        lane_seconds: spent on visits, summed over lanes and over all calls.
        seconds: wall-clock time of this call.
    """

    run: str
    fingerprint: str
    asked: int
    pairs: int
    views: int
    assets: int
    visits: int
    rounds: int
    outcomes: dict[str, dict[str, int]]
    rejections: dict[str, dict[str, int]]
    lane_seconds: float
    seconds: float


def run_render(
    recipe: Recipe,
    source: Source,
    run: str,
    *,
    lane_factory: LaneFactory,
    progress: Progress | None = None,
) -> Summary:
    """Render until the run holds the pairs that the recipe asks for, or resume doing so.

    Raises:
        RunBusy, RecipeChanged, StorageError: the run directory can't be used.
        AssetsUsedUp: the run is whole, but short of pairs.
        KeyboardInterrupt: stopped by Ctrl-C or SIGTERM; its text tells how to go on.
    """
    raise NotImplementedError
