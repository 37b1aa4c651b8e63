"""What each cheat may look at, and with what it learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.naive_bayes import MultinomialNB

from viewpoint_gen.audit.pictures import PLACE, SIZE
from viewpoint_gen.audit.questions import Questions
from viewpoint_gen.audit.sight import Sight
from viewpoint_gen.audit.table import Table
from viewpoint_gen.audit.words import text_table
from viewpoint_gen.seeding import rng_for, seed_for

NewModel = Callable[[], Any]


@dataclass(frozen=True)
class Cheat:
    """One way to answer without looking at both images properly.

    Attributes:
        name: for the table and the file.
        sees: for people.
        gated: whether guessing well with it is a leak; otherwise it looks at both images, if
            only at a little of them, and is there to be compared with.
        table: (N, F) what it learns from.
        target: (N,) what it learns to guess: the true option's sense, or its letter.
        new_model: a fresh learner.
    """

    name: str
    sees: str
    gated: bool
    table: Table
    target: NDArray[np.int64]
    new_model: NewModel


def cheats_on(questions: Questions, sight: Sight, *, seed: int) -> Iterator[Cheat]:
    """Every cheat, ready to be tried; one at a time, because their tables take memory."""
    yield from _without_images(questions, seed)
    yield from _with_one_image(questions, sight, seed)
    yield from _with_a_little_of_both(questions, sight, seed)


def _without_images(questions: Questions, seed: int) -> Iterator[Cheat]:
    nothing = Table(np.zeros((len(questions), 0), np.float32), ())
    always = lambda: DummyClassifier(strategy="most_frequent")  # noqa: E731
    yield Cheat("best_letter", "nothing", True, nothing, questions.letter, always)
    yield Cheat("best_option", "nothing", True, nothing, questions.sense, always)
    text = text_table(questions)
    sense = questions.sense
    yield Cheat("counting", "the text", True, text, sense, MultinomialNB)
    yield Cheat("forest", "the text", True, text, sense, lambda: _forest(seed))


def _with_one_image(questions: Questions, sight: Sight, seed: int) -> Iterator[Cheat]:
    for number, views in ((1, questions.first), (2, questions.second)):
        places = sight.places(views)
        for name, sees, table in (
            (f"image_{number}", f"image {number}", sight.pictures),
            (f"camera_{number}", f"camera {number}'s numbers", sight.cameras),
        ):
            mine = table.rows(places)
            yield Cheat(name, sees, True, mine.defined(), questions.sense, lambda: _trees(seed))


def _with_a_little_of_both(questions: Questions, sight: Sight, seed: int) -> Iterator[Cheat]:
    sense, first, second = (
        questions.sense, sight.places(questions.first), sight.places(questions.second),
    )  # fmt: skip

    def trees() -> Any:
        return _trees(seed)

    stranger = _of_another_question(questions, seed)
    wrong = sight.cameras.rows(second[stranger])
    wrong.values[second[stranger] == second] = np.nan
    shuffled = sight.cameras.rows(first).named(" 1").beside(wrong.named(" 2"))
    yield Cheat("shuffled", "image 1, a wrong image 2", False, shuffled.defined(), sense, trees)
    place = sight.pictures.columns(PLACE)
    shift = Table(place.values[second] - place.values[first], ("shift across", "shift down"))
    yield Cheat(
        "centroid_shift", "how far the mask's middle moved", False, shift.defined(), sense, trees
    )
    size = sight.pictures.columns([SIZE]).values
    with np.errstate(divide="ignore"):
        growth = Table(np.log(size[second]) - np.log(size[first]), ("growth",))
    yield Cheat(
        "size_change", "how much larger the mask got", False, growth.defined(), sense, trees
    )


def _of_another_question(questions: Questions, seed: int) -> NDArray[np.int64]:
    """(N,) a question about the same asset for each; itself where there is no other."""
    order = rng_for(seed, "shuffled", questions.family).permutation(len(questions))
    order = order[np.argsort(questions.assets[order], kind="stable")]
    other = np.empty(len(questions), dtype=np.int64)
    for mine in np.split(order, np.unique(questions.assets[order], return_index=True)[1][1:]):
        other[mine] = np.roll(mine, 1)
    return other


def _forest(seed: int) -> Any:
    return RandomForestClassifier(
        n_estimators=100, min_samples_leaf=3, random_state=seed_for(seed, "forest") % 2**32
    )


def _trees(seed: int) -> Any:
    return HistGradientBoostingClassifier(
        max_iter=25,
        learning_rate=0.2,
        max_leaf_nodes=8,
        max_features=0.5,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed_for(seed, "trees") % 2**32,
    )
