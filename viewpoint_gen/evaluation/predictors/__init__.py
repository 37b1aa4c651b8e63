"""What answers questions, by what the user types after ``--model``.

===============  ==================================================================================
FOLDER or NAME   an image-text model of this machine or of the Hub
``blind:…``      the same model before grey images: what its words alone are worth
``openai:…``     a model behind an OpenAI-compatible endpoint (``--base-url``)
``geometric``    matched points and epipolar geometry: the peer that has learned nothing
``constant``     per family the one answer that paid best in the training questions
``random``       a draw among the options, or among the training questions' numbers
===============  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from viewpoint_gen.evaluation.predictors.endpoint import Endpoint
from viewpoint_gen.evaluation.predictors.guesses import Constant, Random
from viewpoint_gen.evaluation.predictors.local import BlindModel, LocalModel
from viewpoint_gen.evaluation.predictors.predictor import Predictor, Settings

__all__ = ["Predictor", "Settings", "predictor_named"]


def _geometric(settings: Settings) -> Predictor:
    from viewpoint_gen.evaluation.predictors.geometric import Geometric  # OpenCV takes a while

    return Geometric(Random(settings.training))


_RULES: Final[Mapping[str, Callable[[Settings], Predictor]]] = {
    "random": lambda settings: Random(settings.training),
    "constant": lambda settings: Constant(settings.training),
    "geometric": _geometric,
}

_PREFIXES: Final[Mapping[str, Callable[[str, Settings], Predictor]]] = {
    "blind": lambda rest, settings: BlindModel(rest, settings, name=f"blind:{rest}"),
    "openai": Endpoint,
}


def predictor_named(name: str, settings: Settings) -> Predictor:
    """What the user means; a model isn't loaded before it is asked.

    Raises:
        ModelError: an endpoint without an address.
    """
    if name in _RULES:
        return _RULES[name](settings)
    prefix, _, rest = name.partition(":")
    if rest and prefix in _PREFIXES:
        return _PREFIXES[prefix](rest, settings)
    return LocalModel(name, settings)
