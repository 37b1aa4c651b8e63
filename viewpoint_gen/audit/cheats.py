"""What each cheat may look at, and with what it learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.naive_bayes import MultinomialNB

from viewpoint_gen.audit.candidates import around_the_middle, most_alike, told_motions
from viewpoint_gen.audit.fixed_guesses import AsSaid, nearest_the_middle, the_roundest
from viewpoint_gen.audit.gate import Kind
from viewpoint_gen.audit.marks import marks_seen
from viewpoint_gen.audit.pictures import PLACE, SIZE
from viewpoint_gen.audit.questions import Questions
from viewpoint_gen.audit.sight import Sight
from viewpoint_gen.audit.table import Table
from viewpoint_gen.audit.words import text_marks, text_table
from viewpoint_gen.seeding import rng_for, seed_for

NewModel = Callable[[], Any]

_TREES_PER_ROUND: Final = 4
"""A round of boosting learns more than a tree of a forest, and costs a tree per answer."""


@dataclass(frozen=True)
class Cheat:
    """One way to answer without looking at both images properly.

    Attributes:
        name: for the table and the file.
        sees: for people.
        kind: what guessing well with it means.
        chance: of guessing right without knowing anything.
        table: (N, F) what it learns from.
        target: (N,) what it learns to guess: the true answer, or its letter.
        new_model: a fresh learner.
    """

    name: str
    sees: str
    kind: Kind
    chance: float
    table: Table
    target: NDArray[np.int64]
    new_model: NewModel


@dataclass(frozen=True)
class _Cheater:
    """Makes cheats that guess the true answer of some questions."""

    questions: Questions
    sight: Sight
    seed: int
    trees: int

    def cheat(self, name: str, sees: str, kind: Kind, table: Table, new_model: NewModel) -> Cheat:
        return Cheat(
            name, sees, kind, self.questions.chance, table.defined(), self.questions.key, new_model
        )

    def forest(self) -> Any:
        return RandomForestClassifier(
            n_estimators=self.trees,
            min_samples_leaf=3,
            random_state=seed_for(self.seed, "forest") % 2**32,
        )

    def boosted(self) -> Any:
        return HistGradientBoostingClassifier(
            max_iter=-(-self.trees // _TREES_PER_ROUND),
            learning_rate=0.2,
            max_leaf_nodes=8,
            max_features=0.5,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed_for(self.seed, "trees") % 2**32,
        )


def cheats_on(questions: Questions, sight: Sight, *, seed: int, trees: int) -> Iterator[Cheat]:
    """Every cheat, ready to be tried; one at a time, because their tables take memory.

    Args:
        trees: in a forest; a boosted learner has a quarter as many rounds.
    """
    cheater = _Cheater(questions, sight, seed, trees)
    yield from _without_images(cheater)
    yield from _with_a_ladder(cheater)
    yield from _with_one_image(cheater)
    if questions.pictured:
        yield from _with_the_candidates(cheater)
    else:
        yield from _with_a_little_of_both(cheater)
        yield from _with_a_leg(cheater)
    yield from _with_marks(cheater)


def _without_images(cheater: _Cheater) -> Iterator[Cheat]:
    questions = cheater.questions
    nothing = Table.empty(len(questions))
    if questions.letter is not None:
        chance = 1.0 / questions.offered.letters
        letter = questions.letter
        yield Cheat("best_letter", "nothing", Kind.LEAK, chance, nothing, letter, _always)
    yield cheater.cheat("best_option", "nothing", Kind.LEAK, nothing, _always)
    yield cheater.cheat("counting", "the text", Kind.LEAK, text_marks(questions), MultinomialNB)
    yield cheater.cheat("forest", "the text", Kind.LEAK, text_table(questions), cheater.forest)


def _with_a_ladder(cheater: _Cheater) -> Iterator[Cheat]:
    sizes = cheater.questions.offered.sizes
    if sizes.shape[1]:
        sees = "the numbers offered"
        for name, guess in (("middle", nearest_the_middle), ("roundest", the_roundest)):
            yield cheater.cheat(name, sees, Kind.LEAK, guess(sizes), AsSaid)


def _with_one_image(cheater: _Cheater) -> Iterator[Cheat]:
    questions, sight = cheater.questions, cheater.sight
    for label, views in zip(questions.labels, questions.views.T, strict=True):
        places = sight.places(views)
        for name, sees, kind, table in (
            (f"image_{label}", f"image {label}", Kind.LEAK, sight.pictures),
            (f"camera_{label}", f"camera {label}'s numbers", Kind.BOUND, sight.cameras),
        ):
            yield cheater.cheat(name, sees, kind, table.rows(places), cheater.boosted)


def _with_a_little_of_both(cheater: _Cheater) -> Iterator[Cheat]:
    questions, sight = cheater.questions, cheater.sight
    first, second = sight.places(questions.first), sight.places(questions.last)
    stranger = second[_of_another_question(questions, cheater.seed)]
    wrong = sight.cameras.rows(stranger)
    wrong.values[stranger == second] = np.nan
    shuffled = sight.cameras.rows(first).named(" 1").beside(wrong.named(" 2"))
    place = sight.pictures.columns(PLACE).values
    shift = Table(place[second] - place[first], ("shift across", "shift down"))
    size = sight.pictures.columns([SIZE]).values
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = Table(np.log(size[second]) - np.log(size[first]), ("growth",))
    for name, sees, table in (
        ("shuffled", f"image 1, a wrong image {questions.labels[-1]}", shuffled),
        ("centroid_shift", "how far the mask's middle moved", shift),
        ("size_change", "how much larger the mask got", growth),
    ):
        yield cheater.cheat(name, sees, Kind.BOTH, table, cheater.boosted)


def _with_a_leg(cheater: _Cheater) -> Iterator[Cheat]:
    """Of a path over three images and more, one step alone, as a change of azimuth."""
    questions, sight = cheater.questions, cheater.sight
    azimuth = sight.cameras.columns(["azimuth"]).values
    steps = list(pairwise(range(len(questions.labels))))
    for one, two in steps if len(steps) > 1 else ():
        before, after = (sight.places(questions.views[:, k]) for k in (one, two))
        change = (azimuth[after] - azimuth[before] + np.pi) % (2 * np.pi) - np.pi
        names = f"{questions.labels[one]}{questions.labels[two]}"
        sees = f"the way from image {names[0]} to {names[1]} alone"
        table = Table(change, ("change of azimuth",))
        yield cheater.cheat(f"leg_{names}", sees, Kind.BOTH, table, cheater.boosted)


def _with_the_candidates(cheater: _Cheater) -> Iterator[Cheat]:
    """All candidates without image 1, with the motion told; and the one most like image 1."""
    questions, sight = cheater.questions, cheater.sight
    told = told_motions(questions.texts)
    places = [sight.places(views) for views in questions.views[:, 1:].T]
    pictures, cameras = told, told
    for label, place in zip(questions.labels[1:], places, strict=True):
        pictures = pictures.beside(sight.pictures.rows(place).named(f" {label}"))
    cameras = told.beside(around_the_middle(sight.cameras, places, questions.labels[1:], told))
    without = "the motion, all candidates, not image 1"
    for name, sees, kind, table in (
        ("candidates", without, Kind.LEAK, pictures),
        ("candidate_cameras", f"{without}: their cameras' numbers", Kind.BOUND, cameras),
    ):
        yield cheater.cheat(name, sees, kind, table, cheater.boosted)
    likest = most_alike(sight.pictures, sight.places(questions.first), places)
    yield cheater.cheat(
        "most_alike", "which candidate is most like image 1", Kind.LEAK, likest, AsSaid
    )


def _with_marks(cheater: _Cheater) -> Iterator[Cheat]:
    """Places of marks and what lies around them in their own image; of both images, only places."""
    questions, sight, marked = cheater.questions, cheater.sight, cheater.questions.marked
    if marked is None or questions.letter is None:
        return
    letter, chance = questions.letter, questions.chance
    for number, (label, views) in enumerate(zip(questions.labels, questions.views.T, strict=True)):
        picture = sight.pictures.rows(sight.places(views))
        for seen in marks_seen(marked, number, letter, [sight.outlines[v] for v in views]):
            target = questions.key if seen.target is None else seen.target
            yield Cheat(
                name=f"marks_{label}{seen.order}",
                sees=f"image {label} and the marks in it",
                kind=Kind.LEAK,
                chance=chance,
                table=seen.table.beside(picture).defined(),
                target=target,
                new_model=cheater.boosted,
            )
    if marked.has_ref:
        sees, table = "which mark is the nearest", marked.nearest()
        yield Cheat("nearest_mark", sees, Kind.LEAK, chance, table, letter, AsSaid)
        table = marked.distances().defined()
        yield cheater.cheat("marks_only", "places of marks", Kind.BOTH, table, cheater.boosted)


def _of_another_question(questions: Questions, seed: int) -> NDArray[np.int64]:
    """(N,) a question about the same asset for each; itself where there is no other."""
    order = rng_for(seed, "shuffled", questions.family).permutation(len(questions))
    order = order[np.argsort(questions.assets[order], kind="stable")]
    other = np.empty(len(questions), dtype=np.int64)
    for mine in np.split(order, np.unique(questions.assets[order], return_index=True)[1][1:]):
        other[mine] = np.roll(mine, 1)
    return other


def _always() -> Any:
    return DummyClassifier(strategy="most_frequent")
