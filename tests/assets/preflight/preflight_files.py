"""Small files of each format, written byte by byte, that tests then spoil."""

from __future__ import annotations

import base64
import functools
import io
import json
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from viewpoint_gen.assets.preflight import Preflight, PreflightConfig, inspect
from viewpoint_gen.errors import ImportFailed

MESHES = Path(__file__).resolve().parents[4] / "shared" / "meshes"
LIMITS = PreflightConfig()

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], dtype="<f4")
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype="<u2")

Json = dict[str, Any]


def look(path: Path, **limits: int) -> Preflight:
    return inspect(path, PreflightConfig(**limits))


def refused(path: Path, **limits: int) -> ImportFailed:
    with pytest.raises(ImportFailed) as caught:
        look(path, **limits)
    assert "\n" not in caught.value.message, "one line for people"
    return caught.value


def code_of(path: Path, **limits: int) -> str:
    return refused(path, **limits).code


def png(width: int = 6, height: int = 4) -> bytes:
    return image_bytes("PNG", width, height)


def image_bytes(kind: str, width: int, height: int, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), (200, 30, 90)[: len(mode)]).save(out, kind)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def document() -> tuple[Json, bytes]:
    """A textured tetrahedron: its JSON and its binary data."""
    picture = png()
    binary = TETRAHEDRON.tobytes() + FACES.tobytes() + picture
    views = [(0, 48), (48, 24), (72, len(picture))]
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": size} for start, size in views
        ],
        "buffers": [{"byteLength": len(binary)}],
        "images": [{"bufferView": 2, "mimeType": "image/png"}],
        "textures": [{"source": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
    }, binary


def glb(content: Json, binary: bytes | None) -> bytes:
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text
    if binary is not None:
        binary += b"\0" * (-len(binary) % 4)
        body += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def write_glb(path: Path, content: Json, binary: bytes | None) -> Path:
    path.write_bytes(glb(content, binary))
    return path


def write_gltf(path: Path, content: Json, binary: bytes) -> Path:
    """With its buffer as a data URI, unless the document names one."""
    content["buffers"][0].setdefault(
        "uri", "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    )
    path.write_text(json.dumps(content))
    return path


class Fbx:
    """Writes nodes of a binary FBX file of version 7.4."""

    @staticmethod
    def string(text: bytes) -> bytes:
        return b"S" + struct.pack("<I", len(text)) + text

    @staticmethod
    def raw(data: bytes) -> bytes:
        return b"R" + struct.pack("<I", len(data)) + data

    @staticmethod
    def long(number: int) -> bytes:
        return b"L" + struct.pack("<q", number)

    @staticmethod
    def array(kind: bytes, values: np.ndarray, *, length: int | None = None) -> bytes:
        packed = zlib.compress(values.tobytes())
        length = values.size if length is None else length
        return kind + struct.pack("<III", length, 1, len(packed)) + packed

    @staticmethod
    def node(name: bytes, properties: Iterable[bytes] = (), children: Iterable[Any] = ()) -> Any:
        """A function of the offset, since nodes store where they end."""
        properties, children = list(properties), list(children)

        def at(offset: int) -> bytes:
            listed = b"".join(properties)
            head_bytes = 13 + len(name) + len(listed)
            inner = b""
            for child in children:
                inner += child(offset + head_bytes + len(inner))
            inner += bytes(13) if children else b""
            end = offset + head_bytes + len(inner)
            head = struct.pack("<IIIB", end, len(properties), len(listed), len(name))
            return head + name + listed + inner

        return at

    @classmethod
    def file(cls, *nodes: Any, version: int = 7400) -> bytes:
        data = b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", version)
        for node in nodes:
            data += node(len(data))
        return data + bytes(13)


def fbx_geometry(
    vertices: np.ndarray = TETRAHEDRON, corners: list[int] | None = None, length: int | None = None
) -> Any:
    """A tetrahedron as one quad and two triangles, unless other corners are given."""
    chosen = np.array(corners or [0, 1, 2, ~3, 0, 1, ~3, 1, 2, ~3], dtype="<i4")
    return Fbx.node(
        b"Geometry",
        [Fbx.long(77), Fbx.string(b"Cube\0\1Geometry")],
        [
            Fbx.node(b"Vertices", [Fbx.array(b"d", vertices.astype("<f8"))]),
            Fbx.node(b"PolygonVertexIndex", [Fbx.array(b"i", chosen, length=length)]),
        ],
    )


def fbx_texture(*names: tuple[bytes, bytes], content: bytes = b"") -> Any:
    children = [Fbx.node(key, [Fbx.string(value)]) for key, value in names]
    if content:
        children.append(Fbx.node(b"Content", [Fbx.raw(content)]))
    return Fbx.node(b"Video", [Fbx.long(5)], children)


def fbx_bytes(*objects: Any, uses: int = 1, version: int = 7400) -> bytes:
    links = [
        Fbx.node(b"C", [Fbx.string(b"OO"), Fbx.long(77), Fbx.long(100 + number)])
        for number in range(uses)
    ]
    return Fbx.file(
        Fbx.node(b"Objects", [], objects or [fbx_geometry()]),
        Fbx.node(b"Connections", [], links),
        version=version,
    )


def write_fbx(path: Path, *objects: Any) -> Path:
    path.write_bytes(fbx_bytes(fbx_geometry(), *objects))
    return path


def usdz(entries: Iterable[tuple[str, bytes]], *, method: int = 0, flags: int = 0) -> bytes:
    """A zip archive as USD wants it; its directory is cut to a mark, which is all USD needs."""
    data = b""
    for name, content in entries:
        stored = zlib.compress(content)[2:-4] if method else content
        data += struct.pack(
            "<4s5H3I2H",
            b"PK\3\4",
            *(20, flags, method, 0, 0),
            *(zlib.crc32(content), len(stored), len(content)),
            *(len(name.encode()), 0),
        )
        data += name.encode() + stored
    return data + b"PK\1\2" + bytes(42)


def usdc(tokens: Iterable[str]) -> bytes:
    """A crate with a table of tokens and nothing else, its LZ4 block made of literals."""
    text = b"\0".join(token.encode() for token in tokens) + b"\0"
    count = text.count(b"\0")
    more = len(text) - 15
    block = bytes([0xF0]) + b"\xff" * (more // 255) + bytes([more % 255]) + text
    section = struct.pack("<QQQ", count, len(text), len(block) + 1) + b"\0" + block
    head = b"PXR-USDC" + bytes([0, 8, 0, 0, 0, 0, 0, 0]) + struct.pack("<q", 24 + len(section))
    table = struct.pack("<Q", 1) + struct.pack("<16sqq", b"TOKENS", 24, len(section))
    return head + section + table


USDA = """#usda 1.0
def Mesh "tetrahedron"
{
    int[] faceVertexCounts = [3, 3, 3, 3]
    int[] faceVertexIndices = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]
    point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 2, 0), (0, 0, 3)]
    asset inputs:file = @REFERENCE@
}
"""

OBJ = "v 0 0 0\nv 1 0 0\nv 0 2 0\nv 0 0 3\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def stl(corners: np.ndarray, *, header: bytes = b"solid like many binary files") -> bytes:
    """(N, 3, 3) corners."""
    facets = np.zeros(len(corners), dtype=[("n", "<f4", 3), ("c", "<f4", 9), ("a", "<u2")])
    facets["c"] = corners.reshape(-1, 9)
    return header.ljust(80, b"\0") + struct.pack("<I", len(corners)) + facets.tobytes()


def ply(vertices: np.ndarray = TETRAHEDRON, *, order: str = "<", more: str = "") -> bytes:
    """The tetrahedron in binary, its vertices with a colour between the axes and the end."""
    name = {"<": "little", ">": "big"}[order]
    head = (
        f"ply\nformat binary_{name}_endian 1.0\ncomment x\nelement vertex {len(vertices)}\n"
        "property float x\nproperty float y\nproperty float z\nproperty uchar red\n"
        f"element face {len(FACES)}\nproperty list uchar int vertex_indices\n{more}end_header\n"
    )
    data = head.encode()
    for vertex in vertices:
        data += struct.pack(order + "3fB", *vertex, 200)
    for face in FACES:
        data += struct.pack(order + "B3i", 3, *(int(corner) for corner in face))
    return data


_opened: list[str] = []
_watching = False


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event == "open":
        _opened.append(str(arguments[0]))


@functools.cache
def install_audit() -> None:
    """Hooks stay for the life of the process: install one, and switch it."""
    sys.addaudithook(_note)


@contextmanager
def watching_opens() -> Iterator[list[str]]:
    """Every path that the process opens, by whatever route, as the interpreter sees it."""
    global _watching
    install_audit()
    _opened.clear()
    _watching = True
    try:
        yield _opened
    finally:
        _watching = False
