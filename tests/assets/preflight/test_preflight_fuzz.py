"""Whatever is done to a file, it is either described or refused, at once and in little memory."""

from __future__ import annotations

import ast
import base64
import json
import re
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from preflight_files import (
    FACES,
    LIMITS,
    MESHES,
    OBJ,
    TETRAHEDRON,
    USDA,
    document,
    fbx_bytes,
    fbx_geometry,
    fbx_texture,
    glb,
    ply,
    png,
    stl,
    usdc,
    usdz,
)

from viewpoint_gen.assets import preflight
from viewpoint_gen.assets.preflight import inspect
from viewpoint_gen.errors import ImportFailed

CODES = set(re.findall(r"^([a-z_]+)  +", str(preflight.__doc__), re.MULTILINE))


def gltf_text() -> bytes:
    content, binary = document()
    content["buffers"][0]["uri"] = "data:;base64," + base64.b64encode(binary).decode()
    return json.dumps(content).encode()


SAMPLES = {
    "glb": glb(*document()),
    "gltf": gltf_text(),
    "obj": b"mtllib m.mtl\n" + OBJ.encode(),
    "stl": stl(TETRAHEDRON[FACES]),
    "ply": ply(),
    "fbx": fbx_bytes(fbx_geometry(), fbx_texture((b"FileName", b"C:\\x.png"), content=png())),
    "usda": USDA.encode(),
    "usdc": usdc(["", "typeName", "textures/x.png"]),
    "usdz": usdz([("a.usdc", usdc(["", "x.png"])), ("x.png", png())]),
}
REAL = {
    "glb": "hostile/gpu_instancing.glb",
    "gltf": "hostile/cameras.gltf",
    "fbx": "objects/vehicle_bicycle.fbx",
    "usdz": "objects/character_rigged_figure.usdz",
    "stl": "objects/tool_key.stl",
}

QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_table_of_codes_is_that_of_the_source():
    """The first text that is handed to a refusal or a budget is its code."""
    used = set()
    for path in Path(preflight.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if called in ("refusal", "check_budget", "ImportFailed"):
                used.add(first.value if isinstance(first, ast.Constant) else None)
    assert used - {None} == CODES


def survives(folder: Path, suffix: str, data: bytes) -> None:
    path = folder / f"m.{suffix}"
    path.write_bytes(data)
    begin_s = time.thread_time()  # of this thread alone: others may keep the machine busy
    try:
        inspect(path, LIMITS)
    except ImportFailed as error:
        assert error.code in CODES
        assert "\n" not in error.message
    assert time.thread_time() - begin_s < 1.0


@st.composite
def damage(draw: st.DrawFn, sound: bytes) -> bytes:
    """Cut it, flip bytes, write numbers over it, or take a piece out or twice."""
    data = bytearray(sound)
    kind = draw(st.sampled_from(["cut", "flip", "number", "splice"]))
    place = draw(st.integers(0, len(data) - 1))
    if kind == "cut":
        return bytes(data[:place])
    if kind == "flip":
        for at in draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=8)):
            data[at] = draw(st.integers(0, 255))
    elif kind == "number":
        number = draw(st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 1]))
        data[place : place + 4] = number.to_bytes(4, "little")
    else:
        end = draw(st.integers(place, min(place + 64, len(data))))
        data[place:end] = data[place:end] * draw(st.sampled_from([0, 2, 3]))
    return bytes(data)


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
def test_damaged_small_files_are_described_or_refused(tmp_path, suffix):
    @QUICK
    @given(damage(SAMPLES[suffix]))
    def check(data):
        survives(tmp_path, suffix, data)

    check()


@pytest.mark.skipif(not MESHES.is_dir(), reason="the folder of real meshes is absent")
@pytest.mark.parametrize("suffix", sorted(REAL))
def test_damaged_real_files_are_described_or_refused(tmp_path, suffix):
    @settings(QUICK, max_examples=60)
    @given(damage((MESHES / REAL[suffix]).read_bytes()))
    def check(data):
        survives(tmp_path, suffix, data)

    check()


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2**40), st.floats(), st.text(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@QUICK
@given(data=st.data())
def test_a_gltf_with_anything_in_place_of_anything_is_described_or_refused(tmp_path, data):
    content, binary = document()
    parent, key, value = None, None, content
    while isinstance(value, dict | list) and value and (parent is None or data.draw(st.booleans())):
        parent = value
        key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else [0]))
        value = parent[key]
    parent[key] = data.draw(VALUES)
    survives(tmp_path, "glb", glb(content, binary))


def test_memory_stays_bounded_for_a_large_file(tmp_path):
    """A text of 28 MB is read in pieces."""
    path = tmp_path / "m.obj"
    path.write_bytes((OBJ.encode() + b"# " + b"x" * 1900 + b"\n") * 14_000)
    tracemalloc.start()
    try:
        inspect(path, LIMITS)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * 2**20 < path.stat().st_size
