"""One made-up run and its preview for all tests of this folder, and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_runs import make_run
from playwright.sync_api import Browser, expect, sync_playwright

from viewpoint_gen.preview import Preview, make_preview

expect.set_options(timeout=20_000)  # a busy machine is no failure

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
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "made-up")


@pytest.fixture(scope="session")
def made(run: Path) -> Preview:
    return make_preview(str(run), out=None, pairs=400, seed=0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where it is missing these tests are skipped, but never in CI."""
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
