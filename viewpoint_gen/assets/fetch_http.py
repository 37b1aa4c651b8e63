"""One file over HTTP: one request, every answer understood, its size and hash held to the answer's.

The connection is ``huggingface_hub``'s, with its proxies, certificates and offline switch.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import httpx2
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.utils import get_session, parse_ratelimit_headers

from viewpoint_gen.assets.fetch import CORRUPT, OFFLINE, WEB_PAGE, Line, Patience
from viewpoint_gen.errors import FetchFailed, FetchInterrupted

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_REFUSALS: Final = {
    401: ("fetch_forbidden", "access is refused; is HF_TOKEN set, and valid?"),
    403: ("fetch_forbidden", "access is forbidden"),
    404: ("fetch_not_found", "there is no such file"),
    410: ("fetch_not_found", "the file is gone"),
    451: ("fetch_forbidden", "access is forbidden for legal reasons"),
}
_LIMITED: Final = 429
_BUSY: Final = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})


@dataclass(frozen=True)
class Promise:
    """What an answer says about the file that it carries; None: nothing."""

    size_bytes: int | None
    sha256: str | None


def download(
    url: str, into: BinaryIO, *, headers: Mapping[str, str], patience: Patience, line: Line
) -> None:
    """Write all of a file, in one try.

    Raises:
        FetchInterrupted: for a passing reason.
        FetchFailed: for good.
    """
    line.await_turn()
    started = time.monotonic()
    timeout = httpx2.Timeout(patience.read_s, connect=patience.connect_s)
    asked = {**headers, "Accept-Encoding": "identity"}
    with (
        _explained(url),
        get_session().stream("GET", url, headers=asked, timeout=timeout) as answer,
    ):
        promise = _read_answer(answer, url, line, patience)
        deadline = started + patience.transfer_s(promise.size_bytes)
        _receive(answer, into, url, promise, deadline)


def _read_answer(answer: httpx2.Response, url: str, line: Line, patience: Patience) -> Promise:
    """Look at the status and the headers, those of redirections included."""
    headers = httpx2.Headers()
    for step in (*answer.history, answer):
        headers.update(step.headers)
    limit = parse_ratelimit_headers(headers)
    if limit is not None and limit.remaining <= 0:
        line.hold(min(limit.reset_in_seconds, patience.longest_told_wait_s))
    status = answer.status_code
    if status in _REFUSALS:
        line.answered()
        code, reason = _REFUSALS[status]
        raise FetchFailed(code, f"{url}: {reason} (HTTP {status})")
    if status == _LIMITED or status in _BUSY:
        wait_s = _asked_wait_s(headers)
        if wait_s is None and limit is not None:
            wait_s = float(limit.reset_in_seconds)
        said = "too many requests" if status == _LIMITED else "the server has trouble"
        raise FetchInterrupted("fetch_failed", f"{url}: {said} (HTTP {status})", wait_s=wait_s)
    if status != httpx2.codes.OK:
        raise FetchFailed("fetch_failed", f"{url}: HTTP {status}, expected 200")
    if "html" in (answer.headers.get("Content-Type") or ""):
        raise FetchFailed(WEB_PAGE, f"{url}: answered with a web page instead of the file")
    return _promise(answer, headers)


def _promise(answer: httpx2.Response, headers: httpx2.Headers) -> Promise:
    size = headers.get("X-Linked-Size") or answer.headers.get("Content-Length") or ""
    tag = (headers.get("X-Linked-ETag") or "").strip('W/"')
    return Promise(
        size_bytes=int(size) if size.isdigit() else None,
        sha256=tag if _SHA256.fullmatch(tag) else None,
    )


def _receive(
    answer: httpx2.Response, into: BinaryIO, url: str, promise: Promise, deadline: float
) -> None:
    digest, received_bytes = hashlib.sha256(), 0
    for chunk in answer.iter_raw():  # as it arrives, so that a trickle is noticed
        into.write(chunk)
        digest.update(chunk)
        received_bytes += len(chunk)
        if time.monotonic() > deadline:
            reason = f"too slow: {received_bytes:,} bytes of {promise.size_bytes or '?'} so far"
            raise FetchInterrupted("fetch_failed", f"{url}: {reason}")
    if promise.size_bytes is not None and received_bytes != promise.size_bytes:
        reason = f"{received_bytes:,} bytes arrived, {promise.size_bytes:,} were promised"
        raise FetchInterrupted(CORRUPT, f"{url}: {reason}")
    if promise.sha256 is not None and digest.hexdigest() != promise.sha256:
        reason = f"sha256 {digest.hexdigest()} arrived, {promise.sha256} was promised"
        raise FetchInterrupted(CORRUPT, f"{url}: {reason}")


def _asked_wait_s(headers: httpx2.Headers) -> float | None:
    said = (headers.get("Retry-After") or "").strip()
    return float(said) if said.isdigit() else None


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """What httpx2 raises, as ours."""
    try:
        yield
    except OfflineModeIsEnabled as error:
        msg = f"{url}: isn't on this machine, and HF_HUB_OFFLINE forbids to fetch it"
        raise FetchFailed(OFFLINE, msg) from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.TooManyRedirects) as error:
        raise FetchFailed("fetch_failed", f"{url}: {_reason(error)}") from error
    except httpx2.HTTPError as error:
        raise FetchInterrupted("fetch_failed", f"{url}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
