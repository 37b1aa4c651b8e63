"""How well a cheat guesses about assets that it hasn't learned from, and what helps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold

from viewpoint_gen.audit.cheats import Cheat
from viewpoint_gen.seeding import rng_for, seed_for

Bools = NDArray[np.bool_]

FOLDS: Final = 5
_SHOWN: Final = 3
_TRIED: Final = 12
"""Of hundreds of words, only those that the model itself weighs most are tried."""


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
        tells: the most helpful features, the best first; empty if it guesses no better than
            ``explain_above``.
    """

    right: Bools
    tells: tuple[Tell, ...]


def guess(cheat: Cheat, assets: NDArray[np.str_], *, seed: int, explain_above: float) -> Guesses:
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
    for seen, held_out in folds.split(cheat.target, groups=assets):
        model = _fitted(cheat, seen)
        right[held_out] = _is_right(model, cheat, held_out, cheat.table.values[held_out])
        learned.append((model, held_out))
    if right.mean() <= explain_above or not cheat.table.names:
        return Guesses(right, ())
    return Guesses(right, _tells(cheat, learned, right, seed))


def _fitted(cheat: Cheat, seen: NDArray[np.int64]) -> Any:
    """A model of the questions seen; of a constant where only one answer was seen."""
    target = cheat.target[seen]
    alike = (target == target[0]).all()
    model = DummyClassifier(strategy="most_frequent") if alike else cheat.new_model()
    return model.fit(cheat.table.values[seen], target)


def _is_right(
    model: Any, cheat: Cheat, rows: NDArray[np.int64], values: NDArray[np.float32]
) -> Bools:
    return np.asarray(model.predict(values) == cheat.target[rows])


def _tells(
    cheat: Cheat, learned: list[tuple[Any, NDArray[np.int64]]], right: Bools, seed: int
) -> tuple[Tell, ...]:
    """Permutation importance on held-out questions, of all columns of a name at once."""
    names = np.array(cheat.table.names)
    rng = rng_for(seed, "tells", cheat.name)
    found = []
    for name in _worth_trying(cheat, [model for model, _ in learned]):
        still_right = 0
        for model, held_out in learned:
            values = cheat.table.values[held_out].copy()
            shuffled = rng.permutation(len(held_out))
            values[:, names == name] = values[shuffled][:, names == name]
            still_right += int(_is_right(model, cheat, held_out, values).sum())
        found.append(Tell(name, float(right.mean() - still_right / len(right))))
    best = sorted(found, key=lambda tell: -tell.points)[:_SHOWN]
    return tuple(tell for tell in best if tell.points > 0)


def _worth_trying(cheat: Cheat, models: list[Any]) -> list[str]:
    names = list(dict.fromkeys(cheat.table.names))
    weights = [weight for model in models if (weight := _weights(model)) is not None]
    if len(names) <= 2 * _TRIED or not weights:
        return names
    total = np.sum(weights, axis=0)
    return [cheat.table.names[column] for column in np.argsort(-total)[:_TRIED]]


def _weights(model: Any) -> NDArray[np.float64] | None:
    """How much each column weighs in a model; None if it doesn't say."""
    if hasattr(model, "feature_log_prob_"):  # the counting prior
        spread = np.exp(model.feature_log_prob_)
        return np.asarray(np.ptp(spread, axis=0))
    return getattr(model, "feature_importances_", None)
