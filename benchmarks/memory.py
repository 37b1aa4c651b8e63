"""Is memory flat? The driver's and the Blender child's, over a run of many assets.

Renders a few small views of each of many procedural objects with ``viewgen render``, samples the
resident memory of its processes once a second, and prints the largest of each tenth of the run.

    python benchmarks/memory.py [--assets 500] [--keep-child]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from render_costs import table

MIB = 2**20
TENTHS = 10


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assets", type=int, default=500)
    parser.add_argument("--size", type=int, default=64, help="width and height in pixels")
    parser.add_argument(
        "--keep-child", action="store_true", help="one child for all, instead of one per 50 assets"
    )
    return parser.parse_args()


def main() -> None:
    args = options()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "viewpoint_gen", "render", str(Path(folder) / "run"),
            "--num-pairs", str(2 * args.assets), "--set", "pairs.per_asset=2",
            "--size", str(args.size),
        ]  # fmt: skip
        if args.keep_child:
            command += ["--set", f"machine.recycle_assets={args.assets + 1}"]
        samples = watched(command)
    table(
        ("part of the run", "driver MiB", "child MiB"),
        [
            (f"{100 * tenth // TENTHS} %", *(f"{peak:.0f}" for peak in peaks(samples, tenth)))
            for tenth in range(TENTHS)
        ],
    )


def watched(command: list[str]) -> list[tuple[float, float]]:
    """Resident MiB of the command and of its largest child, once a second until it ends."""
    samples = []
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        driver = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                children = driver.children(recursive=True)
                largest = max((child.memory_info().rss for child in children), default=0)
                samples.append((driver.memory_info().rss / MIB, largest / MIB))
            except psutil.NoSuchProcess:  # it ended between two looks
                continue
            time.sleep(1.0)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return samples


def peaks(samples: list[tuple[float, float]], tenth: int) -> tuple[float, float]:
    part = samples[tenth * len(samples) // TENTHS : (tenth + 1) * len(samples) // TENTHS]
    drivers, children = zip(*part, strict=True)
    return max(drivers), max(children)


if __name__ == "__main__":
    main()
