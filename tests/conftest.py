"""What several folders of tests share."""

import numpy as np
import pytest
import trimesh
from hypothesis import settings

settings.register_profile("steady", deadline=None)  # a busy machine is no failure
settings.load_profile("steady")


@pytest.fixture(scope="session")
def small_glb() -> bytes:
    """A lopsided object of three boxes in three colours."""
    parts = []
    for extents, shift, colour in (
        ((1.0, 0.4, 0.6), (0.0, 0.2, 0.0), (200, 60, 40, 255)),
        ((0.3, 0.5, 0.2), (0.35, 0.6, 0.1), (40, 120, 200, 255)),
        ((0.2, 0.2, 0.5), (-0.2, 0.5, -0.4), (60, 180, 70, 255)),
    ):
        box = trimesh.creation.box(
            extents, np.array(trimesh.transformations.translation_matrix(shift))
        )
        box.visual.face_colors = colour
        parts.append(box)
    return bytes(trimesh.Scene(parts).export(file_type="glb"))
