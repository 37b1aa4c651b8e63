"""The questions of a run in numbers, family by family; filled batch by batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.qa.draws import SPLITS
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.groups import AGAIN


@dataclass(frozen=True)
class FamilyStatistics:
    """One family's questions.

    Attributes:
        asks: one line, for people.
        asked: questions, those asked again in other words included.
        again: of those, how many are a second wording.
        images: that each question shows.
        wordings: different stems that occur; each may come with several sets of options and notes.
        chance: mean chance of a guess among the options; None where none are offered.
        answer_type: choice, angle, ratio, set or pose.
        answers: answer key -> questions; every key of the family, in its order.
        letters: letter of the right option -> questions; empty where no letter is the answer.
        splits: split -> questions.
        refused: code -> pairs or sets of views that were not asked, most frequent first.
    """

    family: str
    asks: str
    frame: str
    asked: int
    again: int
    images: int
    wordings: int
    chance: float | None
    answer_type: str
    answers: Mapping[str, int]
    letters: Mapping[str, int]
    splits: Mapping[str, int]
    refused: Mapping[str, int]


class QuestionTally:
    """Questions, counted by everything that the families' table says."""

    COLUMNS: Final = (
        "family", "group_role", "split", "wording_id", "answer_type", "answer_key",
        "answer_letter", "chance", "asset_uids", "image_ids", "qa_fingerprint",
    )  # fmt: skip

    def __init__(self) -> None:
        self.fingerprint = ""
        self.splits: Counter[str] = Counter()
        self.shown: dict[str, set[str]] = {split: set() for split in SPLITS}
        self._by: dict[str, Counter[tuple[str, Any]]] = {
            name: Counter()
            for name in ("split", "wording_id", "answer_type", "answer_key", "answer_letter")
        }
        self._again: Counter[str] = Counter()
        self._images: dict[str, int] = {}
        self._chances: dict[str, Counter[float | None]] = defaultdict(Counter)

    def add(self, rows: pa.RecordBatch) -> None:
        """Count a batch of rows with ``COLUMNS``."""
        self.fingerprint = rows["qa_fingerprint"][0].as_py() if len(rows) else self.fingerprint
        for name, counts in self._by.items():
            counts += counted(rows, ["family", name])
        self.splits += counted(rows, ["split"])
        for (family, chance), asked in counted(rows, ["family", "chance"]).items():
            self._chances[family][chance] += asked
        again = rows.filter(pc.ends_with(rows["group_role"], f"_{AGAIN}"))
        self._again += counted(again, ["family"])
        self._add_lists(rows)

    def _add_lists(self, rows: pa.RecordBatch) -> None:
        lengths = pc.list_value_length(rows["image_ids"])
        images = pa.table({"family": rows["family"], "images": lengths})
        most = images.group_by("family").aggregate([("images", "max")])
        self._images |= dict(
            zip(most["family"].to_pylist(), most["images_max"].to_pylist(), strict=True)
        )
        for split, shown in self.shown.items():
            uids = rows.filter(pc.equal(rows["split"], split))["asset_uids"].flatten()
            shown.update(uids.unique().to_pylist())

    def families(self, refused: Mapping[str, Mapping[str, int]]) -> list[FamilyStatistics]:
        """In the order of the package: those that were considered."""
        asked = {family for family, _ in self._by["split"]}
        return [
            self._family(name, refused.get(name, {}))
            for name in FAMILIES
            if name in asked or name in refused
        ]

    def _family(self, name: str, refused: Mapping[str, int]) -> FamilyStatistics:
        of = {by: self._of(by, name) for by in self._by}
        chances = {c: n for c, n in self._chances[name].items() if c is not None}
        guessed = sum(chances.values())
        family = FAMILIES[name]
        return FamilyStatistics(
            family=name,
            asks=family.asks,
            frame=family.frame,
            asked=sum(of["split"].values()),
            again=self._again[name],
            images=self._images.get(name, len(family.images)),
            wordings=len({wording.split(".")[1] for wording in of["wording_id"]}),
            chance=sum(c * n for c, n in chances.items()) / guessed if guessed else None,
            answer_type=next(iter(of["answer_type"]), ""),
            answers={key: of["answer_key"].get(key, 0) for key in family.options},
            letters=dict(sorted((k, n) for k, n in of["answer_letter"].items() if k)),
            splits={split: of["split"][split] for split in SPLITS if split in of["split"]},
            refused=by_count(refused),
        )

    def _of(self, by: str, family: str) -> dict[Any, int]:
        return {value: n for (name, value), n in self._by[by].items() if name == family}


def counted(rows: pa.RecordBatch, columns: Sequence[str]) -> Counter[Any]:
    """How often each value (of several columns: each tuple) occurs in a batch."""
    table = pa.Table.from_batches([rows]).select(list(columns))
    groups = table.group_by(list(columns)).aggregate([([], "count_all")])
    values = [groups[name].to_pylist() for name in columns]
    keys = values[0] if len(columns) == 1 else list(zip(*values, strict=True))
    return Counter(dict(zip(keys, groups["count_all"].to_pylist(), strict=True)))


def by_count(counts: Mapping[Any, Any]) -> dict[Any, Any]:
    """The most frequent first; equal ones by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
