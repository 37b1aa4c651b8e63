"""How well a cheat guesses about assets that it hasn't learned from, and what helps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from viewpoint_gen.audit.cheats import Cheat
from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.seeding import rng_for, seed_for

FOLDS: Final = 5
_SHOWN: Final = 3
"""Most features, and most members of one, that are named."""


@dataclass(frozen=True)
class Tell:
    """What helps a cheat.

    Attributes:
        points: of accuracy (in [0, 1]) that it loses when this is shuffled among questions.
    """

    feature: str
    points: float


@dataclass(frozen=True)
class Guesses:
    """What a cheat came to.

    Attributes:
        right: (N,) for each question, guessed by a model that saw no other of its asset.
        learned: the models, each with the questions that were held out from it.
    """

    right: Bools
    learned: tuple[tuple[Any, NDArray[np.int64]], ...]


def guess(cheat: Cheat, assets: NDArray[np.str_], *, seed: int) -> Guesses:
    """Learn from some assets, guess about the others, in turn.

    Args:
        assets: (N,) whose questions they are; at least two.
    """
    names = np.unique(assets)
    folds = GroupKFold(
        min(FOLDS, len(names)), shuffle=True, random_state=seed_for(seed, "folds") % 2**32
    )
    right = np.zeros(len(assets), dtype=bool)
    learned = []
    with threadpool_limits(1):  # the models are small: threads would only wait for each other
        for seen, held_out in folds.split(cheat.target, groups=assets):
            model = _fitted(cheat, seen)
            right[held_out] = _is_right(model, cheat, held_out, cheat.table.values[held_out])
            learned.append((model, held_out))
    return Guesses(right, tuple(learned))


def _fitted(cheat: Cheat, seen: NDArray[np.int64]) -> Any:
    """A model of the questions seen; of a constant where they or their answers don't differ."""
    target = cheat.target[seen]
    alike = (target == target[0]).all() or not cheat.table.values.shape[1]
    model = DummyClassifier(strategy="most_frequent") if alike else cheat.new_model()
    return model.fit(cheat.table.values[seen], target)


def _is_right(
    model: Any, cheat: Cheat, rows: NDArray[np.int64], values: NDArray[np.float32]
) -> Bools:
    return np.asarray(model.predict(values) == cheat.target[rows])


def tells(cheat: Cheat, guesses: Guesses, *, seed: int) -> tuple[Tell, ...]:
    """The most helpful features, the best first.

    Permutation importance on held-out questions, of all columns of a name at once.
    """
    kinds = np.array([name.split(": ")[0] for name in cheat.table.names])
    rng = rng_for(seed, "tells", cheat.name)
    found = []
    for kind in dict.fromkeys(kinds.tolist()):
        feature = _in_detail(kind, cheat, [model for model, _ in guesses.learned])
        still_right = _right_without(kinds == kind, cheat, guesses, rng)
        found.append(Tell(feature, float(guesses.right.mean() - still_right)))
    best = sorted(found, key=lambda tell: -tell.points)[:_SHOWN]
    return tuple(tell for tell in best if tell.points > 0)


def _right_without(
    columns: Bools, cheat: Cheat, guesses: Guesses, rng: np.random.Generator
) -> float:
    """Share still right when some columns are shuffled among the held-out questions."""
    right = 0
    with threadpool_limits(1):
        for model, held_out in guesses.learned:
            values = cheat.table.values[held_out].copy()
            shuffled = rng.permutation(len(held_out))
            values[:, columns] = values[shuffled][:, columns]
            right += int(_is_right(model, cheat, held_out, values).sum())
    return right / len(guesses.right)


def _in_detail(kind: str, cheat: Cheat, models: list[Any]) -> str:
    """The kind with its weightiest members, where it has any and the models say what weighs."""
    weights = [weight for model in models if (weight := _weights(model)) is not None]
    start = f"{kind}: "
    members = [column for column, name in enumerate(cheat.table.names) if name.startswith(start)]
    if not weights or not members:
        return kind
    total = np.sum(weights, axis=0)
    first = sorted(members, key=lambda column: -total[column])[:_SHOWN]
    return start + ", ".join(cheat.table.names[column].removeprefix(start) for column in first)


def _weights(model: Any) -> NDArray[np.float64] | None:
    """How much each column weighs in a model; None if it doesn't say."""
    if hasattr(model, "feature_log_prob_"):  # the counting prior
        spread = np.exp(model.feature_log_prob_)
        return np.asarray(np.ptp(spread, axis=0))
    return getattr(model, "feature_importances_", None)
