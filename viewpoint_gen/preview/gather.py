"""Everything that is shown of a run: chosen pairs and sets with their questions and refusals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.schema import PAIRS, QUESTIONS
from viewpoint_gen.dataset.shards import iterate_batches, open_part
from viewpoint_gen.dataset.statistics import ASSETS_NAME
from viewpoint_gen.preview.candidates import (
    BATCH_ROWS,
    EXAMPLES,
    Asked,
    Candidates,
    Refused,
    read_asked,
    read_candidates,
    read_refused,
)
from viewpoint_gen.preview.rows import Row, rows_by_id
from viewpoint_gen.preview.sample import (
    PAIRS_PER_ASSET,
    choose_pairs,
    in_turn,
    shuffled,
    spread_assets,
)
from viewpoint_gen.storage import Store

SETS_SHARE: Final = 0.03
"""Groups of questions shown per family that gathers its own views, as a share of the pairs."""

_NOT_SHOWN: Final = {"facts", "world_from_camera", "intrinsics", "image_sha256", "fingerprint"}

QUESTION_COLUMNS: Final = tuple(name for name in QUESTIONS.names if name not in _NOT_SHOWN)
PAIR_COLUMNS: Final = tuple(
    name
    for name in PAIRS.names
    if not name.startswith(("surface_points", "world_from_camera", "intrinsics", "image_sha256"))
)
ASSET_COLUMNS: Final = (
    "asset_uid", "category", "title", "author", "licence", "url", "source", "triangles",
    "status", "code",
)  # fmt: skip


@dataclass
class Gathered:
    """Rows of what is shown.

    Attributes:
        pairs: in the order they are shown in.
        sets: of each, the questions about it: rows of equal images.
        questions: pair -> its questions.
        refusals: pair -> rows of the rejected table, with ``family``.
        rejected: (kind, code) -> rows, examples of each reason, with their numbers.
        counts: (kind, code) -> how many rows there are.
        splits: asset -> split.
        assets: asset -> row.
        lost: code -> assets of which nothing was kept.
        messages: of lost assets, what was said of them.
    """

    pairs: list[Row] = field(default_factory=list)
    sets: list[list[Row]] = field(default_factory=list)
    questions: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    refusals: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    assets: dict[str, Row] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    messages: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)

    @property
    def view_ids(self) -> list[str]:
        """Every view shown, each once."""
        pairs = ((pair["view_id_1"], pair["view_id_2"]) for pair in self.pairs)
        sets = (row["image_ids"] for rows in self.sets for row in rows)
        return list(dict.fromkeys(view for views in [*pairs, *sets] for view in views))


def gather(store: Store, *, pairs: int, seed: int) -> Gathered:
    """Choose what is shown, and read it.

    Args:
        pairs: how many to show, at most.
        seed: of the choice.
    """
    candidates = read_candidates(store, seed=seed)
    asked = read_asked(store, candidates)
    strata = {
        asset: (asked.splits.get(asset, ""), category)
        for asset, category in candidates.categories.items()
    }
    assets = spread_assets(strata, max(1, pairs // PAIRS_PER_ASSET), seed=seed)
    refused = read_refused(store, assets)
    chosen = _choose(candidates, asked, refused, assets, pairs=pairs, seed=seed)
    groups = _choose_sets(asked, set(assets), count=max(1, int(SETS_SHARE * pairs)), seed=seed)
    rows = rows_by_id(store, "pairs", "pair_id", chosen, PAIR_COLUMNS, first=candidates.parts)
    by_id = {row["pair_id"]: row for row in rows}
    found = Gathered(
        pairs=[by_id[pair] for pair in chosen if pair in by_id],
        rejected=refused.examples,
        counts=dict(refused.counts),
        splits=asked.splits,
        parts=candidates.parts,
    )
    _read_questions(store, found, groups)
    found.refusals = _refusals(store, found, refused, set(assets))
    _read_assets(store, found)
    return found


def _choose(
    candidates: Candidates,
    asked: Asked,
    refused: Refused,
    assets: Sequence[str],
    *,
    pairs: int,
    seed: int,
) -> list[str]:
    """Pairs of the chosen assets, and spare ones for what none of those is an example of."""
    pairs_of: dict[str, list[str]] = {asset: [] for asset in assets}
    labels: dict[str, set[tuple[str, str]]] = {}
    for pair, (asset, _, kind) in candidates.pairs.items():
        if asset in pairs_of:
            pairs_of[asset].append(pair)
            labels[pair] = {("kind", kind)}
            labels[pair] |= {("asked", family) for family in asked.families.get(pair, ())}
            labels[pair] |= {("refused", row["code"]) for row in refused.rows.get(pair, ())}
    shown = {label for each in labels.values() for label in each}
    spares = _spares(candidates, asked, refused, shown)
    for number, pair in enumerate(spares):
        pairs_of[f"spare {number}"] = [pair]
        labels[pair] = {("spare", pair)}
    return choose_pairs(pairs_of, labels, pairs, seed=seed)


def _spares(
    candidates: Candidates, asked: Asked, refused: Refused, shown: set[tuple[str, str]]
) -> list[str]:
    """Pairs of other assets that are examples of what isn't shown otherwise."""
    found: dict[str, None] = {}
    elsewhere: dict[str, list[str]] = defaultdict(list)
    for pair in candidates.pairs:
        for family in asked.families.get(pair, ()):
            elsewhere[family].append(pair)
    for family in sorted({*elsewhere, *asked.spares}):
        if ("asked", family) not in shown:
            found.update(dict.fromkeys([*elsewhere[family], *asked.spares[family]][:2]))
    for code, pairs in sorted(refused.spares.items()):
        if ("refused", code) not in shown:
            found.update(dict.fromkeys(pairs[:2]))
    return list(found)


def _choose_sets(asked: Asked, assets: set[str], *, count: int, seed: int) -> list[str]:
    """Groups of questions about views that a family gathered; of chosen assets before others."""
    chosen: list[str] = []
    for family, groups in sorted(asked.sets.items()):
        by_asset: dict[str, list[str]] = defaultdict(list)
        order = shuffled(groups, seed, f"sets of {family}")
        for group in sorted(order, key=lambda group: groups[group] not in assets):
            by_asset[groups[group]].append(group)
        chosen += in_turn(by_asset)[:count]
    return chosen


def _read_questions(store: Store, found: Gathered, groups: Collection[str]) -> None:
    """Questions of the chosen pairs and sets. Sets are told apart by what they show."""
    pairs = pa.array([row["pair_id"] for row in found.pairs], pa.string())
    gathered = pa.array(groups, pa.string())
    by_images: dict[str, dict[tuple[str, ...], list[Row]]] = defaultdict(dict)
    for rows in iterate_batches(store, "qa", columns=QUESTION_COLUMNS, rows=BATCH_ROWS):
        of_pair = pc.fill_null(pc.is_in(rows["pair_id"], value_set=pairs), False)
        here = pc.or_(of_pair, pc.is_in(rows["group_id"], value_set=gathered))
        for row in rows.filter(here).to_pylist():
            if row["pair_id"] is not None:
                found.questions[row["pair_id"]].append(row)
            else:
                sets = by_images[row["family"]]
                sets.setdefault(tuple(row["image_ids"]), []).append(row)
    found.sets = in_turn({family: list(sets.values()) for family, sets in by_images.items()})


def _refusals(
    store: Store, found: Gathered, refused: Refused, assets: set[str]
) -> dict[str, list[Row]]:
    """Of the pairs shown; those of spare assets weren't read yet."""
    spare = {row["asset_uid"] for row in found.pairs} - assets
    more = read_refused(store, spare).rows if spare and refused.counts else {}
    ids = [row["pair_id"] for row in found.pairs]
    return {pair: [*refused.rows.get(pair, ()), *more.get(pair, ())] for pair in ids}


def _read_assets(store: Store, found: Gathered) -> None:
    """Title, author, licence and source of every asset shown; the names of those that were lost."""
    shown = {row["asset_uid"] for row in found.pairs}
    shown |= {uid for rows in found.sets for row in rows for uid in row["asset_uids"]}
    with open_part(store, ASSETS_NAME) as part:
        rows = part.read(columns=list(ASSET_COLUMNS))
    here = pc.is_in(rows["asset_uid"], value_set=pa.array(sorted(shown), pa.string()))
    found.assets = {row["asset_uid"]: row for row in rows.filter(here).to_pylist()}
    lost = rows.filter(pc.not_equal(rows["status"], "written")).select(["asset_uid", "code"])
    for row in lost.to_pylist():
        found.lost[row["code"]].append(row["asset_uid"])
    found.messages = _messages(store, found.lost)


def _messages(store: Store, lost: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the outcomes say of the first few assets of each code."""
    few = pa.array([uid for uids in lost.values() for uid in uids[:EXAMPLES]], pa.string())
    messages: dict[str, str] = {}
    if len(few):
        columns = ("asset_uid", "message")
        for rows in iterate_batches(store, "outcomes", columns=columns, rows=BATCH_ROWS):
            here = rows.filter(pc.is_in(rows["asset_uid"], value_set=few)).to_pylist()
            messages |= {row["asset_uid"]: row["message"] or "" for row in here}
    return messages
