"""Which motions a question's wrong answers stand for: what a picture has to tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families.directions import NOTHING
from viewpoint_gen.qa.families.family import Nearby, Verdicts


@dataclass(frozen=True)
class Coordinate:
    """One number of camera 2 that a wrong answer changes.

    Attributes:
        name: as ``qa.invisible`` knows it.
        least: from which on a change of it is asked about, in rad, in first distances, or as the
            logarithm of a ratio.
    """

    name: str
    least: Callable[[QaConfig], float]


def _angle(setting: str) -> Callable[[QaConfig], float]:
    return lambda config: float(np.deg2rad(getattr(config, setting)))


def _share(setting: str) -> Callable[[QaConfig], float]:
    return lambda config: float(np.sin(np.deg2rad(getattr(config, setting))))


def _ratio(config: QaConfig) -> float:
    return float(np.log(config.distance_least_ratio))


COORDINATES: Final = {
    coordinate.name: coordinate
    for coordinate in (
        Coordinate("azimuth", _angle("sideways_least_deg")),
        Coordinate("elevation", _angle("vertical_least_deg")),
        Coordinate("sideways", _share("sideways_least_deg")),
        Coordinate("vertical", _share("vertical_least_deg")),
        Coordinate("object_left", _share("sideways_least_deg")),
        Coordinate("object_front", _share("sideways_least_deg")),
        Coordinate("distance", _ratio),
        Coordinate("yaw", _angle("turn_least_deg")),
        Coordinate("pitch", _angle("turn_least_deg")),
        Coordinate("roll", _angle("turn_least_deg")),
        Coordinate("focal", _ratio),
    )
}


def next_direction(name: str) -> Nearby:
    """Of a direction: no motion at all; of "not at all": the least motion that is one."""

    def gaps(verdicts: Verdicts, config: QaConfig) -> dict[str, Array]:
        least = COORDINATES[name].least(config)
        return {name: np.where(verdicts.option == NOTHING, least, np.abs(verdicts.value))}

    return gaps


def next_angle(name: str, step: float) -> Nearby:
    """Of a size in degrees: the size a step smaller."""
    return lambda verdicts, _: {name: np.deg2rad(verdicts.value) * (1.0 - 1.0 / step)}


def next_ratio(name: str, step: float) -> Nearby:
    """Of a ratio: the ratio a step smaller."""
    return lambda verdicts, _: {name: np.full(len(verdicts.value), np.log(step))}


def least_of(*names: str) -> Nearby:
    """Of a motion of several parts: one part more, or less, of the least size that counts."""

    def gaps(verdicts: Verdicts, config: QaConfig) -> dict[str, Array]:
        count = len(verdicts.value)
        return {name: np.full(count, COORDINATES[name].least(config)) for name in names}

    return gaps
