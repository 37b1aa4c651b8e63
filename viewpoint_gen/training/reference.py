"""The weights that a stage starts from, at hand while others are trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from viewpoint_gen.training.checkpoints import trained_weights


class Reference:
    """A copy of what is trained; called like the model, it answers as the model did then.

    A second model isn't needed: the copy takes the place of the trained weights for that call, so
    adapters, connectors and towers come along whatever they are.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._weights = {name: value.clone() for name, value in trained_weights(model).items()}

    def __call__(self, **inputs: Any) -> Any:
        """The model's forward, with these weights; there must be no gradient to keep."""
        with self._in_place():
            return self._model(**inputs)

    def restore(self) -> None:
        """Put these weights back for good."""
        with torch.no_grad():
            for name, value in trained_weights(self._model).items():
                value.copy_(self._weights[name])

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        parameters = [
            (parameter, self._weights[name])
            for name, parameter in self._model.named_parameters()
            if name in self._weights
        ]
        trained = [parameter.data for parameter, _ in parameters]
        for parameter, weights in parameters:
            parameter.data = weights
        try:
            yield
        finally:
            for (parameter, _), data in zip(parameters, trained, strict=True):
                parameter.data = data
