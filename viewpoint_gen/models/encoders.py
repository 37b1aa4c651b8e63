"""Geometry encoders on disk: how one is built again, and where its weights lie.

A model's ``config.json`` names what builds its encoder. A folder may come from anywhere, so only
viewgen's own encoders are built without asking: code of others runs where the user names it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers import PreTrainedModel

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.beside import GeometryBeside

_OWN: Final = "viewpoint_gen."

_KEY: Final = re.compile(r"(?:^|\.)geometry\.((?:encoder|connector)\..+)$")
"""In whatever way a model names its inner parts in a file."""


def recipe_of(encoder: Any) -> dict[str, Any]:
    """What builds an equal encoder, save for its weights; as JSON.

    Encoders are ``PreTrainedModel``s, or have a ``factory`` ("package.module:callable") and the
    ``arguments`` it takes.
    """
    if hasattr(encoder, "factory"):
        return {"factory": encoder.factory, "arguments": dict(encoder.arguments)}
    kind = type(encoder)
    if not isinstance(encoder, PreTrainedModel):
        msg = f"{kind.__name__}: a geometry encoder that isn't a PreTrainedModel needs a `factory`"
        raise ModelError(msg)
    return {"factory": f"{kind.__module__}:{kind.__qualname__}", "config": encoder.config.to_dict()}


def encoder_from(recipe: Mapping[str, Any], *, trusted: str | None = None) -> Any:
    """An encoder as a recipe says, its weights not yet filled in.

    Args:
        recipe: of ``recipe_of``.
        trusted: a factory outside viewgen that may be called.

    Raises:
        ModelError: it names code that isn't trusted, or that doesn't build an encoder.
    """
    factory = str(recipe["factory"])
    if not factory.startswith(_OWN) and factory != trusted:
        msg = (
            f"its geometry is made by {factory!r}, which isn't viewgen's own code: if you trust "
            "it, name it when you load the model"
        )
        raise ModelError(msg)
    build = called(factory)
    if "config" in recipe:
        return build(build.config_class.from_dict(dict(recipe["config"])))
    return build(**recipe["arguments"])


def called(factory: str) -> Any:
    """What "package.module:callable" names.

    Raises:
        ModelError: nothing.
    """
    module, _, name = factory.partition(":")
    if not module or not name:
        raise ModelError(f"{factory!r} names no code; expected package.module:callable")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise ModelError(f"{factory!r} can't be found: {error}") from error
    if not isinstance(found, Callable):  # type: ignore[arg-type]
        raise ModelError(f"{factory!r} can't be called")
    return found


def fill(beside: GeometryBeside, folder: Path) -> None:
    """Read the weights of an encoder and its connector out of a model's files.

    Raises:
        ModelError: they aren't all there, or don't fit.
    """
    weights: dict[str, Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as file:
                for key in file.keys():  # noqa: SIM118 - it isn't a dictionary
                    if match := _KEY.search(key):
                        weights[match[1]] = file.get_tensor(key)
        except SafetensorError as error:
            raise ModelError(f"{path}: it can't be read: {error}") from error
    _fill_all(beside, weights, folder)


def _fill_all(beside: nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    try:
        beside.load_state_dict(weights)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip()
        raise ModelError(f"{folder}: its geometry doesn't fit its config.json: {first}") from error
