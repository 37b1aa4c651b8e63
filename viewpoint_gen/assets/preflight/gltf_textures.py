"""Images of a glTF that its materials show: can Blender read them, and how large are they."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from viewpoint_gen.assets.preflight.gltf_data import GltfData
from viewpoint_gen.assets.preflight.gltf_graph import item
from viewpoint_gen.assets.preflight.gltf_schema import Primitive
from viewpoint_gen.assets.preflight.images import image_size_px
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.wording import shown
from viewpoint_gen.errors import ImportFailed

_WEBP = "EXT_texture_webp"
_VARIANTS = "KHR_materials_variants"
_MENDED = ("missing_texture", "unsupported_texture")
_FINISHES = frozenset({
    "normalTexture", "occlusionTexture", "metallicRoughnessTexture", "clearcoatTexture",
    "clearcoatRoughnessTexture", "clearcoatNormalTexture", "sheenRoughnessTexture",
    "specularTexture", "anisotropyTexture",
})  # fmt: skip


def check_textures(data: GltfData, supported: Set[str]) -> int:
    """Decoded pixels of the images that are used.

    A missing texture that changes only how a surface shines is no reason to refuse: Blender's
    worker makes it neutral, and says so.

    Args:
        supported: extensions whose textures the importer loads.

    Raises:
        ImportFailed: ``missing_texture``, ``unsupported_texture`` or ``textures_too_large``.
    """
    pixels: dict[int, int] = {}
    for texture, is_finish in sorted(_used_textures(data, supported).items()):
        try:
            image = _source(data, texture)
            if image not in pixels:
                pixels[image] = _pixels(data, image)
        except ImportFailed as refusal:
            if not (is_finish and refusal.code in _MENDED):
                raise
    text = "pixels in its textures (max_texture_px)"
    data.subject.check_budget(
        "textures_too_large", sum(pixels.values()), data.subject.limits.max_texture_px, text
    )
    return sum(pixels.values())


def _pixels(data: GltfData, index: int) -> int:
    region = _image(data, index)
    size_px = image_size_px(region)
    if size_px is None:
        raise _unsupported(data, f"its image {index}", region.read(0, 12))
    return size_px[0] * size_px[1]


def _used_textures(data: GltfData, supported: Set[str]) -> dict[int, bool]:
    """Textures that are shown, and whether each of them is nothing but a finish."""
    document = data.document
    used = {
        index
        for mesh in document.meshes
        for primitive in mesh.primitives
        for index in _materials_of(primitive)
    }
    textures: dict[int, bool] = {}
    for material in used:
        described = item(data.subject, document.materials, material, "material")
        for texture, role in _textures_of(described, supported):
            textures[texture] = textures.get(texture, True) and role in _FINISHES
    return textures


def _materials_of(primitive: Primitive) -> Iterator[int]:
    """The material of a primitive, and those that its variants offer."""
    if primitive.material is not None:
        yield primitive.material
    variants = primitive.extensions.get(_VARIANTS)
    mappings = variants.get("mappings") if isinstance(variants, dict) else None
    for mapping in mappings if isinstance(mappings, list) else ():
        index = mapping.get("material") if isinstance(mapping, dict) else None
        if isinstance(index, int) and index >= 0:
            yield index


def _textures_of(material: dict[str, Any], supported: Set[str]) -> Iterator[tuple[int, str]]:
    """Indices and roles of a material's textures, extensions that aren't read left out."""
    waiting = [material]
    while waiting:
        for key, value in waiting.pop().items():
            if not isinstance(value, dict) or key == "extras":
                continue
            if key == "extensions":
                waiting.extend(
                    inner
                    for name, inner in value.items()
                    if name in supported and isinstance(inner, dict)
                )
                continue
            index = value.get("index")
            if key.endswith("Texture") and isinstance(index, int) and index >= 0:
                yield index, key
            waiting.append(value)


def _source(data: GltfData, index: int) -> int:
    """The image of a texture, as Blender chooses it: the plain one, else WebP."""
    texture = item(data.subject, data.document.textures, index, "texture")
    if texture.source is not None:
        return texture.source
    webp = texture.extensions.get(_WEBP)
    source = webp.get("source") if isinstance(webp, dict) else None
    if isinstance(source, int) and source >= 0:
        return source
    if texture.extensions:
        named = ", ".join(shown(name) for name in sorted(texture.extensions))
        raise _unsupported(data, f"its texture {index}, offered only by {named},", b"")
    text = f"uses texture {index}, which names no image; export it again"
    raise data.subject.refusal("missing_texture", text)


def _image(data: GltfData, index: int) -> Region:
    image = item(data.subject, data.document.images, index, "image")
    if image.bufferView is not None and image.uri is None:
        return data.view(image.bufferView)
    region = data.resource(image.uri) if image.uri is not None else None
    if region is None:
        text = f"uses the texture {shown(image.uri or str(index))}, which isn't there; fetch it too"
        raise data.subject.refusal("missing_texture", text)
    return region


def _unsupported(data: GltfData, what: str, head: bytes) -> Exception:
    is_ktx = head.startswith(b"\xabKTX") or "basisu" in what
    kind = "is KTX2 (Basis Universal), which" if is_ktx else "has a format that"
    text = f"can't be shown: {what} {kind} Blender doesn't read; convert it to PNG or JPEG"
    return data.subject.refusal("unsupported_texture", text)
