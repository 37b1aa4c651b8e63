"""What is built is whole: installed elsewhere, it renders by itself."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_recipes_scripts_and_wordings_travel_along(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "viewpoint_gen/_bundled/blender_scripts/worker.py",
        "viewpoint_gen/_bundled/manifests/recipes/demo.toml",
        "viewpoint_gen/qa/wording/ego_rotation_yaw.toml",
        "viewpoint_gen/preview/page/index.html.j2",
        "viewpoint_gen/preview/page/app.js",
        "viewpoint_gen/dataset/card/README.md.jinja",
        "viewpoint_gen/py.typed",
    ):
        assert part in names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.blender
@pytest.mark.slow
def test_an_installed_wheel_renders(wheel, tmp_path):
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", site, wheel]
    subprocess.run([*install, "--quiet"], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    where = "import viewpoint_gen; print(viewpoint_gen.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()).is_relative_to(site)
    done = subprocess.run(
        [
            sys.executable, "-m", "viewpoint_gen", "render", "run", "--recipe", "demo",
            "--num-pairs", "4", "--size", "32", "--json",
        ],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["pairs"] == 4
