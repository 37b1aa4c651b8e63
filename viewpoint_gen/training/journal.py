"""What a stage logs: a line of JSON for each step, and the same for TensorBoard."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from viewpoint_gen.storage import explained

LOG_NAME: Final = "log.jsonl"
_TENSORBOARD: Final = "tensorboard"
_RENAMED: Final = {"learning_rate": "lr"}
_LEFT_OUT: Final = frozenset({"epoch", "num_tokens", "total_flos"})
_OF_THE_WHOLE: Final = "train_runtime"
"""Stands in the trainer's last line, which is of no step."""


def read_log(folder: Path) -> list[dict[str, Any]]:
    """A stage's lines, in order of their steps.

    Each has ``step``, ``loss``, ``lr``, ``seconds`` (that the step took), ``tokens_per_s`` and what
    else the stage measures; lines of ``event`` tell what was decided.
    """
    path = folder / LOG_NAME
    with explained(str(path), "read"):
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]  # a kill may cut the last


def seconds_in(lines: Iterable[Mapping[str, Any]]) -> float:
    """Spent in the steps that lines of a log tell of."""
    return math.fsum(line.get("seconds", 0.0) for line in lines)


def append(folder: Path, step: int, values: Mapping[str, Any]) -> None:
    """Add a line to a stage's log."""
    path = folder / LOG_NAME
    with explained(str(path), "write"), path.open("a", encoding="utf-8") as log:
        log.write(json.dumps({"step": step, **values}) + "\n")


class StepLog:
    """A stage's log and progress bar while it trains; a context manager.

    Args:
        done: step to go on from; what the log says of later ones will be done again.
        steps: of the whole stage.
    """

    def __init__(self, folder: Path, *, done: int, steps: int) -> None:
        self._folder, self._done, self._steps = folder, done, steps

    def __enter__(self) -> StepLog:
        kept = [line for line in read_log(self._folder) if line["step"] <= self._done]
        path = self._folder / LOG_NAME
        with explained(str(path), "write"):
            path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        self._board = SummaryWriter(str(self._folder / _TENSORBOARD), purge_step=self._done + 1)
        self._bar = tqdm(
            total=self._steps,
            initial=self._done,
            desc=self._folder.name,
            unit="step",
            disable=None,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._board.close()

    def note(self, step: int, values: Mapping[str, Any]) -> None:
        """Add a line."""
        append(self._folder, step, values)
        self._bar.update(step - self._bar.n)
        if "loss" in values:
            self._bar.set_postfix(loss=f"{values['loss']:.3f}")
        for name, value in values.items():
            if isinstance(value, int | float):
                self._board.add_scalar(name, value, step)


class Journal(TrainerCallback):
    """Writes a trainer's log; it goes on where the training does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log: StepLog | None = None
        self._began_s = 0.0
        self._tokens = 0.0

    def note(self, step: int, values: Mapping[str, Any]) -> None:
        """Add a line."""
        if self._log is None:
            append(self._folder, step, values)
        else:
            self._log.note(step, values)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Forget the steps that will be done again."""
        self._log = StepLog(self._folder, done=state.global_step, steps=state.max_steps)
        self._log.__enter__()
        self._began_s, self._tokens = time.monotonic(), 0.0

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A step's line."""
        if not logs or _OF_THE_WHOLE in logs:
            return
        now_s = time.monotonic()
        seconds, self._began_s = now_s - self._began_s, now_s
        tokens, self._tokens = logs.get("num_tokens", 0.0) - self._tokens, logs.get("num_tokens", 0)
        values = {_RENAMED.get(k, k): v for k, v in logs.items() if k not in _LEFT_OUT}
        values |= {"seconds": round(seconds, 4), "tokens_per_s": round(tokens / seconds, 1)}
        self.note(state.global_step, values)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Close what is open."""
        if self._log is not None:
            self._log.__exit__()
            self._log = None
