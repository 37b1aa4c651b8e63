"""A run's directory: who may work in it, which recipe made it, and which shards are finished."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import logging
import os
import socket
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from viewpoint_gen.assets.source import Source
from viewpoint_gen.dataset.shards import parse_part_name
from viewpoint_gen.errors import RecipeChanged, RecipeError, RunBusy, RunIncomplete, StorageError
from viewpoint_gen.pipeline import ledger, spool
from viewpoint_gen.recipe import Recipe, recipe_from
from viewpoint_gen.storage import Store, explained, read, write

RECIPE_NAME: Final = "recipe.toml"
SOURCE_NAME: Final = "source.json"
LOCK_NAME: Final = "render.lock"

REMOTE_LOCK_PERIOD_S: Final = 30.0
"""A remote lock is renewed this often; after three times as long it counts as abandoned."""

_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
"""Some network file systems know no locks."""

_log = logging.getLogger(__name__)


def load_run_recipe(store: Store) -> Recipe:
    """The recipe that a run was made with.

    Raises:
        RunIncomplete: there is no run here.
        RecipeError: another version of viewgen wrote it.
    """
    if not store.exists(RECIPE_NAME):
        msg = f"{store.location}: there is no run here; `viewgen render` makes one"
        raise RunIncomplete(msg)
    return recipe_from(_stored_recipe(store), origin=store.path(RECIPE_NAME))


def settle_recipe(store: Store, recipe: Recipe, source: Source) -> bool:
    """Write the recipe of a new run, or hold the one of an old run against it.

    Returns:
        Whether the run is new.

    Raises:
        RecipeChanged: the run was made with another recipe, or from other assets.
    """
    described = _describe(source)
    if store.exists(RECIPE_NAME):
        _compare_recipes(store, recipe)
        _compare_sources(store, described)
        return False
    write(store, SOURCE_NAME, json.dumps(described, indent=2).encode() + b"\n")
    write(store, RECIPE_NAME, recipe.to_toml().encode())
    return True


def finished_shards(store: Store) -> set[ledger.ShardKey]:
    """The shards of which every table's part has its final name."""
    tables = [{parse_part_name(name) for name in store.names(t)} for t in spool.SPOOLED_TABLES]
    return {key for key in set.intersection(*tables) if key is not None}


def clean(store: Store, finished: set[ledger.ShardKey]) -> None:
    """Delete what a killed process left: half-written files, and the spool of finished shards."""
    for table in ("", *spool.SPOOLED_TABLES):
        store.remove_temporary(table)
    for folder in spool.leftovers(store):
        store.remove_temporary(f"{spool.FOLDER}/{folder}")
        key = parse_part_name(f"{folder}.parquet")
        if key in finished:
            store.remove_folder(f"{spool.FOLDER}/{folder}")


@contextlib.contextmanager
def lock(store: Store) -> Iterator[None]:
    """Keep others from rendering into the run; the lock goes when this process does.

    Raises:
        RunBusy: somebody else holds it.
    """
    path = store.scratch / LOCK_NAME
    with contextlib.ExitStack() as held:
        with explained(str(path), "lock"):
            handle = held.enter_context(path.open("a+b"))
            _lock_file(handle, store)
        if store.is_local:
            yield
        else:
            with _remote_lock(store):
                yield


def _lock_file(handle: BinaryIO, store: Store) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        raise RunBusy(_busy(store, handle.read())) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        _log.warning("%s: no locks here; see to it that nobody else renders", store.location)
    handle.truncate(0)
    handle.write(_whoami())
    handle.flush()


@contextlib.contextmanager
def _remote_lock(store: Store) -> Iterator[None]:
    """A best effort among machines: an object that is renewed while its owner lives."""
    _refuse_if_held_elsewhere(store)
    stopped = threading.Event()

    def renew() -> None:
        while not stopped.wait(REMOTE_LOCK_PERIOD_S):
            try:
                write(store, LOCK_NAME, _whoami())
            except StorageError as error:
                _log.warning("the run's lock could not be renewed: %s", error)

    write(store, LOCK_NAME, _whoami())
    renewer = threading.Thread(target=renew, name="viewgen-lock", daemon=True)
    renewer.start()
    try:
        yield
    finally:
        stopped.set()
        renewer.join()
        store.remove(LOCK_NAME)


def _refuse_if_held_elsewhere(store: Store) -> None:
    """Whoever wrote the lock on this very machine is dead, or the local lock would be held."""
    if not store.exists(LOCK_NAME):
        return
    content = read(store, LOCK_NAME)
    owner = _parse(content)
    fresh = time.time() - float(owner.get("time", 0)) < 3 * REMOTE_LOCK_PERIOD_S
    if owner.get("host") != socket.gethostname() and fresh:
        raise RunBusy(_busy(store, content))


def _whoami() -> bytes:
    about = {"pid": os.getpid(), "host": socket.gethostname(), "time": time.time()}
    return json.dumps(about).encode()


def _busy(store: Store, content: bytes) -> str:
    owner = _parse(content)
    who = f"process {owner.get('pid', '?')} on {owner.get('host', '?')}"
    return f"{store.location}: {who} is working on this run; wait for it, or stop it first"


def _parse(content: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _stored_recipe(store: Store) -> dict[str, Any]:
    try:
        return tomllib.loads(read(store, RECIPE_NAME).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{store.path(RECIPE_NAME)}: not valid TOML: {error}"
        raise RecipeError(msg) from error


def _compare_recipes(store: Store, recipe: Recipe) -> None:
    stored = _stored_recipe(store)
    try:
        same = recipe_from(stored, origin=RECIPE_NAME).fingerprint == recipe.fingerprint
    except RecipeError:  # of another version of viewgen
        same = False
    if same:
        return
    changes = _changes(_flat(stored), _flat(recipe.model_dump(mode="json")))
    told = ", ".join(changes) or "settings that this version of viewgen doesn't know"
    msg = (
        f"{store.location} was made with another recipe: {told}; "
        "use another directory or the same options"
    )
    raise RecipeChanged(msg)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    keys = [*new, *(key for key in old if key not in new)]
    deciding = (key for key in keys if key.split(".")[0] not in ("machine", "qa"))
    return [
        f"{key} {_shown(old, key)} → {_shown(new, key)}"
        for key in deciding
        if old.get(key) != new.get(key)
    ]


def _shown(values: Mapping[str, Any], key: str) -> str:
    return str(values[key]) if key in values else "(none)"


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _describe(source: Source) -> dict[str, Any]:
    """What must stay the same about a source for its plan to stay the same."""
    if source.size is None:
        return {"assets": None, "uids_sha256": None}
    digest = hashlib.sha256()
    for index in range(source.size):
        digest.update(source.uid(index).encode() + b"\n")
    return {"assets": source.size, "uids_sha256": digest.hexdigest()}


def _compare_sources(store: Store, described: dict[str, Any]) -> None:
    if not store.exists(SOURCE_NAME):
        write(store, SOURCE_NAME, json.dumps(described, indent=2).encode() + b"\n")
        return
    stored = _parse(read(store, SOURCE_NAME))
    if stored == described:
        return
    counts = f"{stored.get('assets')} assets then, {described['assets']} now"
    msg = (
        f"{store.location} was made from other assets ({counts}); "
        "bring them back, or use another directory"
    )
    raise RecipeChanged(msg)


def ledger_path(store: Store) -> Path:
    """Where the ledger lives on this machine."""
    return store.scratch / ledger.FILE_NAME
