"""A Blender child reads and writes its own folders and nothing else, and has no network."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from blender_scenes import MACHINE, SMALL, asset_at, coloured_box, write_glb

from viewpoint_gen.errors import ImportFailed
from viewpoint_gen.render import confine
from viewpoint_gen.render.child import BlenderChild

PROBE = """
import json, os, socket, sys

def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"

inside, outside, port = sys.argv[1:]
print(json.dumps({
    "read inside": attempt(lambda: open(f"{inside}/file").read()),
    "read outside": attempt(lambda: open(f"{outside}/file").read()),
    "list outside": attempt(lambda: os.listdir(outside)),
    "read by way of /proc": attempt(lambda: open(f"/proc/self/root{outside}/file").read()),
    "write inside": attempt(lambda: open(f"{inside}/new", "w").write("x")),
    "write outside": attempt(lambda: open(f"{outside}/new", "w").write("x")),
    "truncate outside": attempt(lambda: os.truncate(f"{outside}/file", 0)),
    "remove outside": attempt(lambda: os.unlink(f"{outside}/file")),
    "null device": attempt(lambda: open("/dev/null", "w").write("x")),
    "connect": attempt(lambda: socket.create_connection(("127.0.0.1", int(port)), 5)),
    "confined": os.environ["VIEWGEN_CONFINED"].split(","),
}))
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("secret")
    return tmp_path / "inside", tmp_path / "outside"


def probe(inside: Path, outside: Path, *, readable) -> dict:
    with socket.create_server(("127.0.0.1", 0)) as server:
        spec = json.dumps({"readable": readable, "writable": [str(inside)]})
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-I", confine.__file__, spec, sys.executable, "-I", "-c", PROBE,
             str(inside), str(outside), port],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return json.loads(done.stdout)


def needs(report: dict, part: str) -> None:
    if part not in report["confined"]:
        pytest.skip(f"this system can't confine: {part}")


def test_only_its_own_folders_can_be_read_and_written(folders):
    inside, outside = folders
    report = probe(inside, outside, readable=[sys.prefix, sys.base_prefix])
    needs(report, "read")
    assert report["read inside"] == report["write inside"] == report["null device"] == "done"
    denied = [name for name in report if "outside" in name or "/proc" in name]
    assert {report[name] for name in denied} == {"PermissionError"}
    assert (outside / "file").read_text() == "secret"


def test_without_known_folders_everything_can_be_read_and_nothing_else_written(folders):
    inside, outside = folders
    report = probe(inside, outside, readable=None)
    needs(report, "write")
    assert report["read outside"] == report["list outside"] == "done"
    assert report["write outside"] == report["remove outside"] == "PermissionError"


def test_there_is_no_network(folders):
    report = probe(*folders, readable=None)
    needs(report, "network")
    assert report["connect"] != "done"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_a_user_without_rights_is_confined_too(folders, tmp_path_factory):
    inside, outside = folders
    for folder in (inside.parent, inside, outside):
        folder.chmod(0o777)
    become = (
        "import ctypes, os, sys; sys.path.insert(0, sys.argv[1]); import confine\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 1)\n"  # dumpable, as a program is that starts as this user
        "print(*confine.confine(readable=None, writable=[sys.argv[2]]), os.getuid())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", become, str(Path(confine.__file__).parent), str(inside)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    *held, user_id = done.stdout.split()
    assert user_id == "65534"
    needs({"confined": held}, "network")
    assert "write" in held


@pytest.mark.blender
def test_a_confined_child_loads_its_assets_and_no_others(folders, tmp_path):
    inside, _ = folders
    own, foreign = (write_glb(place / "cube.glb", coloured_box()) for place in folders)
    with BlenderChild(SMALL, MACHINE, log_path=tmp_path / "log", readable=[str(inside)]) as child:
        if "read" not in child.start().confined:
            pytest.skip("this system can't confine: read")
        assert child.load(asset_at(own)).triangles == 12
        with pytest.raises(ImportFailed, match="unreadable"):
            child.load(asset_at(foreign))


@pytest.mark.blender
def test_confinement_can_be_switched_off(tmp_path):
    machine = MACHINE.model_copy(update={"confine": False})
    with BlenderChild(SMALL, machine, log_path=tmp_path / "log") as child:
        assert child.start().confined == ()
