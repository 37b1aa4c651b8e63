"""OBJ: faces are counted in one pass over the text; the material files that it names are read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from viewpoint_gen.assets.preflight.confinement import url_scheme
from viewpoint_gen.assets.preflight.lines import blocks_of_lines
from viewpoint_gen.assets.preflight.pictures import Pictures
from viewpoint_gen.assets.preflight.region import Region
from viewpoint_gen.assets.preflight.subject import Preflight, Subject
from viewpoint_gen.assets.preflight.wording import shown

_FACE = re.compile(rb"^[ \t]*f[ \t]+(.*)$", re.MULTILINE)
_LIBRARY = re.compile(rb"^[ \t]*mtllib[ \t]+(.+)$", re.MULTILINE)
_MAP = re.compile(
    rb"^[ \t]*(?:map_\w+|norm|bump|disp|decal|refl)[ \t]+(.+)$", re.MULTILINE | re.IGNORECASE
)
_OPTIONS = {
    **dict.fromkeys(("-o", "-s", "-t"), 3),
    "-mm": 2,
    **dict.fromkeys(
        ("-blendu", "-blendv", "-boost", "-bm", "-clamp", "-imfchan", "-texres", "-type", "-cc"), 1
    ),
}
"""Options before the file name in a .mtl, and the most values each takes."""


def inspect_obj(subject: Subject) -> Preflight:
    """Inspect an .obj file, its .mtl files and the images that those name."""
    if b"\0" in subject.head:
        raise subject.refusal("wrong_magic", "is no OBJ: it isn't text; check what it really is")
    triangles, libraries = _scan(subject)
    if triangles == 0:
        raise subject.refusal("no_mesh", "has no face: nothing, or only points and lines")
    pictures = Pictures(subject)
    if not libraries:
        libraries = _default_library(subject)
    for name in sorted(libraries):
        _inspect_library(subject, name, pictures)
    files = tuple(sorted(pictures.files))
    return Preflight("obj", triangles, pictures.pixels, files, tuple(pictures.warnings))


def _scan(subject: Subject) -> tuple[int, set[str]]:
    """Triangles, polygons cut into fans, and the names of material files."""
    triangles = 0
    libraries: set[str] = set()
    most = subject.limits.max_triangles
    for block in blocks_of_lines(subject, subject.region):
        faces = _FACE.findall(block)
        triangles += max(len(b" ".join(faces).split()) - 2 * len(faces), 0)
        subject.check_budget("too_complex", triangles, most, "triangles (max_triangles)")
        if b"mtllib" in block:
            libraries.update(_text(name) for name in _LIBRARY.findall(block))
    return triangles, libraries


def _default_library(subject: Subject) -> set[str]:
    """The .mtl of the same name, which Blender takes when the OBJ names none."""
    name = subject.path.with_suffix(".mtl").name
    return {name} if subject.folder.find([name]) else set()


def _inspect_library(subject: Subject, name: str, pictures: Pictures) -> None:
    _refuse_hosts(subject, name)
    file = subject.folder.find(_spellings(name))
    if file is None:
        pictures.warn(f"missing_file: {shown(name)} isn't there; it has no materials")
        return
    pictures.files.add(file)
    region = Region.of_file(file)
    text = f"bytes in {shown(name)} (max_file_bytes)"
    subject.check_budget("too_large", region.size_bytes, subject.limits.max_file_bytes, text)
    references = {
        _without_options(_text(line))
        for block in blocks_of_lines(subject, region)
        for line in _MAP.findall(block)
    }
    for reference in sorted(references - {""}):
        _refuse_hosts(subject, reference)
        pictures.add(subject.folder.find(_places(subject, file, reference)), reference)


def _refuse_hosts(subject: Subject, reference: str) -> None:
    scheme = url_scheme(reference)
    if scheme and scheme != "file":
        raise subject.folder.remote(reference)


def _spellings(reference: str) -> Iterator[str]:
    """A path as it stands, and with the separators of Windows; a file: URL is its path."""
    bare = reference.strip('"')
    if url_scheme(bare) == "file":
        bare = re.sub(r"(?i)^file:/+", "/", bare)
    yield bare
    yield bare.replace("\\", "/")


def _places(subject: Subject, library: Path, reference: str) -> Iterator[str]:
    """Where Blender looks: beside the .mtl, with spaces for underscores, by name, absolute."""
    for spelling in _spellings(reference):
        for folder in (str(library.parent), str(subject.folder.given)):
            joined = f"{folder}/{spelling}"
            yield joined
            yield joined.replace("_", " ")
            yield f"{folder}/{os.path.basename(spelling)}"  # noqa: PTH119 - may end in a slash
        if spelling.startswith("/"):
            yield spelling


def _without_options(line: str) -> str:
    """The file name after options such as ``-s 2 2 1``; it may contain spaces."""
    words = line.split(" ")
    place = 0
    while place < len(words) and (not words[place] or words[place].lower() in _OPTIONS):
        most = _OPTIONS.get(words[place].lower(), 0)
        place += 1
        while most and place < len(words) - 1 and (most == 1 or _is_number(words[place])):
            place, most = place + 1, most - 1
    return " ".join(words[place:]).strip()


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", word) is not None


def _text(line: bytes) -> str:
    """A name as the file system spells it, whatever its encoding."""
    return os.fsdecode(line.replace(b"\t", b" ").strip())
