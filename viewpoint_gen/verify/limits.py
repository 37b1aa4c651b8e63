"""The thresholds of the questions: written out here a second time, or as the run has them set.

A run may be asked with other thresholds than the usual ones. They stand in its ``recipe.toml``,
and, where ``viewgen qa`` was told otherwise, in its ``qa.json``; both are read here by themselves.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from viewpoint_gen.verify.reading import RunFiles
from viewpoint_gen.verify.report import Finding, Tally


@dataclass(frozen=True)
class Limits:
    """From where on a motion is one, up to where it is none, and what must be seen of it.

    The fields have the names of the recipe's section ``qa``; what the checks need of them, in
    radians and shares, is derived below.
    """

    sideways_least_deg: float = 12.0
    vertical_least_deg: float = 10.0
    turn_least_deg: float = 8.0
    side_most_deg: float = 160.0
    distance_least_ratio: float = 1.15
    still_most_deg: float = 1.0
    still_most_share: float = 0.01
    pole_deg: float = 75.0
    focal_most_ln_ratio: float = 0.01
    mask_least_share: float = 0.01
    in_frame_least_share: float = 0.85
    overlap_least_share: float = 0.10
    displacement_least_px: float = 4.0
    mark_mask_least_share: float = 0.015
    mark_apart_share: float = 0.06
    mark_edge_share: float = 0.025
    mark_moved_share: float = 0.03
    point_apart: float = 0.05
    candidates_least_deg: float = 25.0
    same_side_most_deg: float = 45.0

    @property
    def sideways_share(self) -> float:
        """Shortest step to a side, in units of the first distance."""
        return float(np.sin(self.azimuth_rad))

    @property
    def rise_share(self) -> float:
        """Shortest step up or down, in units of the first distance."""
        return float(np.sin(self.elevation_rad))

    @property
    def step_share(self) -> float:
        """A camera that takes a shorter step, and turns by less, hasn't clearly moved."""
        return float(np.sin(self.turn_rad))

    @property
    def azimuth_rad(self) -> float:
        """Least way round the object."""
        return float(np.deg2rad(self.sideways_least_deg))

    @property
    def elevation_rad(self) -> float:
        """Least change of the height angle."""
        return float(np.deg2rad(self.vertical_least_deg))

    @property
    def turn_rad(self) -> float:
        """Least turn of a camera."""
        return float(np.deg2rad(self.turn_least_deg))

    @property
    def sideless_rad(self) -> float:
        """Beyond it, left and right are no longer told apart."""
        return float(np.deg2rad(self.side_most_deg))

    @property
    def still_rad(self) -> float:
        """Up to which an angle is none."""
        return float(np.deg2rad(self.still_most_deg))

    @property
    def ln_scaled(self) -> float:
        """Logarithm of the least ratio that is a change."""
        return float(np.log(self.distance_least_ratio))

    @property
    def ln_kept(self) -> float:
        """Logarithm of the largest ratio that is none."""
        return float(np.log1p(self.still_most_share))

    @property
    def apart_rad(self) -> float:
        """Least distance of two views to choose from, round the object or in height angle."""
        return float(np.deg2rad(self.candidates_least_deg))

    @property
    def same_side_rad(self) -> float:
        """Up to which two views show the same side of an object."""
        return float(np.deg2rad(self.same_side_most_deg))

    @property
    def pole_rad(self) -> float:
        """Steepest look, or place, at which azimuth, heading and roll are asked."""
        return float(np.deg2rad(self.pole_deg))


USUAL: Final = Limits()
"""Of a run that sets nothing else."""

SUMMARY: Final = "qa.json"
"""Its key ``settings`` holds what the questions that are there were asked with."""


def read_limits(files: RunFiles, tally: Tally) -> Limits:
    """Return a run's own thresholds; what it doesn't set, or sets to no number, is as usual."""
    settings: dict[str, Any] = {}
    for name, read in (("recipe.toml", _of_recipe), (SUMMARY, _of_summary)):
        try:
            settings |= read(files.text(name)) if files.exists(name) else {}
        except (OSError, ValueError) as error:
            tally.found(
                Finding("limits", "run", name, "", "file", "one that reads", type(error).__name__)
            )
    tally.looked("limits")
    return limits_from(settings)


def limits_from(settings: Mapping[str, Any]) -> Limits:
    """Return the thresholds of a section ``qa``; its other keys decide nothing here."""
    known = {field.name for field in fields(Limits)}
    numbers = {name: settings[name] for name in known & settings.keys()}
    return Limits(
        **{
            name: float(number)
            for name, number in numbers.items()
            if isinstance(number, int | float) and not isinstance(number, bool)
        }
    )


def _of_recipe(text: str) -> Mapping[str, Any]:
    return _section(tomllib.loads(text), "qa")


def _of_summary(text: str) -> Mapping[str, Any]:
    return _section(json.loads(text), "settings")


def _section(data: Any, name: str) -> Mapping[str, Any]:
    found = data.get(name, {}) if isinstance(data, dict) else {}
    return found if isinstance(found, dict) else {}
