"""The part of a glTF document that decides whether it can be imported, and at what cost."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

Index = Annotated[StrictInt, Field(ge=0)]
Amount = Annotated[StrictInt, Field(ge=0, lt=2**53)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]

COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
FLOAT = 5126
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, fields: object) -> object:
        """A null says the same as a field that isn't there, to Blender too."""
        if isinstance(fields, dict) and None in fields.values():
            return {name: value for name, value in fields.items() if value is not None}
        return fields


class Header(_Part):
    """The document's ``asset``."""

    version: str


class Buffer(_Part):
    """A stretch of binary data."""

    byteLength: Amount  # noqa: N815 - the format's own names, here and below
    uri: str | None = None


class BufferView(_Part):
    """A part of a buffer."""

    buffer: Index
    byteLength: Amount  # noqa: N815
    byteOffset: Amount = 0  # noqa: N815
    byteStride: Amount = 0  # noqa: N815


class Accessor(_Part):
    """A typed array in a buffer view, or zeros."""

    componentType: StrictInt  # noqa: N815
    type: str
    count: Amount
    bufferView: Index | None = None  # noqa: N815
    byteOffset: Amount = 0  # noqa: N815
    sparse: dict[str, Any] | None = None


class Primitive(_Part):
    """One drawable piece of a mesh."""

    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: Index = 4
    targets: list[dict[str, Index]] = []
    extensions: dict[str, Any] = {}


class Mesh(_Part):
    """Primitives under one name."""

    primitives: list[Primitive]


class Instancing(_Part):
    """``EXT_mesh_gpu_instancing`` of a node."""

    attributes: dict[str, Index]


class NodeExtensions(_Part):
    """What matters of a node's extensions."""

    instancing: Instancing | None = Field(default=None, alias="EXT_mesh_gpu_instancing")


class Node(_Part):
    """A place in the scene."""

    children: list[Index] = []
    mesh: Index | None = None
    matrix: list[Number] = []
    translation: list[Number] = []
    rotation: list[Number] = []
    scale: list[Number] = []
    extensions: NodeExtensions = NodeExtensions()


class Scene(_Part):
    """Roots of a scene."""

    nodes: list[Index] = []


class Image(_Part):
    """An image in a buffer view, a data URI or a file."""

    uri: str | None = None
    bufferView: Index | None = None  # noqa: N815


class Texture(_Part):
    """An image by its index; extensions may offer it in another format."""

    source: Index | None = None
    extensions: dict[str, Any] = {}


class Document(_Part):
    """The document itself."""

    asset: Header
    buffers: list[Buffer] = []
    bufferViews: list[BufferView] = []  # noqa: N815
    accessors: list[Accessor] = []
    meshes: list[Mesh] = []
    nodes: list[Node] = []
    scenes: list[Scene] = []
    scene: Index | None = None
    images: list[Image] = []
    textures: list[Texture] = []
    materials: list[dict[str, Any]] = []
    extensionsUsed: list[str] = []  # noqa: N815
    extensionsRequired: list[str] = []  # noqa: N815
