"""The full prompt of a question row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def prompt_of(row: Mapping[str, Any]) -> str:
    """The stored stem (with its ``<image>`` marks), the lettered options, how to answer."""
    raise NotImplementedError
