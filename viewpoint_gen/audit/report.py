"""What the cheats came to: for the file, for the screen, and for the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from viewpoint_gen.audit.constants import BestConstant
from viewpoint_gen.audit.gate import BOUND_MARGIN, ENOUGH_QUESTIONS, MARGIN, Kind, judged_by
from viewpoint_gen.audit.guessing import Tell
from viewpoint_gen.errors import Leak


@dataclass(frozen=True)
class CheatResult:
    """One cheat on one family.

    Attributes:
        kind: what guessing well with it means.
        chance: of guessing right without knowing anything.
        share: of the questions that it guesses right.
        low, high: 95 % interval of it, by bootstrap over assets.
        past_gate: whether it is too good for its kind.
        tells: what helps it most; empty if it may well be at chance.
    """

    cheat: str
    sees: str
    kind: Kind
    chance: float
    share: float
    low: float
    high: float
    past_gate: bool
    tells: tuple[Tell, ...]


@dataclass(frozen=True)
class FamilyResult:
    """Every cheat on one family's questions.

    Attributes:
        chance: of guessing the true answer, among those that are ever true.
        never_true: answers of the family that no question has.
        best_constant: of questions that ask for numbers; None for others.
    """

    family: str
    questions: int
    assets: int
    chance: float
    never_true: tuple[str, ...]
    best_constant: BestConstant | None
    cheats: tuple[CheatResult, ...]

    @property
    def judged_by(self) -> str:
        """What is held to the gate: the "share", the "lower end", or "nothing"."""
        return judged_by(self.questions, self.assets)


@dataclass(frozen=True)
class Report:
    """Every cheat on every family of a run."""

    run: str
    seed: int
    seconds: float
    families: tuple[FamilyResult, ...]

    @property
    def leaks(self) -> list[str]:
        """One line per cheat past the gate: which family, which cheat, by which feature."""
        return [
            f"{family.family}: {result.cheat} ({result.sees}) is right in {result.share:.1%} "
            f"[{result.low:.1%}, {result.high:.1%}], chance {result.chance:.1%}{_by(result)}"
            for family in self.families
            for result in family.cheats
            if result.past_gate
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for a JSON file."""
        return {
            "run": self.run,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "gate": {
                "margin": MARGIN,
                "bound_margin": BOUND_MARGIN,
                "share_from_questions": ENOUGH_QUESTIONS,
                "passed": not self.leaks,
            },
            "leaks": self.leaks,
            "families": {
                family.family: {**asdict(family), "judged_by": family.judged_by}
                for family in self.families
            },
        }

    def lines(self) -> list[str]:
        """A table per family, then what leaks."""
        lines = [line for family in self.families for line in _family_lines(family)]
        lines.append(
            f"Gate: chance + {MARGIN:.0%} for text alone and one image alone, chance + "
            f"{BOUND_MARGIN:.0%} for one camera's exact numbers (more than its image shows: a "
            f"bound); under {ENOUGH_QUESTIONS:,} questions it is the lower end of the 95 % "
            f"interval that counts."
        )
        return [*lines, *(f"LEAK  {leak}" for leak in self.leaks)]

    def refuse_leaks(self) -> None:
        """Do nothing if no cheat is past the gate.

        Raises:
            Leak: one is.
        """
        families = sorted({leak.split(":")[0] for leak in self.leaks})
        if families:
            msg = (
                f"{self.run}: {', '.join(families)} can be guessed without both images; "
                f"audit.json says by which features"
            )
            raise Leak(msg)


def _by(result: CheatResult) -> str:
    named = ", ".join(f"{tell.feature} ({100 * tell.points:.1f} points)" for tell in result.tells)
    return f", by {named}" if named else ""


_MARKS: Final[Mapping[Kind, str]] = {Kind.LEAK: "ok", Kind.BOUND: "bound", Kind.BOTH: "both"}


def _family_lines(family: FamilyResult) -> Iterator[str]:
    how = {"nothing": "too few to be judged", "lower end": "judged by the lower end"}
    noted = f"; {how[family.judged_by]}" if family.judged_by in how else ""
    never = f"; never true: {', '.join(family.never_true)}" if family.never_true else ""
    yield (
        f"{family.family}: {family.questions:,} questions, {family.assets:,} assets, "
        f"chance {family.chance:.1%}{noted}{never}"
    )
    for result in family.cheats:
        mark = "LEAK" if result.past_gate else _MARKS[result.kind]
        yield (
            f"  {mark:<6}{result.cheat:<15} {result.share:>6.1%}  "
            f"[{result.low:>5.1%}, {result.high:>6.1%}]{_by(result)}"
        )
    if family.best_constant is not None:
        best = family.best_constant
        yield f"  {'score':<6}{'best constant':<15} {best.score:>6.1%}  by always {best.answer}"
