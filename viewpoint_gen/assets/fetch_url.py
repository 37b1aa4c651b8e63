"""One file from any place that fsspec knows; over HTTP with ``fetch_http``, which knows more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import fsspec

from viewpoint_gen.assets.fetch import CORRUPT, Line, Patience
from viewpoint_gen.assets.fetch_http import download
from viewpoint_gen.errors import (
    EnvironmentProblem,
    FetchFailed,
    FetchInterrupted,
    StorageError,
)
from viewpoint_gen.storage import explained

_CHUNK_BYTES: Final = 1 << 20


def fetch_url(url: str, into: BinaryIO, *, patience: Patience, line: Line) -> None:
    """Write all of a file, in one try.

    Raises:
        FetchInterrupted: for a passing reason.
        FetchFailed: for good.
        EnvironmentProblem: the URL needs a package that isn't installed.
    """
    if url.startswith(("http://", "https://")):
        download(url, into, headers={}, patience=patience, line=line)
        return
    started, received_bytes = time.monotonic(), 0
    files, path, size_bytes = _opened(url, patience)
    for chunk in _chunks(files, path, url):
        into.write(chunk)
        received_bytes += len(chunk)
        if time.monotonic() - started > patience.transfer_s(size_bytes):
            reason = f"too slow: {received_bytes:,} bytes so far"
            raise FetchInterrupted("fetch_failed", f"{url}: {reason}")
    if size_bytes is not None and received_bytes != size_bytes:
        reason = f"{received_bytes:,} bytes arrived, {size_bytes:,} were promised"
        raise FetchInterrupted(CORRUPT, f"{url}: {reason}")


def _opened(url: str, patience: Patience) -> tuple[Any, str, int | None]:
    """The file system, the path in it, and the file's size if that is known."""
    try:
        files, path = fsspec.core.url_to_fs(url, **_timeouts(url, patience))
    except ImportError as error:
        msg = f"{url}: this kind of address needs another package: {error}"
        raise EnvironmentProblem(msg) from error
    except ValueError as error:
        raise FetchFailed("fetch_failed", f"{url}: {error}") from error
    try:
        with explained(url, "read"):
            size = files.info(path).get("size")
    except StorageError as error:
        raise _failure(url, error) from error
    return files, path, size if isinstance(size, int) else None


def _chunks(files: Any, path: str, url: str) -> Iterator[bytes]:
    try:
        with explained(url, "read"), files.open(path, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
    except StorageError as error:
        raise _failure(url, error) from error


def _failure(url: str, error: StorageError) -> FetchFailed:
    cause = error.__cause__
    if isinstance(cause, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return FetchFailed("fetch_not_found", f"{url}: there is no such file")
    if isinstance(cause, PermissionError):
        return FetchFailed("fetch_forbidden", f"{url}: access is refused")
    return FetchInterrupted("fetch_failed", str(error))


def _timeouts(url: str, patience: Patience) -> dict[str, Any]:
    """Options for those backends that take a timeout."""
    if not url.startswith(("s3://", "s3a://")):
        return {}
    return {
        "config_kwargs": {
            "connect_timeout": patience.connect_s,
            "read_timeout": patience.read_s,
        }
    }
