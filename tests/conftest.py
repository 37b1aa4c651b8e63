"""What several folders of tests share."""

import os
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
import trimesh
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

settings.register_profile("steady", deadline=None)  # a busy machine is no failure
settings.load_profile("steady")
expect.set_options(timeout=20_000)  # the same

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",  # WebGL without a GPU, for the 3-D view
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all. Where it is missing tests are skipped, but never in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "no Chromium: apt-get install -y chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()
