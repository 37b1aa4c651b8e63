"""The sRGB transfer curve (IEC 61966-2-1), both ways."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
_STEPS = 2**21


def linear_from_srgb(colour_srgb: Colour) -> Colour:
    """Linear values of one sRGB colour; all in [0, 1]."""
    encoded = np.asarray(colour_srgb, dtype=np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return float(linear[0]), float(linear[1]), float(linear[2])


def srgb8_from_linear(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round linear values to 8-bit sRGB; nan becomes 0, the rest is clipped to [0, 1].

    By a table of two million steps, so fine that one value in ten thousand is rounded otherwise.
    """
    clipped = np.minimum(np.fmax(linear, np.float32(0.0)), np.float32(1.0))  # fmax drops nan
    steps = (clipped * np.float32(_STEPS - 1) + np.float32(0.5)).astype(np.int32)
    return np.asarray(_srgb8_of_steps()[steps])


@cache
def _srgb8_of_steps() -> NDArray[np.uint8]:
    linear = np.arange(_STEPS) / (_STEPS - 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(encoded * 255.0 + 0.5, dtype=np.uint8)
