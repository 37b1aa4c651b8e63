"""VSI-Bench (arXiv 2412.14171): videos of rooms; choices, and numbers by mean relative accuracy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from viewpoint_gen.errors import SourceError
from viewpoint_gen.evaluation.benchmarks.sheet import Benchmark, Row, Sheet, bare_option, letter_in

FRAMES: Final = 16
"""Of each video, evenly spread, the first and the last among them."""

_QUALITY: Final = 90
_VIDEO_NAMES: Final = ("{dataset}/{scene}.mp4", "{dataset}/videos/{scene}.mp4", "{scene}.mp4")


def _read(row: Row, number: int, folder: Path) -> Sheet:
    name = str(row["id"] if row.get("id") is not None else number)
    scene, kind = str(row["scene_name"]), str(row["question_type"])
    options = tuple(map(bare_option, row.get("options") or ()))
    truth = str(row["ground_truth"])
    return Sheet(
        id=f"{scene}.{name}",
        family=kind,
        text=f"These are frames of a video.\n{row['question']}",
        options=options,
        answer=letter_in(truth, options, name) if options else _number(truth, name),
        images=frames_of(_video(folder, str(row.get("dataset") or ""), scene), FRAMES),
        source=scene,
    )


def _number(text: str, where: str) -> str:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not value > 0.0:
        raise SourceError(f"{where}: {text!r} is no number above 0, and there are no options")
    return text


def _video(folder: Path, dataset: str, scene: str) -> Path:
    tried = [folder / name.format(dataset=dataset, scene=scene) for name in _VIDEO_NAMES]
    for path in tried:
        if path.is_file():
            return path
    raise SourceError(f"{scene}: no video; expected {tried[0]}; nothing is downloaded")


@lru_cache(maxsize=4)
def frames_of(path: Path, count: int) -> tuple[bytes, ...]:
    """Frames of a video as JPEG files; a short video gives fewer.

    Raises:
        SourceError: it can't be read.
    """
    found = tuple(_encoded(frame) for frame in _frames(path, count))
    if not found:
        raise SourceError(f"{path}: it can't be read as a video; fetch it again")
    return found


def _frames(path: Path, count: int) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    import cv2

    video = cv2.VideoCapture(str(path))
    try:
        total = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        wanted = set(np.linspace(0, max(total - 1, 0), count).round().astype(int).tolist())
        for number in range(total):
            is_read, frame = video.read()  # one after the other: seeking isn't exact in all files
            if not is_read:
                return
            if number in wanted:
                yield frame[:, :, ::-1]
    finally:
        video.release()


def _encoded(frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(frame)).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


VSI_BENCH: Final = Benchmark(("scene_name", "question_type", "question", "ground_truth"), _read)
