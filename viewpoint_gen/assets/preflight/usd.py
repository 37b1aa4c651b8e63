"""USD layers, text and binary: what they refer to. Their geometry is left to Blender."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from viewpoint_gen.assets.preflight import usdc
from viewpoint_gen.assets.preflight.confinement import url_scheme
from viewpoint_gen.assets.preflight.pictures import Pictures
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Preflight, Subject

TEXT_MAGIC = b"#usda "
LAYER_SUFFIXES = (".usd", ".usda", ".usdc")
IMAGE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".tif", ".tiff"),
    *(".exr", ".hdr", ".gif", ".psd", ".dds", ".jp2"),
)
UNCOUNTED = "unchecked: a USD file's triangles aren't counted before it is imported"

_ASSET_PATH = re.compile(rb"@@@(.*?)@@@|@([^@\r\n]*)@", re.DOTALL)
_MOST_TEXT_BYTES = 2**26
_MOST_FILES = 1000
_MOST_NAMES = 50_000


def inspect_usd(subject: Subject) -> Preflight:
    """Inspect a .usd, .usda or .usdc file and every layer below its folder that it refers to."""
    pictures = Pictures(subject)
    pictures.warn(UNCOUNTED)
    waiting = [(subject.path, subject.region)]
    while waiting:
        path, region = waiting.pop()
        for reference in references(subject, region):
            file = find(subject, path.parent, reference)
            if file is None:
                if Path(reference).suffix.lower() in IMAGE_SUFFIXES:
                    pictures.add(None, reference)
            elif file not in pictures.files and file != subject.path.resolve():
                _check_count(subject, pictures)
                if file.suffix.lower() in LAYER_SUFFIXES:
                    pictures.files.add(file)
                    waiting.append((file, Region.of_file(file)))
                elif file.suffix.lower() == ".usdz":
                    text = f"refers to the package {file.name}, which isn't looked into; unpack it"
                    raise subject.refusal("unsupported_format", text)
                elif file.suffix.lower() in IMAGE_SUFFIXES:
                    pictures.add(file, reference)
    files = tuple(sorted(pictures.files))
    return Preflight(subject.format, None, pictures.pixels, files, tuple(pictures.warnings))


def references(subject: Subject, region: Region) -> set[str]:
    """What one layer may refer to: the asset paths of a text, every token of a binary layer."""
    head = region.read(0, len(usdc.MAGIC))
    if head.startswith(TEXT_MAGIC):
        return set(_paths_in_text(subject, region))
    if head == usdc.MAGIC:
        try:
            found = usdc.tokens(region)
        except usdc.BrokenCrate as error:
            text = f"is a damaged binary USD ({error}); fetch it again"
            raise subject.refusal("truncated", text) from error
        if found is None or len(found) > _MOST_NAMES:
            text = f"has more than {_MOST_NAMES:,} names, too many to see which files it refers to"
            raise subject.refusal("too_complex", text)
        return set(found) - {""}
    if region.size_bytes < len(TEXT_MAGIC):
        raise subject.refusal("truncated", "is cut short inside its header; fetch it again")
    text = "is no USD: it, or a layer of it, starts with neither '#usda' nor 'PXR-USDC'"
    raise subject.refusal("wrong_magic", text)


def find(subject: Subject, anchor: Path, reference: str) -> Path | None:
    """The file that a reference means, relative to its layer; None if there is none.

    Raises:
        ImportFailed: ``remote_file`` or ``outside_folder``.
    """
    scheme = url_scheme(reference)
    if scheme and scheme != "file":
        raise subject.folder.remote(reference)
    plain = re.sub(r"(?i)^file:/+", "/", reference)
    return subject.folder.find([f"{anchor}/{plain}", plain] if plain[0] != "/" else [plain])


def _paths_in_text(subject: Subject, region: Region) -> Iterator[str]:
    most = min(subject.limits.max_file_bytes, _MOST_TEXT_BYTES)
    text = "bytes of USD text (at most 64 MiB: store it as .usdc)"
    subject.check_budget("too_large", region.size_bytes, most, text)
    for long, short in _ASSET_PATH.findall(region.read(0, region.size_bytes)):
        reference = (long or short).decode("utf-8", "surrogateescape").strip()
        if reference:
            yield reference.partition("[")[0]


def _check_count(subject: Subject, pictures: Pictures) -> None:
    text = "files that it refers to (layers and images)"
    subject.check_budget("too_complex", len(pictures.files), _MOST_FILES, text)
