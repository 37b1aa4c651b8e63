"""Log-probabilities of the labelled tokens only.

A prompt is ten times as long as its answer, and the vocabulary is the widest layer of a small
model. On a GPU, TRL's trainers project just the positions whose next token has a label; on a CPU
they project all of them, forward and backward: 45 % of a step of the tiny model. Here the head sees
labelled positions alone, on any device, and whatever a model does to its logits it still does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor, nn
from trl.trainer.utils import FusedCausalLMOutput


def score_labelled_only(model: Any, *, temperature: float = 1.0) -> None:
    """Let a model answer TRL's ``fused_lm_head=True`` from its own head, at labelled positions.

    Args:
        model: TRL's trainer was made with it; any other call of it stays as it is.
        temperature: that logits are divided by.
    """
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    plain_forward = base.forward

    @functools.wraps(type(base).forward)  # `generate` looks at the signature
    def forward(
        *args: Any, fused_lm_head: bool = False, labels: Tensor | None = None, **kwargs: Any
    ) -> Any:
        if not fused_lm_head:
            return plain_forward(
                *args, **kwargs, **({} if labels is None else {"labels": labels})
            )
        assert labels is not None
        wanted = nn.functional.pad(labels[:, 1:] != -100, (0, 1), value=False)
        kwargs["use_cache"] = False
        with _only(base.get_output_embeddings(), wanted):
            logits = plain_forward(*args, **kwargs).logits[0]
        return _scored(logits / temperature, labels)

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
    mask = targets != -100
    every = torch.log_softmax(logits.float(), dim=-1)
    chosen = every.gather(1, targets[mask][:, None])[:, 0]
    with torch.no_grad():
        entropy = -(every.exp() * every).sum(dim=-1)
        is_top1 = (every.argmax(dim=-1) == targets[mask]).to(every.dtype)
    spread = functools.partial(_spread, mask=mask)
    return FusedCausalLMOutput(
        loss=-chosen.sum() / mask.sum().clamp(min=1),
        log_probs=spread(chosen),
        entropy=spread(entropy),
        is_top1=spread(is_top1),
        label_mask=mask,
    )


def _spread(values: Tensor, *, mask: Tensor) -> Tensor:
    """(n,) values put back to their places in (B, L - 1)."""
    return values.new_zeros(mask.shape).masked_scatter(mask, values)
