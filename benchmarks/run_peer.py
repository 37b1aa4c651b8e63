"""Inside Blender: run somebody else's render script as it is, or with other sampling.

Run by ``render.py``. The script finds its arguments after ``--``, as under a Blender binary.

    python benchmarks/run_peer.py SAMPLES SCRIPT -- ARGUMENT…

SAMPLES 0 leaves the script's own sampling alone; any other number replaces it and switches the
denoiser off. Python's and NumPy's random numbers are seeded, so that both give the same frames.
"""

from __future__ import annotations

import random
import runpy
import sys

import bpy
import numpy as np


def main() -> None:
    samples, script = int(sys.argv[1]), sys.argv[2]
    if samples:
        bpy.app.handlers.render_init.append(lambda *_: resample(samples))
    random.seed(0)
    np.random.seed(0)
    sys.argv = [script, *sys.argv[3:]]
    runpy.run_path(script, run_name="__main__")


def resample(samples: int) -> None:
    cycles = bpy.context.scene.cycles
    cycles.samples, cycles.use_denoising, cycles.use_adaptive_sampling = samples, False, False


if __name__ == "__main__":
    main()
