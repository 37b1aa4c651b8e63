"""The sRGB transfer curve (IEC 61966-2-1), both ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]


def linear_from_srgb(colour_srgb: Colour) -> Colour:
    """Linear values of one sRGB colour; all in [0, 1]."""
    encoded = np.asarray(colour_srgb, dtype=np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return float(linear[0]), float(linear[1]), float(linear[2])


def srgb8_from_linear(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round linear values to 8-bit sRGB; nan becomes 0, the rest is clipped to [0, 1]."""
    clipped = np.minimum(np.fmax(linear, np.float32(0.0)), np.float32(1.0))  # fmax drops nan
    curved = np.float32(1.055) * np.power(clipped, np.float32(1.0 / 2.4)) - np.float32(0.055)
    encoded = np.where(clipped <= 0.0031308, np.float32(12.92) * clipped, curved)
    return np.asarray(encoded * np.float32(255.0) + np.float32(0.5), dtype=np.uint8)
