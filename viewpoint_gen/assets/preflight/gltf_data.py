"""Buffers of a glTF: where they are, whether they hold what accessors claim, and nan in them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from viewpoint_gen.assets.preflight.gltf_graph import item
from viewpoint_gen.assets.preflight.gltf_schema import (
    COMPONENT_BYTES,
    COMPONENTS,
    FLOAT,
    Accessor,
    Document,
    Primitive,
)
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Subject
from viewpoint_gen.assets.preflight.wording import shown

_DRACO = "KHR_draco_mesh_compression"
_BASE64 = ";base64,"


@dataclass
class GltfData:
    """The binary side of one document, resolved as far as headers go."""

    subject: Subject
    document: Document
    binary: Region | None
    """The GLB's own chunk."""
    files: set[Path] = field(default_factory=set)
    buffers: list[Region] = field(init=False)

    def __post_init__(self) -> None:
        self._check_references()
        self.buffers = [self._buffer(index) for index in range(len(self.document.buffers))]

    def view(self, index: int) -> Region:
        """The bytes of a buffer view."""
        view = item(self.subject, self.document.bufferViews, index, "buffer view")
        buffer = item(self.subject, self.buffers, view.buffer, "buffer")
        if view.byteOffset + view.byteLength > buffer.size_bytes:
            text = f"has a buffer view ({index}) that ends beyond its buffer; fetch it again"
            raise self.subject.refusal("truncated", text)
        return buffer.part(view.byteOffset, view.byteLength)

    def resource(self, uri: str) -> Region | None:
        """What a URI names, read the way Blender reads it; None if there is no such file."""
        if uri.startswith("data:"):
            return self._data_uri(uri)
        found = self.subject.folder.find([_path_of(uri)])
        if found is None:
            return None
        self.files.add(found)
        region = Region.of_file(found)
        most = self.subject.limits.max_file_bytes
        text = f"bytes in {shown(uri)} (max_file_bytes)"
        self.subject.check_budget("too_large", region.size_bytes, most, text)
        return region

    def check_geometry(self) -> None:
        """Check every accessor that a primitive or an instance reads, and look for nan."""
        waiting: dict[int, bool] = {}
        for index, is_position in self._read_accessors():
            waiting[index] = waiting.get(index, False) or is_position
        unbacked_bytes, looked_bytes = 0, 0
        for index, is_position in waiting.items():
            accessor = item(self.subject, self.document.accessors, index, "accessor")
            data = self._accessor_bytes(index, accessor)
            if data is None:
                unbacked_bytes += accessor.count * _element_bytes(accessor)
                continue
            looked_bytes += data.size_bytes
            is_cheap = looked_bytes <= self.subject.limits.max_finite_check_bytes
            if is_position and is_cheap and not self._is_finite(accessor, data):
                text = f"has vertices that are nan or infinite (accessor {index}); repair it"
                raise self.subject.refusal("not_finite", text)
        most = self.subject.limits.max_file_bytes
        text = "bytes of vertex data that the file doesn't hold (max_file_bytes)"
        self.subject.check_budget("too_large", unbacked_bytes, most, text)

    def _check_references(self) -> None:
        """Refuse every URI that leaves the folder, used or not, before any is opened."""
        uris = [buffer.uri for buffer in self.document.buffers]
        uris += [image.uri for image in self.document.images]
        for uri in uris:
            if uri is not None and not uri.startswith("data:"):
                self.subject.folder.require_inside(uri)
                self.subject.folder.require_inside(unquote(uri))
                self.subject.folder.find([_path_of(uri)])

    def _buffer(self, index: int) -> Region:
        buffer = self.document.buffers[index]
        if buffer.uri is None:
            found = self.binary if index == 0 else None
            named = "a binary chunk"
        else:
            found = self.resource(buffer.uri)
            named = shown(buffer.uri)
        if found is None:
            text = f"needs {named} for its buffer {index}, which isn't there; fetch that too"
            raise self.subject.refusal("missing_file", text)
        if found.size_bytes < buffer.byteLength:
            text = (
                f"has {found.size_bytes:,} bytes for its buffer {index} where "
                f"{buffer.byteLength:,} are declared; fetch it again"
            )
            raise self.subject.refusal("truncated", text)
        return found

    def _data_uri(self, uri: str) -> Region:
        start = uri.find(_BASE64)
        try:
            if start < 0:
                raise binascii.Error("it isn't base64")
            data = base64.b64decode(uri[start + len(_BASE64) :])
        except ValueError as error:
            text = f"has a data URI that can't be read ({error}); export it again"
            raise self.subject.refusal("malformed", text) from error
        return Region.of_bytes(self.subject.path, data)

    def _check_compressed(self, primitive: Primitive) -> None:
        """See that the data of a Draco primitive are there; what they unpack to isn't known."""
        draco = primitive.extensions.get(_DRACO)
        view = draco.get("bufferView") if isinstance(draco, dict) else None
        if not isinstance(view, int) or view < 0:
            text = f"has a {_DRACO} without its buffer view; export it again"
            raise self.subject.refusal("malformed", text)
        self.view(view)

    def _read_accessors(self) -> Iterator[tuple[int, bool]]:
        """Accessors that the importer decodes, and whether they hold positions."""
        for mesh in self.document.meshes:
            for primitive in mesh.primitives:
                if _DRACO in primitive.extensions:
                    self._check_compressed(primitive)
                else:
                    yield from _accessors_of(primitive)
        for node in self.document.nodes:
            if node.extensions.instancing is not None:
                for index in node.extensions.instancing.attributes.values():
                    yield index, True

    def _accessor_bytes(self, index: int, accessor: Accessor) -> Region | None:
        """The bytes of an accessor; None if it is zeros. Refuses what reaches too far."""
        element_bytes = _element_bytes(accessor)
        if element_bytes == 0:
            text = f"has an accessor ({index}) of an unknown type; export it again"
            raise self.subject.refusal("malformed", text)
        if accessor.bufferView is None:
            return None
        view = self.view(accessor.bufferView)
        stride = self._stride(accessor)
        needed = (accessor.count - 1) * stride + element_bytes if accessor.count else 0
        if accessor.byteOffset + needed > view.size_bytes:
            text = f"has an accessor ({index}) that ends beyond its data; fetch it again"
            raise self.subject.refusal("truncated", text)
        return view.part(accessor.byteOffset, needed)

    def _stride(self, accessor: Accessor) -> int:
        assert accessor.bufferView is not None
        stride = self.document.bufferViews[accessor.bufferView].byteStride
        component_bytes = COMPONENT_BYTES[accessor.componentType]
        if stride % component_bytes or 0 < stride < _element_bytes(accessor):
            text = f"has a byte stride of {stride}, which doesn't fit its data; export it again"
            raise self.subject.refusal("malformed", text)
        return stride or _element_bytes(accessor)

    def _is_finite(self, accessor: Accessor, data: Region) -> bool:
        if accessor.componentType != FLOAT or data.size_bytes == 0:
            return True
        floats = np.frombuffer(data.read(0, data.size_bytes), dtype="<f4")
        per_stride = self._stride(accessor) // COMPONENT_BYTES[FLOAT]
        components = COMPONENTS[accessor.type]
        if per_stride == components:
            return bool(np.isfinite(floats).all())
        return all(np.isfinite(floats[first::per_stride]).all() for first in range(components))


def _accessors_of(primitive: Primitive) -> Iterator[tuple[int, bool]]:
    if "POSITION" not in primitive.attributes:
        return
    for name, index in primitive.attributes.items():
        yield index, name == "POSITION"
    if primitive.indices is not None:
        yield primitive.indices, False
    for target in primitive.targets:
        for name, index in target.items():
            yield index, name == "POSITION"


def _element_bytes(accessor: Accessor) -> int:
    """Bytes of one element; 0 for a type that doesn't exist."""
    return COMPONENT_BYTES.get(accessor.componentType, 0) * COMPONENTS.get(accessor.type, 0)


def _path_of(uri: str) -> str:
    return unquote(uri.replace("\\", "/"))
