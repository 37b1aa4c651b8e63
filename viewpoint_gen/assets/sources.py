"""From the recipe's source string to a source."""

from __future__ import annotations

import difflib
from pathlib import Path

from viewpoint_gen.assets.folder import FolderSource
from viewpoint_gen.assets.generated import ProceduralSource
from viewpoint_gen.assets.source import Source
from viewpoint_gen.errors import SourceError

KINDS = ("procedural", "folder")


def open_source(text: str, *, seed: int) -> Source:
    """Open ``procedural[:CATEGORY,…]`` or ``folder:PATH``.

    Raises:
        SourceError: the kind isn't known, or the source is empty or can't be read.
    """
    kind, _, rest = text.partition(":")
    if kind == "procedural":
        return ProceduralSource.of(rest, seed=seed)
    if kind == "folder":
        return FolderSource.at(Path(rest).expanduser())
    nearest = difflib.get_close_matches(kind, KINDS, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    msg = f"unknown source {text!r}{hint} (known: procedural[:CATEGORY,…], folder:PATH)"
    raise SourceError(msg)
