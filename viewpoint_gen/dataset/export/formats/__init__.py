"""All formats by name."""

from __future__ import annotations

import difflib
from typing import Final

from viewpoint_gen.dataset.export.formats.format import Format, Writer
from viewpoint_gen.dataset.export.formats.llama_factory import LLAMA_FACTORY
from viewpoint_gen.dataset.export.formats.lmms_eval import LMMS_EVAL
from viewpoint_gen.dataset.export.formats.ms_swift import MS_SWIFT
from viewpoint_gen.dataset.export.formats.trl import TRL
from viewpoint_gen.dataset.export.formats.verl import VERL
from viewpoint_gen.dataset.export.formats.vlmevalkit import VLMEVALKIT
from viewpoint_gen.errors import RecipeError

FORMATS: Final = {
    one.name: one for one in (TRL, MS_SWIFT, LLAMA_FACTORY, VERL, VLMEVALKIT, LMMS_EVAL)
}

__all__ = ["FORMATS", "Format", "Writer", "format_named"]


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        RecipeError: there is none; the message names the nearest.
    """
    if name in FORMATS:
        return FORMATS[name]
    nearest = difflib.get_close_matches(name.lower().replace("_", "-"), FORMATS, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}? " if nearest else ""
    raise RecipeError(f"no format is called {name!r}; {hint}there are: {', '.join(FORMATS)}")
