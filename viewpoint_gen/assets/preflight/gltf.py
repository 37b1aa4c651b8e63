"""GLB and glTF: the container, the JSON, and what Blender 4.5's importer would refuse."""

from __future__ import annotations

import json
import struct
from typing import NoReturn

from pydantic import ValidationError

from viewpoint_gen.assets.preflight.gltf_data import GltfData
from viewpoint_gen.assets.preflight.gltf_graph import check_graph, count_triangles
from viewpoint_gen.assets.preflight.gltf_schema import Document
from viewpoint_gen.assets.preflight.gltf_textures import check_textures
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Preflight, Subject
from viewpoint_gen.assets.preflight.wording import shown

_HEADER_BYTES, _CHUNK_HEADER_BYTES = 12, 8
_GLB_VERSION, _GLTF_VERSION = 2, "2.0"

SUPPORTED_EXTENSIONS = frozenset(
    {
        "EXT_mesh_gpu_instancing",
        "EXT_texture_webp",
        "KHR_animation_pointer",
        "KHR_draco_mesh_compression",
        "KHR_lights_punctual",
        "KHR_materials_anisotropy",
        "KHR_materials_clearcoat",
        "KHR_materials_emissive_strength",
        "KHR_materials_ior",
        "KHR_materials_pbrSpecularGlossiness",
        "KHR_materials_sheen",
        "KHR_materials_specular",
        "KHR_materials_transmission",
        "KHR_materials_unlit",
        "KHR_materials_variants",
        "KHR_materials_volume",
        "KHR_mesh_quantization",
        "KHR_texture_transform",
    }
)
"""``extensions_managed`` of io_scene_gltf2 in Blender 4.5."""


def inspect_gltf(subject: Subject) -> Preflight:
    """Inspect a .glb or .gltf file. As in Blender, the magic decides, and not the suffix."""
    text, binary = _chunks(subject)
    document = _document(subject, text)
    _check_extensions(subject, document)
    check_graph(subject, document)
    data = GltfData(subject, document, binary)
    triangles = count_triangles(subject, document)
    data.check_geometry()
    texture_px = check_textures(data, SUPPORTED_EXTENSIONS)
    return Preflight(subject.format, triangles, texture_px, tuple(sorted(data.files)))


def _chunks(subject: Subject) -> tuple[bytes, Region | None]:
    """The JSON, and the binary chunk of a GLB."""
    if subject.head[:4] == b"glTF":
        return _glb_chunks(subject)
    if subject.format == "glb" and not subject.head.lstrip().startswith(b"{"):
        start = shown(subject.head[:4].decode("latin-1"))
        raise subject.refusal("wrong_magic", f"is no GLB: it starts with '{start}', not 'glTF'")
    _check_json_bytes(subject, subject.region.size_bytes)
    return subject.region.read(0, subject.region.size_bytes), None


def _glb_chunks(subject: Subject) -> tuple[bytes, Region | None]:
    region = subject.region
    if region.size_bytes < _HEADER_BYTES + _CHUNK_HEADER_BYTES:
        raise _truncated(subject, f"its {region.size_bytes} bytes don't hold a header")
    version, declared_bytes = struct.unpack_from("<II", subject.head, 4)
    if version != _GLB_VERSION:
        text = f"is a GLB of version {version}; only version {_GLB_VERSION} is read, convert it"
        raise subject.refusal("unsupported_format", text)
    if declared_bytes > region.size_bytes:
        text = f"its header says {declared_bytes:,} bytes, there are {region.size_bytes:,}"
        raise _truncated(subject, text)
    if declared_bytes < region.size_bytes:
        text = (
            f"is longer than its header says: {region.size_bytes:,} bytes, not {declared_bytes:,}"
        )
        raise subject.refusal("malformed", f"{text}; export it again")
    json_bytes, kind = struct.unpack_from("<I4s", subject.head, _HEADER_BYTES)
    if kind != b"JSON":
        raise subject.refusal("malformed", "is a GLB whose first chunk isn't JSON; export it again")
    start = _HEADER_BYTES + _CHUNK_HEADER_BYTES
    if start + json_bytes > region.size_bytes:
        raise _truncated(subject, "its JSON chunk ends beyond the file")
    _check_json_bytes(subject, json_bytes)
    return region.read(start, json_bytes), _binary_chunk(subject, start + json_bytes)


def _binary_chunk(subject: Subject, offset: int) -> Region | None:
    if offset == subject.region.size_bytes:
        return None
    header = subject.region.read(offset, _CHUNK_HEADER_BYTES)
    if len(header) < _CHUNK_HEADER_BYTES:
        raise _truncated(subject, "its second chunk ends beyond the file")
    size_bytes, kind = struct.unpack("<I4s", header)
    if kind != b"BIN\0":
        return None
    binary = subject.region.part(offset + _CHUNK_HEADER_BYTES, size_bytes)
    if binary.size_bytes < size_bytes:
        raise _truncated(subject, "its binary chunk ends beyond the file")
    return binary


def _truncated(subject: Subject, detail: str) -> Exception:
    return subject.refusal("truncated", f"is cut short ({detail}); fetch it again")


def _check_json_bytes(subject: Subject, size_bytes: int) -> None:
    most = subject.limits.max_json_bytes
    subject.check_budget("too_large", size_bytes, most, "bytes of JSON (max_json_bytes)")


def _document(subject: Subject, text: bytes) -> Document:
    """Parse and validate the JSON."""
    values = text.count(b",") + text.count(b"[") + text.count(b"{")
    most = subject.limits.max_elements
    subject.check_budget("too_large", values, most, "JSON values (max_elements)")
    try:
        parsed = json.loads(str(text, "utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise subject.refusal("bad_json", "holds JSON that is nested too deeply to read") from None
    except ValueError as error:
        reason = shown(str(error))
        raise subject.refusal(
            "bad_json", f"holds broken JSON ({reason}); fetch it again"
        ) from error
    if not isinstance(parsed, dict) or "asset" not in parsed:
        text_ = "is JSON, but no glTF: it has no 'asset'; give the .gltf file itself"
        raise subject.refusal("wrong_magic", text_)
    try:
        document = Document.model_validate(parsed)
    except ValidationError as error:
        raise _invalid(subject, error) from error
    if document.asset.version != _GLTF_VERSION:
        text_ = f"is glTF {shown(document.asset.version)}; only {_GLTF_VERSION} is read, convert it"
        raise subject.refusal("unsupported_format", text_)
    return document


def _refuse_constant(name: str) -> NoReturn:
    msg = f"it contains {name}"
    raise ValueError(msg)


def _invalid(subject: Subject, error: ValidationError) -> Exception:
    first = error.errors(include_url=False, include_context=False)[0]
    where = shown(".".join(str(step) for step in first["loc"]))
    if first["type"] == "finite_number":
        return subject.refusal("not_finite", f"has nan or infinity at {where}; export it again")
    got = shown(repr(first["input"])[:60])
    text = f"is no valid glTF at {where} ({first['msg'].lower()}, got {got}); export it again"
    return subject.refusal("malformed", text)


def _check_extensions(subject: Subject, document: Document) -> None:
    for name in document.extensionsRequired:
        if name not in SUPPORTED_EXTENSIONS:
            text = (
                f"requires the glTF extension {shown(name)}, which Blender 4.5 doesn't read; "
                f"export it without"
            )
            raise subject.refusal("unsupported_extension", text)
        if name not in document.extensionsUsed:
            text = f"requires {name} without listing it in extensionsUsed; export it again"
            raise subject.refusal("malformed", text)
