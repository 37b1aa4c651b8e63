"""The tower's schooling: pairs of a run's views, read and held against the renders' truth."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

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
from viewpoint_gen.training.geometry.views import SPLITS, TowerViews, tower_views
from viewpoint_gen.training.journal import StepLog

GEOMETRY_FOLDER: Final = "geometry"
TOWER_FOLDER: Final = "tower"
_STATE_NAME: Final = "checkpoint.pt"
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
    if done.exists(_SUMMARY_NAME):
        with quietly():
            tower = GeometryTower.from_pretrained(folder / TOWER_FOLDER)
        return tower, TowerSummary(**json.loads(read(done, _SUMMARY_NAME)))
    torch.manual_seed(seed_for(seed, "tower"))
    tower = GeometryTower(GeometryTowerConfig())
    grid = tower.config.grid
    views = tower_views(store, folder / _VIEWS_FOLDER, image_px=tower.config.image_px, grid=grid)
    pairs = views.pairs(SPLITS["train"])
    shared = shared_patches(views, pairs, grid=grid)
    draw = PairDraw(pairs, shared, batch=config.batch, steps=config.steps, seed=seed)
    if len(draw) < _LEAST_PAIRS:
        msg = f"{store.location}: no two views of one object share what they show; render more"
        raise RunIncomplete(msg)
    checks = _checked_pairs(views, config, seed=seed)
    flows = TrueFlows.of(views, pairs, grid=grid, batch=config.true_flows, seed=seed)
    school = _School(tower, views, draw, flows, config, folder, seed=seed)
    school.train(checks)
    readings = readings_of(tower, views, checks)
    usual = rng_for(seed, "usual motions").permutation(pairs)[:_USUAL]
    motions = [tower.motions_of(reading) for reading, _ in pairs_read(tower, views, usual)]
    tower.settle(torch.cat(motions))
    summary = TowerSummary(config.steps, school.seconds, len(draw), readings.numbers())
    with explained(str(folder), "write"), quietly():
        tower.save_pretrained(folder / TOWER_FOLDER)
    write(done, _SUMMARY_NAME, f"{json.dumps(asdict(summary), indent=2)}\n".encode())
    return tower, summary


def _key(config: TowerConfig, seed: int, data_fingerprint: str) -> str:
    return fingerprint_of(config.model_dump(mode="json") | {"seed": seed, "data": data_fingerprint})


def _checked_pairs(views: TowerViews, config: TowerConfig, *, seed: int) -> Indices:
    """Pairs of the validation split, or of the train split where that has none."""
    pairs = views.pairs(SPLITS["validation"])
    if len(pairs) < _LEAST_PAIRS:
        pairs = views.pairs(SPLITS["train"])
    return rng_for(seed, "tower checks").permutation(pairs)[: config.check_pairs]


class _School:
    """The loop, its optimiser, its checkpoints and its log."""

    def __init__(
        self,
        tower: GeometryTower,
        views: TowerViews,
        draw: PairDraw,
        flows: TrueFlows,
        config: TowerConfig,
        folder: Path,
        *,
        seed: int,
    ) -> None:
        self.seconds = 0.0
        self._tower, self._views, self._draw, self._flows = tower, views, draw, flows
        self._config, self._folder, self._seed = config, folder, seed
        self._optimiser = torch.optim.AdamW(
            _decayed(tower, config.weight_decay), lr=config.lr, betas=(0.9, 0.98)
        )

    def train(self, checks: Indices) -> None:
        """All steps from the last checkpoint on."""
        config, first = self._config, self._restore()
        self._tower.train()
        with StepLog(self._folder, done=first, steps=config.steps) as log:
            for step in range(first, config.steps):
                began_s = time.monotonic()
                numbers = self._step(step)
                took_s = time.monotonic() - began_s
                self.seconds += took_s
                log.note(step + 1, numbers | {"lr": self._lr(step), "seconds": round(took_s, 4)})
                if (step + 1) % config.checkpoint_steps == 0 or step + 1 == config.steps:
                    readings = readings_of(self._tower, self._views, checks)
                    log.note(step + 1, {"event": "readings", **readings.numbers()})
                    self._save(step + 1)

    def _step(self, step: int) -> dict[str, float]:
        rng = rng_for(self._seed, "tower batch", step)
        pairs = self._draw.pairs(step)
        batch = batch_of(self._views, pairs, grid=self._tower.config.grid, augment=rng)
        for group in self._optimiser.param_groups:
            group["lr"] = self._lr(step)
        losses = losses_of(self._tower(batch.images), batch.truth)
        from_flows = self._flows.loss(self._tower.network, step)
        total = losses.total + from_flows
        self._optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(self._tower.parameters(), self._config.max_grad_norm)
        self._optimiser.step()
        return {"loss": total.item(), **losses.numbers(), "true_flows": from_flows.item()}

    def _lr(self, step: int) -> float:
        """Warmed up, then as it is, then down to nothing over the last part."""
        config = self._config
        warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
        left = 1.0 - step / config.steps
        return config.lr * warm * min(1.0, left / config.cooldown_share)

    def _save(self, step: int) -> None:
        state = {
            "step": step,
            "seconds": self.seconds,
            "tower": self._tower.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        with open_store(self._folder).create(_STATE_NAME) as handle:
            torch.save(state, handle)

    def _restore(self) -> int:
        """The step to go on from."""
        path = self._folder / _STATE_NAME
        if not path.exists():
            return 0
        with explained(str(path), "read"):
            state = torch.load(path, weights_only=True)
        self._tower.load_state_dict(state["tower"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.seconds = state["seconds"]
        return int(state["step"])


def _decayed(tower: GeometryTower, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay, vectors and scalars don't."""
    groups: dict[bool, list[Tensor]] = {True: [], False: []}
    for parameter in tower.parameters():
        groups[parameter.dim() > 1].append(parameter)
    return [
        {"params": groups[True], "weight_decay": weight_decay},
        {"params": groups[False], "weight_decay": 0.0},
    ]
