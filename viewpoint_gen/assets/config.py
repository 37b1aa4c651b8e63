"""Where assets come from; part of the recipe."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class AssetsConfig(BaseModel):
    """The source and what is taken from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "procedural"
    """``procedural``, ``procedural:CATEGORY,…`` or ``folder:PATH``."""
