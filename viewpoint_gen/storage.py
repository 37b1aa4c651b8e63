"""Files of a run, on this machine or on any store that fsspec knows; every write is atomic.

A reader never sees half a file under its final name: a local file is written beside its name,
synced and renamed; a remote one is put in one piece once it is finished.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import fsspec

from viewpoint_gen.errors import EnvironmentProblem, StorageError

_TEMPORARY = ".tmp"

_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space, then run the same command again: it resumes",
    errno.EDQUOT: "your disk quota is used up; free some, then run the same command again",
    errno.EFBIG: "the file system or a limit of this shell allows no file this large",
    errno.EACCES: "permission denied; choose a place you may write to, or change its permissions",
    errno.EPERM: "permission denied; choose a place you may write to, or change its permissions",
    errno.EROFS: "the file system is read-only; choose another place",
    errno.ENOENT: "no such file or directory",
    errno.ENOTDIR: "a part of the path is a file, not a directory; choose another place",
    errno.EISDIR: "a directory is in its place; choose another place",
    errno.EMFILE: "too many open files; raise the limit (ulimit -n)",
}

_BACKEND_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("azure.core.exceptions", "AzureError"),
)
"""What remote backends raise beside OSError; looked up only if the backend is loaded."""


class Store(Protocol):
    """The files under one root. Names are relative, with "/" between folders."""

    location: str
    """As people write it: a path or a URL."""
    scratch: Path
    """A local folder for what can't live on a remote store; the root itself if that is local."""
    is_local: bool

    def path(self, name: str) -> str:
        """The full path or URL of a file, for people and other libraries."""
        ...

    def prepare(self) -> None:
        """Make the root and the scratch folder."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files and folders right in ``folder``; empty if it isn't there."""
        ...

    def size_bytes(self, name: str) -> int:
        """Size of a file."""
        ...

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a file for reading; seekable."""
        ...

    def create(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a new file that gets its name when the block ends, and vanishes if it raises."""
        ...

    def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Delete a folder and all in it, if it is there."""
        ...

    def remove_temporary(self, folder: str) -> None:
        """Delete what a killed process left half-written in ``folder``."""
        ...


def open_store(location: str | Path) -> Store:
    """The store at a local path or an fsspec URL (s3://…, gs://…, memory://…).

    Raises:
        EnvironmentProblem: the URL needs a package that isn't installed.
        StorageError: the URL's kind is unknown.
    """
    text = str(location)
    if "://" not in text:
        return LocalStore(text, Path(text).expanduser())
    if text.startswith(("file://", "local://")):
        return LocalStore(text, Path(text.split("://", 1)[1]))
    return RemoteStore(text)


class LocalStore:
    """A directory on this machine (or one that is mounted on it)."""

    is_local = True

    def __init__(self, location: str, root: Path) -> None:
        self.location = location
        self.scratch = root.absolute()
        self._root = self.scratch

    def path(self, name: str) -> str:
        """See Store."""
        return str(self._root / name)

    def prepare(self) -> None:
        """See Store."""
        with explained(str(self._root), "make the directory"):
            self._root.mkdir(parents=True, exist_ok=True)

    def exists(self, name: str) -> bool:
        """See Store."""
        with explained(self.path(name), "look for"):
            return (self._root / name).is_file()

    def names(self, folder: str) -> list[str]:
        """See Store."""
        with explained(self.path(folder), "list"):
            try:
                found = [path.name for path in (self._root / folder).iterdir()]
            except FileNotFoundError:
                return []
        return sorted(name for name in found if not name.endswith(_TEMPORARY))

    def size_bytes(self, name: str) -> int:
        """See Store."""
        with explained(self.path(name), "read"):
            return (self._root / name).stat().st_size

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """See Store."""
        with explained(self.path(name), "read"), (self._root / name).open("rb") as handle:
            yield handle

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """See Store."""
        target = self._root / name
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}{_TEMPORARY}")
        with explained(str(target), "write"):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with beside.open("xb") as handle:
                    yield handle
                    handle.flush()
                    os.fsync(handle.fileno())
                beside.replace(target)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)

    def remove(self, name: str) -> None:
        """See Store."""
        with explained(self.path(name), "delete"):
            (self._root / name).unlink(missing_ok=True)

    def remove_folder(self, folder: str) -> None:
        """See Store."""
        with explained(self.path(folder), "delete"), contextlib.suppress(FileNotFoundError):
            try:
                shutil.rmtree(self._root / folder)
            except OSError as error:  # a lane whose driver is gone may write into it once more
                if error.errno != errno.ENOTEMPTY:
                    raise

    def remove_temporary(self, folder: str) -> None:
        """See Store."""
        with explained(self.path(folder), "clean"):
            for path in (self._root / folder).glob(f".*{_TEMPORARY}"):
                path.unlink(missing_ok=True)


class RemoteStore:
    """Objects under an fsspec URL."""

    is_local = False

    def __init__(self, location: str) -> None:
        self.location = location.rstrip("/")
        self.scratch = _runs_folder() / hashlib.sha256(self.location.encode()).hexdigest()[:16]
        self._files, self._root = _open_backend(self.location)

    def __reduce__(self) -> tuple[Callable[[str], Store], tuple[str]]:
        return open_store, (self.location,)

    def path(self, name: str) -> str:
        """See Store."""
        return f"{self.location}/{name}"

    def prepare(self) -> None:
        """See Store."""
        with explained(str(self.scratch), "make the directory"):
            self.scratch.mkdir(parents=True, exist_ok=True)

    def exists(self, name: str) -> bool:
        """See Store."""
        with explained(self.path(name), "look for"):
            self._files.invalidate_cache()
            return bool(self._files.isfile(self._full(name)))

    def names(self, folder: str) -> list[str]:
        """See Store."""
        with explained(self.path(folder), "list"):
            self._files.invalidate_cache()
            try:
                found = self._files.ls(self._full(folder), detail=False)
            except FileNotFoundError:
                return []
        names = (str(entry).rstrip("/").rsplit("/", 1)[-1] for entry in found)
        return sorted(name for name in names if name)

    def size_bytes(self, name: str) -> int:
        """See Store."""
        with explained(self.path(name), "read"):
            return int(self._files.size(self._full(name)))

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """See Store."""
        with explained(self.path(name), "read"), self._files.open(self._full(name), "rb") as handle:
            yield handle

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """See Store."""
        with (
            explained(tempfile.gettempdir(), "write in"),
            tempfile.NamedTemporaryFile(prefix="viewgen-") as handle,
        ):
            yield cast(BinaryIO, handle)
            handle.flush()
            with explained(self.path(name), "write"):
                self._files.put_file(handle.name, self._full(name))

    def remove(self, name: str) -> None:
        """See Store."""
        with explained(self.path(name), "delete"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._full(name))

    def remove_folder(self, folder: str) -> None:
        """See Store."""
        with explained(self.path(folder), "delete"), contextlib.suppress(FileNotFoundError):
            self._files.rm(self._full(folder), recursive=True)

    def remove_temporary(self, folder: str) -> None:
        """See Store; a put in one piece leaves nothing behind."""

    def _full(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def read(store: Store, name: str) -> bytes:
    """All of a file."""
    with store.open(name) as handle:
        return handle.read()


def write(store: Store, name: str, content: bytes) -> None:
    """Make or replace a file in one step."""
    with store.create(name) as handle:
        handle.write(content)


def sha256(store: Store, name: str) -> str:
    """Hexadecimal sha256 of a file, read in pieces."""
    with store.open(name) as handle:
        return hashlib.file_digest(cast(Any, handle), "sha256").hexdigest()


@contextlib.contextmanager
def explained(path: str, doing: str) -> Iterator[None]:
    """Turn what the operating system or a remote backend raises into one clear line.

    Args:
        path: of the file or folder.
        doing: a verb, e.g. "write".

    Raises:
        StorageError: instead of OSError and its like.
    """
    try:
        yield
    except _raised_by_backends() as error:
        msg = f"can't {doing} {path}: {_reason(error)}"
        raise StorageError(msg) from error


def _raised_by_backends() -> tuple[type[Exception], ...]:
    loaded = ((sys.modules.get(module), name) for module, name in _BACKEND_ERRORS)
    return (OSError, *(getattr(module, name) for module, name in loaded if hasattr(module, name)))


def _reason(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number is None and isinstance(error, PermissionError):
        number = errno.EACCES
    if number is None and isinstance(error, FileNotFoundError):
        number = errno.ENOENT
    advice = _ADVICE.get(number) if number is not None else None
    return advice or " ".join(str(error).split()) or type(error).__name__


def _sync_folder(folder: Path) -> None:
    """Make a rename outlast a power cut; not every file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _open_backend(url: str) -> tuple[Any, str]:
    protocol = url.split("://", 1)[0]
    try:
        backend, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        msg = f"{url}: {protocol}:// needs another package: {error}"
        raise EnvironmentProblem(msg) from error
    except ValueError as error:
        msg = f"{url}: {error}; use a path or a URL that fsspec knows, such as s3://bucket/run"
        raise StorageError(msg) from error
    return backend, str(root).rstrip("/")


def cache_folder(name: str = "") -> Path:
    """``$XDG_CACHE_HOME/viewgen/NAME``, else ``~/.cache/viewgen/NAME``; not made yet."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "viewgen" / name


def _runs_folder() -> Path:
    """Where this machine keeps what belongs to remote runs; a temporary folder if it must be."""
    folder = cache_folder("runs")
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    usable = os.access(folder, os.W_OK)
    return folder if usable else Path(tempfile.gettempdir()) / f"viewgen-{os.getuid()}"
