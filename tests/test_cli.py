"""Wrong input: one clear line that says what to do, and an exit code of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from viewpoint_gen import __version__
from viewpoint_gen.qa.families import FAMILIES

ROOT = Path(__file__).parents[1]


def viewgen(*args: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "viewpoint_gen", *(str(arg) for arg in args)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=280,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr that says what is wrong; fails on a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("viewgen: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


TINY = ("--num-pairs", "2", "--size", "24", "--quality", "draft", "--serial")


def test_the_version_and_the_help_answer_at_once():
    assert viewgen("--version").stdout.strip() == f"viewgen {__version__}"
    shown = viewgen("--help").stdout
    for command in ("demo", "doctor", "render", "qa", "verify", "status", "preview", "view"):
        assert command in shown


def test_help_imports_nothing_that_commands_work_with():
    heavy = {"numpy", "scipy", "pyarrow", "ray", "sklearn", "trimesh", "viewpoint_gen.recipe"}
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, viewpoint_gen.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "typer" in loaded
    assert not heavy & set(loaded)


@pytest.mark.parametrize("name", ["render", "qa", "verify", "export", "publish"])
def test_help_comes_with_examples(name):
    shown = viewgen(name, "--help").stdout
    assert "Example" in shown
    assert f"viewgen {name}" in shown


def test_a_typo_in_a_recipe_names_the_nearest_key(tmp_path):
    recipe = tmp_path / "mine.toml"
    recipe.write_text("[views]\norbit_degs = [10, 20]\n")
    done = viewgen("render", tmp_path / "run", "--recipe", recipe)
    assert done.returncode == 2
    assert "did you mean views.orbit_deg?" in complaint(done)
    assert str(recipe) in complaint(done)
    assert not (tmp_path / "run").exists()


def test_a_recipe_that_is_neither_file_nor_bundled_lists_the_bundled_ones(tmp_path):
    done = viewgen("render", tmp_path / "run", "--recipe", "fancy")
    assert done.returncode == 2
    assert "baseline-held-out, baseline, default, demo, orbits" in complaint(done)


def test_an_unknown_source_is_named_with_the_known_ones(tmp_path):
    done = viewgen("render", tmp_path / "run", "--source", "sketchfab")
    assert done.returncode == 3
    assert "known: procedural" in complaint(done)


def test_an_empty_folder_and_a_missing_one_say_so(tmp_path):
    (tmp_path / "empty").mkdir()
    empty = viewgen("render", tmp_path / "run", "--source", f"folder:{tmp_path / 'empty'}")
    missing = viewgen("render", tmp_path / "run", "--source", f"folder:{tmp_path / 'nowhere'}")
    assert (empty.returncode, missing.returncode) == (3, 3)
    assert "no mesh files" in complaint(empty)
    assert "no such folder" in complaint(missing)


@pytest.mark.blender
def test_a_gpu_that_is_not_there_is_an_error_before_the_first_asset(tmp_path):
    done = viewgen("render", tmp_path / "run", *TINY, "--device", "cuda")
    if done.returncode == 0:
        pytest.skip("this machine has a CUDA device")
    assert done.returncode == 5
    assert "cuda" in complaint(done)
    assert "--device" in complaint(done)
    assert not list((tmp_path / "run").glob("outcomes/*"))


def test_a_blender_that_is_not_there_is_named(tmp_path):
    done = viewgen("render", tmp_path / "run", *TINY, "--set", "machine.blender=/no/such/blender")
    assert done.returncode == 5
    assert "/no/such/blender" in complaint(done)


@pytest.mark.blender
def test_without_bpy_the_line_says_how_to_get_it(tmp_path):
    """An interpreter without bpy: the package reaches the driver by its path, the child not."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    site = Path(pytest.__file__).parents[1]
    done = subprocess.run(
        [tmp_path / "bare/bin/python", "-m", "viewpoint_gen", "render", tmp_path / "run", *TINY],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}"},
    )
    assert done.returncode == 5
    assert "pip install 'bpy" in complaint(done)


def test_a_run_inside_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    done = viewgen("render", tmp_path / "file" / "run", *TINY)
    assert done.returncode == 4
    assert str(tmp_path / "file") in complaint(done)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_run_directory_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o555)
    try:
        done = viewgen("render", tmp_path / "run", *TINY)
    finally:
        tmp_path.chmod(0o755)
    assert done.returncode == 4
    assert "permission" in complaint(done)


@pytest.mark.parametrize("command", ["qa", "verify", "status"])
def test_a_run_that_is_not_there_is_refused_with_what_to_do(tmp_path, command):
    done = viewgen(command, tmp_path / "nothing")
    assert done.returncode == 4
    assert "viewgen render" in complaint(done)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("cli") / "run"
    done = viewgen("render", run, *TINY)
    assert done.returncode == 0, done.stderr
    return run


@pytest.mark.blender
def test_the_same_command_again_does_nothing_and_another_recipe_is_refused(small_run):
    before = {path: path.stat().st_mtime_ns for path in small_run.glob("views/*")}
    again = viewgen("render", small_run, *TINY)
    assert again.returncode == 0, again.stderr
    other = viewgen("render", small_run, *TINY, "--seed", "9")
    assert other.returncode == 4
    assert "seed" in complaint(other)
    assert before == {path: path.stat().st_mtime_ns for path in small_run.glob("views/*")}


@pytest.mark.blender
def test_summaries_are_json_on_stdout_and_nothing_else(small_run):
    for command in (("render", *TINY), ("status",), ("qa",), ("verify",)):
        done = viewgen(command[0], small_run, *command[1:], "--json")
        assert done.returncode == 0, done.stderr
        assert isinstance(json.loads(done.stdout), dict)


def test_the_list_of_families_shows_an_example_of_each():
    shown = viewgen("qa", "--list").stdout
    assert shown.count("    example ") == len(FAMILIES)
    assert shown.count("?") >= 5


@pytest.mark.blender
def test_an_unknown_family_lists_the_known_ones(small_run):
    done = viewgen("qa", small_run, "--families", "ego_rotation_jaw")
    assert done.returncode == 2
    assert "ego_rotation_yaw" in complaint(done)


@pytest.mark.blender
def test_too_few_assets_end_the_run_whole_with_exit_code_6(tmp_path, small_glb):
    meshes = tmp_path / "meshes"
    meshes.mkdir()
    (meshes / "box.glb").write_bytes(small_glb)
    done = viewgen(
        "render", tmp_path / "run", "--source", f"folder:{meshes}", "--num-pairs", "9",
        "--size", "24", "--quality", "draft", "--set", "pairs.max_per_asset=4",
    )  # fmt: skip
    assert done.returncode == 6
    assert "4" in complaint(done)
    assert "9" in complaint(done)
    assert viewgen("verify", tmp_path / "run").returncode == 0
