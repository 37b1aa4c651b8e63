"""A guest in Blender's glTF importer: sees raw vertices, and keeps all but one animation out.

The importer repairs what it reads (vertices that are nan or infinite are moved to the origin,
without a word), so that the evaluated mesh no longer tells. Its own extension mechanism shows
the data before that. It also imports every animation of a file, one action per bone and channel,
while the asset is frozen in the first one: a character with seventy clips takes seconds less.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

IMPORTER = "io_scene_gltf2"
LOGGERS = ("glTFImporter", "glTFImporter_errors")


class Watch:
    """What the importer calls back; named as its extension interface wants."""

    not_finite = 0
    """Meshes with a vertex that is nan or infinite, in the import under way."""

    def gather_import_decode_primitive(
        self, _mesh: object, primitive: Any, _skin: object, gltf: Any
    ) -> None:
        """Look at the positions of one primitive."""
        from io_scene_gltf2.io.imp.gltf2_io_binary import BinaryData

        accessor = primitive.attributes["POSITION"]
        try:
            positions = BinaryData.decode_accessor(gltf, accessor, cache=True)
        except Exception:  # noqa: BLE001 - the importer meets the same error next, and words it
            return
        Watch.not_finite += not np.isfinite(positions).all()

    def gather_import_animations(self, animations: list | None, *_: object) -> None:
        """Keep the first animation: the importer makes it the current one anyhow."""
        if animations:
            del animations[1:]


@contextmanager
def watching() -> Iterator[type[Watch]]:
    """Attend one import; afterwards the importer is as it was, its leaked log handlers gone."""
    importer = sys.modules[IMPORTER]
    importer.glTF2ImportUserExtension = Watch
    Watch.not_finite = 0
    try:
        yield Watch
    finally:
        del importer.glTF2ImportUserExtension
        for name in LOGGERS:
            logging.getLogger(name).handlers.clear()
