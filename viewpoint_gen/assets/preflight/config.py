"""Budgets of the preflight; part of the recipe."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1)]

_MIB = 2**20


class PreflightConfig(BaseModel):
    """What one asset may cost before Blender sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_file_bytes: Count = 512 * _MIB
    """Of the mesh file, of each file beside it, and of what its arrays unpack to."""
    max_json_bytes: Count = 64 * _MIB
    """Of a glTF's JSON with its data URIs: its parsed form is several times larger."""
    max_elements: Count = 2_000_000
    """JSON values or FBX tree elements: each takes 60 bytes and more once parsed."""
    max_triangles: Count = 3_000_000
    """With every instance counted; three times as many vertices are allowed."""
    max_texture_px: Count = 2**27
    """Decoded pixels of all images: eight 4k or two 8k textures; one of 16k is too large."""
    max_nodes: Count = 100_000
    """Nodes and instances: each becomes a Blender object."""
    max_depth: Count = 256
    """Of nested nodes: Blender's importers recurse, and Python stops them at about a thousand."""
    max_finite_check_bytes: Count = 64 * _MIB
    """Vertex data that is searched for nan and infinity; what lies beyond is left to Blender."""
