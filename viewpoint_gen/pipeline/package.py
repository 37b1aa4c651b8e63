"""A finished run as a package of files that the Hub and ``datasets`` read."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa
from tqdm import tqdm

from viewpoint_gen.assets.licences import UNKNOWN
from viewpoint_gen.dataset.card import RecipeFacts, card_files
from viewpoint_gen.dataset.package import (
    MANIFEST_NAME,
    Licensed,
    Package,
    PackageLicence,
    Packing,
    RunIndex,
    allowed_licences,
    build_files,
    content_identity,
    finish_package,
    index_run,
    package_facts,
    package_licence,
    plan_shards,
    schema_of,
)
from viewpoint_gen.dataset.package.tables import CONFIGS
from viewpoint_gen.dataset.schema import SCHEMA_VERSION, TABLES
from viewpoint_gen.dataset.shards import check_version, open_part, part_names
from viewpoint_gen.errors import RunBusy, RunError, RunIncomplete
from viewpoint_gen.pipeline.finalise import ASSETS_NAME
from viewpoint_gen.pipeline.run_directory import load_run_recipe
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.storage import Store, explained, open_store, read

FOLDER: Final = "publish"
"""Of the package, in the run's folder or in what belongs to it on this machine."""

MAX_SHARD_BYTES: Final = 500_000_000

_ASSET_COLUMNS: Final = ("asset_uid", "views", "licence", "author", "url")


def pack_run(
    run: str,
    *,
    repo_id: str,
    out: str | None = None,
    licences: Sequence[str] = (),
    max_shard_bytes: int = MAX_SHARD_BYTES,
) -> Package:
    """Make the files of a package; what a call before has made is kept where it still holds.

    Args:
        run: directory or fsspec URL, finished and asked.
        repo_id: "owner/name"; the card says how to load it.
        out: folder of the package; None: one of the run's own.
        licences: that may be published; none: what the recipe took, or the usual ones.

    Raises:
        RunIncomplete: something isn't finished, or of another version.
        NotPublishable: an asset's licence doesn't allow it.
        RunBusy: somebody else makes the same package.
        StorageError: the disk is full, or will be.
    """
    store = open_store(run)
    recipe = load_run_recipe(store)
    asked_with = _settings_of_questions(store)
    _check_tables(store)
    allowed = allowed_licences(licences, recipe.assets.licences)
    shares = (float(asked_with["validation_share"]), float(asked_with["test_share"]))
    index = index_run(store, shares=shares)
    licence = package_licence(_licensed(store, index), allowed)
    folder = Path(out) if out is not None else store.scratch / FOLDER
    with _alone(folder):
        return _packed(store, recipe, index, folder, licence, repo_id, max_shard_bytes)


def _packed(
    store: Store,
    recipe: Recipe,
    index: RunIndex,
    folder: Path,
    licence: PackageLicence,
    repo_id: str,
    max_shard_bytes: int,
) -> Package:
    open_store(folder).remove(MANIFEST_NAME)  # so that what is left never looks finished
    normals = recipe.store.normals
    settings: dict[str, Any] = {
        "max_shard_bytes": max_shard_bytes, "normals": normals, "schema": SCHEMA_VERSION,
        "store": recipe.store.model_dump(mode="json"),
    }  # fmt: skip
    content = content_identity(store, settings)
    schemas = {config: schema_of(config, normals=normals) for config in CONFIGS}
    shards = plan_shards(index, max_bytes=max_shard_bytes)
    packing = Packing(store, index, schemas, recipe.store)
    total = sum(shard.expected_bytes for shard in shards)
    with tqdm(total=total, unit="B", unit_scale=True, desc="packing", disable=None) as bar:
        data = build_files(packing, shards, folder, identity=content, advance=bar.update)
    facts = package_facts(data, schemas, licence)
    return finish_package(
        folder,
        data,
        card_files(store, cast(RecipeFacts, recipe), facts, repo_id),
        licence=licence,
        content=content,
        about={"fingerprint": recipe.fingerprint, "qa_fingerprints": _qa_fingerprints(store)},
    )


def _settings_of_questions(store: Store) -> dict[str, Any]:
    """What the questions were asked with; there are none before this is written."""
    if not store.exists(ASSETS_NAME):
        msg = (
            f"{store.location}: rendering hasn't finished; "
            "run the same `viewgen render` command again: it goes on where it stopped"
        )
        raise RunIncomplete(msg)
    if not store.exists(SUMMARY_NAME):
        msg = f"{store.location}: no questions are asked yet; run `viewgen qa {store.location}`"
        raise RunIncomplete(msg)
    try:
        settings = json.loads(read(store, SUMMARY_NAME))["settings"]
        return {name: settings[name] for name in ("validation_share", "test_share")}
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{store.path(SUMMARY_NAME)}: can't be read; ask again with `viewgen qa`"
        raise RunError(msg) from error


def _check_tables(store: Store) -> None:
    """The version and the columns of every part."""
    for table in ("views", "pairs", "qa", "rings"):
        names = part_names(store, table)
        if not names and table != "rings":
            msg = f"{store.location}: holds no {table}; `viewgen status` says what became of it"
            raise RunIncomplete(msg)
        for name in names:
            with open_part(store, name) as part:
                check_version(store.path(name), part.schema_arrow, TABLES[table])


def _licensed(store: Store, index: RunIndex) -> Iterator[Licensed]:
    """The assets whose rows are published: all that have views."""
    known = 0
    with open_part(store, ASSETS_NAME) as part:
        for batch in part.iter_batches(columns=list(_ASSET_COLUMNS)):
            shown = batch.filter(pa.array(index.numbers_of(batch["asset_uid"]) >= 0))
            for row in shown.to_pylist():
                known += 1
                yield Licensed(
                    row["asset_uid"],
                    row["licence"] or UNKNOWN,
                    (row["author"] or "").strip(),
                    (row["url"] or "").strip(),
                )
    if known != len(index.uids):
        msg = (
            f"{store.path(ASSETS_NAME)}: {len(index.uids)} assets have views, {known} are listed; "
            "`viewgen verify` says more"
        )
        raise RunError(msg)


def _qa_fingerprints(store: Store) -> list[str]:
    found: set[str] = set()
    for name in part_names(store, "qa"):
        with open_part(store, name) as part:
            for batch in part.iter_batches(columns=["qa_fingerprint"]):
                found.update(batch["qa_fingerprint"].unique().to_pylist())
    return sorted(found)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from making a package in the same folder."""
    path = folder / ".lock"
    with explained(str(path), "write"):
        folder.mkdir(parents=True, exist_ok=True)
        handle = path.open("ab")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"{folder}: another process makes a package here; wait for it, or use --out"
            raise RunBusy(msg) from None
        yield
