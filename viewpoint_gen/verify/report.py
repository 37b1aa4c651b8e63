"""What verification found: counts per check, and one finding per thing that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FINDING_LIMIT: Final = 10_000
"""Most findings kept with their details; all of them are counted."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing of a run that isn't so.

    Attributes:
        check: name of the check, e.g. "answer_true".
        table: "views", "pairs", ... or "run" for the directory itself.
        file: path inside the run, "" where no single file is to blame.
        row_id: the row's own id, "" where the whole file is meant.
        what: the quantity that was looked at.
        expected: as recomputed.
        got: as stored.
    """

    check: str
    table: str
    file: str
    row_id: str
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file or self.table, self.row_id) if part)
        return f"{place}: {self.what}: expected {self.expected}, got {self.got} [{self.check}]"


@dataclass(frozen=True)
class Report:
    """Outcome of verifying one run.

    Attributes:
        checked: how often each check looked at something.
        wrong: how often it found something wrong; checks that found nothing are absent.
        findings: details, at most as many as the limit; sorted by file and row.
    """

    checked: Mapping[str, int]
    wrong: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.wrong

    @property
    def wrong_count(self) -> int:
        """All findings, those beyond the limit included."""
        return sum(self.wrong.values())

    def summary(self) -> dict[str, object]:
        """Return what ``--json`` prints: plain numbers and strings only."""
        return {
            "ok": self.ok,
            "wrong_count": self.wrong_count,
            "checked": dict(sorted(self.checked.items())),
            "wrong": dict(sorted(self.wrong.items())),
            "findings": [vars(finding) for finding in self.findings],
        }


@dataclass
class Tally:
    """Collects what the checks see; one per process, merged at the end."""

    limit: int = FINDING_LIMIT
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def looked(self, check: str, count: int = 1) -> None:
        """Count ``count`` things that ``check`` looked at."""
        self.checked[check] += count

    def found(self, finding: Finding) -> None:
        """Count one wrong thing, and keep its details while there is room."""
        self.wrong[finding.check] += 1
        if len(self.findings) < self.limit:
            self.findings.append(finding)

    def merge(self, other: Tally) -> None:
        """Add what another process has seen."""
        self.checked.update(other.checked)
        self.wrong.update(other.wrong)
        self.findings.extend(other.findings[: self.limit - len(self.findings)])

    def report(self) -> Report:
        """Return the sums."""
        ordered = sorted(self.findings, key=lambda f: (f.table, f.file, f.row_id, f.check, f.what))
        return Report(dict(self.checked), dict(self.wrong), tuple(ordered))
