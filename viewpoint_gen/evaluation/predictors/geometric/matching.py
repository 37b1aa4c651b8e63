"""Points that two pictures seem to share: SIFT, where that finds too few ORB."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from viewpoint_gen.geometry.frames import Array

LEAST_MATCHES: Final = 8
"""Fewer tell nothing about a camera's motion."""

_RATIO: Final = 0.8
"""Lowe's: the best match must be this much nearer than the next."""

_SIDE_PX: Final = 432
"""Smaller pictures are enlarged to it: detectors look for blobs of a few pixels."""

_MOST_POINTS: Final = 2000


@dataclass(frozen=True)
class Matches:
    """N points of picture 1 with their places in picture 2, in pixels of the pictures as given.

    Attributes:
        pixels_1, pixels_2: (N, 2), pixel centres at +0.5.
    """

    pixels_1: Array
    pixels_2: Array

    def __len__(self) -> int:
        return len(self.pixels_1)


def match(image_1: bytes, image_2: bytes) -> Matches:
    """Match two encoded pictures: by SIFT; where that finds too little, by ORB if it has more."""
    found = _matched("sift", image_1, image_2)
    if len(found) >= LEAST_MATCHES:
        return found
    other = _matched("orb", image_1, image_2)
    return other if len(other) > len(found) else found


_CV2: Final[Any] = cv2
"""Its stubs know no detectors."""

_DETECTORS: Final[Mapping[str, Callable[[], Any]]] = {
    "sift": lambda: _CV2.SIFT_create(_MOST_POINTS, contrastThreshold=0.02),
    "orb": lambda: _CV2.ORB_create(_MOST_POINTS, fastThreshold=8),
}


def _matched(detector: str, image_1: bytes, image_2: bytes) -> Matches:
    pixels_1, described_1 = _described(detector, image_1)
    pixels_2, described_2 = _described(detector, image_2)
    if len(pixels_1) < 2 or len(pixels_2) < 2:
        return Matches(np.zeros((0, 2)), np.zeros((0, 2)))
    norm = cv2.NORM_HAMMING if described_1.dtype == np.uint8 else cv2.NORM_L2
    matcher = cv2.BFMatcher(norm)
    there = _best(matcher.knnMatch(described_1, described_2, k=2))
    back = _best(matcher.knnMatch(described_2, described_1, k=2))
    both = [(one, two) for one, two in there.items() if back.get(two) == one]
    places = np.array(both, dtype=np.int64).reshape(-1, 2)
    return Matches(pixels_1[places[:, 0]], pixels_2[places[:, 1]])


@lru_cache(maxsize=64)
def _described(detector: str, image: bytes) -> tuple[Array, Any]:
    """Points (N, 2) in pixels, and what they look like; neighbouring questions share images."""
    grey = np.asarray(Image.open(io.BytesIO(image)).convert("L"))
    factor = max(1.0, _SIDE_PX / min(grey.shape))
    large = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    points, described = _DETECTORS[detector]().detectAndCompute(large, None)
    if described is None:
        return np.zeros((0, 2)), np.zeros((0, 1), dtype=np.uint8)
    pixels = np.array([point.pt for point in points], dtype=np.float64)
    return (pixels + 0.5) / factor, described


def _best(candidates: Any) -> dict[int, int]:
    """Of each point the match that stands out from the next one."""
    return {
        pair[0].queryIdx: pair[0].trainIdx
        for pair in candidates
        if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance
    }
