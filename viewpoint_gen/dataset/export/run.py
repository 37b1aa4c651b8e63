"""The way through: a run's questions into a folder of one format."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from viewpoint_gen.dataset.attribution import ATTRIBUTION_NAME, attribution_of
from viewpoint_gen.dataset.export.folder import MANIFEST_NAME, ExportFolder
from viewpoint_gen.dataset.export.formats import Format
from viewpoint_gen.dataset.export.items import items_of
from viewpoint_gen.dataset.export.selection import Selection
from viewpoint_gen.dataset.questions import fingerprints_of
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.storage import open_store


@dataclass(frozen=True)
class ExportSummary:
    """What was exported.

    Attributes:
        format: its name.
        fingerprint, qa_fingerprint: of the run's recipe, and of all that decides its questions.
        questions: by split.
        families: questions of each.
        with_reasons: questions that are answered with their reasons.
        assets: how many are shown.
        licences: of the rows, each once.
    """

    format: str
    fingerprint: str
    qa_fingerprint: str
    questions: dict[str, int]
    families: dict[str, int]
    with_reasons: int
    assets: int
    licences: list[str]

    def to_dict(self) -> dict[str, Any]:
        """For ``--json`` and the manifest."""
        return asdict(self)


def export_run(
    run: str,
    chosen: Format,
    out: Path,
    selection: Selection,
    *,
    reasons_share: float,
) -> ExportSummary:
    """Write a run's questions in a format; the folder appears when it is whole.

    Args:
        run: directory or fsspec URL.
        out: local folder; an earlier export of the same run in it is replaced.
        reasons_share: of the questions, in [0, 1], are answered with their reasons.

    Raises:
        RunIncomplete: there are no questions, or another version of viewgen wrote them.
        RecipeError: no question is selected, or an evaluation is to hold reasons.
        StorageError: the folder holds something else, or can't be written.
    """
    if reasons_share > 0.0 and chosen.reasons_share == 0.0:
        msg = f"{chosen.name} is for evaluating: nothing in it is answered; leave --reasons out"
        raise RecipeError(msg)
    store = open_store(run)
    fingerprints = fingerprints_of(store)
    items, count = items_of(store, selection, reasons_share=reasons_share)
    seen = _Seen()
    with ExportFolder(out, fingerprints["fingerprint"]) as folder:
        writer = chosen.writer(folder)
        for item in tqdm(items, total=count, desc="exporting", unit="question", disable=None):
            writer.write(item)
            seen.add(item.row, explained=item.reply.startswith("<think>"))
        summary = ExportSummary(
            format=chosen.name,
            **fingerprints,
            questions=dict(seen.splits),
            families=dict(sorted(seen.families.items())),
            with_reasons=seen.with_reasons,
            assets=len(seen.uids),
            licences=sorted(seen.licences),
        )
        writer.finish(summary.questions, summary.families)
        folder.text(ATTRIBUTION_NAME, attribution_of(store, seen.uids))
        folder.text("README.md", chosen.readme.format(out=out.expanduser().resolve()))
        folder.text(MANIFEST_NAME, json.dumps(summary.to_dict(), indent=2) + "\n")
    return summary


class _Seen:
    """What went by."""

    def __init__(self) -> None:
        self.splits: Counter[str] = Counter()
        self.families: Counter[str] = Counter()
        self.licences: set[str] = set()
        self.uids: set[str] = set()
        self.with_reasons = 0

    def add(self, row: dict[str, Any], *, explained: bool) -> None:
        self.splits[row["split"]] += 1
        self.families[row["family"]] += 1
        self.licences.add(row["licence"])
        self.uids.update(row["asset_uids"])
        self.with_reasons += explained
