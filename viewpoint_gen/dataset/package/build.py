"""Makes the files of a package, or as many of them as aren't there yet.

A journal beside the files says which are whole: a call that was stopped, or that comes again,
makes only the others. Equal runs give equal bytes, whoever makes them and in how many goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from viewpoint_gen.dataset.package.plan import Shard
from viewpoint_gen.dataset.package.rows import ASSETS_NAME, Packing
from viewpoint_gen.dataset.package.shard_file import (
    PackedFile,
    create_shard,
    file_sha256,
    packed,
)
from viewpoint_gen.dataset.package.spill import Heaps
from viewpoint_gen.dataset.package.tables import CONFIGS
from viewpoint_gen.dataset.shards import part_names
from viewpoint_gen.errors import RunError, StorageError
from viewpoint_gen.storage import Store, explained

FORMAT_VERSION: Final = 1
"""Of the package: changes when equal runs would give other bytes."""

JOURNAL_NAME: Final = ".journal.jsonl"
_SPARE: Final = 1.05  # what a package may need, of what was estimated
_TAIL_BYTES: Final = 1 << 16

_log = logging.getLogger(__name__)

T = TypeVar("T")

Advance = Callable[[int], Any]
"""Told how many of the expected bytes are done."""


def content_identity(store: Store, settings: dict[str, Any]) -> str:
    """sha256 that changes when the run's tables or the settings of the package do.

    Of each part its size and its end are looked at, where Parquet keeps the sizes and statistics
    of all columns.
    """
    digest = hashlib.sha256(json.dumps([FORMAT_VERSION, settings], sort_keys=True).encode())
    tables = ("views", "pairs", "rings", "qa")
    for name in [ASSETS_NAME, *(name for table in tables for name in part_names(store, table))]:
        size = store.size_bytes(name)
        with store.open(name) as handle:
            handle.seek(max(size - _TAIL_BYTES, 0))
            digest.update(f"{name} {size} ".encode() + handle.read())
    return digest.hexdigest()


def build_files(
    packing: Packing, shards: Sequence[Shard], folder: Path, *, identity: str, advance: Advance
) -> list[PackedFile]:
    """Make every planned file that isn't whole yet, and remove those that aren't planned.

    Raises:
        StorageError: the disk is full, or will be.
        RunError: the run doesn't hold what it says.
    """
    journal = Journal(folder / JOURNAL_NAME, identity)
    whole = {
        shard.name: journal.files[shard.name]
        for shard in shards
        if shard.name in journal.files and _is_whole(folder, journal.files[shard.name])
    }
    _remove_others(folder, set(whole))
    missing = [shard for shard in shards if shard.name not in whole]
    _check_room(folder, sum(shard.expected_bytes for shard in missing))
    for shard in shards:
        if shard.name in whole:
            advance(shard.expected_bytes)
    if whole:
        _log.info("%d of %d files are there already", len(whole), len(shards))
    for shard, file in _made(packing, missing, folder):
        journal.add(file)
        whole[shard.name] = file
        advance(shard.expected_bytes)
    return [whole[shard.name] for shard in shards]


def _made(
    packing: Packing, shards: Sequence[Shard], folder: Path
) -> Iterator[tuple[Shard, PackedFile]]:
    asked = [shard for shard in shards if shard.config == "qa"]
    for shard in shards:
        if shard.config != "qa":
            yield shard, _write(packing, shard, packing.groups(shard), folder)
    if not asked:
        return
    with _own_folder(folder) as scratch:
        heaps = Heaps(scratch)
        heaps.fill(packing.store, packing.index, asked)
        ready = _one_ahead(lambda heap: packing.mixed(heaps.take(heap)), len(asked))
        for shard, (rows, pictures) in zip(asked, ready, strict=True):
            yield shard, _write(packing, shard, packing.question_groups(rows, pictures), folder)


def _one_ahead(make: Callable[[int], T], count: int) -> Iterator[T]:
    """What ``make`` gives for 0, 1, ..., the next one being made while one is worked with."""
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(make, 0)] if count else []
        for number in range(1, count + 1):
            ready = coming.pop().result()
            if number < count:
                coming.append(pool.submit(make, number))
            yield ready


def _write(packing: Packing, shard: Shard, groups: Iterator[Any], folder: Path) -> PackedFile:
    with create_shard(folder / shard.name, packing.schemas[shard.config]) as writer:
        for group in groups:
            writer.write_group(group)
        if writer.rows != shard.rows:
            msg = (
                f"{shard.name}: {shard.rows} rows were planned, the run gave {writer.rows}; did "
                "it change meanwhile? `viewgen verify` says whether it is whole"
            )
            raise RunError(msg)
    return packed(shard.name, writer)


class Journal:
    """Remembers finished files of one content; of another content it knows nothing."""

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self.files: dict[str, PackedFile] = {}
        head, *entries = self._lines() or [{}]
        if head.get("identity") == identity:
            self.files = {entry["name"]: PackedFile(**entry) for entry in entries}
        else:
            with explained(str(path), "write"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps({"identity": identity}) + "\n", encoding="utf-8")

    def add(self, file: PackedFile) -> None:
        """Remember a file that has its final name."""
        self.files[file.name] = file
        with explained(str(self._path), "write"), self._path.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(asdict(file)) + "\n")

    def _lines(self) -> list[dict[str, Any]]:
        """All whole lines; a process may have died in the middle of the last one."""
        lines: list[dict[str, Any]] = []
        with explained(str(self._path), "read"), contextlib.suppress(FileNotFoundError):
            for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    lines.append(cast(dict[str, Any], json.loads(line)))
        return lines


def _is_whole(folder: Path, file: PackedFile) -> bool:
    path = folder / file.name
    if not path.is_file() or path.stat().st_size != file.bytes:
        return False
    return file_sha256(path) == file.sha256


def _remove_others(folder: Path, names: set[str]) -> None:
    """Files of earlier packages, and half files of a call that was killed."""
    with explained(str(folder), "clean"):
        for config in CONFIGS:
            for path in sorted((folder / config).glob("*")):
                if path.relative_to(folder).as_posix() not in names:
                    path.unlink()


def _check_room(folder: Path, expected_bytes: int) -> None:
    with explained(str(folder), "look at"):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    needed = int(expected_bytes * _SPARE)
    if needed > free:
        msg = (
            f"{folder}: the package needs about {_gigabytes(needed)}, {_gigabytes(free)} are free; "
            "free some space, or choose another place with --out"
        )
        raise StorageError(msg)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


@contextlib.contextmanager
def _own_folder(folder: Path) -> Iterator[Path]:
    """A scratch folder on the same disk, gone afterwards; what killed calls left goes too."""
    with explained(str(folder), "write in"):
        for left in folder.glob(".spill-*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as scratch:
            yield Path(scratch)
