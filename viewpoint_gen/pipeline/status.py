"""What a run holds and who works on it."""

from __future__ import annotations

from typing import Any


def run_status(run: str) -> dict[str, Any]:
    """Counts, rates, reasons and workers of a run; works while it is being rendered."""
    raise NotImplementedError


def status_text(status: dict[str, Any]) -> str:
    """The same as a table for people."""
    raise NotImplementedError
