"""From the recipe's source to an open one."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.description import Wanted
from viewpoint_gen.assets.folder import FolderSource
from viewpoint_gen.assets.generated import ProceduralSource
from viewpoint_gen.assets.source import Source
from viewpoint_gen.errors import SourceError

KINDS = ("procedural", "folder", "objaverse", "manifest")
"""What a source begins with."""

_ALWAYS_HEEDED: Final = ("source", "preflight")
_OWN: Final = ("licences", "categories", "exclude")
_HEEDED: Final[dict[str, tuple[str, ...]]] = {"procedural": (), "folder": _OWN, "manifest": _OWN}
"""Keys of the recipe's assets that a kind of source heeds; Objaverse heeds all."""


def open_source(config: AssetsConfig, *, seed: int) -> Source:
    """Open the recipe's source.

    Raises:
        SourceError: the kind isn't known, a key of the recipe doesn't apply to it, or the source
            is empty or can't be read.
    """
    kind, _, rest = config.source.partition(":")
    _refuse_idle_keys(kind, config)
    if kind == "procedural":
        return ProceduralSource.of(rest, seed=seed)
    if kind == "folder":
        return FolderSource.at(Path(rest).expanduser(), Wanted.by(config))
    if kind == "objaverse":  # imported when it is needed: the Hub's client takes its time
        from viewpoint_gen.assets.objaverse_source import open_objaverse

        return open_objaverse(rest, config, seed=seed)
    if kind == "manifest":
        from viewpoint_gen.assets.manifest import ManifestSource

        return ManifestSource.at(rest, Wanted.by(config))
    nearest = difflib.get_close_matches(kind, KINDS, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    msg = (
        f"unknown source {config.source!r}{hint} (known: procedural[:CATEGORY,…], folder:PATH, "
        "objaverse[:lvis|:uids=FILE], manifest:FILE)"
    )
    raise SourceError(msg)


def _refuse_idle_keys(kind: str, config: AssetsConfig) -> None:
    """A wish that would go unheard is an error."""
    heeded = {*_ALWAYS_HEEDED, *_HEEDED.get(kind, AssetsConfig.model_fields)}
    idle = AssetsConfig.model_fields.keys() - heeded
    default = AssetsConfig()
    for key in sorted(idle):
        if getattr(config, key) != getattr(default, key):
            msg = f"assets.{key} doesn't apply to the source {config.source!r}; leave it out"
            raise SourceError(msg)
