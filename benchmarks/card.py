"""How long the card of a run takes, and whether its memory is flat.

    python benchmarks/card.py RUN [--copies 1 10]

Lays so many copies of a finished run's parts side by side (links, nothing is copied), makes the
card of each in a process of its own, and prints seconds and the peak of resident memory. With
``--out DIR`` the card of the last one stays there, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from render_costs import table

from viewpoint_gen.dataset.card import ConfigFacts, PackageFacts, SplitFacts, card_files
from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.dataset.shards import count_rows
from viewpoint_gen.pipeline.run_directory import load_run_recipe
from viewpoint_gen.storage import open_store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.run, options.out)))
        return
    lines = []
    for copies in options.copies:
        with tempfile.TemporaryDirectory(prefix="viewgen-") as folder:
            found = in_a_process(linked(options.run, Path(folder), copies), options.out)
        lines.append([f"{found[name]:,.0f}" for name in ("pairs", "questions", "seconds", "mib")])
    table(["pairs", "questions", "seconds", "peak MiB"], lines)


def linked(run: Path, folder: Path, copies: int) -> Path:
    """A run whose every part is there so many times."""
    for name in TABLES:
        (folder / name).mkdir()
        for part in sorted((run / name).glob("*.parquet")):
            for number in range(copies):
                (folder / name / f"{part.stem}-{number:03d}.parquet").symlink_to(part.resolve())
    for name in ("qa.json", "assets.parquet", "recipe.toml"):
        (folder / name).symlink_to((run / name).resolve())
    return folder


def in_a_process(run: Path, out: Path | None) -> dict[str, float]:
    to = ["--out", str(out)] if out else []
    command = [sys.executable, __file__, str(run), "--measure", *to]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def measured(run: Path, out: Path | None) -> dict[str, float]:
    store = open_store(run)
    start = time.perf_counter()
    files = card_files(store, load_run_recipe(store), facts(), "you/viewpoints")
    seconds = time.perf_counter() - start
    for name, content in files.items() if out else ():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    return {
        "pairs": count_rows(store, "pairs"),
        "questions": count_rows(store, "qa"),
        "seconds": seconds,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def facts() -> PackageFacts:
    """Of a package that isn't there: the card doesn't read it."""
    features = {"id": {"dtype": "string", "_type": "Value"}}
    splits = [SplitFacts("train", ["qa/train-00000-of-00001.parquet"], 1, 1, 1)]
    return PackageFacts([ConfigFacts("qa", splits, features)], "cc-by-4.0")


if __name__ == "__main__":
    main()
