"""Light and backdrop of one visit: drawn once, the same for all its views."""

from __future__ import annotations

import colorsys
from dataclasses import replace

import numpy as np

from viewpoint_gen.records import Backdrop, BackdropKind, Lighting
from viewpoint_gen.views.config import BackdropWeights

HDRIS = (
    "city.exr",
    "courtyard.exr",
    "forest.exr",
    "interior.exr",
    "studio.exr",
    "sunrise.exr",
    "sunset.exr",
)
"""Blender's bundled environments (CC0), without the one taken at night."""

_PATTERNS = ("tiles", "checker", "noise")


def sample_backdrop(weights: BackdropWeights, rng: np.random.Generator) -> Backdrop:
    """Draw one backdrop; quiet colours, so that the object stands out."""
    kinds = list(BackdropKind)
    share = np.array([weights.of(kind) for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=share / share.sum()))]
    hue, pale = rng.random(), rng.uniform(0.03, 0.22)
    return Backdrop(
        kind=kind,
        colour_srgb=_colour(hue, pale, rng.uniform(0.62, 0.95)),
        ground_colours_srgb=_ground_colours(rng),
        ground_pattern=str(rng.choice(_PATTERNS)),
        hdri=str(rng.choice(HDRIS)),
        rotation_rad=float(rng.uniform(-np.pi, np.pi)),
    )


def _ground_colours(
    rng: np.random.Generator,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    hue, saturation, value = rng.random(), rng.uniform(0.05, 0.3), rng.uniform(0.35, 0.7)
    lighter = min(value + rng.uniform(0.08, 0.22), 0.9)
    return _colour(hue, saturation, value), _colour(hue, saturation * 0.8, lighter)


def _colour(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return (red, green, blue)


def sample_lighting(rng: np.random.Generator) -> Lighting:
    """Draw a sun and an even surrounding light."""
    return Lighting(
        sun_azimuth_rad=float(rng.uniform(-np.pi, np.pi)),
        sun_elevation_rad=float(np.deg2rad(rng.uniform(30.0, 70.0))),
        sun_strength=float(rng.uniform(1.5, 2.5)),
        sun_angle_rad=float(np.deg2rad(rng.uniform(2.0, 15.0))),
        ambient_strength=float(rng.uniform(0.45, 0.75)),
    )


def with_moved_sun(lighting: Lighting, rng: np.random.Generator) -> Lighting:
    """The sun at least 60 degrees further round."""
    turn = float(np.deg2rad(rng.uniform(60.0, 300.0)))
    return replace(lighting, sun_azimuth_rad=lighting.sun_azimuth_rad + turn)
