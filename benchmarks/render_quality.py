"""How good pictures are: PSNR against the same frames at many samples without a denoiser."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from render_costs import Cost, measured
from render_frames import Recorded, plan_of

from viewpoint_gen.render.config import SAMPLES
from viewpoint_gen.render.passes import read_pixels

GREY = 128  # behind transparent pictures


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Of two 8-bit RGBA pictures over the same grey, all pixels and channels together."""
    error = np.mean((_over_grey(one) - _over_grey(other)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else np.inf


def _over_grey(rgba: NDArray[np.uint8]) -> NDArray[np.float64]:
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + GREY * (1 - alpha)


def preset_rows(recorded: Recorded, work: Path, reference: int) -> list[tuple[str, ...]]:
    """Name, samples, CPU seconds per view, median and least PSNR of each preset."""
    frames = recorded.one_per_asset()
    references, _ = _pictures(frames, work, samples=reference, denoise=False)
    rows = []
    for quality, samples in SAMPLES.items():
        pictures, cpu_s = _pictures(frames, work, samples=samples, denoise=True)
        found = [psnr_db(*both) for both in zip(pictures, references, strict=True)]
        rows.append((
            quality.value, str(samples), f"{cpu_s:.2f}",
            f"{statistics.median(found):.1f} dB", f"{min(found):.1f} dB",
        ))  # fmt: skip
    return rows


def _pictures(
    frames: Recorded, work: Path, *, samples: int, denoise: bool
) -> tuple[list[NDArray[np.uint8]], float]:
    """Every frame's 8-bit picture, and CPU seconds per view of rendering them."""
    plan = plan_of(
        frames, work / f"{samples}.json", samples=samples, denoise=denoise, pictures=work
    )
    told = work / "pictures.json"
    loop = Path(__file__).with_name("bare_loop.py")
    measured([sys.executable, str(loop), str(plan), str(told)])
    seconds = [frame["cpu"] for frame in json.loads(told.read_text())]
    pictures = [
        read_pixels(
            work / f"{frame.request.view_id}.exr",
            frame.request.backdrop,
            frame.request.camera,
            normals=False,
        ).rgba
        for frame in frames.frames
    ]
    return pictures, sum(seconds) / len(seconds)


def peer_psnr(
    run: Callable[[Path, int, int, Path], Cost], meshes: list[Path], work: Path, reference: int
) -> float:
    """Median PSNR of the first frame that another script renders of each mesh."""
    found = []
    for mesh in meshes:
        usual, clean = work / "usual" / mesh.stem, work / "clean" / mesh.stem
        run(mesh, 1, 0, usual)
        run(mesh, 1, reference, clean)
        pictures = [np.asarray(Image.open(path / "000.png")) for path in (usual, clean)]
        found.append(psnr_db(*pictures))
    return statistics.median(found)
