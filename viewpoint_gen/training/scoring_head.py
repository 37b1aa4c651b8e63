"""Log-probabilities of the labelled tokens only.

A prompt is ten times as long as its answer, and the vocabulary is the widest layer of a small
model. On a GPU, TRL's trainers project just the positions whose next token has a label; on a CPU
they project all of them, forward and backward: 45 % of a step of the tiny model. Here the head sees
labelled positions alone, on any device, and whatever a model does to its logits it still does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from peft import PeftModel
from torch import Tensor, nn
from trl.trainer.utils import FusedCausalLMOutput

IGNORED: Final = -100
"""The label of a token that isn't to be said."""


@contextmanager
def scoring_labelled_only(model: Any, *, temperature: float = 1.0) -> Iterator[Callable[[], None]]:
    """While this lasts, TRL may change a model's forward; afterwards it is what it was.

    Args:
        temperature: that logits are divided by.

    Yields:
        What is to be called once TRL's trainer is made: from then on the model answers its
        ``fused_lm_head=True`` from labelled positions.
    """
    base = _base(model)
    before = base.__dict__.get("forward")
    try:
        yield lambda: _replace_forward(base, temperature)
    finally:
        base.__dict__.pop("forward", None)
        if before is not None:
            base.forward = before


def score_labelled(
    model: Any, inputs: dict[str, Any], labels: Tensor, *, temperature: float = 1.0
) -> FusedCausalLMOutput:
    """Run a model and score the tokens that have a label.

    Args:
        inputs: of its forward, without labels.
        labels: (B, L), ``IGNORED`` where there is none.
    """
    wanted = nn.functional.pad(labels[:, 1:] != IGNORED, (0, 1), value=False)
    with _only(_base(model).get_output_embeddings(), wanted):
        logits = model(**inputs, use_cache=False).logits[0]
    return _scored(logits / temperature, labels)


def _base(model: Any) -> Any:
    return model.get_base_model() if isinstance(model, PeftModel) else model


def _replace_forward(base: Any, temperature: float) -> None:
    forward_before = base.forward

    @functools.wraps(type(base).forward)  # `generate` looks at the signature
    def forward(*args: Any, fused_lm_head: bool = False, **kwargs: Any) -> Any:
        if not fused_lm_head:
            return forward_before(*args, **kwargs)
        labels = kwargs.pop("labels")
        kwargs.pop("use_cache", None)
        return score_labelled(base, kwargs, labels, temperature=temperature)

    base.forward = forward


@contextmanager
def _only(head: nn.Module, wanted: Tensor) -> Iterator[None]:
    """The head is shown (1, n, D), the n hidden states at the wanted positions."""

    def choose(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
        return (inputs[0][wanted][None],)

    handle = head.register_forward_pre_hook(choose)
    try:
        yield
    finally:
        handle.remove()


def _scored(logits: Tensor, labels: Tensor) -> FusedCausalLMOutput:
    """What TRL's trainers read: a field is 0 wherever nothing is labelled.

    Args:
        logits: (n, V), of the labelled positions, row by row.
        labels: (B, L).
    """
    targets = labels[:, 1:]
    mask = targets != IGNORED
    every = torch.log_softmax(logits.float(), dim=-1)
    chosen = every.gather(1, targets[mask][:, None])[:, 0]
    with torch.no_grad():
        entropy = -(every.exp() * every).sum(dim=-1)
        is_top1 = (every.argmax(dim=-1) == targets[mask]).to(every.dtype)
    return FusedCausalLMOutput(
        loss=-chosen.sum() / mask.sum().clamp(min=1),
        log_probs=_spread(chosen, mask),
        entropy=_spread(entropy, mask),
        is_top1=_spread(is_top1, mask),
        label_mask=mask,
    )


def _spread(values: Tensor, mask: Tensor) -> Tensor:
    """(n,) values put back to their places in (B, L - 1)."""
    return values.new_zeros(mask.shape).masked_scatter(mask, values)
