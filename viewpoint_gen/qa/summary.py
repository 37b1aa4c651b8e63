"""What was asked, what was refused, and why a family has none."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from viewpoint_gen.qa.cues import Cuts
from viewpoint_gen.qa.families import FAMILIES

SUMMARY_NAME = "qa.json"
"""The run's file of it, written last: questions without it are of a call that didn't finish."""

NOT_KEPT = "balance"
"""Code of a true question that was left out so that the others give nothing away."""


@dataclass
class FamilySummary:
    """Counts of one family: considered = asked + all of refused.

    Attributes:
        considered: pairs, or sets of views, held to the family's rules.
        again: of the asked, how many stand there once more in other words.
        truths: kept questions per option.
        could_be_true: questions per option before the balance.
        told_apart_by: cue -> by how much its best guesser beats chance among the kept, in [0, 1].
        cuts: image cue -> the values that part its bins, of one fact or of two.
        none_because: why nothing was asked; "" if something was.
    """

    considered: int = 0
    asked: int = 0
    again: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    truths: dict[str, int] = field(default_factory=dict)
    could_be_true: dict[str, int] = field(default_factory=dict)
    told_apart_by: dict[str, float] = field(default_factory=dict)
    cuts: Cuts = field(default_factory=dict)
    none_because: str = ""


@dataclass
class QaSummary:
    """Counts of a whole run; filled while ``build_questions`` is consumed.

    Attributes:
        settings: every threshold that the questions were asked with, by name.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    families: dict[str, FamilySummary] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """Questions of all families."""
        return sum(family.asked for family in self.families.values())

    def close(self) -> None:
        """Say why, for families without a question."""
        for name, family in self.families.items():
            family.none_because = "" if family.asked else _why_none(name, family)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        families = {name: asdict(family) for name, family in self.families.items()}
        return {"asked": self.asked, "settings": self.settings, "families": families}

    def lines(self) -> list[str]:
        """Lines for people."""
        lines = [f"{self.asked} questions"]
        for name, family in self.families.items():
            asked_of = FAMILIES[name].asked_of
            lines.append(f"{name}: {family.asked} of {family.considered} {asked_of}")
            if family.none_because:
                lines.append(f"    none, because {family.none_because}")
                continue
            truths = ", ".join(f"{count} {option}" for option, count in family.truths.items())
            lines.append(f"    true: {truths}")
            by_count = sorted(family.refused.items(), key=lambda item: -item[1])
            refused = ", ".join(f"{count} {code}" for code, count in by_count)
            lines.append(f"    left out: {refused or 'none'}")
        return lines


def _why_none(name: str, family: FamilySummary) -> str:
    needs, asked_of = FAMILIES[name].needs, FAMILIES[name].asked_of
    if not family.considered:
        return "there were no pairs"
    gone = {code: count for code, count in family.refused.items() if code != NOT_KEPT}
    if sum(gone.values()) == family.considered:
        code = max(gone, key=lambda each: gone[each])
        return f"all {asked_of} were refused, most as {code}; it needs {needs}"
    absent = [option for option, count in family.could_be_true.items() if not count]
    if absent:
        return f"no pair has the answer {' or '.join(absent)}; it needs {needs}"
    return f"whatever was kept would give the answers away; it needs {needs}"
