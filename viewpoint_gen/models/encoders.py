"""Geometry encoders on disk: how one is built again, and where its weights lie.

A model's ``config.json`` names what builds its encoder. A folder may come from anywhere, so only
viewgen's own encoders are built without asking: code of others runs where the user names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open
from torch import Tensor
from transformers import PreTrainedModel

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.beside import GeometryBeside
from viewpoint_gen.models.code import called
from viewpoint_gen.models.external import ExternalEncoder, external_encoder
from viewpoint_gen.models.geometry import GeometryEncoder
from viewpoint_gen.models.reading import reading

_OWN: Final = "viewpoint_gen.models."

TOWER: Final = "viewpoint_gen.models.tower:GeometryTower"
"""What a folder given as an encoder holds; imported only where there is one."""

_KEY: Final = re.compile(r"(?:^|\.)geometry\.((?:encoder|connector)\..+)$")
"""In whatever way a model names its inner parts in a file."""


def encoder_named(source: str) -> GeometryEncoder:
    """A trained geometry encoder.

    Args:
        source: a folder with a ``GeometryTower``, or "package.module:callable", code that returns a
            network with VGGT's interface.

    Raises:
        ModelError: there is none, or it can't be used.
    """
    if ":" in source and not Path(source).exists():
        return external_encoder(source)
    with reading(source):
        tower: GeometryEncoder = called(TOWER).from_pretrained(source)
    return tower


def recipe_of(encoder: Any) -> dict[str, Any]:
    """What builds an equal encoder, save for its weights; as JSON.

    Encoders are ``PreTrainedModel``s, or ``ExternalEncoder``s, or have a ``factory``
    ("package.module:callable") and the ``arguments`` that it takes.
    """
    kind = type(encoder)
    if isinstance(encoder, ExternalEncoder):
        return {"factory": encoder.factory, "external": encoder.described}
    if isinstance(encoder, PreTrainedModel):
        made_by = f"{kind.__module__}:{kind.__qualname__}"
        return {"factory": made_by, "config": encoder.config.to_dict()}
    if not hasattr(encoder, "factory"):
        msg = f"{kind.__name__}: a geometry encoder that isn't a PreTrainedModel needs a `factory`"
        raise ModelError(msg)
    return {"factory": encoder.factory, "arguments": dict(encoder.arguments)}


def encoder_from(recipe: Mapping[str, Any], *, trusted: str | None = None) -> Any:
    """An encoder as a recipe says, its weights not yet filled in.

    Args:
        recipe: of ``recipe_of``.
        trusted: a factory outside viewgen that may be called.

    Raises:
        ModelError: it names code that isn't trusted, or that doesn't build an encoder.
    """
    factory = str(recipe["factory"])
    own = factory.startswith(_OWN) and "config" in recipe
    if not own and factory != trusted:
        msg = (
            f"its geometry is made by {factory!r}, which isn't viewgen's own code: if you trust "
            "it, name it when you load the model"
        )
        raise ModelError(msg)
    if "external" in recipe:
        return external_encoder(factory, **recipe["external"])
    build: Any = called(factory)
    if "arguments" in recipe:
        return build(**recipe["arguments"])
    if not issubclass(build, PreTrainedModel):
        raise ModelError(f"its geometry is made by {factory!r}, which isn't a model's class")
    return build(build.config_class.from_dict(dict(recipe["config"])))


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
    try:
        beside.load_state_dict(weights)
    except RuntimeError as error:
        first, *others = str(error).splitlines()[1].strip().rstrip(".").split(", ")
        more = f" and {len(others)} more" if others else ""
        msg = f"{folder}: its geometry doesn't fit its config.json: {first}{more}"
        raise ModelError(msg) from error
