"""Stand-ins for assets and Blender: tiny rows that follow from (seed, uid, round) alone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from viewpoint_gen.dataset.rows import Provenance, outcome_row
from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.dataset.shards import part_names, read_part
from viewpoint_gen.pipeline.visit import ProcessVisit, VisitResult
from viewpoint_gen.recipe import Recipe, recipe_from
from viewpoint_gen.records import Asset, Outcome, OutcomeStatus, Visit
from viewpoint_gen.storage import open_store

ROW_TABLES = ("views", "pairs", "rings", "rejected", "outcomes")


@dataclass(frozen=True)
class FakeSource:
    """Assets without files."""

    size: int | None = None

    def uid(self, index: int) -> str:
        return f"asset-{index:06d}"

    def asset(self, index: int) -> Asset:
        uid = self.uid(index)
        return Asset(uid, "fake", f"/{uid}", uid, "cube", "CC0-1.0", "", uid, "", "0" * 64)

    def release(self, asset: Asset) -> None:
        pass


@dataclass(frozen=True)
class FakeLanes:
    """Opens fake lanes; picklable.

    Attributes:
        reject, fail, part: shares of assets (in a hundred) that end so; ``part`` gives only some
            of its quota.
        seconds: what a visit takes.
        killers: indices of assets that kill the process that works on them.
        hangs: indices of assets that never come back.
        diary: a file that gets a line for each visit that begins.
        view_bytes: size of each image.
    """

    reject: int = 10
    fail: int = 10
    part: int = 20
    seconds: float = 0.0
    killers: frozenset[int] = frozenset()
    hangs: frozenset[int] = frozenset()
    diary: str = ""
    view_bytes: int = 50
    seed: int = 0
    fingerprint: str = "f" * 16
    source: FakeSource = field(default_factory=FakeSource)

    @contextlib.contextmanager
    def __call__(self, number: int) -> Iterator[ProcessVisit]:
        yield self.process

    def process(self, visit: Visit, *, following: Visit | None = None) -> VisitResult:
        if self.diary:
            with Path(self.diary).open("a") as diary:
                diary.write(f"{visit.round} {visit.index} {os.getpid()}\n")
        if visit.index in self.killers:
            os.kill(os.getpid(), signal.SIGKILL)
        if visit.index in self.hangs:
            time.sleep(3600)
        time.sleep(self.seconds)
        status, code, pairs = self.fate(visit)
        return self._result(visit, status, code, pairs)

    def fate(self, visit: Visit) -> tuple[OutcomeStatus, str, int]:
        """How a visit ends, and how many pairs it brings."""
        uid = self.source.uid(visit.index)
        text = f"{self.seed} {uid} {visit.round}"
        lot = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
        share = lot % 100
        if share < self.reject:
            return OutcomeStatus.REJECTED, "too_flat", 0
        if share < self.reject + self.fail:
            return OutcomeStatus.FAILED, "import_failed", 0
        if share < self.reject + self.fail + self.part:
            return OutcomeStatus.WRITTEN, "", max(1, visit.quota - 1 - lot % 3)
        return OutcomeStatus.WRITTEN, "", visit.quota

    def _result(self, visit: Visit, status: OutcomeStatus, code: str, pairs: int) -> VisitResult:
        uid = self.source.uid(visit.index)
        views = pairs + 1 if pairs else 0
        lost = visit.quota - pairs if status is OutcomeStatus.WRITTEN else 0
        provenance = {"seed": self.seed, "fingerprint": self.fingerprint}
        image = hashlib.shake_128(f"{uid} {visit.round}".encode()).digest(self.view_bytes)
        name = f"{uid}-{visit.round}"
        outcome = Outcome(
            visit,
            self.source.asset(visit.index),
            status,
            code,
            "",
            pairs,
            views,
            lost,
            12,
            1,
            self.seconds + time.perf_counter() % 1,
        )
        ring = {"asset_uid": uid, "round": visit.round, "azimuths": 4, "ratios": bytes([255] * 6)}
        rows = {
            "views": [
                {"view_id": f"{name}-{i}", "asset_uid": uid, "round": visit.round}
                | {"image": image, "surface_points": bytes(12)}
                for i in range(views)
            ],
            "pairs": [
                {"pair_id": f"{name}-{i}", "asset_uid": uid}
                | dict.fromkeys(("surface_points_1", "surface_points_2"), bytes(12))
                | dict.fromkeys(("seen_in_1", "seen_in_2"), b"\x02")
                for i in range(pairs)
            ],
            "rings": [ring] if pairs and not visit.again else [],
            "rejected": [
                {"kind": "pair", "subject_id": f"{name}-x{i}", "asset_uid": uid, "code": "alike"}
                for i in range(lost)
            ],
        }
        tables = {
            table: pa.Table.from_pylist([row | provenance for row in found], schema=TABLES[table])
            for table, found in rows.items()
        }
        ended = outcome_row(outcome, uid, Provenance("fake", 1, self.seed, self.fingerprint))
        tables["outcomes"] = pa.Table.from_pylist([ended], schema=TABLES["outcomes"])
        return VisitResult(outcome, tables)


def make_recipe(num_pairs: int = 36, *, lanes: int = 1, **pairs: int) -> Recipe:
    """A recipe of few pairs per asset and few assets per shard."""
    settings = {"per_asset": 4, "max_per_asset": 12, "spread_over": 10, "assets_per_shard": 3}
    values = {
        "num_pairs": num_pairs,
        "pairs": settings | {"max_rounds": 32} | pairs,
        "machine": {"lanes": lanes},
    }
    return recipe_from(values, origin="test")


def rows_of(run: str | Path) -> dict[str, pa.Table]:
    """Every table of a run, by part, without the columns of time."""
    store = open_store(run)
    found = {}
    for table in ROW_TABLES:
        for name in part_names(store, table):
            rows = read_part(store, name)
            found[name] = rows.drop_columns([c for c in ("seconds",) if c in rows.column_names])
    found["assets.parquet"] = read_part(store, "assets.parquet")
    return found


def assert_same_rows(one: str | Path, other: str | Path) -> None:
    """Both runs have the same parts with the same rows in the same order."""
    first, second = rows_of(one), rows_of(other)
    assert list(first) == list(second)
    for name, table in first.items():
        assert table.equals(second[name], check_metadata=True), name


def visits_made(diary: str | Path) -> list[tuple[int, int]]:
    """(round, index) of every visit that was begun, in order."""
    lines = Path(diary).read_text().splitlines()
    return [(int(line.split()[0]), int(line.split()[1])) for line in lines]
