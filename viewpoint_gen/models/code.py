"""Code by name: "package.module:callable"."""

from __future__ import annotations

import importlib
from typing import Any

from viewpoint_gen.errors import ModelError


def called(factory: str) -> Any:
    """What "package.module:callable" names.

    Raises:
        ModelError: nothing that can be called.
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
    if not callable(found):
        raise ModelError(f"{factory!r} can't be called")
    return found
