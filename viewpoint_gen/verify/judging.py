"""Applies the families' rules to rows of all families at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from viewpoint_gen.verify.compare import holds
from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.rule import Rule, Scene
from viewpoint_gen.verify.reading import Array, Rows
from viewpoint_gen.verify.report import Tally

_POSE_UNITS = ("deg", "deg", "times", "deg")


@dataclass(frozen=True)
class Judged:
    """What is true in N questions.

    Attributes:
        rules: of each question's family; None for an unknown one.
        keys: of the true answer; none where nothing may be asked.
        value: (N,) the number behind the answer; nan where there are several.
        margin: (N,).
        known: unit and value of each quantity that the question is about.
        letters: of marked points: the right one's, "" for none of them; "" elsewhere.
    """

    rules: list[Rule | None]
    keys: list[tuple[str, ...]]
    value: Array
    margin: Array
    known: list[list[tuple[str, float]]]
    letters: list[str]

    def told(self, row: int) -> str:
        """Return the truth in words."""
        rule = self.rules[row]
        name = " or ".join(self.keys[row]) or "nothing that may be asked"
        value = self.value[row]
        if rule is None or np.isnan(value):
            return name
        if rule.unit == "rad":
            return f"{name} ({np.rad2deg(value):.2f} deg)"
        return f"{name} ({value:.4f} {rule.unit})"


def judged(tally: Tally, rows: Rows, scene: Scene) -> Judged:
    """Find out what is true in each row, and check that it may be asked at all."""
    families = rows.texts("family")
    count = len(rows)
    result = Judged(
        [RULES.get(family) for family in families],
        [()] * count,
        np.full(count, np.nan),
        np.full(count, np.nan),
        [[] for _ in range(count)],
        [""] * count,
    )
    for family in set(families) & set(RULES):
        chosen = np.flatnonzero([family == name for name in families])
        with np.errstate(divide="ignore", invalid="ignore"):  # cameras that are none have no truth
            truth = RULES[family].judge(scene.take(chosen))
        result.value[chosen], result.margin[chosen] = truth.value, truth.margin
        quantities = quantities_of(truth.shown, len(chosen))
        for row, keys, known in zip(chosen.tolist(), truth.keys, quantities, strict=True):
            result.keys[row], result.known[row] = keys, known
        for row, letter in zip(chosen.tolist(), truth.letters, strict=False):
            result.letters[row] = letter
    check_may_be_asked(tally, rows, scene, result)
    return result


def quantities_of(shown: Mapping[str, Array], count: int) -> list[list[tuple[str, float]]]:
    """Return unit and value of each quantity that each of N questions is about."""
    known: list[list[tuple[str, float]]] = [[] for _ in range(count)]
    for unit, values in shown.items():
        units = _POSE_UNITS if unit == "pose" else (unit,) * values.shape[1]
        for mine, row in zip(known, values.tolist(), strict=True):
            mine.extend(zip(units, row, strict=True))
    return known


def check_may_be_asked(tally: Tally, rows: Rows, scene: Scene, result: Judged) -> None:
    """What must hold before a question of the family makes sense does."""
    gates = {gate.name: gate for rule in result.rules if rule for gate in rule.gates}
    families = rows.texts("family")
    for gate in gates.values():
        with np.errstate(divide="ignore", invalid="ignore"):
            passes = gate.passes(scene) | ~scene.known
        needs = np.array([rule is not None and gate in rule.gates for rule in result.rules])
        holds(tally, rows, "may_be_asked", "scene", passes | ~needs, gate.name, families)
