"""Lessons in reading, of text alone: a thing is told, and which option says it?

The right option is worth nothing to a model that can't find its letter, which stands before the
option, several tokens from the word that tells it from the others. Asked straight away, a model
made from nothing stays at chance. So lessons begin with options of a few words, and go on to the
run's own options and to its derivations, told where a question has its pictures; at last they are
whole questions about planned views, with motions in words (see ``captions``) for the pictures.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any, Final

import numpy as np

from viewpoint_gen.dataset.export.items import IMAGE_TAG
from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.models.chat import messages_of
from viewpoint_gen.models.vocabulary import END, FIXED, SPECIAL, TAGS
from viewpoint_gen.qa.prompt import HOW_TO_ANSWER, lettered, pictured_options
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.primer.captions import Captions, Words, misread
from viewpoint_gen.training.primer.planned import Planned
from viewpoint_gen.training.scoring_head import IGNORED

KINDS: Final = (
    "words",
    "options",
    "words first",
    "options first",
    "reasons",
    "one motion",
    "motions",
)
"""From the easiest to what a question asks; ``first``: what is told stands before the options."""

FIRST_WORDS: Final = 8
"""So many words are known at first: with all of them at once nothing is learnt."""

_MANY_WORDS: Final = 100
"""From so many on, words are framed by others, which a lesson's options share."""

_FRAMED: Final = 0.6
_LONGEST_FRAME: Final = 4
_TWO_WORDS: Final = 0.3
_MOST_OPTIONS: Final = 5

_ROUNDS: Final = 3
"""Options told one after another in one lesson, where they are told last."""

_WITH_STEM: Final = 0.3
"""Of the lessons with a question's options, with the question too."""

_UNFINISHED: Final = 0.5
"""Of the lessons with reasons, without the last sentence, which says the answer."""

_BALANCE: Final = 0.75
"""1: questions of all families are drawn equally often; 0: all questions are."""

_ONE_MOTION: Final = ("ego_", "object_translation_around", "estimate_", "magnitude_", "minimal_")
"""How families begin that ask for one quantity alone, or which of two it is."""

_MOST_QUESTIONS: Final = 60_000
"""Of a run's own, that lessons are drawn from; a large run's others are worded no differently."""

_ONE_LETTER: Final = re.compile(r"<answer>([A-Z])</answer>")

Tokens = list[int]


@dataclass(frozen=True)
class Lesson:
    """A chat of text alone.

    Attributes:
        tokens: the words of each; of all but captions one.
        labels: that word where a token is the model's to say, ``IGNORED`` elsewhere.
    """

    tokens: list[Words]
    labels: Tokens


@dataclass(frozen=True)
class _Question:
    """A question without its pictures."""

    family: str
    prompt: str
    views: tuple[str, ...]
    stem: str
    options: tuple[str, ...]
    how: str
    reply: str
    reasons: str

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> _Question:
        options = tuple(json.loads(item["grading"])["options"] or ())
        if options == tuple(pictured_options(len(options))):
            options = ()
        asked, _, how = item["prompt"].rpartition("\n")
        if options:
            asked = asked.removesuffix(f"\n{lettered(list(options))}")
        stem = "\n".join(line for line in asked.split("\n") if IMAGE_TAG not in line)
        thought = (item["reasoned_reply"] or "").partition("</think>")[0].removeprefix("<think>")
        return cls(
            family=item["family"],
            prompt=item["prompt"],
            views=tuple(item["views"] or ()),
            stem=stem,
            options=options,
            how=f"\n{how}",
            reply=item["reply"],
            reasons=thought,
        )

    def in_another_order(self, rng: np.random.Generator) -> _Question:
        """The same with its options shuffled; as it is where one letter isn't the answer."""
        answer = _ONE_LETTER.search(self.reply)
        if answer is None or not self.options:
            return self
        order = rng.permutation(len(self.options)).tolist()
        options = tuple(self.options[place] for place in order)
        letter = ascii_uppercase[order.index(ascii_uppercase.index(answer[1]))]
        return replace(
            self,
            prompt=self.prompt.replace(lettered(list(self.options)), lettered(list(options))),
            options=options,
            reply=_ONE_LETTER.sub(f"<answer>{letter}</answer>", self.reply),
        )

    @property
    def in_full(self) -> str:
        """As it is asked, without pictures."""
        return f"\n{self.stem}\n{lettered(list(self.options))}".rstrip("\n") + self.how


class _Pool:
    """Questions to draw from: those of rare families more often than there are."""

    def __init__(self, questions: list[_Question]) -> None:
        self._questions = questions
        often = Counter(question.family for question in questions)
        weights = np.array([often[question.family] ** -_BALANCE for question in questions])
        self._chances: Array = weights / weights.sum()

    def __len__(self) -> int:
        return len(self._questions)

    def draw(self, rng: np.random.Generator, count: int) -> list[_Question]:
        places = rng.choice(len(self), count, p=self._chances)
        return [self._questions[place] for place in places]


class Lessons:
    """Draws lessons from a run's questions.

    Args:
        items: of a cache.
        tokenizer: of the tiny model.
        planned: questions that motions answer; None: no lesson tells of them.
    """

    def __init__(self, items: Any, tokenizer: Any, planned: Planned | None = None) -> None:
        self._tokenizer, self._planned = tokenizer, planned
        questions = [_Question.of(item) for item in items.select(sampled(len(items)))]
        choices = _Pool([each for each in questions if len(each.options) > 1])
        moved = [_Question.of(item) for item in planned.cache.items] if planned else []
        self._pools = {
            "options": choices,
            "options first": choices,
            "reasons": _Pool([each for each in questions if each.reasons]),
            "one motion": _Pool([each for each in moved if each.family.startswith(_ONE_MOTION)]),
            "motions": _Pool(moved),
        }
        self._captions = Captions(tokenizer)
        self._image = tokenizer.convert_tokens_to_ids(IMAGE_TAG)
        self._words = self._single_words()
        self._marks = [self._one(f"\n{letter}. ") for letter in ascii_uppercase[:_MOST_OPTIONS]]
        self._letters = [self._one(letter) for letter in ascii_uppercase[:_MOST_OPTIONS]]
        self._opening = self._ids(self._chat(""))
        self._user, self._line = self._ids("<|user|>"), self._ids("\n")
        self._choose = self._ids(f"\n{HOW_TO_ANSWER['choice']}")
        self._reply = self._ids("<|assistant|><answer>"), self._ids(f"</answer>{END}")

    @property
    def words(self) -> int:
        """That can be known."""
        return len(self._words)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Those of ``KINDS`` for which there are questions."""
        return tuple(kind for kind in KINDS if len(self._pools.get(kind, KINDS)))

    def draw(
        self,
        kind: str,
        rng: np.random.Generator,
        count: int,
        *,
        known: int,
        faulty: bool = False,
    ) -> list[Lesson]:
        """Some lessons of a kind.

        Args:
            kind: of ``KINDS``.
            known: words that may stand in lessons of words.
            faulty: motions are told as a tower might misread them.
        """
        first = kind.endswith("first")
        if kind not in self._pools:
            return [self._of_words(rng, known, first=first) for _ in range(count)]
        chosen = self._pools[kind].draw(rng, count)
        if kind.startswith("options"):
            return [self._of_options(rng, question, first=first) for question in chosen]
        if kind == "reasons":
            return [self._of_reasons(rng, question) for question in chosen]
        return [self._of_motions(rng, question, faulty=faulty) for question in chosen]

    def _of_words(self, rng: np.random.Generator, known: int, *, first: bool) -> Lesson:
        count = int(rng.integers(2, _MOST_OPTIONS + 1))
        long = 2 if known >= 2 * FIRST_WORDS and rng.random() < _TWO_WORDS else 1
        options = self._words[rng.choice(known, (count, long), replace=False)].tolist()
        if known > _MANY_WORDS and rng.random() < _FRAMED:
            before, after = (
                self._words[rng.integers(0, known, rng.integers(_LONGEST_FRAME + 1))].tolist()
                for _ in range(2)
            )
            options = [[*before, *option, *after] for option in options]
        plain = not first and (known <= _MANY_WORDS or rng.random() < 0.5)
        opening, end = (self._user, []) if plain else (self._opening, self._choose)
        return self._told(rng, options, opening=opening, end=end, first=first)

    def _of_options(self, rng: np.random.Generator, question: _Question, *, first: bool) -> Lesson:
        order = rng.permutation(len(question.options))[:_MOST_OPTIONS]
        options = [self._ids(question.options[place]) for place in order]
        stem = self._ids(question.stem) if rng.random() < _WITH_STEM else []
        end = self._ids(question.how)
        return self._told(rng, options, opening=self._opening, stem=stem, end=end, first=first)

    def _told(
        self,
        rng: np.random.Generator,
        options: list[Tokens],
        *,
        opening: Tokens,
        end: Tokens,
        first: bool,
        stem: Sequence[int] = (),
    ) -> Lesson:
        """Options and what is told: one of them before, or some after, each with its letter."""
        told = rng.integers(len(options), size=1 if first else _ROUNDS).tolist()
        ids = [*opening, *([*options[told[0]], *self._line] if first else ()), *stem]
        for mark, option in zip(self._marks, options, strict=False):
            ids += [mark, *option]
        ids += end
        labels = [IGNORED] * len(ids)
        asked, closed = self._reply
        for place in told:
            said = [*(() if first else (*self._user, *options[place])), *asked]
            ids += [*said, self._letters[place], *closed]
            labels += [IGNORED] * len(said) + [self._letters[place]] + [IGNORED] * len(closed)
        return Lesson(_one_each(ids), labels)

    def _of_reasons(self, rng: np.random.Generator, question: _Question) -> Lesson:
        reasons = question.reasons
        if rng.random() < _UNFINISHED:
            reasons = reasons[: reasons.rfind(". ") + 1] or reasons
        asked = self._ids(self._chat(f"{reasons}{question.in_full}", answered=True))
        return self._answered(_one_each(asked), question.reply)

    def _of_motions(self, rng: np.random.Generator, question: _Question, *, faulty: bool) -> Lesson:
        assert self._planned is not None  # there would be no such questions
        motions = self._planned.motions(question.views)
        motions = misread(motions, rng) if faulty else motions
        captions = iter(self._captions.of_sample(motions))
        question = question.in_another_order(rng)  # or an answer is soon known by its question
        asked: list[Words] = []
        for token in self._ids(self._chat(question.prompt, answered=True)):
            asked += next(captions) if token == self._image else [(token,)]
        return self._answered(asked, question.reply)

    def _answered(self, asked: list[Words], reply: str) -> Lesson:
        said = self._ids(f"{reply}{END}")
        return Lesson([*asked, *_one_each(said)], [IGNORED] * len(asked) + said)

    def _chat(self, prompt: str, *, answered: bool = False) -> str:
        """A prompt as every model is given it, up to its reply if it is to be answered."""
        text: str = self._tokenizer.apply_chat_template(
            messages_of(prompt), add_generation_prompt=answered, tokenize=False
        )
        return text

    def _single_words(self) -> Indices:
        """Every token that is a piece of text of its own, shuffled."""
        fixed = set(self._ids("".join((*SPECIAL, *TAGS, *FIXED))))
        tokens = self._tokenizer.convert_ids_to_tokens(list(range(len(self._tokenizer))))
        words = [
            place for place, token in enumerate(tokens) if place not in fixed and len(token) > 1
        ]
        return rng_for(0, "words").permutation(np.array(words, dtype=np.int64))

    def _ids(self, text: str) -> Tokens:
        ids: Tokens = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _one(self, text: str) -> int:
        (token,) = self._ids(text)
        return token


def sampled(items: int) -> Indices:
    """Places of the questions that lessons are drawn from, ascending."""
    return np.sort(rng_for(0, "questions").permutation(items)[:_MOST_QUESTIONS])


def _one_each(ids: Tokens) -> list[Words]:
    """Tokens that say one word each."""
    return [(token,) for token in ids]
