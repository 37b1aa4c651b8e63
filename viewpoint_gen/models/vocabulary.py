"""The tiny model's tokenizer: learnt on the spot from the questions it will read.

A prompt's length is what a small model costs on a CPU. So the sentences that end every prompt, the
system prompt and the marks before images and options are one token each, whole numbers too, and the
rest is byte-level BPE, in which any text can be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_uppercase
from typing import Any, Final

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from viewpoint_gen.dataset.export.items import IMAGE_TAG, THINK_FIRST
from viewpoint_gen.models.chat import SYSTEM_PROMPT
from viewpoint_gen.qa.prompt import HOW_TO_ANSWER, HOW_TO_ANSWER_FREELY
from viewpoint_gen.seeding import rng_for

PAD: Final = "<|pad|>"
END: Final = "<|end|>"
ROLES: Final = ("<|system|>", "<|user|>", "<|assistant|>")
SPECIAL: Final = (PAD, END, *ROLES, IMAGE_TAG)

TAGS: Final = ("<think>", "</think>", "<answer>", "</answer>")
"""Not special: a reward and a score look for them in the decoded reply."""

MOST_IMAGES: Final = 5
MOST_OPTIONS: Final = 8

FIXED: Final = (
    SYSTEM_PROMPT,
    *(f"\n{sentence}" for sentence in (*HOW_TO_ANSWER.values(), HOW_TO_ANSWER_FREELY)),
    f" {THINK_FIRST}",
    "Image 1: ",
    *(f"\nImage {number}: " for number in range(2, MOST_IMAGES + 1)),
    *(f"\n{letter}. " for letter in ascii_uppercase[:MOST_OPTIONS]),
    *(f"\n{letter}: " for letter in ascii_uppercase[:MOST_OPTIONS]),
)
"""What is one token each, with the white space that joins it to its neighbours."""

ENTRIES: Final = 2_500
"""Of the vocabulary, added tokens included."""

LARGEST_WHOLE: Final = 180
"""Whole numbers up to here are one token: every angle in degrees."""

MOST_TEXTS: Final = 12_000
"""That a tokenizer learns from; more of a real run's shorten no prompt (3,000 do as well) and cost
a minute."""

_TEXTS_A_NUMBER: Final = 50
"""The trainer is shown every whole number once in so many texts: about ten times as often as the
rarest words that still become a token."""

_PIECES: Final = r"\p{N}+| ?\p{L}+(?:'\p{L}+)?(?: (?=\p{N}))?| ?[^\s\p{L}\p{N}]+(?: (?=\p{N}))?|\s+"
"""Numbers alone, so that 43 is the same token wherever it stands: the space before it goes to the
word before."""

CHAT_TEMPLATE: Final = (
    "{%- macro said(content) -%}"
    "{%- if content is string -%}{{ content }}"
    "{%- else -%}{%- for part in content -%}"
    "{%- if part['type'] == 'image' -%}<image>{%- else -%}{{ part['text'] }}{%- endif -%}"
    "{%- endfor -%}{%- endif -%}"
    "{%- endmacro -%}"
    "{%- for message in messages -%}"
    "{{ '<|' + message['role'] + '|>' }}"
    "{%- if message['role'] == 'assistant' -%}"
    "{% generation %}{{ said(message['content']) + '<|end|>' }}{% endgeneration %}"
    "{%- else -%}{{ said(message['content']) }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- endif -%}"
)


def train_tokenizer(texts: Iterable[str], *, entries: int = ENTRIES) -> Any:
    """A tokenizer with a chat template, learnt from prompts and replies; equal for equal ones.

    Returns:
        ``PreTrainedTokenizerFast`` that pads on the left.
    """
    added = [*SPECIAL, *TAGS, *FIXED]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=entries - len(added) + len(SPECIAL),
        min_frequency=2,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_lessons(texts, added), trainer)
    tokenizer.add_tokens(
        [AddedToken(text, special=False, normalized=False) for text in (*TAGS, *FIXED)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        padding_side="left",
        model_max_length=1024,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


def _lessons(texts: Iterable[str], added: list[str]) -> Iterator[str]:
    """Texts without what is a token of its own anyway, then whole numbers, often."""
    cut = re.compile("|".join(re.escape(text) for text in sorted(added, key=len, reverse=True)))
    chosen = list(texts)
    if len(chosen) > MOST_TEXTS:
        places = rng_for(0, "texts").choice(len(chosen), MOST_TEXTS, replace=False)
        chosen = [chosen[place] for place in places]
    numbers = " ".join(str(number) for number in range(LARGEST_WHOLE + 1))
    yield from (numbers, numbers)  # however few texts there are
    for number, text in enumerate(chosen):
        yield from (piece for piece in cut.split(text) if piece)
        if number % _TEXTS_A_NUMBER == 0:
            yield numbers
