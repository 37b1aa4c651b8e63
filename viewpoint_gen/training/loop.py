"""A training loop of our own, for lessons that no trainer of others gives."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from viewpoint_gen.storage import explained, open_store
from viewpoint_gen.training.config import LoopConfig
from viewpoint_gen.training.journal import StepLog, read_log, seconds_in

_STATE_NAME: Final = "checkpoint.pt"


class Loop(ABC):
    """Steps, their optimiser, their checkpoints and their log.

    A training that was stopped and goes on gives the same weights as one that never was, if what a
    step does depends on its number, the weights and ``standing`` alone.

    Args:
        folder: of the log and the checkpoint.
        learnt: the parameters that learn, by name.
    """

    def __init__(
        self, config: LoopConfig, folder: Path, learnt: Mapping[str, nn.Parameter]
    ) -> None:
        self._config, self._folder, self._learnt = config, folder, dict(learnt)
        self._optimiser = torch.optim.AdamW(
            _decayed(self._learnt.values(), config.weight_decay), lr=config.lr, betas=(0.9, 0.98)
        )

    @property
    def seconds(self) -> float:
        """Spent in all steps so far."""
        return seconds_in(read_log(self._folder))

    def run(self) -> None:
        """All steps from the last checkpoint on."""
        config, first = self._config, self._restore()
        if first == config.steps:
            return
        with StepLog(self._folder, done=first, steps=config.steps) as log:
            for step in range(first, config.steps):
                began_s = time.monotonic()
                loss, numbers = self.read(step)
                self._learn(loss, step)
                numbers |= {"loss": loss.item(), "lr": self._lr(step)}
                log.note(step + 1, numbers | {"seconds": round(time.monotonic() - began_s, 4)})
                if (step + 1) % config.checkpoint_steps == 0 or step + 1 == config.steps:
                    if looked := self.look():
                        log.note(step + 1, looked)
                    self._save(step + 1)

    @abstractmethod
    def read(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """The loss of a step, and what else is worth noting."""

    def look(self) -> dict[str, Any]:
        """What is worth noting whenever a checkpoint is kept."""
        return {}

    def standing(self) -> dict[str, Any]:
        """What a checkpoint holds beside the weights."""
        return {}

    def stand(self, standing: dict[str, Any]) -> None:
        """Take up what ``standing`` gave."""
        assert not standing

    def _learn(self, loss: Tensor, step: int) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self._lr(step)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._learnt.values(), self._config.max_grad_norm)
        self._optimiser.step()

    def _lr(self, step: int) -> float:
        """Warmed up, then as it is, then down to nothing over the last part."""
        config = self._config
        warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
        left = 1.0 - step / config.steps
        return config.lr * warm * min(1.0, left / config.cooldown_share)

    def _save(self, step: int) -> None:
        state = {
            "step": step,
            "standing": self.standing(),
            "learnt": {name: value.detach() for name, value in self._learnt.items()},
            "optimiser": self._optimiser.state_dict(),
        }
        with open_store(self._folder).create(_STATE_NAME) as handle:
            torch.save(state, handle)

    @torch.no_grad()
    def _restore(self) -> int:
        """The step to go on from."""
        path = self._folder / _STATE_NAME
        if not path.exists():
            return 0
        with explained(str(path), "read"):
            state = torch.load(path, weights_only=True)
        for name, value in state["learnt"].items():
            self._learnt[name].copy_(value)
        self._optimiser.load_state_dict(state["optimiser"])
        self.stand(state["standing"])
        return int(state["step"])


def _decayed(learnt: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay, vectors and scalars don't."""
    groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
    for parameter in learnt:
        groups[parameter.dim() > 1].append(parameter)
    return [
        {"params": groups[True], "weight_decay": weight_decay},
        {"params": groups[False], "weight_decay": 0.0},
    ]
