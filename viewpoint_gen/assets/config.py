"""Where assets come from; part of the recipe."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from viewpoint_gen.assets.licences import is_known
from viewpoint_gen.assets.preflight import PreflightConfig

METADATA_FILES = 160
"""Objaverse 1.0 keeps what it says about its objects in so many files."""

Limit = Annotated[int, Field(ge=-1)]


class AssetsConfig(BaseModel):
    """The source and what is taken from it.

    Attributes:
        source: ``procedural[:CATEGORY,…]``, ``folder:PATH``, ``objaverse[:lvis|:uids=FILE]`` or
            ``manifest:FILE``.
        licences: SPDX ids that are taken; one without its version ("CC-BY") means all versions,
            "any" every licence and none. Empty: CC-BY and CC0 from Objaverse, everything from
            one's own folders and manifests.
        categories: only these; empty: all.
        exclude: file of uids to leave out: one per line, or a CSV file with a column ``uid``.
        min_polygons, max_polygons, max_textures, max_animations: of Objaverse's objects, as its
            annotations count them; -1: no limit. A count that isn't known fits no limit.
        balance: take Objaverse's categories in turn; false: as they come.
        revision: branch, tag or commit of Objaverse's repository on the Hub. A branch is looked
            up once when a run starts; a commit is the same for ever.
        metadata_files: read only the first of Objaverse's 160 metadata files, each with some
            5,000 objects, for a smaller download at the start.
        preflight: budgets of a file, checked before Blender sees it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "procedural"
    licences: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    exclude: str = ""
    min_polygons: Annotated[int, Field(ge=0)] = 0
    max_polygons: Limit = -1
    max_textures: Limit = -1
    max_animations: Limit = -1
    balance: bool = True
    revision: Annotated[str, Field(min_length=1)] = "main"
    metadata_files: Annotated[int, Field(ge=1, le=METADATA_FILES)] = METADATA_FILES
    preflight: PreflightConfig = PreflightConfig()

    @field_validator("licences")
    @classmethod
    def _known_licences(cls, licences: tuple[str, ...]) -> tuple[str, ...]:
        for licence in licences:
            if not is_known(licence):
                msg = f"{licence!r} is no SPDX id; for example CC-BY-4.0, CC-BY, CC0-1.0 or any"
                raise ValueError(msg)
        return licences
