"""The tower's schooling: pairs of a run's views, read and held against the renders' truth."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.models.reading import quietly
from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for, seed_for
from viewpoint_gen.storage import Store, explained, open_store, read, write
from viewpoint_gen.training.checkpoints import claim
from viewpoint_gen.training.config import TowerConfig
from viewpoint_gen.training.geometry.draw import PairDraw, batch_of, shared_patches
from viewpoint_gen.training.geometry.losses import losses_of
from viewpoint_gen.training.geometry.reading import pairs_read, readings_of
from viewpoint_gen.training.geometry.true_flows import TrueFlows
from viewpoint_gen.training.geometry.turned import turned_views
from viewpoint_gen.training.geometry.views import SPLITS, TowerViews, tower_views
from viewpoint_gen.training.loop import Loop

GEOMETRY_FOLDER: Final = "geometry"
TOWER_FOLDER: Final = "tower"
_SUMMARY_NAME: Final = "summary.json"
_VIEWS_FOLDER: Final = "views"
_LEAST_PAIRS: Final = 2
_USUAL: Final = 1024
"""Pairs of the train split that say what motions are usual."""


@dataclass(frozen=True)
class TowerSummary:
    """What the stage did.

    Attributes:
        steps: of the optimiser, over all sessions.
        seconds: spent in them.
        pairs: of views that could be drawn.
        readings: of pairs of the validation split.
    """

    steps: int
    seconds: float
    pairs: int
    readings: dict[str, Any]


def pretrain_tower(
    store: Store, config: TowerConfig, out: Path, *, seed: int, data_fingerprint: str
) -> tuple[GeometryTower, TowerSummary]:
    """Teach a new tower with the views of a run's train split, or load the one that is finished.

    Goes on from the last checkpoint in ``OUT/geometry``; a resumed training gives the same weights
    as one that was never stopped.

    Raises:
        RunIncomplete: the run has no questions, no depth, or no two views of one object.
        RecipeChanged: the folder holds a tower of another recipe or of other data.
    """
    folder = out / GEOMETRY_FOLDER
    claim(folder, _key(config, seed, data_fingerprint))
    done = open_store(folder)
    if is_taught(out):
        with quietly():
            tower = GeometryTower.from_pretrained(folder / TOWER_FOLDER)
        return tower, TowerSummary(**json.loads(read(done, _SUMMARY_NAME)))
    torch.manual_seed(seed_for(seed, "tower"))
    tower = GeometryTower(GeometryTowerConfig())
    views = tower_views(store, folder / _VIEWS_FOLDER, image_px=tower.config.image_px)
    pairs = views.pairs(SPLITS["train"])
    shared = shared_patches(views, pairs, tower.config)
    draw = PairDraw(pairs, shared, batch=config.batch, steps=config.steps, seed=seed)
    if len(draw) < _LEAST_PAIRS:
        msg = f"{store.location}: no two views of one object share what they show; render more"
        raise RunIncomplete(msg)
    checks = _checked_pairs(views, config, seed=seed)
    flows = TrueFlows.of(views, pairs, tower.config, batch=config.true_flows, seed=seed)
    school = _School(tower, views, draw, flows, config, folder, checks=checks, seed=seed)
    school.run()
    readings = readings_of(tower, views, checks)
    usual = rng_for(seed, "usual motions").permutation(pairs)[:_USUAL]
    motions = [tower.motions_of(reading) for reading, _ in pairs_read(tower, views, usual)]
    tower.settle(torch.cat(motions))
    summary = TowerSummary(config.steps, school.seconds, len(draw), readings.numbers())
    with explained(str(folder), "write"), quietly():
        tower.save_pretrained(folder / TOWER_FOLDER)
    write(done, _SUMMARY_NAME, f"{json.dumps(asdict(summary), indent=2)}\n".encode())
    return tower, summary


def is_taught(out: Path) -> bool:
    """Whether a tower in ``OUT/geometry`` is finished."""
    return (out / GEOMETRY_FOLDER / _SUMMARY_NAME).exists()


def _key(config: TowerConfig, seed: int, data_fingerprint: str) -> str:
    return fingerprint_of(config.model_dump(mode="json") | {"seed": seed, "data": data_fingerprint})


def _checked_pairs(views: TowerViews, config: TowerConfig, *, seed: int) -> Indices:
    """Pairs of the validation split, or of the train split where that has none."""
    pairs = views.pairs(SPLITS["validation"])
    if len(pairs) < _LEAST_PAIRS:
        pairs = views.pairs(SPLITS["train"])
    return rng_for(seed, "tower checks").permutation(pairs)[: config.check_pairs]


class _School(Loop):
    """Pairs of a run's views, and true displacements.

    A run of some thousand views is soon known by heart, and what was learnt by heart helps with no
    other object. So cameras are turned where they stand.
    """

    def __init__(
        self,
        tower: GeometryTower,
        views: TowerViews,
        draw: PairDraw,
        flows: TrueFlows,
        config: TowerConfig,
        folder: Path,
        *,
        checks: Indices,
        seed: int,
    ) -> None:
        super().__init__(config, folder, dict(tower.named_parameters()))
        self._tower, self._views, self._draw, self._flows = tower, views, draw, flows
        self._checks, self._seed = checks, seed
        self._turned = config.turned

    def read(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """A batch of pairs."""
        self._tower.train()
        rng = rng_for(self._seed, "tower batch", step)
        shown = turned_views(self._views, self._draw.pairs(step), rng, share=self._turned)
        batch = batch_of(*shown, self._tower.config, augment=rng)
        losses = losses_of(self._tower(batch.images, batch.truth.windows), batch.truth)
        from_flows = self._flows.loss(self._tower.network, step)
        return losses.total + from_flows, {**losses.numbers(), "true_flows": from_flows.item()}

    def look(self) -> dict[str, Any]:
        """How well the checked pairs are read."""
        readings = readings_of(self._tower, self._views, self._checks)
        return {"event": "readings", **readings.numbers()}
