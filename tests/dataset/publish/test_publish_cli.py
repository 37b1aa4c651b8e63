"""``viewgen publish`` as people run it, and its result as people load it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from publish_hub import WritableHub
from publish_runs import change_assets, picture_of

from viewpoint_gen.dataset.package.package import MANIFEST_NAME

DRIVER = Path(__file__).with_name("drive_publish.py")
REPO = "me/views"

LOAD = """
import hashlib, json, sys
import numpy as np
from datasets import load_dataset
from huggingface_hub import DatasetCard, metadata_load

def told(row):
    shown = [hashlib.sha256(np.asarray(image).tobytes()).hexdigest() for image in row["images"]]
    return [row["id"], row["image_ids"], shown, bool(row["marks"])]

whole = load_dataset("me/views")
stream = load_dataset("me/views", split="test", streaming=True)
views = load_dataset("me/views", "views", split="test", revision="v1")
card = DatasetCard.load("me/views")
card.validate()
print(json.dumps({
    "splits": {name: rows.num_rows for name, rows in whole.items()},
    "plain": [told(row) for row in whole["test"]],
    "streamed": [told(row) for row in stream],
    "features": str(whole["test"].features["images"]),
    "depth": views.with_format("numpy")[0]["depth"].dtype.name,
    "licence": card.data.license,
}))
"""


def environment(hub: WritableHub, home: Path, **changes: str) -> dict[str, str]:
    return {**os.environ, **hub.environment, "HF_HOME": str(home), **changes}


def command(*args: str | Path) -> list[str]:
    return [sys.executable, str(DRIVER), "publish", *(str(arg) for arg in args)]


def viewgen_publish(*args: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*args), capture_output=True, text=True, check=False, env=env, timeout=280
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr that says what is wrong; fails on a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("viewgen: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_what_was_published_loads_from_the_hub_with_the_rendered_pixels(hub, run, tmp_path):
    env = environment(hub, tmp_path / "home")
    done = viewgen_publish(run, "--repo-id", REPO, "--out", tmp_path / "out", "--json", env=env)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["published"]["tag"] == "v1"
    assert told["files"].keys() == hub.repos[REPO].files.keys() - {".gitattributes"}
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=False, env=env
    )
    assert loaded.returncode == 0, loaded.stderr
    seen = json.loads(loaded.stdout.splitlines()[-1])
    assert seen["splits"] == told["rows"]["qa"]
    assert seen["plain"] == seen["streamed"]
    assert seen["features"].startswith("List(Image(")
    assert seen["depth"] in ("uint16", "int32")
    assert seen["licence"] == "cc-by-4.0"
    for _, views, pixels, marked in seen["plain"]:
        if not marked:
            assert pixels == [pixel_hash(view) for view in views]


def pixel_hash(view: str) -> str:
    shown = np.asarray(Image.open(io.BytesIO(picture_of(view)[0])))
    return hashlib.sha256(shown.tobytes()).hexdigest()


def test_ctrl_c_leaves_nothing_visible_and_the_same_command_sends_the_rest(hub, run, tmp_path):
    env = environment(hub, tmp_path / "home")
    hub.faults["put"] = ["none", "none", "none", "hang"]
    told = (run, "--repo-id", REPO, "--out", tmp_path / "out", "--max-shard-size", "4MB")
    process = subprocess.Popen(
        command(*told), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    assert hub.hanging.wait(120)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "viewgen: stopped; nothing half-sent is visible; run the same command again" in errors
    assert "Traceback" not in errors
    assert hub.repos[REPO].files.keys() == {".gitattributes"}
    assert len(hub.uploaded) == 3
    again = viewgen_publish(*told, env=env)
    assert again.returncode == 0, again.stderr
    assert "files are there already" in again.stderr  # not packed anew either
    assert sorted(hub.uploaded) == sorted(set(hub.uploaded))
    manifest = json.loads((tmp_path / "out" / MANIFEST_NAME).read_bytes())
    files = hub.repos[REPO].files
    assert {name: files[name] for name in manifest["files"]} == {
        name: about["sha256"] for name, about in manifest["files"].items()
    }
    assert len(hub.repos[REPO].commits) == 2


@pytest.mark.parametrize(
    ("args", "changes", "code", "said"),
    [
        (("--repo-id", REPO), {"HF_TOKEN": "hf_wrong"}, 7, "doesn't know the token"),
        (("--repo-id", REPO), {"HF_HUB_OFFLINE": "1"}, 7, "HF_HUB_OFFLINE"),
        (("--repo-id", "other/x"), {}, 7, "belongs to other"),
        ((), {}, 2, "--repo-id OWNER/NAME is missing"),
        (("--dry-run", "--max-shard-size", "big"), {}, 2, "500MB"),
        (("--dry-run", "--licences", "FOO"), {}, 2, "no licence of SPDX"),
    ],
)
def test_what_is_wrong_is_one_line_with_an_exit_code(hub, run, tmp_path, args, changes, code, said):
    env = environment(hub, tmp_path / "home", **changes)
    done = viewgen_publish(run, *args, "--out", tmp_path / "out", env=env)
    assert done.returncode == code, done.stderr
    assert said in complaint(done)
    assert hub.repos == {}


def test_an_asset_that_may_not_be_published_is_named(hub, copy, tmp_path):
    change_assets(
        copy, lambda row: row | ({"licence": "unknown"} if row["asset_uid"][-1] == "3" else {})
    )
    env = environment(hub, tmp_path / "home")
    done = viewgen_publish(copy, "--repo-id", REPO, env=env)
    assert done.returncode == 4
    assert "asset00003 has the licence unknown" in complaint(done)
    assert hub.repos == {}
